"""The budget of tries with tickets by network address; a try is given back unless the ticket is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.access.rules.guess_budget import GuessBudget
from app.foundation.clock import Clock, seconds_of
from app.foundation.problems import Problem

# Behind a proxy or a mobile network all citizens of a town share one address, so that the budget must bear their
# honest mistakes: a slip tried twice, or too early. Guessing at five a second meets one of a million armed tickets
# (of 2^55 codes) in two centuries.
BUDGET, PER_SECOND = 600, 5.0


class TicketAttempts:
    """The budgets of one process, by address."""

    def __init__(self, clock: Clock, budget: int = BUDGET, per_second: float = PER_SECOND) -> None:
        self._seconds = seconds_of(clock)
        self._budget = GuessBudget(budget=budget, per_second=per_second)

    @contextmanager
    def attempt(self, address: str) -> Iterator[None]:
        """Take an attempt for the duration of a look-up or try; raises `too-many-tickets` where none is left."""
        # Before the database is asked, or many guesses at once would all be let through.
        if wait := self._budget.take(address, self._seconds()):
            raise Problem("too-many-tickets", headers={"Retry-After": str(wait)}, seconds=wait)
        refused = False
        try:
            yield
        except Problem as problem:
            refused = problem.code == "ticket-refused"
            raise
        finally:
            if not refused:
                self._budget.give_back(address, self._seconds())
