"""The nightly release: after a night's screening, one of the processes releases the figures of every agency."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from app.disclosure import store
from app.disclosure.releasing import ReleaseOrder, release
from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.foundation.storage.leases import Lease
from app.screening.nightly import NAME as SCREENING

log = structlog.get_logger("cermin.release")

NAME = "release"
# When a process dies in the middle, another one takes over after this time.
LEASE = timedelta(minutes=30)


class NightlyRelease:
    """The nightly release of one process: each screened night is released once, whichever process comes first.

    `afterwards` is what the rooms above have to do with each agency's figures.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        after_days: int,
        late_days: int,
        afterwards: Callable[[Database, str], object] = lambda *_: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._after = timedelta(days=after_days)
        self._late = timedelta(days=late_days)
        self._afterwards = afterwards
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)

    def run_if_due(self) -> bool:
        """Release if a night has been screened since the last release; returns whether it did. Called every minute."""
        if not self._due() or not self._hold_lease():
            return False
        try:
            screened, released = self._nights()
            # Another process may have done it between our reading and our lease.
            if screened is None or released == screened:
                return False
            order = ReleaseOrder(self._clock(), "service", self._after, self._late)
            outcomes = release(self._database, order, self._keep_lease, self._afterwards)
            if outcomes is None:
                return False
            with self._database.writing() as session:
                # Who stood still meanwhile would record a night after a later one.
                if not self._lease.keep_in(session, self._clock()):
                    return False
                put_fact(session, NAME, screened.isoformat())
            log.info("release.done", agencies=len(outcomes), told=sum(each.told for each in outcomes.values()))
            return True
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """Stop after the agency it is at; the next process does the rest."""
        self._stopped.set()

    def _due(self) -> bool:
        screened, released = self._nights()
        return screened is not None and released != screened

    def _nights(self) -> tuple[date | None, date | None]:
        with self._database.reading() as session:
            return _night(fact(session, SCREENING)), _night(fact(session, NAME))

    def _hold_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.take(self._clock())

    def _keep_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.keep(self._clock())


def oldest_release_age(database: Database, now: datetime) -> float:
    """How many seconds ago the agency whose figures are oldest got its newest release; 0 without any release."""
    with database.reading() as session:
        moments = store.latest_releases(session).values()
    return max(((now - moment).total_seconds() for moment in moments), default=0.0)


def _night(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)
