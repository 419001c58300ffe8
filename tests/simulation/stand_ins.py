"""Puts the loop's clock, fibers and the store in memory in the places of what the service has."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import structlog
from structlog.types import Processor

from tests.simulation.fibers import FiberThreading, in_fiber
from tests.simulation.nights import STAND_INS, Releasing
from tests.simulation.virtual_loop import VirtualLoop


@contextmanager
def stood_in(releasing: Releasing, told: Processor, loop: VirtualLoop, mutant: Mapping[str, Any]) -> Iterator[None]:
    """Put the loop's clock, fibers and the store in the places of what the service has."""
    places = {
        **STAND_INS,
        "app.disclosure.releasing.release_agency": releasing.release_agency,
        "app.ratings.writer.time": SimpleNamespace(monotonic=loop.time),
        "app.ratings.writer_task.monotonic": loop.time,
        "app.ratings.writer_thread.monotonic": loop.time,
        "app.foundation.storage.time_budget.monotonic": loop.time,
        "app.ratings.writer_thread.threading": FiberThreading,
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
