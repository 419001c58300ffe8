"""The instruments an agency may use: the shipped ones and its own. A version once added never changes."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from app.access.audit import record
from app.foundation.cache import Cache
from app.foundation.clock import Clock
from app.foundation.storage.database import Database, IntegrityError, Session
from app.foundation.storage.time_budget import turn
from app.instruments.faults import Fault, InstrumentFault
from app.instruments.loading import load_instrument, shipped
from app.instruments.model import Instrument
from app.instruments.store import add_version, all_shipped_digests, sources_of, versions_of
from app.instruments.tables import InstrumentVersion


def add_shipped(session: Session, agency_id: str, now: datetime) -> None:
    """Record the digests of the shipped instruments the agency does not have yet."""
    # Recorded before anybody can use one, so that `changed_since_use` sees every later difference.
    present = {row.instrument for row in versions_of(session, agency_id)}
    for instrument in shipped().values():
        if instrument.id not in present:
            session.add(_version(agency_id, instrument, None, now))
    session.flush()


def record_new_shipped(database: Database, now: datetime) -> None:
    """Record the shipped instruments that came with this release for every agency that is there already.

    Without that, an agency would rate by an instrument whose later change nobody notices (`changed_since_use`).
    """
    with database.reading() as session:
        recorded: dict[str, set[str]] = {}
        for agency_id, instrument, _ in all_shipped_digests(session):
            recorded.setdefault(agency_id, set()).add(instrument)
    for agency_id in sorted(each for each, known in recorded.items() if not known >= shipped().keys()):
        # Another process that starts now does the same; whoever comes second finds it done.
        with suppress(IntegrityError), database.writing() as session:
            add_shipped(session, agency_id, now)


def add_own(session: Session, agency_id: str, source: str, *, actor: str, now: datetime) -> Instrument:
    """Add an instrument of the agency's own; adding the same content again changes nothing.

    Raises `InstrumentFault` for a faulty text, a shipped id, or another content under a known id.
    """
    instrument, is_known = check_own(session, agency_id, source)
    if is_known:
        return instrument
    if not add_version(session, _version(agency_id, instrument, source, now)):
        # Somebody has added it at the same moment: what they added is compared.
        return check_own(session, agency_id, source)[0]
    record(
        session,
        agency_id=agency_id,
        actor=actor,
        action="instrument.added",
        subject=instrument.id,
        at=now,
        digest=instrument.digest,
    )
    return instrument


def check_own(session: Session, agency_id: str, source: str) -> tuple[Instrument, bool]:
    """The instrument that a text would add, and whether the agency has it already. Raises as `add_own` does."""
    instrument = load_instrument(source)
    if instrument.id in shipped():
        raise InstrumentFault(
            Fault("id", "{id} is a shipped instrument; choose another name or version", {"id": instrument.id})
        )
    for row in versions_of(session, agency_id):
        if row.instrument == instrument.id:
            # Ratings hold bare answers: another wording or order under the same id would change what they mean.
            if row.digest != instrument.digest:
                raise InstrumentFault(
                    Fault("version", "{id} exists with other content; raise the version", {"id": instrument.id})
                )
            return instrument, True
    return instrument, False


def changed_since_use(session: Session) -> list[str]:
    """Shipped instruments that agencies use with another digest than this program's: `agency/instrument`.

    A release that changed one by mistake would score stored ratings otherwise, so it must not start.
    """
    ours = shipped()
    return [
        f"{agency_id}/{instrument}"
        for agency_id, instrument, digest in all_shipped_digests(session)
        if instrument not in ours or ours[instrument].digest != digest
    ]


def instruments_of(session: Session, agency_id: str) -> Mapping[str, Instrument]:
    """All instruments the agency may use, by id."""
    own = {name: load_instrument(source) for name, source in sources_of(session, agency_id).items()}
    return {**shipped(), **own}


class InstrumentCache:
    """The instruments of the agencies this process serves, read again after `seconds`."""

    def __init__(self, database: Database, clock: Clock, seconds: float) -> None:
        self._database = database
        self._seconds = seconds
        self._cache: Cache[str, Mapping[str, Instrument]] = Cache(clock, seconds)
        self._lock = threading.Lock()

    def cached(self, agency_id: str) -> Mapping[str, Instrument] | None:
        """The agency's instruments if they were read a moment ago; never touches the database."""
        return self._cache.get(agency_id)

    def current(self, agency_id: str, *, fresh: bool = False) -> Mapping[str, Instrument]:
        """The agency's instruments, read from the database if they are old or must be `fresh` (blocking)."""
        # One thread reads, the others wait for what it found.
        with turn(self._lock):
            found = None if fresh else self._cache.younger_than(agency_id, self._seconds)
            if found is None:
                with self._database.reading() as session:
                    found = instruments_of(session, agency_id)
                self._cache.put(agency_id, found)
            return found


def _version(agency_id: str, instrument: Instrument, source: str | None, now: datetime) -> InstrumentVersion:
    return InstrumentVersion(
        agency_id=agency_id, instrument=instrument.id, digest=instrument.digest, source=source, added_at=now
    )
