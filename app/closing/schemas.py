"""Periods and reports on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from app.closing.rules.report_documents.training import TrainingNeedPart
from app.foundation.wire import WireModel
from app.indices.query import Code
from app.instruments.definition import Label
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.seals.rules.verification import Change, Outcome

LONGEST_TEXT = 4_000


def _storable(text: str) -> str:
    # PostgreSQL keeps every character but this one; other control characters are left out where texts are shown.
    if "\x00" in text:
        raise PydanticCustomError("without_nul", "must be without NUL")
    return text


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, strip_whitespace=True), AfterValidator(_storable)
]
Token = Annotated[str, Field(min_length=1, max_length=100)]
Revision = Annotated[int, Field(ge=1, le=1_000_000)]
Kind = Literal["employee", "office", "agency", "skm"]


class CloseIn(WireModel):
    """By which instrument the period is measured, and by which of its weight modes and band tables."""

    instrument: InstrumentId = "ikl-1"
    weights: Label | None = Field(None, description="Left out: the instrument's own.")
    bands: Label | None = Field(None, description="Left out: the instrument's own.")


class WordsIn(WireModel):
    """What somebody says to a draft."""

    text: Text


class NoteIn(WireModel):
    """A supervisor's words beside an employee's draft; sent again, they replace the former ones."""

    employee: Code
    text: Text


class PeriodOut(WireModel):
    """One revision of a closed period. `office` is the root of the subtree it was closed for, null for the agency."""

    code: str
    office: str | None
    revision: int
    state: Literal["draft", "final"]
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    instrument: str
    weights: str | None
    bands: str | None
    drafted_at: datetime
    reply_until: datetime
    final_at: datetime | None


class PeriodPage(WireModel):
    """Every revision of every closed period, newest period first."""

    items: tuple[PeriodOut, ...]


class ReportQuery(WireModel):
    """Which reports: of a period (its newest revision, or one named), of a kind, about a unit."""

    period: PeriodCode
    instrument: InstrumentId | None = Field(None, description="Left out: the only one it was closed by.")
    revision: Revision | None = Field(None, description="Left out: the newest.")
    kind: Kind | None = None
    unit: Code | None = Field(
        None, description="Code of the employee, the office or the agency; ALL for the survey of all offices."
    )


class ReportLine(WireModel):
    """A report in a list. `digest` is that of the sealed document, null while it is a draft."""

    id: UUID
    kind: Kind
    unit: str
    office: str | None
    period: str
    instrument: str
    revision: int
    state: Literal["draft", "final"]
    digest: str | None


class ReportPage(WireModel):
    """The reports asked for, by kind and unit."""

    items: tuple[ReportLine, ...]


class IdentityOut(WireModel):
    """Who the employee is beyond the report; null where the directory has no NIP."""

    nip: str | None


class AlteredPlaceOut(WireModel):
    """Where a report was altered: a JSON pointer, and whether something was changed, added or removed there."""

    pointer: str
    change: Change


class VerificationOut(WireModel):
    """What the seal says: `valid`, `altered` (where), `unknown-key` or `malformed`. It tells nothing about a person."""

    outcome: Outcome
    key: str | None
    digest: str | None
    final_on: date | None
    altered: tuple[AlteredPlaceOut, ...]


class InvitedIn(WireModel):
    """The token of a personal link; it travels in bodies only."""

    token: Token


class ReplyIn(InvitedIn):
    """What the employee says to the own draft."""

    text: Text


class ReadingOut(WireModel):
    """Somebody has read figures about the person: when, with which kind of key, and what was asked for."""

    at: datetime
    by: str
    what: Literal["indices", "measures", "report", "appraisals", "tickets", "findings"]
    period: str | None
    first: date | None = Field(alias="from")
    last: date | None = Field(alias="to")


class RecognisedOut(WireModel):
    """An employee whose service is recognised, by name, and the office of the posting."""

    code: str
    name: str
    office: str
    office_name: str


class BesideOut(WireModel):
    """What stands beside a report for this reader; no seal covers it. Null: nothing of that kind, or not for this one.

    `recognised`, in the order of names, beside the agency's report; `training`, the person's needs by question.
    """

    recognised: tuple[RecognisedOut, ...] | None
    training: tuple[TrainingNeedPart, ...] | None


class InvitedOut(WireModel):
    """The own draft or final report, whether and until when a reply is taken, the reply if there is one, who has
    read about the person, and the own training needs."""

    document: dict[str, Any]
    state: Literal["draft", "final"]
    may_reply: bool
    reply_until: datetime
    reply: str | None
    readings: tuple[ReadingOut, ...]
    training: tuple[TrainingNeedPart, ...]
