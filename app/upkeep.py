"""Looks after the tables of ratings every night: partitions are made ahead. `cermin maintain` does the same at once."""

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import structlog

from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.foundation.storage.leases import Lease
from app.ratings.deleting import clock_is_far_ahead
from app.ratings.keys import key_day
from app.ratings.partitions import make_ahead
from app.screening.nightly import due_on

log = structlog.get_logger("cermin.upkeep")

NAME = "upkeep"
# When a process dies in the middle, another one takes over after this time.
LEASE = timedelta(hours=1)
LATER = timedelta(minutes=15)
# After the hour of the screening: what it, the release and the inventory say has been said by then.
HOURS_AFTER = 2


class UpkeepOutcome(NamedTuple):
    """What an upkeep did, or would do: the months for which partitions were made."""

    made: Sequence[date] = ()


class Upkeep:
    """The nightly upkeep as one process sees it; of several processes one does it."""

    def __init__(self, database: Database, clock: Clock, *, screen_at: int) -> None:
        self._database = database
        self._clock = clock
        self._hour = (screen_at + HOURS_AFTER) % 24
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)
        self._not_before = clock()

    def run_if_due(self) -> bool:
        """Do it if a night has come in which nobody did; whether this process did. Call it every minute.

        Raises what went wrong; what was done stays done, and a later call does the rest.
        """
        now = self._clock()
        night = due_on(now, self._hour)
        if now < self._not_before or self._is_done(night):
            return False
        # All months until another century would be made.
        if clock_is_far_ahead(self._database, now):
            return False
        try:
            outcome = self.now()
        except Exception:
            self._not_before = now + LATER
            raise
        if outcome is None:
            return False
        with self._database.writing() as session:
            put_fact(session, NAME, night.isoformat())
        log.info("upkeep.done", partitions=[f"{month:%Y-%m}" for month in outcome.made])
        return True

    def now(self, *, dry_run: bool = False) -> UpkeepOutcome | None:
        """Do it at once, or say what would be done; None while another process is at it."""
        if self._stopped.is_set() or not self._lease.take(self._clock()):
            return None
        try:
            return UpkeepOutcome(made=make_ahead(self._database, key_day(self._clock()), dry_run=dry_run))
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """Begin nothing more; what is left undone is done by the next process."""
        self._stopped.set()

    def _is_done(self, night: date) -> bool:
        with self._database.reading() as session:
            last = fact(session, NAME)
        return last is not None and date.fromisoformat(last) >= night
