"""Background jobs of a process: hourly clean-up; each minute metrics, and screening and release by night."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import structlog

from app.access.authentication import Authenticator
from app.closing.logged import enter_older
from app.devices.fleet import count_silent
from app.devices.heartbeats import Heartbeats
from app.directory.standards import counting
from app.directory.uploads import Uploads
from app.directory.versions import DirectoryVersions
from app.disclosure.nightly import NightlyRelease, oldest_release_age
from app.foundation.clock import Clock
from app.foundation.http.services import Services
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database
from app.foundation.storage.read_replica import LOOK_SECONDS, FigureReads
from app.foundation.storage.rewriting import Rewriting
from app.integrity import telling
from app.integrity.telling import tell_of_days
from app.notifications.retention import forget_told
from app.notifications.sending import Sender
from app.notifications.watching import Watcher
from app.ratings import retention
from app.ratings.deleting import clock_is_believable, clock_is_far_ahead
from app.ratings.retention import forget, tidy
from app.screening.nightly import NightlyScreening, count_open, due_on
from app.tickets import expiry
from app.tickets.expiry import sweep_expired
from app.transparency.nightly import NightlyInventory
from app.transparency.stamping import Stamping
from app.upkeep import Upkeep

log = structlog.get_logger("cermin")

HOUR, MINUTE = 3_600.0, 60.0
# Of the time for which a process trusts what it keeps of the database: so one look may come late, or fail.
OFTENER = 3
# How long a heartbeat waits for others to be written with.
TOGETHER = 5.0
# The first retry is due after five seconds.
SENDING = 5.0
# What stands apart from ratings, in the order in which it is written anew.
APART = (*retention.APART, *expiry.APART, *counting.APART, *telling.APART)


class Job(NamedTuple):
    """Work that a thread does every `seconds`; a failure is logged, and the next time tries again."""

    name: str
    seconds: float
    work: Callable[[], object]
    # False: the first time is one interval after the start, when a service has other things to do first.
    at_once: bool = True
    stop: Callable[[], object] = lambda: None


JobMaker = Callable[[Services, NightlyScreening, NightlyRelease, Rewriting], Sequence[Job]]


class BackgroundJobs:
    """Runs the jobs of one process until it ends."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        # A thread for each: one that waits, for its turn or for a database that is away, keeps no other from its work,
        # nor whoever else needs a thread of the loop's own few.
        self._threads = ThreadPoolExecutor(max(1, len(jobs)), "job")
        self._tasks = [asyncio.create_task(_repeat(job, self._threads)) for job in jobs]

    async def end(self) -> None:
        """Start no job any more, and wait for those that run."""
        for job in self._jobs:
            job.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown()


def jobs_of(
    services: Services, nightly: NightlyScreening, releasing: NightlyRelease, rewriting: Rewriting
) -> tuple[Job, ...]:
    """All jobs of a process."""
    settings, database = services.settings, services.database
    clock, metrics = services.clock, services.metrics
    # What writes much takes turns: on SQLite they would only wait for each other until they give up.
    turn = threading.Lock()

    def clean_up() -> None:
        now = clock()
        if not clock_is_believable(database, now):
            log.warning("deletion.refused", reason="the clock is far ahead of the newest rating and the last run")
            return
        tidy(database, now, timedelta(days=settings.comment_retention_days), "service")
        forget(database, now, timedelta(days=settings.trace_days))
        sweep_expired(database, now, timedelta(days=settings.late_limit_days))
        forget_told(database, now)

    def screen() -> None:
        # A night that is recorded ahead of its time would keep every night until then from being screened, and its
        # figures from being released.
        if not clock_is_far_ahead(database, clock()):
            nightly.run_if_due()

    inventory = services.of(NightlyInventory)

    def take_inventory() -> None:
        if inventory.is_due():
            # The log begins with the reports that were final before there was one.
            enter_older(database)
            inventory.run_if_due()

    stamping, upkeep = services.of(Stamping), services.of(Upkeep)
    after = timedelta(minutes=settings.device_silent_minutes)
    sender = services.of(Sender)
    watcher = Watcher(database, clock, silent_after=after)

    def update_gauges() -> None:
        # Here, because /metrics itself never waits for the database.
        metrics.silent_devices.set(count_silent(database, clock(), after))
        metrics.open_findings.set(count_open(database))
        metrics.release_age.set(oldest_release_age(database, clock()))

    def tell_of_reports() -> None:
        tell_of_days(database, clock())

    figures = services.of(FigureReads)
    replica = [Job("replica", LOOK_SECONDS, figures.look, at_once=False)] if figures.has_replica else []

    looks = (
        Job("confirming", settings.key_cache_seconds / OFTENER, services.of(Authenticator).confirm, at_once=False),
        Job("versions", settings.directory_cache_seconds / OFTENER, services.of(DirectoryVersions).look),
    )
    # What is trusted for no time at all is asked for at every request, and looking before would change nothing.

    return (
        *replica,
        *(look for look in looks if look.seconds),
        Job("tidy", HOUR, partial(_in_turn, turn, clean_up)),
        Job("integrity", HOUR, partial(_in_turn, turn, tell_of_reports)),
        Job("look", MINUTE, update_gauges),
        Job("heartbeats", TOGETHER, services.of(Heartbeats).write, at_once=False),
        Job("keys", MINUTE, services.of(Authenticator).uses.write, at_once=False),
        Job("uploads", MINUTE, services.of(Uploads).purge),
        Job("screening", MINUTE, partial(_in_turn, turn, screen), at_once=False),
        Job("release", MINUTE, partial(_in_turn, turn, releasing.run_if_due), at_once=False),
        Job("inventory", MINUTE, partial(_in_turn, turn, take_inventory), at_once=False, stop=inventory.stop),
        # Not in turn: others need not wait for an authority.
        Job("stamps", MINUTE, stamping.run_if_due, at_once=False, stop=stamping.stop),
        Job("upkeep", MINUTE, partial(_in_turn, turn, upkeep.run_if_due), at_once=False, stop=upkeep.stop),
        Job("notifications", SENDING, sender.run_if_due, at_once=False, stop=sender.stop),
        Job("watching", MINUTE, watcher.look, at_once=False),
        Job("rewriting", MINUTE, partial(_in_turn, turn, rewriting.run_if_due), at_once=False, stop=rewriting.stop),
    )


def rewriting_of(
    database: Database, clock: Clock, screen_at: int, failed: Callable[[], object] = lambda: None
) -> Rewriting:
    """The nightly rewriting of all that stands apart, an hour after the screening began."""
    hour = (screen_at + 1) % 24
    return Rewriting(database, clock, APART, due_on=lambda now: due_on(now, hour), failed=failed)


def _in_turn(turn: threading.Lock, work: Callable[[], object]) -> None:
    with turn:
        work()


async def _repeat(job: Job, threads: Executor) -> None:
    if not job.at_once:
        await asyncio.sleep(job.seconds)
    while True:
        try:
            await run_to_its_end(job.work, threads)
        except Exception as error:
            # The name of the error only: its text may hold values of rows.
            log.error(f"{job.name}.failed", error=type(error).__name__)
        await asyncio.sleep(job.seconds)


async def run_to_its_end(work: Callable[[], object], threads: Executor | None = None) -> None:
    """Run the work in one of these threads (None: the loop's), and wait for it even if this task is cancelled."""
    # A thread cannot be cancelled, and its connection must not outlive the database that is closed next.
    with all_agencies():
        working = asyncio.get_running_loop().run_in_executor(threads, copy_context().run, work)
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.gather(working, return_exceptions=True)
        raise
