"""Plans and publications on the wire, and in the files that the command line reads."""

from re import fullmatch
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.foundation.days import Day
from app.foundation.wire import OneLine, WireModel
from app.indices.query import Code
from app.instruments.schemas import InstrumentId, TextsOut

MOST_ITEMS = 100


LongText = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), OneLine]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), OneLine]
Address = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True), OneLine]


def _is_sha256(text: str) -> str:
    if fullmatch(r"[0-9a-f]{64}", text) is None:
        raise PydanticCustomError("sha256", "must be 64 hexadecimal digits")
    return text


Sha256 = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=64),
    AfterValidator(_is_sha256),
    Field(description="SHA-256 of a file, in hexadecimal; the file itself is not kept here."),
]


class PlannedPart(WireModel):
    """One action as planned: which element (*unsur*), what is wrong, what is done, until when, by whom."""

    element: Code
    problem: LongText
    action: LongText
    due_on: Day
    owner: ShortText


class DonePart(WireModel):
    """That an action was done: the day, a remark, and what shows it (an address, or the digest of a file)."""

    done_on: Day
    note: LongText | None = None
    proof_address: Address | None = None
    proof_sha256: Sha256 | None = None


class DroppedPart(WireModel):
    """That an action was dropped, and why."""

    note: LongText


class FollowUpPart(PlannedPart):
    """One action: as planned, how far it is, and what shows that it was done."""

    status: Literal["planned", "started", "done", "dropped"] = "planned"
    done_on: Day | None = None
    note: LongText | None = None
    proof_address: Address | None = None
    proof_sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _done_has_a_day(self) -> "FollowUpPart":
        if (self.status == "done") != (self.done_on is not None):
            raise PydanticCustomError("day_of_done", "must have done_on with status done, and only then")
        return self


class PublicationPart(WireModel):
    """Where results were made public: the medium (*papan pengumuman*, *situs web*), the day and the address."""

    medium: ShortText
    published_on: Day
    address: Address | None = None


class FollowUpsIn(WireModel):
    """The whole plan of an office, or without one of all the key reaches; it replaces the plan before."""

    office: Code | None = None
    items: Annotated[tuple[FollowUpPart, ...], Field(max_length=MOST_ITEMS)]


class PublicationsIn(WireModel):
    """Every publication of a period's results; it replaces the record before."""

    office: Code | None = None
    items: Annotated[tuple[PublicationPart, ...], Field(max_length=MOST_ITEMS)]


class ClosingQuery(WireModel):
    """By which questionnaire the period is or was closed."""

    instrument: InstrumentId | None = Field(None, description="Left out: the only one there is.")


class OfficeQuery(ClosingQuery):
    """Whose plan or record."""

    office: Code | None = Field(None, description="Left out: that of all the key reaches.")


class ProgressOut(WireModel):
    """How far a plan is: of its `actions` how many are `done`, and of these `on_time`; `overdue` ones are open.

    `share` is done / actions, `median_days` those from the end of the period until an action was done.
    """

    actions: int
    done: int
    on_time: int
    overdue: int
    share: float | None
    median_days: float | None


class ProposedOut(WireModel):
    """One of the two lowest elements of the survey, about which nothing is planned so far."""

    element: str
    title: TextsOut
    index: str
    grade: str | None
    n: int | None


class FollowUpsOut(WireModel):
    """The plan that follows a period; `office` is null for the agency's.

    A final report holds the first `signed` actions: of these only the realisation changes. `proposed` are the two
    lowest elements of the newest report that may be read, as far as nothing is planned about them.
    """

    period: str
    instrument: str
    office: str | None
    items: tuple[FollowUpPart, ...]
    signed: int
    progress: ProgressOut
    proposed: tuple[ProposedOut, ...]


class PublicationsOut(WireModel):
    """The publications of a period's results; `office` is null for the agency's."""

    period: str
    instrument: str
    office: str | None
    items: tuple[PublicationPart, ...]


class SurveyFile(WireModel):
    """A TOML file with `[[follow_up]]` and `[[publication]]`; a list left out stays as it is."""

    follow_up: Annotated[tuple[FollowUpPart, ...], Field(max_length=MOST_ITEMS)] | None = None
    publication: Annotated[tuple[PublicationPart, ...], Field(max_length=MOST_ITEMS)] | None = None
