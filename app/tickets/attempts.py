"""Trying a ticket costs an attempt of its address, which is given back unless the ticket is refused."""

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
    """The attempts of one process, by address."""

    def __init__(self, clock: Clock, budget: int = BUDGET, per_second: float = PER_SECOND) -> None:
        self._seconds = seconds_of(clock)
        self._budget = GuessBudget(budget=budget, per_second=per_second)

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """Taken before the ticket is looked at; raises `too-many-tickets` where none is left."""
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
