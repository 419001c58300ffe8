"""Budgets of guesses at secrets by network address; an attempt is given back unless the secret is wrong."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from app.access.rules.guess_budget import GuessBudget
from app.foundation.clock import Clock, seconds_of
from app.foundation.problems import Problem

# Behind a proxy or a mobile network all citizens of a town share one address, so that the budget must bear their
# honest mistakes.
BUDGET, PER_SECOND = 600, 5.0


class Guesses:
    """The budget of one process for one kind of secret.

    `wrong` are the problems that say that one is wrong, `code` is that of too many wrong ones.
    """

    def __init__(
        self, clock: Clock, code: str, wrong: Collection[str], budget: int = BUDGET, per_second: float = PER_SECOND
    ) -> None:
        self._seconds = seconds_of(clock)
        self._code = code
        self._wrong = frozenset(wrong)
        self._budget = GuessBudget(budget=budget, per_second=per_second)

    @contextmanager
    def attempt(self, address: str, secret: str | None) -> Iterator[None]:
        """Take an attempt for the duration of a look-up; raises the problem of many where there are too many.

        `secret` is the public part of it, or its beginning; None for what has not even its form.
        """
        # Before the database is asked, or many guesses at once would all be let through.
        attempt = self._budget.take(address, self._seconds(), secret)
        if not attempt.looks:
            raise self._too_many(attempt.wait)
        wrong = False
        try:
            yield
        except Problem as problem:
            wrong = problem.code in self._wrong
            if wrong and attempt.wait:
                raise self._too_many(attempt.wait) from None
            raise
        finally:
            if not wrong:
                self._budget.give_back(attempt, address, self._seconds())
            elif secret is not None:
                self._budget.count_wrong(address, self._seconds(), secret)

    def _too_many(self, seconds: int) -> Problem:
        return Problem(self._code, headers={"Retry-After": str(seconds)}, seconds=seconds)


class LinkGuesses(Guesses):
    """Guesses at what anybody may ask for who holds a link: a reply's token, a report's id, an office's page."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, "too-many-links", ("link-unknown", "report-unknown", "office-unknown"))
