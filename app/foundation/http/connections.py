"""Bounds on connections: how many may be open, and how long one may stay open without sending a whole request head.

uvicorn has neither. Idle sockets would use up the process's descriptors, and then nobody is served any more, without a
word. All is done by one timer for all connections and costs a request nothing.
"""

import asyncio
from collections import Counter, OrderedDict
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Any, ClassVar, NamedTuple

import structlog

from app.foundation.http.single_write import SingleWriteProtocol
from app.foundation.telemetry import Metrics

log = structlog.get_logger("cermin.http")

# As many descriptors as anybody needs; some systems allow a thousand million.
MOST_DESCRIPTORS = 65_536
# What the process itself needs besides connections: files, logs, libraries.
OWN_DESCRIPTORS = 32
# The kernel may hand over so many connections at once before any of them is looked at.
BACKLOG = 2_048
# A client that takes nothing of its answer for so long has gone.
STUCK_SECONDS = 60.0
# One line a minute tells of all that were closed meanwhile.
LOG_SECONDS = 60.0


class Room(NamedTuple):
    """How many connections may be open, and how many may wait to be taken."""

    connections: int
    backlog: int


def raise_descriptor_limit() -> int:
    """Raise the soft limit of descriptors as far as the hard one allows; returns it."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft != RLIM_INFINITY and soft < wanted:
        setrlimit(RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return MOST_DESCRIPTORS if soft == RLIM_INFINITY else soft


def room_for(connections: int, descriptors: int, pool_size: int) -> Room:
    """What of the wanted connections so many descriptors have room for, beside those of the database."""
    backlog = min(BACKLOG, max(16, descriptors // 8))
    # SQLite has two pools, and three files for each connection.
    left = descriptors - OWN_DESCRIPTORS - 6 * pool_size - backlog
    return Room(max(16, min(connections, left)), backlog)


class ConnectionLimits:
    """The bounds of one process; closes what exceeds them, and says so in the log and in metrics."""

    def __init__(self, *, most: int, head_seconds: float, metrics: Metrics) -> None:
        self._most = most
        self._head_seconds = head_seconds
        self._metrics = metrics
        # In the order of their arrival, all that may not have sent a whole head yet.
        self._fresh: OrderedDict[LimitedProtocol, None] = OrderedDict()
        self._open: set[LimitedProtocol] = set()
        self._closed: Counter[str] = Counter()
        self._logged_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        metrics.connections.set_function(lambda: len(self._open))

    def protocol(self) -> type[SingleWriteProtocol]:
        """The protocol of a server with these bounds."""
        return type("Limited", (LimitedProtocol,), {"limits": self})

    def opened(self, one: "LimitedProtocol") -> None:
        """A connection came; another may have to go."""
        one.idle_since = one.loop.time()
        self._open.add(one)
        if len(self._open) > self._most:
            self._make_room(one)
        self._fresh[one] = None
        if self._timer is None:
            self._timer = one.loop.call_later(self._pause, self._look, one.loop)

    def lost(self, one: "LimitedProtocol") -> None:
        """A connection ended."""
        self._open.discard(one)
        self._fresh.pop(one, None)

    @property
    def _pause(self) -> float:
        return min(1.0, self._head_seconds / 4)

    def _make_room(self, newcomer: "LimitedProtocol") -> None:
        """Close whoever has longest not sent a head, else one that waits for its next; else the newcomer."""
        # Who sends at once stays: idle sockets, however many, push out each other.
        while self._fresh:
            oldest, _ = self._fresh.popitem(last=False)
            if oldest.last_cycle is None and not oldest.transport.is_closing():
                self._close(oldest, "crowded")
                return
        idle = (one for one in self._open if one.timeout_keep_alive_task is not None)
        self._close(next(idle, newcomer), "crowded")

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Close those that have waited too long, and look again after a while."""
        now = loop.time()
        for one in list(self._open):
            reason = one.waits_for()
            if reason is None:
                one.idle_since = None
            elif one.idle_since is None or one.idle_cycle is not one.last_cycle:
                one.idle_since, one.idle_cycle = now, one.last_cycle
            elif now - one.idle_since >= (self._head_seconds if reason == "no-head" else STUCK_SECONDS):
                self._close(one, reason)
        self._tell(now)
        self._timer = loop.call_later(self._pause, self._look, loop) if self._open or self._closed else None

    def _close(self, one: "LimitedProtocol", reason: str) -> None:
        self._metrics.closed_connection(reason)
        self._closed[reason] += 1
        # Not `close`, which would wait until what was written is taken.
        one.transport.abort()

    def _tell(self, now: float) -> None:
        if self._closed and now - self._logged_at >= LOG_SECONDS:
            log.warning("connections.closed", open=len(self._open), most=self._most, **self._closed)
            self._closed.clear()
            self._logged_at = now


class LimitedProtocol(SingleWriteProtocol):
    """uvicorn's HTTP protocol whose connections are bounded."""

    limits: ClassVar[ConnectionLimits]
    # Since when it waits for the same thing, as far as was looked, and what it had last answered then.
    idle_since: float | None = None
    idle_cycle: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin a connection."""
        super().connection_made(transport)
        self.limits.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self.limits.lost(self)
        super().connection_lost(exc)

    @property
    def last_cycle(self) -> Any:
        """The last request and its answer; None before the first, whatever uvicorn's annotation says."""
        return self.cycle

    def waits_for(self) -> str | None:
        """What this connection waits for that its client owes: a whole head, or that it takes what was written."""
        if self.last_cycle is None or self.last_cycle.response_complete:
            # Between two requests uvicorn has a timer of its own.
            return "no-head" if self.timeout_keep_alive_task is None else None
        return "not-read" if self.flow.write_paused else None
