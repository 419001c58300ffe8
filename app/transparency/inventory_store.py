"""The SQL that reads the rows of inventories, and what says whether their status is right."""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, inspect, select

from app.access.tables import AuditEvent
from app.disclosure.tables import FigureBlock, FigureRelease
from app.foundation.storage.database import Session
from app.ratings.tables import Rating, Trace
from app.screening.tables import Doubt, Finding
from app.transparency.rules.arrivals import day_of
from app.transparency.rules.inventories import ID_BYTES, MarkedRow, Marker

RATING, TRACE, BLOCK, RELEASE, EVENT, DOUBT, FINDING = (
    inspect(table).local_table.c for table in (Rating, Trace, FigureBlock, FigureRelease, AuditEvent, Doubt, Finding)
)
BATCH, AT_ONCE = 500, 10_000
# What of a rating never changes. Its status does: whether it is held is said by findings, which are looked at apart.
FIXED_OF_RATING = (
    "rated_on", "office", "counter", "service", "employee", "channel", "ticketed", "instrument", "sheet", "digest",
)  # fmt: skip
# What of a block changes by a release alone, which then stands in it. Its weeks follow from its ratings.
FIXED_OF_BLOCK = (
    "instrument", "standing", "office", "employee", "first_month", "last_month", "complete", "service", "service_mode",
    "channel", "released", "n", "release",
)  # fmt: skip
OPEN = "open"
IMPORTS = ("ratings.imported", "counts.imported")


class FoundRow(NamedTuple):
    """A row as it is now: in which part it belongs, its id and mark, and what else is asked about it."""

    part: str
    marked: MarkedRow
    about: Any


def rating_keys(session: Session, agency_id: str, first: UUID | None) -> Iterator[UUID]:
    """The keys of the agency's ratings in their order, from `first` on: read from the index alone."""
    query = select(RATING.key).where(RATING.agency_id == agency_id).order_by(RATING.key)
    if first is not None:
        query = query.where(RATING.key >= first)
    yield from session.connection().execute(query, execution_options={"yield_per": AT_ONCE}).scalars()


def ratings_of(session: Session, agency_id: str, marker: Marker, keys: Sequence[UUID]) -> Iterator[FoundRow]:
    """The agency's ratings of these keys, which come in their order."""
    for start in range(0, len(keys), BATCH):
        query = _ratings(agency_id).where(RATING.key.in_(keys[start : start + BATCH]))
        yield from (_found_rating(marker, *row) for row in session.execute(query))


def ratings(session: Session, agency_id: str, marker: Marker) -> Iterator[FoundRow]:
    """The agency's ratings by their keys."""
    for row in session.connection().execute(_ratings(agency_id), execution_options={"yield_per": AT_ONCE}):
        yield _found_rating(marker, *row)


def _ratings(agency_id: str) -> Select[Any]:
    columns = (RATING.key, RATING.standing, *(RATING[name] for name in FIXED_OF_RATING))
    return select(*columns).where(RATING.agency_id == agency_id).order_by(RATING.key)


def _found_rating(marker: Marker, key: UUID, standing: str, *fixed: Any) -> FoundRow:
    # Open answers never become counted ones, nor the other way round.
    marked = marker.mark("rating", key.bytes, [standing == OPEN, *fixed])
    return FoundRow(f"{day_of(key)}/{fixed[1]}", marked, standing)


def traced(session: Session, agency_id: str, keys: Collection[UUID]) -> set[UUID]:
    """Those of the ratings that left a trace."""
    found: set[UUID] = set()
    ordered = sorted(keys)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        query = select(TRACE.key).where(TRACE.agency_id == agency_id, TRACE.key.in_(batch))
        found |= set(session.execute(query).scalars())
    return found


