"""A morning, simulated: kiosks that come back after an outage, and the processes that they come back to.

Time is simulated (simpy), so no machine is measured; the processor's time of each request was
(`benchmarks/unit_costs.py`). Kiosks do what their script does (`app/web/static/kiosk/contact.js`, `rating/sender.js`,
`rating/verdicts.js`), the service what it does: one interpreter a process, a bounded queue, group commits, 503 at once
where it is full. The same seed gives the same morning.
"""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

import simpy

from benchmarks.capacity_model import MEASURED, Measured

Steps: TypeAlias = Generator[simpy.Event, Any, Any]

# As in the kiosk's script: ratings in a batch, seconds between rounds and how they are spread (also those of a kiosk
# that sees its network again after more than a moment), of patience after a failure, after which an answer is not
# waited for any more, and for which a contact is fresh.
BATCH, MINUTE, ROUND, MOMENT = 50, 60.0, (0.8, 0.4), 5.0
SHORTEST, LONGEST, WAITED_FOR, FRESH = 2.0, 300.0, 30.0, 30.0
# As in the service: ratings that may wait, in one commit, seconds in the queue and for an answer, `Retry-After` and
# over how many seconds more it is spread.
QUEUE, GROUP, LONGEST_QUEUED, LONGEST_ANSWER, RETRY_AFTER, RETRY_SPREAD = 2_048, 512, 0.8, 2.3, 2, 4
STORED, BUSY = 200, 503
NEVER = float("inf")


@dataclass(frozen=True)
class Morning:
    """What happens: kiosks in all, how many of them come back at the moment 0, and with how many ratings each.

    `noticed`: their browsers see the network come back (`online`); else each finds it at its next round. After an
    outage of `away` seconds they wait a part of a minute by chance, after a moment they call at once. Without `jitter`
    nothing is spread.
    `broken` is how likely an answer is lost on its way; `drops` makes kiosks forget what was refused, as none does.
    """

    kiosks: int = 24_000
    returning: int = 8_000
    waiting: int = 40
    processes: int = 4
    noticed: bool = True
    away: float = 3_600.0
    jitter: bool = True
    broken: float = 0.01
    drops: bool = False
    hours: float = 4.0
    seed: int = 16


@dataclass(frozen=True)
class Outcome:
    """What came of it: seconds after the return at which ratings were stored, and where each of them is.

    `unsent` are still in their kiosk at the end, `lost` neither there nor stored; `replayed` were sent again though
    they were stored, and counted once.
    """

    median: float
    late: float
    last: float
    refused: int
    replayed: int
    made: int
    stored: int
    unsent: int
    lost: int


