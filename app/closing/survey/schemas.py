"""Plans and publications on the wire, and in the files that the command line reads."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.foundation.days import Day
from app.foundation.wire import WireModel
from app.indices.query import Code
from app.instruments.schemas import InstrumentId

MOST_ITEMS = 100


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of readable text")
    return text


LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(_one_line)
]
ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), AfterValidator(_one_line)
]
Address = Annotated[
    str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True), AfterValidator(_one_line)
]


class FollowUpPart(WireModel):
    """One action: which element (*unsur*), what is wrong, what is done, until when, by whom, and how far it is."""

    element: Code
    problem: LongText
    action: LongText
    due_on: Day
    owner: ShortText
    status: Literal["planned", "started", "done", "dropped"] = "planned"
    done_on: Day | None = None
    note: LongText | None = None

    @model_validator(mode="after")
    def _done_has_a_day(self) -> "FollowUpPart":
        if (self.status == "done") != (self.done_on is not None):
            raise ValueError("done_on is needed with status done, and only then")
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


class FollowUpsOut(WireModel):
    """The plan that follows a period; `office` is null for the agency's."""

    period: str
    instrument: str
    office: str | None
    items: tuple[FollowUpPart, ...]


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
