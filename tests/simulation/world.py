"""One run: a seed gives the set-up, the faults and every delay, so the same seed tells the same story."""

import asyncio
from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from tests.simulation.beside import Receivers, spent_tickets, ticket_faults
from tests.simulation.clients import Client
from tests.simulation.ledger import Broken, Inspector, Ledger, Nights
from tests.simulation.memory_store import Asker, MemoryStore
from tests.simulation.nights import Releasing
from tests.simulation.process import PROMISED, Beside, Process
from tests.simulation.runs import Outcome, plan_of
from tests.simulation.sql_store import in_memory
from tests.simulation.stand_ins import stood_in
from tests.simulation.town import BEGIN, senders
from tests.simulation.virtual_loop import Stalled, VirtualLoop
from tests.simulation.visitors import Visitor, something_happens
from tests.simulation.weather import LARGEST_JUMP, LONGEST_STILL, Weather

LARGEST_SKEW = 120.0
# A rewriting that died is taken over after an hour; then a look each job's interval.
NIGHT_SECONDS = 5_400.0
# What a process that stands still, and a lease by a clock that was an hour ahead, may take longer.
SLOWER_SECONDS = LONGEST_STILL + LARGEST_JUMP
# What a job may fail with: a store that is away.
UNREACHABLE = "OperationalError"
# How far ahead of a process's clock what is sent may be.
MOST_AHEAD = 300.0
FIRST_NIGHT = BEGIN.astimezone(ZoneInfo("Asia/Jakarta")).date()


