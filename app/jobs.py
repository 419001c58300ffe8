"""What a process does beside answering: tidying by the hour, looks at kiosks, findings and the night by the minute."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

import structlog

from app.devices.fleet import count_silent
from app.foundation.clock import Clock
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.ratings.retention import forget, tidy
from app.screening.nightly import NightlyScreening, count_open
from app.tickets.expiry import sweep_expired

log = structlog.get_logger("cermin")

HOUR, MINUTE = 3_600.0, 60.0


class Job(NamedTuple):
    """Work for a thread of its own, again and again; a failure is logged and waits for the next time."""

    name: str
    seconds: float
    work: Callable[[], object]
    # A service that has just started has other things to do first.
    at_once: bool = True


class BackgroundJobs:
    """The chores of one process."""

    def __init__(self, chores: Sequence[Job]) -> None:
        self._tasks = [asyncio.create_task(_repeat(chore)) for chore in chores]

    async def end(self) -> None:
        """Begin nothing more, and wait for what is being done."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def jobs_of(
    settings: Settings, database: Database, clock: Clock, metrics: Metrics, nightly: NightlyScreening
) -> tuple[Job, ...]:
    """Everything there is to do."""

    def tidied() -> None:
        now = clock()
        tidy(database, now, timedelta(days=settings.comment_retention_days), "service")
        forget(database, now, timedelta(days=settings.trace_days))
        sweep_expired(database, now, timedelta(days=settings.late_limit_days))

    def told() -> None:
        # Here, because /metrics itself never waits for the database.
        after = timedelta(minutes=settings.device_silent_minutes)
        metrics.silent_devices.set(count_silent(database, clock(), after))
        metrics.open_findings.set(count_open(database))

    return (
        Job("tidy", HOUR, tidied),
        Job("look", MINUTE, told),
        Job("screening", MINUTE, nightly.run_if_due, at_once=False),
    )


async def _repeat(chore: Job) -> None:
    if not chore.at_once:
        await asyncio.sleep(chore.seconds)
    while True:
        try:
            await _to_its_end(chore.work)
        except Exception as error:
            log.error(f"{chore.name}.failed", error=type(error).__name__)
        await asyncio.sleep(chore.seconds)


async def _to_its_end(work: Callable[[], object]) -> None:
    """Cancelled or not, the thread goes on, and its connection must not outlive the database: so it is waited for."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.gather(working, return_exceptions=True)
        raise
