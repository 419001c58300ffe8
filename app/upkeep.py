"""Looks after the tables of ratings every night: partitions are made ahead, months past their retention sealed and
dropped. `cermin maintain` does the same at once.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
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
from app.ratings.rules.months import sealable_before
from app.screening.nightly import due_on
from app.transparency import store
from app.transparency.dropping import Dropped, drop_sealed, drop_traces
from app.transparency.rules.inventories import Marker
from app.transparency.sealing import Month, SealingOrder, seal_months

log = structlog.get_logger("cermin.upkeep")

NAME = "upkeep"
# When a process dies in the middle, another one takes over after this time.
LEASE = timedelta(hours=1)
LATER = timedelta(minutes=15)
# After the hour of the screening: what it, the release and the inventory say has been said by then.
HOURS_AFTER = 2
NOTHING = Dropped(Counter(), [], [])


class UpkeepTerms(NamedTuple):
    """The installation's secret, the hour of the screening, and how long what is kept: None: ratings for ever."""

    secret: bytes
    screen_at: int
    retention_months: int | None
    late: timedelta
    traces: timedelta


class UpkeepOutcome(NamedTuple):
    """What an upkeep did, or would do: partitions made, months sealed (or not, with reasons), what was dropped."""

    made: Sequence[date] = ()
    sealed: Sequence[Month] = ()
    dropped: Dropped = NOTHING
    traces: Sequence[str] = ()


class Upkeep:
    """The nightly upkeep as one process sees it; of several processes one does it."""

    def __init__(self, database: Database, clock: Clock, terms: UpkeepTerms) -> None:
        self._database = database
        self._clock = clock
        self._terms = terms
        self._hour = (terms.screen_at + HOURS_AFTER) % 24
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)
        self._not_before = clock()

    def run_if_due(self) -> bool:
        """Do it if a night has come in which nobody did; whether this process did. Call it every minute.

        Raises what went wrong; what was done stays done, and a later call does the rest.
        """
        now = self._clock()
        if now < self._not_before or self._is_done(due_on(now, self._hour)):
            return False
        # All months until another century would be made.
        if clock_is_far_ahead(self._database, now):
            return False
        try:
            outcome = self._night()
        except Exception:
            self._not_before = now + LATER
            raise
        if outcome is None:
            return False
        _tell(outcome)
        return True

    def now(self, actor: str = "service", *, dry_run: bool = False) -> UpkeepOutcome | None:
        """Do it at once, or say what would be done; None while another process is at it."""
        if not self._hold_lease():
            return None
        try:
            return self._look_after(self._clock(), actor, dry_run=dry_run)
        finally:
            self._lease.drop(self._clock())

    def _night(self) -> UpkeepOutcome | None:
        """What was done in this night; None where it was done already, or where another process is at it."""
        if not self._hold_lease():
            return None
        try:
            now = self._clock()
            night = due_on(now, self._hour)
            if self._is_done(night):
                # Another process did it between our question and our lease.
                return None
            outcome = self._look_after(now, "service", dry_run=False)
            with self._database.writing() as session:
                # Who stood still meanwhile would record a night after a later one.
                if not self._lease.keep_in(session, self._clock()):
                    return None
                put_fact(session, NAME, night.isoformat())
            return outcome
        finally:
            self._lease.drop(self._clock())

    def _hold_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.take(self._clock())

    def _keep_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.keep(self._clock())

    def _look_after(self, now: datetime, actor: str, *, dry_run: bool) -> UpkeepOutcome:
        terms = self._terms
        made = make_ahead(self._database, key_day(now), dry_run=dry_run)
        traces = [] if dry_run else drop_traces(self._database, key_day(now - terms.traces))
        if terms.retention_months is None:
            return UpkeepOutcome(made, traces=traces)
        stays = sealable_before(key_day(now), terms.retention_months, terms.late)
        order = SealingOrder(now, actor, stays, terms.late)
        sealed = self._seal(order, dry_run=dry_run)
        dropped = drop_sealed(self._database, order) if not dry_run and self._keep_lease() else NOTHING
        return UpkeepOutcome(made, sealed, dropped, traces)

    def _seal(self, order: SealingOrder, *, dry_run: bool) -> list[Month]:
        with self._database.reading() as session:
            agencies = store.agencies(session)
        found: list[Month] = []
        for agency_id in agencies:
            if not self._keep_lease():
                break
            marker = Marker(self._terms.secret, agency_id)
            found += seal_months(self._database, agency_id, marker, order, dry_run=dry_run)
        return found

    def stop(self) -> None:
        """Begin nothing more; what is left undone is done by the next process."""
        self._stopped.set()

    def _is_done(self, night: date) -> bool:
        with self._database.reading() as session:
            last = fact(session, NAME)
        return last is not None and date.fromisoformat(last) >= night


def _tell(outcome: UpkeepOutcome) -> None:
    """Say in the log what was done, and what waits."""
    for month in outcome.sealed:
        if month.reasons:
            log.warning("upkeep.not_sealed", agency=month.agency_id, month=month.month, reasons=month.reasons)
        else:
            log.info("upkeep.sealed", agency=month.agency_id, month=month.month, ratings=month.ratings)
    for fault in outcome.dropped.faults:
        log.warning("upkeep.not_dropped", reason=fault)
    log.info(
        "upkeep.done",
        partitions=[f"{month:%Y-%m}" for month in outcome.made],
        dropped=outcome.dropped.ratings.total(),
    )
