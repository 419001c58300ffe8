"""Fibers: code written for threads, which gives way wherever it waits for the store, and nowhere else.

A fiber keeps its own stack, as a thread does, but runs only when the loop resumes it; so what the service does in
threads takes turns in an order that the seed decides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


async def in_fiber(work: Callable[[], T]) -> T:
    """Run the work in a fiber, and wait for whatever it waits for."""
    fiber = greenlet(work)
    fiber.gr_context = copy_context()
    step: Any = fiber.switch()
    while not fiber.dead:
        try:
            answer = await step
        except BaseException as error:
            step = fiber.throw(error)
        else:
            step = fiber.switch(answer)
    return step  # type: ignore[no-any-return]  # greenlet has no types


def wait_for(awaited: Awaitable[T]) -> T:
    """Wait within a fiber."""
    parent = getcurrent().parent
    assert parent is not None, "only a fiber can wait"
    return parent.switch(awaited)  # type: ignore[no-any-return]  # likewise


class FiberEvent:
    """`threading.Event` for fibers."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._is_set

    def set(self) -> None:
        """Wake whoever waits."""
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    def clear(self) -> None:
        """Let the next one wait."""
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, or so long; whether it is."""
        if not self._is_set:
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(woken)
            wait_for(asyncio.wait([woken], timeout=timeout))
        return self._is_set


class FiberThread:
    """`threading.Thread` as a fiber."""

    def __init__(self, target: Callable[[], None], name: str, *, daemon: bool) -> None:
        self._target = target
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin at the loop's next turn."""
        self._task = asyncio.get_running_loop().create_task(in_fiber(self._target))

    def join(self) -> None:
        """Wait for its end."""
        assert self._task is not None, "it was never started"
        wait_for(self._task)


# The tasks that the innermost `asyncio.run` has begun.
begun: ContextVar["set[asyncio.Task[Any]] | None"] = ContextVar("begun", default=None)


class FiberAsyncio:
    """`asyncio` for a module that runs a loop of its own in its thread: here it is the one loop."""

    @staticmethod
    def run(work: Coroutine[Any, Any, T]) -> T:
        """Wait for the work, and end what it has begun and not waited for."""
        tasks: set[asyncio.Task[Any]] = set()
        within = copy_context()
        within.run(begun.set, tasks)
        try:
            return wait_for(within.run(asyncio.get_running_loop().create_task, work))
        finally:
            for task in tasks:
                task.cancel()

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


class FiberThreading:
    """What a module uses of `threading`."""

    Event, Thread = FiberEvent, FiberThread
