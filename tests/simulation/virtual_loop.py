"""An event loop without sockets, threads and waiting: where nothing is ready its clock jumps to the next timer."""

import asyncio
from collections.abc import Callable
from contextvars import Context, ContextVar
from typing import Any, Protocol, TypeVarTuple

from tests.simulation.fibers import begun, in_fiber

Ts = TypeVarTuple("Ts")
# Whose task this is; what is started in it is the same one's.
owner: ContextVar["Owner | None"] = ContextVar("owner", default=None)
# Between two moments that are closer than this no timer is told apart.
RESOLUTION = 1e-9


class Owner(Protocol):
    """A process whose tasks end with it."""

    stood: float

    def adopt(self, task: "asyncio.Task[Any]") -> None:
        """Remember a task that was started on its behalf."""


class Stalled(Exception):
    """Everybody waits for somebody, and nothing will ever happen again."""


class _Jump:
    """Stands where a loop waits for sockets: lets the time pass instead."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """Nothing ever arrives from outside."""
        if timeout is None:
            raise Stalled
        self._loop.now += max(0.0, timeout)
        return []

    def close(self) -> None:
        """There is nothing to close."""


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop: callbacks in the order in which asyncio runs them, timers by a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self._clock_resolution = RESOLUTION
        self._selector = _Jump(self)
        self.set_task_factory(_owned)

    def time(self) -> float:
        """The seconds of the virtual clock."""
        return self.now

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """There are no threads from which it could be called."""
        return self.call_soon(callback, *args, context=context)

    # Narrower than asyncio's, which also takes what has types of its own; nobody hands that over here.
    def run_in_executor(self, executor: object, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """Run a function as a fiber, where the service has a thread."""
        return self.create_task(in_fiber(lambda: func(*args)))

    def _process_events(self, event_list: object) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


def _owned(loop: asyncio.AbstractEventLoop, work: Any, **named: Any) -> "asyncio.Task[Any]":
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **named)
    if (whose := owner.get()) is not None:
        whose.adopt(task)
    if (together := begun.get()) is not None:
        together.add(task)
    return task