def blocks(session: Session, agency_id: str, marker: Marker, after: int = 0) -> Iterator[FoundRow]:
    """The agency's blocks that a release after this one wrote, by their numbers; about each its release."""
    columns = (BLOCK.block, BLOCK.cell, BLOCK.parts, *(BLOCK[name] for name in FIXED_OF_BLOCK))
    query = select(*columns).where(BLOCK.agency_id == agency_id, BLOCK.release > after).order_by(BLOCK.block)
    for number, cell, parts, *fixed in session.connection().execute(query, execution_options={"yield_per": BATCH}):
        values = [_plain(cell), _plain(parts), *fixed]
        marked = marker.mark("block", number.to_bytes(ID_BYTES, "big"), values)
        yield FoundRow(f"release {fixed[-1]}", marked, fixed[-1])


def newest_release(session: Session, agency_id: str) -> int:
    """The number of the agency's newest release; 0 where there is none."""
    return session.execute(select(func.max(RELEASE.number)).where(RELEASE.agency_id == agency_id)).scalar() or 0


class EventRow(NamedTuple):
    """What else is asked about a line of the audit trail."""

    event_id: UUID
    at: Any
    imported: int


def events(session: Session, agency_id: str, marker: Marker, first: UUID | None = None) -> Iterator[FoundRow]:
    """The lines of the audit trail by their ids, from `first` on; about each when, and what a file brought."""
    names = ("at", "actor", "action", "subject", "detail")
    query = select(EVENT.event_id, *(EVENT[name] for name in names)).where(EVENT.agency_id == agency_id)
    if first is not None:
        query = query.where(EVENT.event_id >= first)
    ordered = query.order_by(EVENT.event_id)
    for event_id, at, actor, action, subject, detail in session.connection().execute(
        ordered, execution_options={"yield_per": AT_ONCE}
    ):
        marked = marker.mark("audit_event", event_id.bytes, [at.isoformat(), actor, action, subject, _plain(detail)])
        imported = int(detail.get("stored", 0)) if action in IMPORTS else 0
        yield FoundRow(f"{day_of(event_id)}", marked, EventRow(event_id, at, imported))


class DoubtedSheet(NamedTuple):
    """A sheet that a finding doubts, and how that finding was decided."""

    key: UUID
    standing: str
    finding_id: UUID


def doubts(session: Session, agency_id: str) -> list[DoubtedSheet]:
    """Every sheet that is doubted; there are few."""
    query = (
        select(DOUBT.key, FINDING.standing, DOUBT.finding_id)
        .join(
            FINDING.finding_id.table, (FINDING.agency_id == DOUBT.agency_id) & (FINDING.finding_id == DOUBT.finding_id)
        )
        .where(DOUBT.agency_id == agency_id)
    )
    return [DoubtedSheet(*row) for row in session.execute(query)]


def findings(session: Session, agency_id: str) -> Sequence[Any]:
    """Id, status and number of sheets of every finding."""
    query = select(FINDING.finding_id, FINDING.standing, FINDING.n).where(FINDING.agency_id == agency_id)
    return session.execute(query.order_by(FINDING.finding_id)).all()


def decisions(session: Session, agency_id: str) -> set[tuple[str, str]]:
    """What the audit trail says of findings: action and id."""
    query = select(EVENT.action, EVENT.subject).where(
        EVENT.agency_id == agency_id, EVENT.action.in_(("finding.raised", "finding.released", "finding.confirmed"))
    )
    return {(action, subject) for action, subject in session.execute(query)}


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def held_or(session: Session, agency_id: str, keys: Collection[UUID]) -> Iterator[Any]:
    """Key, office and status of the ratings that are held, and of these."""
    columns = (RATING.key, RATING.office, RATING.standing)
    query = select(*columns).where(RATING.agency_id == agency_id)
    yield from session.execute(query.where(RATING.standing == "held"))
    ordered = sorted(keys)
    for start in range(0, len(ordered), BATCH):
        batch = query.where(RATING.key.in_(ordered[start : start + BATCH]), RATING.standing != "held")
        yield from session.execute(batch)
