"""Threads of tests, which may look at the rows that the test itself may look at."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from threading import Thread
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")


def thread_of(work: Callable[[], object]) -> Thread:
    """A thread, not started yet, that does this in a copy of the context of whoever makes it."""
    return Thread(target=copy_context().run, args=(work,))


class Threads(ThreadPoolExecutor):
    """A pool whose work runs in a copy of the context of whoever gave it: a thread's own would be of no agency."""

    def submit(
        self, work: Callable[Parameters, Value], /, *args: Parameters.args, **options: Parameters.kwargs
    ) -> Future[Value]:
        """As `ThreadPoolExecutor.submit`."""
        context = copy_context()
        return super().submit(lambda: context.run(work, *args, **options))
