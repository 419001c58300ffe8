"""What citizens wrote, for who leads an office: the comments that are told, of a period, with search and marks."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.access.audit import record
from app.access.principals import Reach
from app.closing.addressing import asked
from app.closing.rules.follow_up import today
from app.directory.listing_store import office_parents
from app.directory.rules.reach import offices_asked
from app.directory.schemas import CodeText, Limit
from app.disclosure import beside_store, marks_store
from app.disclosure.marks import keep_mark
from app.disclosure.marks_store import OneTold
from app.disclosure.rules.comments import Mark, by_state, readable
from app.disclosure.rules.due import month_code
from app.disclosure.rules.profiles import Months
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.foundation.wire import OneLine, WireModel
from app.indices.reading import instrument_of
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode


class CommentQuery(WireModel):
    """Which comments: of a period, by one questionnaire, of an office and those below it, with some words and marks."""

    period: PeriodCode
    instrument: InstrumentId = "ikl-1"
    office: CodeText | None = Field(None, description="Left out: everything in reach.")
    search: Annotated[str, Field(max_length=100), OneLine] = Field(
        "", description="Words that stand in it, in capitals or not."
    )
    element: CodeText | None = Field(None, description="Those that a reader has marked as being about this element.")
    state: Literal["open", "handled"] | None = Field(None, description="Whether a reader has marked them as acted on.")
    after: UUID | None = Field(None, description="`next` of the page before.")
    limit: Limit = 100


class MarkIn(WireModel):
    """What an official says of a comment; one that says nothing takes the mark away."""

    handled: bool = False
    element: CodeText | None = Field(None, description="An element of the comment's questionnaire.")
    note: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), OneLine] | None = None


class MarkOut(WireModel):
    """What was said of a comment, by whom (kind and id) and on which day."""

    handled: bool
    element: str | None
    note: str | None
    by: str
    on: date | None


class CommentOut(WireModel):
    """A comment without personal data, under a random id; `office` is null where it was told with other offices'."""

    id: UUID
    office: str | None
    text: str
    mark: MarkOut | None


class CommentPage(WireModel):
    """Comments in a random order that stays; `n` of them were asked for, of `told` that are told in all.

    Of these `handled` are marked as acted on; `elements` says how many are marked as being about which element.
    """

    items: tuple[CommentOut, ...]
    n: int
    told: int
    handled: int
    elements: dict[str, int]
    next: UUID | None


class OneComment(WireModel):
    """One told comment with its questionnaire and the months it was told of."""

    comment: CommentOut
    instrument: str
    first_month: str
    last_month: str


def read_comments(session: Session, reach: Reach, query: CommentQuery) -> CommentPage:
    """A page of them. Raises `period-unknown`, `instrument-unknown`, `office-unknown`, `out-of-scope`."""
    agency_id, span = reach.agency_id, asked(query.period)
    instrument = instrument_of(session, agency_id, query.instrument)
    parents = office_parents(session, agency_id)
    offices = offices_asked(parents, reach, query.office, children=True)
    months = Months(month_code(span.first), month_code(span.last))
    told = {
        comment: office
        for office, comment in beside_store.told_comments(session, agency_id, instrument.id, months)
        if _is_in(office, offices, parents)
    }
    marks = marks_store.marks_of(session, agency_id, instrument.id, months)
    whole = readable(told)
    found = by_state(readable(told, query.search), marks, query.state, query.element)
    rest = [each for each in found if query.after is None or each.comment_id > query.after]
    items = tuple(
        _shown(each.comment_id, told[each], each.text, marks.get(each.comment_id)) for each in rest[: query.limit]
    )
    about = Counter(marks[each.comment_id].element for each in whole if each.comment_id in marks)
    return CommentPage(
        items=items,
        n=len(found),
        told=len(whole),
        handled=len(by_state(whole, marks, "handled", None)),
        elements=dict(sorted((code, n) for code, n in about.items() if code is not None)),
        next=items[-1].id if len(rest) > query.limit else None,
    )


def read_comment(session: Session, reach: Reach, comment_id: UUID) -> OneComment:
    """One comment that this reader may read. Raises `comment-unknown` for every other id."""
    told = _told(session, reach, comment_id)
    mark = marks_store.find_mark(session, reach.agency_id, comment_id)
    return OneComment(
        comment=_shown(comment_id, told.office, told.text, mark),
        instrument=told.instrument,
        first_month=told.months.first,
        last_month=told.months.last,
    )


def mark_comment(session: Session, reach: Reach, comment_id: UUID, said: MarkIn, now: datetime) -> CommentOut:
    """Note what an official says of a told comment. Raises `comment-unknown` and `element-unknown`."""
    told = _told(session, reach, comment_id)
    elements = instrument_of(session, reach.agency_id, told.instrument).elements
    if said.element is not None and said.element not in {each.code for each in elements}:
        raise Problem("element-unknown")
    mark = Mark(said.element, said.handled, said.note, reach.actor, today(now))
    keep_mark(session, reach.agency_id, comment_id, mark, today(now))
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action="comment.marked",
        subject=told.office or reach.agency_id,
        at=now,
        office=told.office,
        comment=str(comment_id),
        element=said.element,
        handled=said.handled,
    )
    return _shown(comment_id, told.office, told.text, marks_store.find_mark(session, reach.agency_id, comment_id))


def _told(session: Session, reach: Reach, comment_id: UUID) -> OneTold:
    parents = office_parents(session, reach.agency_id)
    told = marks_store.find_told(session, reach.agency_id, comment_id)
    offices = offices_asked(parents, reach, None, children=True)
    # One answer for what is not there, not told and out of reach: an id says nothing.
    if told is None or not _is_in(told.office, offices, parents):
        raise Problem("comment-unknown")
    return told


def _is_in(office: str | None, offices: Collection[str], parents: Mapping[str, str | None]) -> bool:
    """Whether a comment of this office is among these; what several told together is for who reaches all."""
    return office in offices or (office is None and len(offices) == len(parents))


def _shown(comment_id: UUID, office: str | None, text: str, mark: Mark | None) -> CommentOut:
    said = None if mark is None else MarkOut(**mark._asdict())
    return CommentOut(id=comment_id, office=office, text=text, mark=said)
