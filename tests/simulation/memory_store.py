"""A store in memory that commits, fails, delays, loses its answers and restarts; what it has committed stays."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from app.disclosure.rules.block_figures import BlockFigures
from app.disclosure.rules.division import Shared
from app.ratings.rating import NewRating
from app.ratings.status import COUNTED
from tests.simulation.weather import Fate, Weather

T = TypeVar("T")
# The connection of whoever hears nothing for so long is closed.
LONGEST = 30.0


class Cut(Exception):
    """The connection is lost; what was asked may have been done."""


class Deadlock(Exception):
    """The transaction was chosen to end."""


class Refused(Exception):
    """Nothing can be written now: a lock's time-out, a full disk."""


class BadRow(Exception):
    """One row is refused, now and ever."""


class Killed(BaseException):
    """The process has ended: nothing of it goes on."""


@dataclass
class Row:
    """A stored rating and its status."""

    rating: NewRating
    status: str = COUNTED


class Lent(NamedTuple):
    """Who holds a lease until when."""

    holder: str
    until: datetime


@dataclass
class Block:
    """What was told of some ratings, and which they are."""

    agency_id: str
    number: int
    instrument: str
    shared: Shared
    keys: tuple[str, ...]
    figures: BlockFigures | None


@dataclass
class State:
    """All that is committed."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    leases: dict[str, Lent] = field(default_factory=dict)
    # The leases whose rows a transaction has changed that is not over yet.
    locks: dict[str, object] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    findings: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    releases: list[tuple[str, int]] = field(default_factory=list)


class Asker(Protocol):
    """A process that asks the store."""

    name: str
    is_alive: bool

    def kill(self, why: str) -> None:
        """End at once."""


class MemoryStore:
    """The server: does one request at a time, whole or not at all."""

    def __init__(
        self, weather: Weather, tell: Callable[[str], None], after_step: Callable[[str, Asker, object], None]
    ) -> None:
        self.state = State()
        self.weather = weather
        self.tell = tell
        self._after_step = after_step
        self.is_down = False
        # Raised by a restart: whoever has connected before is cut.
        self.generation = 0

    async def ask(self, asker: Asker, what: str, do: Callable[[State], T], limit: float = LONGEST) -> T:
        """Have something done; raises what the asker would see of it."""
        if not asker.is_alive:
            raise Killed
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[Any] = loop.create_future()
        fate = self.weather.fate()
        wait = self.weather.delay() + (self.weather.late() if fate is Fate.late_before else 0.0)
        # The server goes on with what it has heard, whatever becomes of the asker.
        loop.call_later(wait, self._do, asker, what, do, fate, answered, self.generation)
        await asyncio.wait([answered], timeout=limit)
        if not asker.is_alive:
            raise Killed
        if not answered.done():
            self.tell(f"{asker.name} gives up waiting: {what}")
            raise Cut
        return answered.result()  # type: ignore[no-any-return]  # what the request gives, its caller knows

    async def restart(self) -> None:
        """Be away for some seconds; what was committed is there again."""
        self.is_down = True
        self.generation += 1
        self.tell("the store goes down")
        await asyncio.sleep(self.weather.late())
        self.is_down = False
        self.tell("the store is back")

    def _do(
        self,
        asker: Asker,
        what: str,
        do: Callable[[State], Any],
        fate: Fate,
        answered: "asyncio.Future[Any]",
        generation: int,
    ) -> None:
        if fate is Fate.killed_before and asker.is_alive:
            asker.kill(f"before {what}")
            return
        if self.is_down or generation != self.generation or fate in NEVER_DONE:
            self.tell(f"{asker.name} {what}: {fate if not self.is_down else 'down'}")
            self._answer(answered, NEVER_DONE.get(fate, Cut)())
            return
        outcome: Any
        try:
            outcome = do(self.state)
        except BadRow as refused:
            outcome = refused
        self.tell(f"{asker.name} {what}: {'bad row' if isinstance(outcome, BadRow) else fate}")
        self._after_step(what, asker, outcome)
        if fate is Fate.killed_after and asker.is_alive:
            asker.kill(f"after {what}")
        elif fate is Fate.cut_after:
            self._answer(answered, Cut())
        else:
            self._answer(answered, outcome, self.weather.late() if fate is Fate.late_after else 0.0)

    def _answer(self, answered: "asyncio.Future[Any]", outcome: Any, later: float = 0.0) -> None:
        def arrive() -> None:
            if answered.done():
                return
            if isinstance(outcome, Exception):
                answered.set_exception(outcome)
                # Whoever has been killed meanwhile does not look at it.
                answered.exception()
            else:
                answered.set_result(outcome)

        asyncio.get_running_loop().call_later(self.weather.delay() + later, arrive)


NEVER_DONE: dict[Fate, type[Exception]] = {
    Fate.cut_before: Cut,
    Fate.deadlock: Deadlock,
    Fate.refused: Refused,
}
