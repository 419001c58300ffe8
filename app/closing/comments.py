"""What citizens wrote, for who leads an office: the comments that are told, of a period, with a search."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from app.access.principals import Reach
from app.closing.addressing import asked
from app.directory.listing_store import office_parents
from app.directory.rules.reach import offices_asked
from app.directory.schemas import CodeText, Limit
from app.disclosure import beside_store
from app.disclosure.rules.comments import readable
from app.disclosure.rules.due import month_code
from app.disclosure.rules.profiles import Months
from app.foundation.storage.database import Session
from app.foundation.wire import WireModel
from app.indices.reading import instrument_of
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode


def _readable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of readable text")
    return text


class CommentQuery(WireModel):
    """Which comments: of a period, by one questionnaire, of an office and those below it, with some words."""

    period: PeriodCode
    instrument: InstrumentId = "ikl-1"
    office: CodeText | None = Field(None, description="Left out: everything in reach.")
    search: Annotated[str, Field(max_length=100), AfterValidator(_readable)] = Field(
        "", description="Words that stand in it, in capitals or not."
    )
    after: UUID | None = Field(None, description="`next` of the page before.")
    limit: Limit = 100


class CommentOut(WireModel):
    """A comment without personal data, under a random id; `office` is null where it was told with other offices'."""

    id: UUID
    office: str | None
    text: str


class CommentPage(WireModel):
    """Comments in a random order that stays; `n` of them were asked for, of `told` that are told in all."""

    items: tuple[CommentOut, ...]
    n: int
    told: int
    next: UUID | None


def read_comments(session: Session, reach: Reach, query: CommentQuery) -> CommentPage:
    """A page of them. Raises `period-unknown`, `instrument-unknown`, `office-unknown`, `out-of-scope`."""
    agency_id, span = reach.agency_id, asked(query.period)
    instrument = instrument_of(session, agency_id, query.instrument)
    parents = office_parents(session, agency_id)
    offices = offices_asked(parents, reach, query.office, children=True)
    months = Months(month_code(span.first), month_code(span.last))
    # What several offices told together is for who reaches all of them.
    whole = len(offices) == len(parents)
    told = {
        comment: office
        for office, comment in beside_store.told_comments(session, agency_id, instrument.id, months)
        if office in offices or (office is None and whole)
    }
    found = readable(told, query.search)
    rest = [each for each in found if query.after is None or each.comment_id > query.after]
    items = tuple(CommentOut(id=each.comment_id, office=told[each], text=each.text) for each in rest[: query.limit])
    following = items[-1].id if len(rest) > query.limit else None
    return CommentPage(items=items, n=len(found), told=len(readable(told)), next=following)
