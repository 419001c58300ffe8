"""Clients: they send, repeat with the same id until they hear, change what they sent, send batches, go away."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from app.ratings.schemas import RatingIn
from tests.simulation.ledger import Ledger
from tests.simulation.memory_store import State
from tests.simulation.process import Process
from tests.simulation.town import JANUARY, Sender, changed, sheet
from tests.simulation.weather import Weather

# Longer than any answer takes: then a client takes it for lost.
PATIENCE = 8.0
TRIES = 12
# Sent before the processes begin to end one by one.
BUSY_SECONDS = 240.0
BEAT = 30.0
DONE_WITH = frozenset((200, 201, 409))


class Client:
    """One kiosk or app and the citizens before it."""

    def __init__(
        self,
        sender: Sender,
        dice: Random,
        weather: Weather,
        ledger: Ledger,
        *,
        choose: Callable[[], Process | None],
        clock: Callable[[], datetime],
        state: Callable[[], State],
        tell: Callable[[str], None],
    ) -> None:
        self._sender = sender
        self._dice = dice
        self._weather = weather
        self._ledger = ledger
        self._choose = choose
        self._clock = clock
        self._state = state
        self._tell = tell
        self._may_poison = dice.random() < 0.3

    async def run(self) -> None:
        """Do all that this one does in a night."""
        await asyncio.sleep(self._dice.uniform(0, BUSY_SECONDS / 2))
        if self._dice.random() < 0.6:
            await self._send_until_heard(self._kept_offline(), batch=True)
        for _ in range(self._dice.randint(3, 8)):
            await asyncio.sleep(self._pause())
            await self._act()

    def _pause(self) -> float:
        """Some send by the clock, as the service's jobs run: then requests and nights meet."""
        if self._dice.random() < 0.5:
            return self._dice.expovariate(1 / (BUSY_SECONDS / 12))
        second = self._clock().timestamp() % BEAT
        return BEAT - second + self._dice.uniform(0.0, 1.5)

    def _kept_offline(self) -> list[RatingIn]:
        """What a kiosk without network has kept of last month."""
        moments = [JANUARY + timedelta(minutes=self._dice.randint(0, 600)) for _ in range(self._dice.randint(8, 24))]
        return [sheet(self._sender, moment, self._dice, may_poison=self._may_poison) for moment in moments]

    async def _act(self) -> None:
        fresh = [self._fresh() for _ in range(self._dice.choice((1, 1, 1, 2, 6)))]
        match self._dice.choice(
            ("send", "send", "repeat", "change", "at once", "go away", "twice in one", "one by one")
        ):
            case "send":
                await self._send_until_heard(fresh, batch=len(fresh) > 1)
            case "repeat":
                await self._send_until_heard(fresh, batch=len(fresh) > 1)
                await self._send_until_heard(fresh, batch=True)
            case "change":
                await self._send_until_heard(fresh, batch=len(fresh) > 1)
                await self._send([changed(each, self._dice) for each in fresh], batch=True)
            case "at once":
                # An impatient device: the same, and something else under the same id, while the first is on its way.
                other = [changed(each, self._dice) for each in fresh]
                await asyncio.gather(
                    self._send(fresh, batch=True), self._send(fresh, batch=True), self._send(other, batch=True)
                )
            case "go away":
                await self._send(fresh, batch=len(fresh) > 1, heeds=False)
            case "twice in one":
                await self._send_until_heard([*fresh, *fresh], batch=True)
            case _:
                # What was kept offline, while the night does its work.
                for each in self._kept_offline():
                    await self._send_until_heard([each], batch=False)

    def _fresh(self) -> RatingIn:
        late = JANUARY + timedelta(minutes=self._dice.randint(0, 600))
        moment = self._clock() if self._dice.random() < 0.7 else late
        return sheet(self._sender, moment, self._dice, may_poison=self._may_poison)

    async def _send_until_heard(self, sheets: Sequence[RatingIn], *, batch: bool) -> None:
        """Send again with the same ids what was refused for now, or not answered at all."""
        left = list(sheets)
        for attempt in range(TRIES):
            statuses = await self._send(left, batch=batch)
            if statuses is not None:
                left = [each for each, status in zip(left, statuses, strict=True) if status not in DONE_WITH]
            if not left:
                return
            await asyncio.sleep(self._dice.uniform(0.5, 2.0) * (attempt + 1))

    async def _send(self, sheets: Sequence[RatingIn], *, batch: bool, heeds: bool = True) -> list[int] | None:
        """Send once; statuses, or None if no answer came."""
        for each in sheets:
            self._ledger.sending(self._sender, each)
        await asyncio.sleep(self._weather.delay())
        process = None if self._weather.loses() else self._choose()
        if process is None:
            self._tell(f"{self._sender.name} sends {len(sheets)}: nobody hears")
            return None
        self._tell(f"{self._sender.name} sends {len(sheets)} to {process.name}")
        answer = process.serve(self._sender, sheets, batch=batch)
        if not heeds:
            return None
        await asyncio.wait([answer], timeout=PATIENCE)
        statuses = answer.result() if answer.done() else None
        if statuses is None or self._weather.loses():
            self._tell(f"{self._sender.name} hears nothing")
            return None
        self._tell(f"{self._sender.name} hears {' '.join(map(str, statuses))}")
        for each, status in zip(sheets, statuses, strict=True):
            self._ledger.heard(each, status, self._state(), is_behind=process.is_behind)
        return statuses
