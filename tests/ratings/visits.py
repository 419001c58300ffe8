"""Ratings put into the store through the real writer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.ids import new_id
from app.foundation.storage.database import Database, Session
from app.ratings.rating import NewRating, Place
from app.ratings.store import RatingStore
from app.screening.tables import Doubt, Finding
from tests.house import LATE, LONG_AFTER, NOW


@dataclass(frozen=True)
class Visit:
    """One rating of a test; `held` if screening doubts it, with a finding where a `reason` is given."""

    office: str = "dukcapil"
    rated_on: date = date(2026, 11, 10)
    sheet: str = "434"
    service: str = "ktp-el"
    employee: str | None = None
    channel: str = "kiosk"
    instrument: str = "ikl-1"
    held: bool = False
    reason: str | None = None
    agency_id: str = "kota"


def put(database: Database, visits: Sequence[Visit], *, start: int = 0) -> None:
    """Store the visits; `start` keeps the keys of several calls apart."""
    keys = [UUID(int=start + number) for number in range(len(visits))]
    store = RatingStore(database)
    with store.connect() as connection:
        for agency_id in sorted({visit.agency_id for visit in visits}):
            pairs = [(v, key) for v, key in zip(visits, keys, strict=True) if v.agency_id == agency_id]
            store.write(connection, [_rating(visit, key) for visit, key in pairs])
    with database.writer.connect() as connection, connection.begin():
        for visit, key in zip(visits, keys, strict=True):
            if visit.held:
                _hold(connection, visit, key)
    with database.writing() as session:
        findings: dict[tuple[str, ...], UUID] = {}
        for visit, key in zip(visits, keys, strict=True):
            if visit.reason:
                block = (visit.agency_id, visit.office, visit.reason)
                if block not in findings:
                    findings[block] = _found(session, visit)
                session.add(Doubt(agency_id=visit.agency_id, key=key, finding_id=findings[block]))


def release(database: Database, *agencies: str) -> None:
    """Release the figures of these agencies (`kota`), when every month of the tests is over."""
    for agency_id in agencies or ("kota",):
        release_agency(database, agency_id, ReleaseOrder(LONG_AFTER, "test", timedelta(0), LATE, whole=True))


def _rating(visit: Visit, key: UUID) -> NewRating:
    place = Place(visit.office, None, visit.service, visit.employee, visit.channel, visit.rated_on)
    return NewRating(visit.agency_id, key.hex, place, visit.instrument, visit.sheet, digest="")


def _hold(connection: Connection, visit: Visit, key: UUID) -> None:
    """Move a stored sheet to the other standing, as screening will."""
    hexadecimal = key.hex if connection.dialect.name == "sqlite" else str(key)
    connection.execute(
        text("UPDATE rating SET standing = 'held' WHERE agency_id = :agency_id AND key = :key"),
        {"agency_id": visit.agency_id, "key": hexadecimal},
    )


def _found(session: Session, visit: Visit) -> UUID:
    """A finding that doubts ratings such as this one."""
    finding = Finding(
        agency_id=visit.agency_id,
        finding_id=new_id(),
        reason=str(visit.reason),
        office=visit.office,
        first_on=visit.rated_on,
        days=1,
        n=1,
        standing="held",
        found_at=NOW,
    )
    session.add(finding)
    session.flush()
    return finding.finding_id
