"""The audit trail for those who audit: what was done, by whom, the newest first."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from uuid import UUID

from app.access import store as access_store
from app.access.principals import Reach
from app.access.store import AskedEvents
from app.access.tables import AuditEvent
from app.directory.reach import offices_in_reach, require_office
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people import store
from app.people.rules.trail import is_about
from app.people.schemas import ActionOut, TrailPage, TrailQuery

BATCH = 500


def read_trail(session: Session, reach: Reach, query: TrailQuery, zone: tzinfo = UTC) -> TrailPage:
    """A page of the trail, its days those of `zone`. Raises `period-reversed`, `office-unknown`, `out-of-scope`."""
    # One more than the page holds, to know whether there is a next one.
    rows = list(islice(_rows(session, reach, query, zone), query.limit + 1))
    items = _named(session, reach.agency_id, rows[: query.limit])
    return TrailPage(items=items, next=items[-1].id if len(rows) > query.limit else None)


def whole_trail(session: Session, reach: Reach, query: TrailQuery, zone: tzinfo = UTC) -> Iterator[ActionOut]:
    """Everything that was asked for, a batch at a time: there may be more than can be held at once."""
    rows = _rows(session, reach, query, zone)
    while batch := list(islice(rows, BATCH)):
        yield from _named(session, reach.agency_id, batch)


def _rows(session: Session, reach: Reach, query: TrailQuery, zone: tzinfo) -> Iterator[AuditEvent]:
    """The rows asked for. What is wrong with the question is raised before the first of them."""
    if query.first is not None and query.last is not None and query.first > query.last:
        raise Problem("period-reversed")
    within: Collection[str] | None = offices_in_reach(session, reach)
    if query.office is not None:
        require_office(session, reach, query.office)
        within = {query.office}
    until = None if query.last is None else _midnight(query.last + timedelta(days=1), zone)
    asked = AskedEvents(query.action, None if query.first is None else _midnight(query.first, zone), until)
    return _matching(session, reach.agency_id, asked, query.after, within)


def _matching(
    session: Session, agency_id: str, asked: AskedEvents, before: UUID | None, within: Collection[str] | None
) -> Iterator[AuditEvent]:
    while batch := access_store.events_before(session, agency_id, asked, before, BATCH):
        # The office stands in the row's detail, of which the two databases know different things.
        yield from (row for row in batch if within is None or is_about(row.detail, within))
        before = batch[-1].event_id


def _named(session: Session, agency_id: str, rows: Sequence[AuditEvent]) -> tuple[ActionOut, ...]:
    names = names_of_actors(session, agency_id, {row.actor for row in rows})
    subjects = {each: _named_by(session, agency_id, each) for each in {row.subject for row in rows}}
    return tuple(
        ActionOut(
            id=row.event_id,
            at=row.at,
            actor=row.actor,
            name=names[row.actor],
            action=row.action,
            subject=row.subject,
            subject_name=subjects[row.subject],
            detail=row.detail,
        )
        for row in rows
    )


def names_of_actors(session: Session, agency_id: str, actors: Collection[str]) -> dict[str, str | None]:
    """The names of the persons, and the labels of the keys, behind these actors."""
    return {actor: _name(session, agency_id, actor) for actor in actors}


def _name(session: Session, agency_id: str, actor: str) -> str | None:
    """The name of the person, or the label of the key; None for operators' commands and the service itself."""
    return _named_by(session, agency_id, actor.partition(":")[2])


def _named_by(session: Session, agency_id: str, text: str) -> str | None:
    """The name of the person, or the label of the key, whose id this is; None where it is no such id."""
    try:
        who = UUID(text)
    except ValueError:
        return None
    person = store.find_person(session, agency_id, who)
    if person is not None:
        return person.name
    key = access_store.find_key(session, agency_id, who)
    return None if key is None else key.label


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