class World:
    """The processes, clients and faults of one seed."""

    def __init__(self, seed: int, loop: VirtualLoop) -> None:
        self.seed = seed
        self.trace: list[str] = []
        self.broken: list[str] = []
        self._loop = loop
        self._epoch = loop.time()
        dice = Random(seed)
        self._dice = dice
        self.weather = Weather(Random(dice.getrandbits(64)))
        self.ledger = Ledger()
        self.store = MemoryStore(self.weather, self.tell, self._after_step)
        self._inspector = Inspector(self.ledger, lambda: self.store.state)
        self._nights = Nights()
        self.plan = plan_of(dice)
        self._slots = 1 if self.plan.is_sqlite else dice.randint(2, 3)
        self._skews = [dice.uniform(-1, 1) * dice.choice((0.0, 1.0, LARGEST_SKEW)) for _ in range(self._slots)]
        self.processes: list[Process] = []
        self._engine = in_memory()
        self.receivers = Receivers(self._engine, self.weather, self.breaks)
        self._beside = Beside(self._engine, self.receivers.post_of)
        self._is_over = False
        self.spent = 0
        self._nights_to_do = dice.choice((1, 1, 2))
        self.releasing = Releasing(Random(dice.getrandbits(64)))

    def tell(self, line: str) -> None:
        """Write a line of the story."""
        self.trace.append(f"{self._loop.time() - self._epoch:12.6f} {line}")

    def told(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """What the service logs belongs to the story."""
        self.tell("log " + " ".join(f"{name}={value}" for name, value in event.items()))
        # A job tries again by itself, so that nobody would see one that fails for another reason.
        if event["event"].endswith("failed") and event["error"] != UNREACHABLE:
            self.breaks(f"a job fails: {event['event']} {event['error']}")
        raise structlog.DropEvent

    def breaks(self, what: str) -> None:
        """Note a broken promise."""
        self.tell(f"BROKEN: {what}")
        self.broken.append(what)

    def now(self, skew: float = 0.0) -> datetime:
        """The time of day, by a clock that is so many seconds ahead."""
        return BEGIN + timedelta(seconds=self._loop.time() - self._epoch + skew)

    def _after_step(self, what: str, asker: Asker, outcome: object) -> None:
        try:
            self._nights.look(what, asker, outcome)
            self._inspector.look()
        except Broken as error:
            self.breaks(str(error))

    async def run(self) -> None:
        """Everything, to its end; raises nothing."""
        faults = [asyncio.create_task(self._restart_store())]
        faults.append(asyncio.create_task(self._set_clocks()))
        for slot in range(self._slots):
            faults.append(asyncio.create_task(self._keep_up(slot)))
            faults.append(asyncio.create_task(self._kill(slot)))
        await self._one_night(0)
        if self._nights_to_do > 1:
            await self._next_evening()
            await self._one_night(1)
        self._is_over = True
        for task in faults:
            task.cancel()
        await asyncio.gather(*faults, return_exceptions=True)
        for process in self._living():
            await process.end()
        self._at_the_end()

    async def _one_night(self, number: int) -> None:
        kiosks = senders(self._dice)
        working = [asyncio.create_task(self._client(kiosk).run()) for kiosk in kiosks]
        working += [asyncio.create_task(self._visitor(n).run()) for n in range(self._dice.choice((0, 0, 6)))]
        for _ in range(self.plan.tells * self._dice.randint(2, 6)):
            dice = Random(self._dice.getrandbits(64))
            working.append(asyncio.create_task(something_happens(dice, self._choose)))
        patience = NIGHT_SECONDS + (SLOWER_SECONDS if self.weather.is_odd else 0.0)
        done, waiting = await asyncio.wait(working, timeout=patience)
        for task in sorted(done, key=working.index):
            if error := task.exception():
                self.breaks(str(error) if isinstance(error, Broken) else f"a client ends with {error!r}")
        if waiting:
            self.breaks("a client never comes to an end")
        self.weather.is_calm = True
        self.tell("the weather is calm")
        for slot, skew in enumerate(self._skews):
            self._set_clock(slot, max(-LARGEST_SKEW, min(LARGEST_SKEW, skew)))
        until = self._loop.time() + patience + self.receivers.seconds_left(self.now())
        while not self._night_is_done(number) and not self.broken:
            if self._loop.time() > until:
                self.breaks("a night is never done")
                return
            await asyncio.sleep(5)

    def _night_is_done(self, number: int) -> bool:
        night = (FIRST_NIGHT + timedelta(days=number)).isoformat()
        done = {self.store.state.facts.get(name) for name in ("screening", "release", "rewriting")} == {night}
        return done and self.receivers.are_told()

    async def _next_evening(self) -> None:
        """The machines are off for a day."""
        for process in self._living():
            if self._dice.random() < 0.5:
                await process.end()
            else:
                process.kill("for the day")
        self.tell("a day passes")
        self._loop.now += 86_400 - (self._loop.time() - self._epoch) % 86_400
        self.weather.is_calm = False

    def _client(self, kiosk: Any) -> Client:
        return Client(
            kiosk,
            Random(self._dice.getrandbits(64)),
            self.weather,
            self.ledger,
            choose=self._choose,
            clock=self.now,
            state=lambda: self.store.state,
            tell=self.tell,
        )

    def _visitor(self, number: int) -> Visitor:
        dice = Random(self._dice.getrandbits(64))
        return Visitor(dice, self.weather, self._choose, self.now, self.tell, f"visitor-{number}")

    def _living(self) -> list[Process]:
        return [process for process in self.processes if process.is_alive]

    def _choose(self) -> Process | None:
        open_ones = [process for process in self._living() if process.is_open]
        return self._dice.choice(open_ones) if open_ones else None

    async def _keep_up(self, slot: int) -> None:
        """Start a process, and another one whenever it has ended."""
        name = 0
        while True:
            name += 1
            process = Process(
                f"p{slot}.{name}",
                self.plan,
                self.store,
                partial(self._by_clock, slot),
                self.tell,
                self.weather.stands_still,
                self._beside,
            )
            process.is_behind = self._skews[slot] < -MOST_AHEAD
            self.processes.append(process)
            while process.is_alive:
                await asyncio.sleep(1)
            await asyncio.sleep(self.weather.delay() * 100)

    def _by_clock(self, slot: int) -> datetime:
        return self.now(self._skews[slot])

    async def _set_clocks(self) -> None:
        """Set the clock of a machine now and then, and while the weather is calm to about the right time."""
        if self.weather.jumps_every is None:
            return
        while True:
            await asyncio.sleep(self.weather.pause(self.weather.jumps_every))
            if not self.weather.is_calm:
                self._set_clock(self._dice.randrange(self._slots), self.weather.jump())

    def _set_clock(self, slot: int, seconds: float) -> None:
        if self._skews[slot] == seconds:
            return
        self._skews[slot] = seconds
        self.tell(f"the clock of p{slot} is set to {seconds:+.0f} s")
        for process in self._living():
            if process.name.startswith(f"p{slot}."):
                process.clock_was_set = True
                process.is_behind |= seconds < -MOST_AHEAD

    async def _kill(self, slot: int) -> None:
        """Kill or end the process now and then, while the weather is bad."""
        if self.weather.kills_every is None:
            return
        while True:
            await asyncio.sleep(self.weather.pause(self.weather.kills_every))
            mine = [process for process in self._living() if process.name.startswith(f"p{slot}.") and process.is_open]
            for process in () if self.weather.is_calm else mine:
                if self._dice.random() < 0.3:
                    await process.end()
                else:
                    process.kill("by chance")

    async def _restart_store(self) -> None:
        if self.weather.restarts_every is None:
            return
        while True:
            await asyncio.sleep(self.weather.pause(self.weather.restarts_every))
            if not self.weather.is_calm:
                await self.store.restart()

    def close(self) -> None:
        """Let go what lies in memory."""
        self._engine.dispose()

    def _at_the_end(self) -> None:
        self.spent = spent_tickets(self._engine)
        for what in [*self._inspector.at_the_end(), *self.receivers.at_the_end(), *ticket_faults(self._engine)]:
            self.breaks(what)
        for process in self.processes:
            for what in process.surprises:
                self.breaks(f"{process.name}: {what}")
            # The pace is one by its own clock.
            for what in () if process.clock_was_set else process.quotas.faults():
                self.breaks(f"{process.name}: above the quota: {what}")
            if process.slowest > PROMISED:
                self.breaks(f"{process.name}: an answer took {process.slowest:.2f} s")
            if process.ended_well and process.asked != process.answered:
                self.breaks(f"{process.name}: {process.asked} ratings asked and {process.answered} answered")
            if process.ended_well and process.writer.queued:
                self.breaks(f"{process.name}: {process.writer.queued} ratings still queued")
            if process.ended_well and self.plan.pace.is_limited and process.stored != process.quotas.used:
                self.breaks(f"{process.name}: {process.quotas.used} shares for {process.stored} ratings of devices")


def run(seed: int, mutant: Mapping[str, Any] | None = None) -> Outcome:
    """Run a seed, perhaps with parts of the service replaced by broken ones."""
    loop = VirtualLoop()
    world = World(seed, loop)
    with stood_in(world.releasing, world.told, loop, mutant or {}):
        try:
            asyncio.set_event_loop(None)
            loop.run_until_complete(world.run())
        except Stalled:
            world.breaks("everybody waits for somebody")
        finally:
            _leave(loop)
            world.close()
    stored = len(world.store.state.rows)
    return Outcome(
        seed,
        world.trace,
        world.broken[0] if world.broken else None,
        stored,
        len(world.ledger.acknowledged),
        len(world.store.state.blocks),
        sum("is killed" in line for line in world.trace),
        world.spent,
        world.receivers.told,
    )


def _leave(loop: VirtualLoop) -> None:
    """End what a broken promise has left waiting, and close the loop."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()
