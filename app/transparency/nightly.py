"""The nightly inventory: after a night's release one of the processes lists what has come and signs a checkpoint."""

import threading
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from app.disclosure.nightly import NAME as RELEASE
from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.foundation.storage.leases import Lease
from app.transparency import store
from app.transparency.inventory import InventoryOrder, take_inventory
from app.transparency.log import checkpoint, log_key
from app.transparency.publishing import publish
from app.transparency.rules.inventories import Marker

log = structlog.get_logger("cermin.transparency")

NAME = store.NIGHT
# When a process dies in the middle, another one takes over after this time.
LEASE = timedelta(minutes=30)


class LogNaming(NamedTuple):
    """What the log's names and keys are made of: the installation's secret and its public address."""

    secret: bytes
    public_url: str | None


class NightlyInventory:
    """The nightly inventory of one process: each released night once, whichever process comes first."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        naming: LogNaming,
        *,
        late_days: int,
        trace_days: int,
        folder: Path | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._naming = naming
        self._late = timedelta(days=late_days)
        self._traces = timedelta(days=trace_days)
        self._folder = folder
        self._stopped = threading.Event()
        self._lease = Lease(database, NAME, new_id().hex, LEASE)

    def run_if_due(self) -> bool:
        """Take inventories if a night has been released since the last; returns whether it did. Called every minute."""
        if not self.is_due() or not self._hold_lease():
            return False
        try:
            released, listed = self._nights()
            # Another process may have done it between our reading and our lease.
            if released is None or listed == released or not self._take_all(self._clock()):
                return False
            with self._database.writing() as session:
                # Who stood still meanwhile would record a night after a later one.
                if not self._lease.keep_in(session, self._clock()):
                    return False
                put_fact(session, NAME, released.isoformat())
            return True
        finally:
            self._lease.drop(self._clock())

    def stop(self) -> None:
        """Stop after the agency it is at; the next process does the rest."""
        self._stopped.set()

    def _take_all(self, now: datetime) -> bool:
        with self._database.reading() as session:
            agencies = store.agencies(session)
        order = InventoryOrder(now, "service", self._late, self._traces)
        for agency_id in agencies:
            if self._stopped.is_set() or not self._lease.keep(self._clock()):
                return False
            try:
                with of_agency(agency_id):
                    taken = take_inventory(self._database, agency_id, Marker(self._naming.secret, agency_id), order)
                    self._publish(agency_id, now)
            except Exception as error:
                # One agency's trouble keeps no other from its log. The error's name only: its text may hold values.
                log.error("inventory.agency_failed", agency=agency_id, error=type(error).__name__)
                continue
            if taken is not None and taken.left_out:
                log.warning("inventory.strange_rows", agency=agency_id, rows=taken.left_out, see="cermin check")
        return True

    def _publish(self, agency_id: str, now: datetime) -> None:
        secret, public_url = self._naming
        checkpoint(self._database, agency_id, secret, public_url, now)
        if self._folder is None:
            return
        with self._database.reading() as session:
            key = log_key(session, agency_id, secret, public_url).verifier
        publish(self._database, agency_id, self._folder / agency_id, key)

    def is_due(self) -> bool:
        """Whether a night has been released of which there is no inventory."""
        released, listed = self._nights()
        return released is not None and listed != released

    def _nights(self) -> tuple[date | None, date | None]:
        with self._database.reading() as session:
            return _night(fact(session, RELEASE)), _night(fact(session, NAME))

    def _hold_lease(self) -> bool:
        return not self._stopped.is_set() and self._lease.take(self._clock())


def _night(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)
