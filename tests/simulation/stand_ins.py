"""Puts the loop's clock, fibers and the store in memory in the places of what the service has."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import structlog
from structlog.types import Processor

from tests.simulation.fibers import FiberAsyncio, FiberThreading, in_fiber
from tests.simulation.nights import STAND_INS, Releasing
from tests.simulation.virtual_loop import VirtualLoop, owner


@contextmanager
def stood_in(releasing: Releasing, told: Processor, loop: VirtualLoop, mutant: Mapping[str, Any]) -> Iterator[None]:
    """Put the loop's clock, fibers and the store in the places of what the service has."""
    numbers = count(1)

    def ids() -> UUID:
        """Ids that a run draws again in the same order: what is due is sent in theirs."""
        return UUID(int=int(loop.time() * 1_000) << 80 | 7 << 76 | next(numbers) << 64 | 0b10 << 62)

    def awake() -> float:
        """Linux's monotonic clock: it stands still while the machine does."""
        process = owner.get()
        return loop.time() - (process.stood if process else 0.0)

    places = {
        **STAND_INS,
        "app.disclosure.releasing.release_agency": releasing.release_agency,
        "app.ratings.writer.time": SimpleNamespace(monotonic=loop.time),
        "app.ratings.writer_task.monotonic": loop.time,
        "app.ratings.writer_thread.monotonic": loop.time,
        "app.foundation.storage.time_budget.monotonic": loop.time,
        "app.ratings.writer_thread.threading": FiberThreading,
        "app.foundation.storage.rewriting.threading": FiberThreading,
        "app.notifications.sending.asyncio": FiberAsyncio(),
        "app.notifications.webhook_sending.time": SimpleNamespace(monotonic=awake),
        "app.intake.with_ticket.time": SimpleNamespace(monotonic=loop.time),
        "app.intake.with_ticket.run_sync": lambda work, *args, limiter: in_fiber(lambda: work(*args)),
        "app.outbox.events.new_id": ids,
        "app.intake.with_key.run_sync": lambda work, *args: in_fiber(lambda: work(*args)),
        **mutant,
    }
    former = [(*_place(path), value) for path, value in places.items()]
    kept = [(holder, name, getattr(holder, name)) for holder, name, _ in former]
    logging = structlog.get_config()
    structlog.configure(processors=[told], cache_logger_on_first_use=False)
    try:
        for holder, name, value in former:
            setattr(holder, name, value)
        yield
    finally:
        for holder, name, value in reversed(kept):
            setattr(holder, name, value)
        structlog.configure(**logging)


def _place(path: str) -> tuple[Any, str]:
    """The module or class, and the name in it."""
    before, name = path.rsplit(".", 1)
    try:
        return importlib.import_module(before), name
    except ModuleNotFoundError:
        module, holder = before.rsplit(".", 1)
        return getattr(importlib.import_module(module), holder), name
