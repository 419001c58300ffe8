"""The nightly screening: one of the processes screens the days that are over in all three time zones."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.foundation.storage.leases import Lease
from app.ratings.keys import first_key
from app.screening import store
from app.screening.run import WIB, run, usual_order

log = structlog.get_logger("cermin.screening")

NAME = "screening"
# Renewed at every office; when a process dies, another one takes over after this time.
LEASE = timedelta(minutes=10)


def due_on(now: datetime, hour: int) -> date:
    """The date (WIB) of the latest night whose screening hour has passed."""
    local = now.astimezone(WIB)
    return local.date() if local.hour >= hour else local.date() - timedelta(days=1)


class NightlyScreening:
    """The nightly screening of one process; `failed` is called with the number of offices that a night failed at."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        hour: int,
        trace_days: int,
        failed: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._hour = hour
        self._trace_days = trace_days
        self._failed = failed
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)
        # A service that has just been set up begins with its first night.
        self._done = due_on(clock(), hour)

    def run_if_due(self) -> bool:
        """Screen if a night is due that no process has screened; returns whether this one did. Called every minute."""
        due = due_on(self._clock(), self._hour)
        last = self._last_night()
        if last is None:
            self._record_first_night()
        elif last >= due:
            self._done = due
        else:
            # The machine was off for a night: the recorded night, not this process's start, says what is left to do.
            self._done = min(self._done, last)
        if self._done >= due or not self._hold_lease():
            return False
        try:
            return self._screen(due)
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """Stop a run after the office it is at; the next process does the rest."""
        self._stopped.set()

    def _screen(self, due: date) -> bool:
        last = self._last_night()
        if last is not None and last >= due:
            # Another process did it between our reading and our lease.
            return False
        now = self._clock()
        found = run(self._database, usual_order(now, "service", self._trace_days), self._keep_lease)
        if found is None:
            return False
        with self._database.writing() as session:
            store.forget_released(session, first_key((now - timedelta(days=self._trace_days)).date()))
        # Offices that failed are screened next night: every run reads all days of which traces are kept.
        if not self._record_night(due):
            return False
        self._done = due
        self._failed(found.failed)
        log.info("screening.done", **found._asdict())
        return True

    def _record_first_night(self) -> None:
        """Record the night at which this installation begins, so that a night missed later is made up for."""
        if not self._hold_lease():
            return
        try:
            if self._last_night() is None:
                self._record_night(self._done)
        finally:
            self._lease.drop(self._clock())

    def _record_night(self, night: date) -> bool:
        with self._database.writing() as session:
            # Who stood still meanwhile would record a night after a later one.
            if not self._lease.keep_in(session, self._clock()):
                return False
            put_fact(session, NAME, night.isoformat())
        return True

    def _hold_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.take(self._clock())

    def _keep_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.keep(self._clock())

    def _last_night(self) -> date | None:
        with self._database.reading() as session:
            kept = fact(session, NAME)
        return None if kept is None else date.fromisoformat(kept)


def count_open(database: Database) -> int:
    """How many findings of all agencies wait for a decision."""
    with database.reading() as session:
        return store.count_undecided(session)
