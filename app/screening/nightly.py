"""Every night, one of the processes screens the day that is over in all three zones."""

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
from app.screening.run import WIB, order, run

log = structlog.get_logger("cermin.screening")

NAME = "screening"
# Kept up office by office; a process that died is followed after so long.
LEASE = timedelta(minutes=10)


def due_on(now: datetime, hour: int) -> date:
    """The day (WIB) of the last night whose hour has come."""
    local = now.astimezone(WIB)
    return local.date() if local.hour >= hour else local.date() - timedelta(days=1)


class NightlyScreening:
    """The nightly screening as one process sees it; `failed` is told how many offices a night could not finish."""

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

    def look(self) -> bool:
        """Screen if a night has come that nobody has screened; whether this process did. Call it every minute."""
        due = due_on(self._clock(), self._hour)
        last = self._last_night()
        if last is None:
            self._begin()
        elif last >= due:
            self._done = due
        else:
            self._done = min(self._done, last)
        if self._done >= due or not self._keep():
            return False
        try:
            return self._screen(due)
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """End a run that is under way after the office it is at; the next process goes on from there."""
        self._stopped.set()

    def _screen(self, due: date) -> bool:
        last = self._last_night()
        if last is not None and last >= due:
            # Another process did it between our look and our lease.
            return False
        now = self._clock()
        found = run(self._database, order(now, "service", self._trace_days), self._keep)
        if found is None:
            return False
        with self._database.writing() as session:
            store.forget_released(session, first_key((now - timedelta(days=self._trace_days)).date()))
        # Offices that failed have their turn next night: every run looks at all days of which traces stand.
        self._write(due)
        self._done = due
        self._failed(found.failed)
        log.info("screening.done", **found._asdict())
        return True

    def _begin(self) -> None:
        """Note where this installation begins: a night missed later, with the machine off, is then made up for."""
        if not self._keep():
            return
        try:
            if self._last_night() is None:
                self._write(self._done)
        finally:
            self._lease.drop(self._clock())

    def _write(self, night: date) -> None:
        with self._database.writing() as session:
            put_fact(session, NAME, night.isoformat())

    def _keep(self) -> bool:
        return not self._stopped.is_set() and self._lease.take(self._clock())

    def _last_night(self) -> date | None:
        with self._database.reading() as session:
            kept = fact(session, NAME)
        return None if kept is None else date.fromisoformat(kept)


def count_open(database: Database) -> int:
    """How many findings of all agencies wait for a decision."""
    with database.reading() as session:
        return store.count_undecided(session)