@dataclass
class Kiosk:
    """A kiosk that comes back: which of its ratings it has let go, and which of them the service has, as bits."""

    waiting: int
    gone: int = 0
    stored: int = 0
    failures: int = 0
    contacted: float = float("-inf")

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits in it any more."""
        return self.gone == self.waiting


@dataclass
class Waiting:
    """A batch in the queue of a process."""

    kiosk: Kiosk
    first: int
    n: int
    since: float
    answered: simpy.Event


@dataclass
class Counts:
    """What is counted on the way."""

    refused: int = 0
    replayed: int = 0
    # When how many ratings were stored.
    delays: list[tuple[float, int]] = field(default_factory=list)


def background(morning: Morning, costs: Measured) -> float:
    """The share of each process that the other kiosks take: a contact a minute each, and a rating every ten."""
    others = morning.kiosks - morning.returning
    a_minute = costs.contact + (costs.request + costs.rating) / 10
    return others * a_minute / MINUTE / morning.processes / 1_000_000


class Process:
    """One process of the service: its interpreter does one thing at a time, its lane one commit."""

    def __init__(self, env: simpy.Environment, database: simpy.Resource, slower: float, costs: Measured) -> None:
        self._env, self._database, self._slower, self._costs = env, database, slower, costs
        self._interpreter = simpy.Resource(env)
        self._queue: deque[Waiting] = deque()
        self._queued = 0
        self._wake = env.event()
        env.process(self._lane())

    def contact(self) -> Steps:
        """A heartbeat, and the question what to show."""
        asked = self._env.now
        with self._interpreter.request() as turn:
            yield turn
            if self._env.now - asked > LONGEST_ANSWER:
                yield self._env.timeout(self._seconds(self._costs.refusal))
                return BUSY
            yield self._env.timeout(self._seconds(self._costs.contact))
        with self._database.request() as turn:
            yield turn
            yield self._env.timeout(self._costs.contact_server / 1_000_000)
        return STORED

    def deliver(self, kiosk: Kiosk, first: int, n: int) -> Steps:
        """A batch: answered once it is on disk, or refused."""
        with self._interpreter.request() as turn:
            yield turn
            yield self._env.timeout(self._seconds(self._costs.request + n * self._costs.rating))
        if self._queued + n > QUEUE:
            return BUSY
        waiting = Waiting(kiosk, first, n, self._env.now, self._env.event())
        self._queued += n
        self._queue.append(waiting)
        if not self._wake.triggered:
            self._wake.succeed()
        status = yield waiting.answered
        return status

    def _lane(self) -> Steps:
        while True:
            if not self._queue:
                self._wake = self._env.event()
                yield self._wake
            group = self._group()
            if not group:
                continue
            with self._database.request() as turn:
                yield turn
                n = sum(each.n for each in group)
                yield self._env.timeout((self._costs.commit + n * self._costs.rating_server) / 1_000_000)
            for each in group:
                each.kiosk.stored |= ((1 << each.n) - 1) << each.first
                self._settle(each, STORED)

    def _group(self) -> list[Waiting]:
        while self._queue and self._queue[0].since < self._env.now - LONGEST_QUEUED:
            self._settle(self._queue.popleft(), BUSY)
        group: list[Waiting] = []
        while self._queue and sum(each.n for each in group) + self._queue[0].n <= GROUP:
            group.append(self._queue.popleft())
        return group

    def _settle(self, waiting: Waiting, status: int) -> None:
        self._queued -= waiting.n
        waiting.answered.succeed(status)

    def _seconds(self, microseconds: float) -> float:
        return microseconds * self._slower / 1_000_000


class Region:
    """The kiosks that come back, and the balancer before the processes."""

    def __init__(self, morning: Morning, costs: Measured) -> None:
        self.env = simpy.Environment()
        self.counts = Counts()
        self.kiosks = [Kiosk(morning.waiting) for _ in range(morning.returning)]
        self._morning, self._draw = morning, Random(morning.seed)
        database = simpy.Resource(self.env, costs.database_cores)
        slower = 1 / (1 - background(morning, costs))
        self._processes = [Process(self.env, database, slower, costs) for _ in range(morning.processes)]
        for kiosk in self.kiosks:
            self.env.process(self._live(kiosk))

    def _live(self, kiosk: Kiosk) -> Steps:
        """What a kiosk does from the return of the network until nothing waits in it."""
        # The rounds went on through the outage, and each kiosk is somewhere between two of them.
        following = self._draw.random() * self._round()
        if self._morning.noticed:
            following = min(following, self._returning())
        again = NEVER
        while not kiosk.is_empty:
            yield self.env.timeout(max(0.0, min(following, again) - self.env.now))
            if again < following:
                again = yield from self._send(kiosk)
                continue
            if (yield from self._meet(kiosk)):
                again = yield from self._send(kiosk)
            following = self.env.now + self._round()

    def _send(self, kiosk: Kiosk) -> Steps:
        """Send what waits, oldest first; the moment to try again after a failure, or never where all is sent."""
        while not kiosk.is_empty:
            if self.env.now - kiosk.contacted >= FRESH and not (yield from self._meet(kiosk)):
                return self._patience(kiosk)
            n = min(BATCH, kiosk.waiting - kiosk.gone)
            before = kiosk.stored.bit_count()
            status = yield from self._asked(self._process().deliver(kiosk, kiosk.gone, n))
            if status == STORED:
                self._stored(kiosk.stored.bit_count() - before, n)
            arrived = status is not None and self._draw.random() >= self._morning.broken
            if not arrived or (status == BUSY and not self._morning.drops):
                return self._patience(kiosk)
            kiosk.gone += n
        kiosk.failures = 0
        return NEVER

    def _stored(self, new: int, n: int) -> None:
        self.counts.replayed += n - new
        if new:
            self.counts.delays.append((self.env.now, new))

    def _meet(self, kiosk: Kiosk) -> Steps:
        """Whether the service answers a heartbeat."""
        if (yield from self._asked(self._process().contact())) != STORED:
            return False
        kiosk.contacted = self.env.now
        return True

    def _asked(self, steps: Steps) -> Steps:
        """The answer; a kiosk waits half a minute for it, and what it has sent is worked on all the same."""
        asking = self.env.process(steps)
        yield asking | self.env.timeout(WAITED_FOR)
        status = asking.value if asking.triggered else None
        self.counts.refused += status == BUSY
        return status

    def _process(self) -> Process:
        return self._processes[self._draw.randrange(len(self._processes))]

    def _round(self) -> float:
        least, spread = ROUND
        return MINUTE * (least + spread * self._draw.random()) if self._morning.jitter else MINUTE

    def _returning(self) -> float:
        """How long a browser waits that sees the network come back."""
        is_spread = self._morning.jitter and self._morning.away >= MOMENT
        return MINUTE * self._draw.random() if is_spread else 0.0

    def _patience(self, kiosk: Kiosk) -> float:
        """The moment at which a kiosk tries again after a failure."""
        wait = min(LONGEST, SHORTEST * 2.0 ** min(kiosk.failures, 20))
        kiosk.failures += 1
        if not self._morning.jitter:
            return self.env.now + max(wait, RETRY_AFTER)
        chance = self._draw.random()
        told = RETRY_AFTER + self._draw.randrange(RETRY_SPREAD)
        return self.env.now + max(wait * (0.5 + chance / 2), told + wait * chance)


def play(morning: Morning, costs: Measured = MEASURED) -> Outcome:
    """Play a morning to its end."""
    region = Region(morning, costs)
    region.env.run(until=morning.hours * 3_600)
    delays = sorted(region.counts.delays)
    gone = [((1 << each.gone) - 1, each.stored) for each in region.kiosks]
    stored = sum(each.bit_count() for _, each in gone)
    made = morning.returning * morning.waiting
    return Outcome(
        median=_at(delays, 0.5),
        late=_at(delays, 0.99),
        last=delays[-1][0] if delays else 0.0,
        refused=region.counts.refused,
        replayed=region.counts.replayed,
        made=made,
        stored=stored,
        unsent=sum(each.waiting - each.gone for each in region.kiosks),
        lost=sum((let_go & ~has).bit_count() for let_go, has in gone),
    )


def _at(delays: list[tuple[float, int]], share: float) -> float:
    """The moment by which this share of what was stored was."""
    left = share * sum(n for _, n in delays)
    for moment, n in delays:
        left -= n
        if left <= 0:
            return moment
    return 0.0
