"""Targets on the wire."""

from datetime import date, datetime
from typing import Annotated, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.closing.rules.report_documents.targets import Attainment
from app.directory.schemas import CodeText, Limit
from app.foundation.wire import WireModel
from app.indices.query import Code
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.targets.rules.target import INDEX

# As many as one body of the usual size holds.
MOST_TARGETS = 100
TargetPlace: TypeAlias = Annotated[
    str, Field(pattern="^[A-Za-z0-9-]{1,40}/(office|employee)/[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")
]
TargetValue: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$", description="On the scale of the index, such as `88.00`."),
]


class TargetQuery(WireModel):
    """Which targets: of one period, by one questionnaire."""

    period: PeriodCode = Field(description="`2026-09`, `2026-Q3`, `2026-S2` or `2026`.")
    instrument: InstrumentId = "ikl-1"
    after: TargetPlace | None = Field(default=None, description="The `next` of the page before: code/kind/figure.")
    limit: Limit = 200


class TargetOut(WireModel):
    """What a figure of an office or of an employee shall be; `figure` is `index` or the code of a question."""

    period: str
    instrument: str
    office: str | None
    employee: str | None
    figure: str
    value: str
    set_at: datetime


class TargetPage(WireModel):
    """Targets by code, kind and figure; `next` is the `after` of the following page, null on the last.

    `fixed`: the period is closed by this questionnaire, and its targets do not change any more.
    """

    items: tuple[TargetOut, ...]
    next: str | None
    fixed: bool


class TargetIn(WireModel):
    """What a figure of one office or one employee shall be; a `value` of null takes the target away."""

    period: PeriodCode
    instrument: InstrumentId = "ikl-1"
    office: CodeText | None = None
    employee: CodeText | None = None
    figure: Code = Field(default=INDEX, description="`index`, or the code of a question.")
    value: TargetValue | None

    @model_validator(mode="after")
    def _one_subject(self) -> "TargetIn":
        if (self.office is None) == (self.employee is None):
            raise PydanticCustomError("one_subject", "must be of one office or of one employee")
        return self


class TypedTarget(TargetIn):
    """A target as a form or a file has it: without a value it is taken away."""

    value: TargetValue | None = None


class TargetsIn(WireModel):
    """Targets of different figures: all of them are set, or none."""

    targets: list[TargetIn] = Field(min_length=1, max_length=MOST_TARGETS)


class TargetsSet(WireModel):
    """How many targets were sent and hold now, and how many of them are new, changed or taken away."""

    stored: int
    changed: int


class SoFarQuery(WireModel):
    """Of which period the targets of offices are asked for, beside the ones that run."""

    period: PeriodCode = Field(description="`2026-09`, `2026-Q3`, `2026-S2` or `2026`.")
    instrument: InstrumentId = "ikl-1"


class SoFarOut(WireModel):
    """What a unit's targets in one period come to by a day (`through`); null: nothing of the period is told."""

    period: str
    instrument: str
    office: str | None
    employee: str | None
    through: date | None
    reached: tuple[Attainment, ...]


class SoFarPage(WireModel):
    """By period, the one asked for first, and code."""

    items: tuple[SoFarOut, ...]


class PersonSoFarQuery(WireModel):
    """Whose targets: left out, the own, or those of all whom one appraises."""

    employee: CodeText | None = Field(default=None, description="One of the own people alone.")
