"""The SQL of counts of service standards. Above the gate nobody reads it: what is told stands in blocks."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from sqlalchemy import ColumnElement
from sqlmodel import col, select, text

from app.foundation.storage.database import Session
from app.standards.rules.counts import TIMES, CountKey, MonthCounts, Source, StoredCount
from app.standards.rules.promise import Month
from app.standards.tables import StandardCount

Counts: TypeAlias = Mapping[CountKey, StoredCount]
# Office, service and month.
Place: TypeAlias = tuple[str, str, Month]
# Keys bound into one statement; far below what either driver takes.
BATCH = 500
KEY = (
    col(StandardCount.office),
    col(StandardCount.service),
    col(StandardCount.month),
    col(StandardCount.source),
    col(StandardCount.what),
)


def counted_months(session: Session, agency_id: str, services: Collection[str]) -> Mapping[str, Collection[Month]]:
    """The months of which times of these services were counted."""
    query = (
        select(StandardCount.service, StandardCount.month)
        .where(
            StandardCount.agency_id == agency_id,
            col(StandardCount.service).in_(sorted(services)),
            col(StandardCount.what).in_(TIMES),
            StandardCount.n > 0,
        )
        .distinct()
    )
    found: dict[str, set[Month]] = {}
    for service, month in session.exec(query):
        found.setdefault(service, set()).add(month)
    return found


def add_counts(session: Session, agency_id: str, counts: Mapping[CountKey, int]) -> None:
    """Add to counts, in the order of their keys, as every writer touches them: unsorted ones would deadlock."""
    _write(session, agency_id, counts, "n = standard_count.n + excluded.n")


def put_counts(session: Session, agency_id: str, counts: Mapping[CountKey, int]) -> None:
    """Put these counts in the place of what was there."""
    _write(session, agency_id, counts, "n = excluded.n")


def stored_counts(session: Session, agency_id: str, told: Collection[MonthCounts]) -> Counts:
    """What stands of the services, offices and months that these counts are about, locked."""
    found: dict[CountKey, StoredCount] = {}
    for places in _batches(each.key for each in told):
        query = select(StandardCount).where(*_at(agency_id, places)).order_by(*KEY).with_for_update()
        found |= {_key(row): StoredCount(row.n, row.told) for row in session.exec(query) if _key(row)[:3] in places}
    return found


def untold_counts(session: Session, agency_id: str, through: Month) -> Counts:
    """Every count of a month up to this one of which something is not told, locked until the transaction ends."""
    query = (
        select(StandardCount)
        .where(
            StandardCount.agency_id == agency_id,
            col(StandardCount.month) <= through,
            col(StandardCount.n) > col(StandardCount.told),
        )
        .order_by(*KEY)
        .with_for_update()
    )
    return {_key(row): StoredCount(row.n, row.told) for row in session.exec(query)}


def told_by_queues(session: Session, agency_id: str, places: Iterable[Place]) -> frozenset[CountKey]:
    """The counts of these offices, services and months that queue systems told, of more than nothing."""
    found: set[CountKey] = set()
    for batch in _batches(places):
        asked = (StandardCount.source == Source.queue, StandardCount.n > 0)
        query = select(StandardCount).where(*_at(agency_id, batch), *asked)
        found |= {_key(row) for row in session.exec(query) if _key(row)[:3] in batch}
    return frozenset(found)


def tell(session: Session, agency_id: str, more: Mapping[CountKey, int]) -> None:
    """Note that so much more of these counts is told."""
    statement = text(
        "UPDATE standard_count SET told = told + :n WHERE agency_id = :agency_id AND office = :office "
        "AND service = :service AND month = :month AND source = :source AND what = :what"
    )
    rows = [{"agency_id": agency_id, **key._asdict(), "n": n} for key, n in sorted(more.items()) if n]
    if rows:
        session.connection().execute(statement, rows)


def told_sums(session: Session, agency_id: str) -> Counts:
    """Every count with what is told of it, for the proof."""
    query = select(StandardCount).where(StandardCount.agency_id == agency_id)
    return {_key(row): StoredCount(row.n, row.told) for row in session.exec(query)}


def _batches(places: Iterable[Place]) -> Iterator[frozenset[Place]]:
    ordered = sorted(set(places))
    for start in range(0, len(ordered), BATCH):
        yield frozenset(ordered[start : start + BATCH])


def _at(agency_id: str, places: Collection[Place]) -> list[ColumnElement[bool]]:
    """By single columns, which SQLite looks up in the key and triples it does not; others are among what is found."""
    offices, services, months = ({place[part] for place in places} for part in range(3))
    return [
        col(StandardCount.agency_id) == agency_id,
        col(StandardCount.office).in_(sorted(offices)),
        col(StandardCount.service).in_(sorted(services)),
        col(StandardCount.month).in_(sorted(months)),
    ]


def _key(row: StandardCount) -> CountKey:
    return CountKey(row.office, row.service, row.month, row.source, row.what)


def _write(session: Session, agency_id: str, counts: Mapping[CountKey, int], change: str) -> None:
    # By name: a column list may match no index while one is rebuilt.
    conflict = "" if session.get_bind().dialect.name == "sqlite" else "ON CONSTRAINT standard_count_pkey"
    statement = text(
        "INSERT INTO standard_count (agency_id, office, service, month, source, what, n, told) "  # noqa: S608 - only the two texts above
        "VALUES (:agency_id, :office, :service, :month, :source, :what, :n, 0) "
        f"ON CONFLICT {conflict} DO UPDATE SET {change}, mixed = false"
    )
    rows = [{"agency_id": agency_id, **key._asdict(), "n": n} for key, n in sorted(counts.items())]
    if rows:
        session.connection().execute(statement, rows)
