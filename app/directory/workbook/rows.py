"""The rows of each sheet as models: the form of every cell, and the database columns they become."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails

from app.directory.faults import DirectoryFault, Sentence, sentence_of
from app.directory.workbook.cells import Cell
from app.directory.workbook.fields import (
    Code,
    Codes,
    Day,
    EmployeeCode,
    Figure,
    Grade,
    Hundredths,
    Instrument,
    Moment,
    Month,
    Name,
    Nip,
    OptionalCode,
    OptionalCount,
    OptionalEmployeeCode,
    Period,
    Position,
    PromisedUnit,
    PublicName,
    RegionCode,
    Source,
    Zone,
)

Key: TypeAlias = tuple[str, ...]
Columns: TypeAlias = dict[str, Any]


class Row(BaseModel):
    """A row of cells whose form is right; whether it fits the directory is another question."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    sheet: ClassVar[str]
    key_columns: ClassVar[tuple[str, ...]] = ("code",)

    @property
    def key(self) -> Key:
        """The codes that identify the row within its sheet; empty for duties, which their times identify."""
        return tuple(getattr(self, column) for column in self.key_columns)

    def columns(self) -> Columns:
        """The values by the columns of the row's table; the agency is not among them."""
        return self.model_dump()


class AgencyRow(Row):
    """An agency; it has no sheet, operators add it by command."""

    sheet = "agency"
    code: Code
    name: Name


class OfficeRow(Row):
    """A row of the sheet `offices`."""

    sheet = "offices"
    code: Code
    name: Name
    parent: OptionalCode
    timezone: Zone
    region_code: RegionCode


class ServiceRow(Row):
    """A row of the sheet `services`; a service without a family is a family of its own."""

    sheet = "services"
    code: Code
    name: Name
    family: OptionalCode

    def columns(self) -> Columns:
        """With the family it belongs to."""
        return self.model_dump() | {"family": self.family or self.code}


class CounterRow(Row):
    """A row of the sheet `counters`."""

    sheet = "counters"
    key_columns = ("office", "code")
    office: Code
    code: Code
    name: Name
    services: Codes

    def columns(self) -> Columns:
        """With the services as the table holds them."""
        return self.model_dump() | {"services": list(self.services)}


class EmployeeRow(Row):
    """A row of the sheet `employees`."""

    sheet = "employees"
    code: EmployeeCode
    name: PublicName
    nip: Nip
    position: Position
    grade: Grade
    office: Code
    posted_from: Day
    appraiser: OptionalEmployeeCode = None

    @field_validator("appraiser")
    @classmethod
    def _somebody_else(cls, appraiser: str | None, info: ValidationInfo) -> str | None:
        if appraiser is not None and appraiser == info.data.get("code"):
            raise ValueError("nobody appraises themselves; name somebody else or nobody")
        return appraiser

    def columns(self) -> Columns:
        """Without the posting, which is a row of its own, and without the appraiser if the file has no such column."""
        # A file from before that column existed must not erase the appraisers entered since.
        return self.model_dump(exclude={"office", "posted_from"}, exclude_unset=True)


class DutyRow(Row):
    """A row of the sheet `duties`; both moments are local times of the office, `until` is not included."""

    sheet = "duties"
    # Two duties with the same beginning overlap, and are reported as such, not as a repeated key.
    key_columns = ()
    office: Code
    counter: Code
    employee: EmployeeCode
    from_local: Moment = Field(alias="from")
    until_local: Moment = Field(alias="until")

    @field_validator("until_local")
    @classmethod
    def _after_from(cls, until: datetime, info: ValidationInfo) -> datetime:
        start = info.data.get("from_local")
        if start is not None and until <= start:
            raise ValueError("the end must be after the beginning")
        return until

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Beginning and end in UTC, for an office in `zone`."""
        return (
            self.from_local.replace(tzinfo=zone).astimezone(UTC),
            self.until_local.replace(tzinfo=zone).astimezone(UTC),
        )


class TargetLine(Row):
    """A row of the sheet `targets`: what a figure of an office or of an employee shall be; `value` in hundredths."""

    sheet = "targets"
    key_columns = ("period", "instrument", "office", "employee", "figure")
    period: Period
    instrument: Instrument
    office: OptionalCode
    employee: OptionalEmployeeCode
    figure: Figure
    value: Hundredths

    @property
    def key(self) -> Key:
        """With an empty text for the one of office and employee that is not named."""
        return self.period, self.instrument, self.office or "", self.employee or "", self.figure

    @field_validator("employee")
    @classmethod
    def _one_of_both(cls, employee: str | None, info: ValidationInfo) -> str | None:
        if "office" in info.data and (employee is None) == (info.data["office"] is None):
            raise ValueError("name an office or an employee, and not both")
        return employee


class PromiseLine(Row):
    """A row of the sheet `promises`: how long a service takes at most from a month on; without an amount nothing is."""

    sheet = "promises"
    key_columns = ("service", "valid_from")
    service: Code
    valid_from: Month
    amount: OptionalCount
    unit: PromisedUnit
    source: Source

    @field_validator("source")
    @classmethod
    def _whole(cls, source: str | None, info: ValidationInfo) -> str | None:
        parts = [info.data[name] for name in ("amount", "unit") if name in info.data]
        if any((part is None) != (source is None) for part in parts):
            raise ValueError("write an amount, a unit and a document, or none of them")
        return source


AnyRow = TypeVar("AnyRow", bound=Row)


def read_row(model: type[AnyRow], cells: Mapping[str, Cell], today: date) -> AnyRow:
    """The row these cells form; raises pydantic's ValidationError."""
    return model.model_validate(cells, context={"today": today})


def problems_of(error: ValidationError) -> list[tuple[str, str]]:
    """Column and sentence of everything a ValidationError found."""
    found = error.errors(include_url=False, include_input=False)
    return [(str(each["loc"][0]), _sentence(each)) for each in found]


def _sentence(found: ErrorDetails) -> str:
    # If another check came first, pydantic reports the length of a text as that of a list.
    if found["type"] in ("string_too_long", "too_long"):
        return Sentence("write at most {most} characters", most=found["ctx"]["max_length"])
    # What our own checks raise; every other kind of fault is caught by one of them.
    error = found.get("ctx", {}).get("error")
    return sentence_of(error) if isinstance(error, ValueError) else found["msg"]


def checked(model: type[AnyRow], today: date, cells: Mapping[str, Cell]) -> AnyRow:
    """The row of these cells, given by command; raises DirectoryFault naming every wrong value."""
    try:
        return read_row(model, cells, today)
    except ValidationError as error:
        sentences = [f"{column}: {problem}" for column, problem in problems_of(error)]
        raise DirectoryFault("; ".join(sentences)) from None
