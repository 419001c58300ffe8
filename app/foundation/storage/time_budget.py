"""The time budget of a request: how long all its waits for the database may take together.

Waits that are each bounded add up: for a thread, for a connection of the pool, for a lock. So every wait asks here how
long it may last, and what it took is taken off. Computing between waits costs nothing, and neither does a short wait,
which is work and no stall.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from time import monotonic

from app.foundation.problems import busy

# A wait up to this long is free; a closing has thousands of them. With an empty budget a wait still gets as much, or
# nothing could even be rolled back.
FREE = 0.1
# What answers a background job after more seconds than these is broken.
PATIENCE = 3_600.0
# The longest that nobody's request waits for others who ask the same.
LONGEST_TURN = 60.0


class TimeBudget:
    """The seconds that one request, or one group of ratings, may still wait. It is used by one thread at a time."""

    __slots__ = ("_depth", "_seconds", "_since", "used")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.used = 0.0
        self._depth = 0
        # What passes before the first wait is the wait for a thread.
        self._since: float | None = monotonic()

    def count_from_now(self) -> None:
        """Count the time from now until the next wait as waiting, and forget what passed since the last."""
        self._since = monotonic()

    def left(self) -> float:
        """The seconds that a wait which goes on now may last from now."""
        return max(0.0, self._seconds - self.used - self._cost()) + FREE

    def begin(self) -> None:
        """A wait begins, perhaps within another."""
        if self._since is None:
            self._since = monotonic()
        self._depth += 1

    def end(self) -> None:
        """A wait ends; the outermost one is taken off."""
        self._depth -= 1
        if not self._depth:
            self.used += self._cost()
            self._since = None

    def _cost(self) -> float:
        return 0.0 if self._since is None else max(0.0, monotonic() - self._since - FREE)


_budget: ContextVar[TimeBudget | None] = ContextVar("time_budget", default=None)
_patient: ContextVar[bool] = ContextVar("patient", default=False)


def begin_budget(seconds: float) -> None:
    """Give the request of this task a fresh budget."""
    # Always a fresh one: a task may inherit its context from the request before it on the same connection.
    _budget.set(TimeBudget(seconds))


def count_from_now() -> None:
    """Count what the request waits for from now on: not the time in which its body arrived."""
    if (budget := _budget.get()) is not None:
        budget.count_from_now()


def current_budget() -> TimeBudget | None:
    """The budget of this task or thread, if it has one."""
    return _budget.get()


@contextmanager
def budget_of(seconds: float) -> Iterator[TimeBudget]:
    """A budget for what is done within."""
    budget = TimeBudget(seconds)
    token = _budget.set(budget)
    try:
        yield budget
    finally:
        _budget.reset(token)


@contextmanager
def apart(seconds: float) -> Iterator[None]:
    """Let what is tried within wait so long and no longer; what it waited is taken off the budget around it."""
    outer = _budget.get()
    with budget_of(seconds if outer is None else min(seconds, outer.left())) as tried:
        try:
            yield
        finally:
            if outer is not None:
                outer.used += tried.used


@contextmanager
def patience() -> Iterator[None]:
    """Let every statement within take as long as it needs, up to an hour."""
    token = _patient.set(True)
    try:
        yield
    finally:
        _patient.reset(token)


def statement_seconds(longest: float) -> float:
    """How long the answer to one statement may take that may otherwise take `longest`."""
    return max(longest, PATIENCE) if _patient.get() else longest


def seconds_left(longest: float) -> float:
    """How long a wait that goes on now may last: `longest` at most, and what the budget leaves."""
    budget = _budget.get()
    return longest if budget is None else min(longest, budget.left())


@contextmanager
def waiting(longest: float) -> Iterator[float]:
    """Take what is done within off the budget, and give the seconds it may last."""
    budget = _budget.get()
    if budget is None:
        yield longest
        return
    budget.begin()
    try:
        yield min(longest, budget.left())
    finally:
        budget.end()


@contextmanager
def turn(lock: Lock, longest: float = LONGEST_TURN) -> Iterator[None]:
    """Hold a lock that is waited for no longer than the budget allows. Raises `busy` where others keep it for longer.

    Otherwise those who wait behind a stalled database would each get the lock with an empty budget, and try for the
    little that is always left, one after the other.
    """
    with waiting(longest) as seconds:
        if not lock.acquire(timeout=seconds):
            raise busy()
    try:
        yield
    finally:
        lock.release()
