"""Wire models of the directory. The NIP is in none of them."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from app.directory.workbook.cells import HIGHEST_COUNT
from app.directory.workbook.forms import without_nip
from app.foundation.days import Day
from app.foundation.wire import WireModel, one_line

# Wider than any code, so that an unknown office gets `office-unknown` and not a fault of form; narrow enough that no
# character reaches the database which it refuses (PostgreSQL takes no NUL).
CodeText: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$")]
CounterText: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}/[A-Za-z0-9-]{1,40}$")]
VolumeText: TypeAlias = Annotated[
    str, Field(pattern="^[A-Za-z0-9-]{1,40}/[0-9]{4}-[0-9]{2}-[0-9]{2}/[A-Za-z0-9-]{1,40}/[A-Za-z0-9-]{0,40}$")
]
People: TypeAlias = Annotated[int, Field(ge=0, le=HIGHEST_COUNT, strict=True)]
Limit: TypeAlias = Annotated[int, Field(ge=1, le=1_000, description="Longest page.")]


def _public_name(text: str) -> str:
    readable = one_line(text)
    try:
        return without_nip(readable)
    except ValueError as fault:
        raise PydanticCustomError("without_nip", "must not hold a NIP") from fault


class AgencyIn(WireModel):
    """What an agency is called, and by which period its figures are told from now on."""

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_public_name)
    ]
    period: Literal["quarter", "month"]


class AgencyOut(WireModel):
    """An agency: its code, what it is called, by which period its figures are told, since when it is here."""

    code: str
    name: str
    period: Literal["quarter", "month"]
    created_at: datetime


class OfficeOut(WireModel):
    """An office; `parent` is the office above it, `region_code` the interior ministry's."""

    code: str
    name: str
    parent: str | None
    timezone: str
    region_code: str | None
    active: bool


class ServiceOut(WireModel):
    """A service; people are compared only within its family."""

    code: str
    name: str
    family: str
    active: bool


class CounterOut(WireModel):
    """A counter; without services it gives every service of the agency."""

    office: str
    code: str
    name: str
    services: tuple[str, ...]
    active: bool


class EmployeeOut(WireModel):
    """An employee; `office` is where the person is posted today, `appraiser` the code of who appraises the person."""

    code: str
    name: str
    position: str | None
    grade: str | None
    office: str | None
    appraiser: str | None
    active: bool


class OfficePage(WireModel):
    """Offices by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[OfficeOut, ...]
    next: str | None


class ServicePage(WireModel):
    """Services by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[ServiceOut, ...]
    next: str | None


class CounterPage(WireModel):
    """Counters by office and code; `next` (office/code) is the `after` of the following page."""

    items: tuple[CounterOut, ...]
    next: str | None


class EmployeePage(WireModel):
    """Employees by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[EmployeeOut, ...]
    next: str | None


class PageQuery(WireModel):
    """Which page of offices or services: those after a code, at most `limit`."""

    after: CodeText | None = Field(default=None, description="The `next` of the page before.")
    limit: Limit = 200


class EmployeeQuery(PageQuery):
    """Which page of employees: perhaps only those posted today at one office."""

    office: CodeText | None = Field(default=None, description="Only those posted today at this office.")


class CounterQuery(WireModel):
    """Which page of counters: those after `office/code`, perhaps of one office."""

    after: CounterText | None = Field(default=None, description="The `next` of the page before: `office/code`.")
    limit: Limit = 200
    office: CodeText | None = Field(default=None, description="Only counters of this office.")


class VolumeOut(WireModel):
    """How many people were served on a local day, and offered a rating; null where nobody is named or reported."""

    office: str
    service: str
    employee: str | None
    date: Day
    served: int
    offered: int | None


class VolumePage(WireModel):
    """Volumes by office, date, service and employee; `next` is the `after` of the following page."""

    items: tuple[VolumeOut, ...]
    next: str | None


class VolumeIn(WireModel):
    """How many people a queue system saw served; the number sent last for its key is the one that counts."""

    office: CodeText
    service: CodeText
    employee: CodeText | None = Field(default=None, description="Who served them; null when nobody is named.")
    date: Day = Field(description="Local day of the office; at the latest today.")
    served: People
    offered: People | None = Field(
        default=None, description="How many were offered a rating, served or not; null when it is not known."
    )


class VolumesIn(WireModel):
    """Volumes of different keys: all of them are stored, or none."""

    volumes: list[VolumeIn] = Field(min_length=1, max_length=500)


class VolumesStored(WireModel):
    """How many volumes were sent and are stored now, and how many of them are new or changed."""

    stored: int
    changed: int


class VolumeQuery(WireModel):
    """Which page of volumes: those after `office/date/service/employee`, perhaps of one office and period."""

    after: VolumeText | None = Field(default=None, description="The `next` of the page before.")
    limit: Limit = 200
    office: CodeText | None = Field(default=None, description="Only volumes of this office.")
    first: Day | None = Field(default=None, alias="from", description="First local day.")
    last: Day | None = Field(default=None, alias="to", description="Last local day, included.")

    @field_validator("after")
    @classmethod
    def _has_a_day(cls, after: str | None) -> str | None:
        try:
            cls._key(after)
        except ValueError:
            raise PydanticCustomError("date_parsing", "must hold a date such as 2026-11-24") from None
        return after

    @property
    def key(self) -> tuple[str, date, str, str] | None:
        """The key that `after` names."""
        return self._key(self.after)

    @staticmethod
    def _key(after: str | None) -> tuple[str, date, str, str] | None:
        if after is None:
            return None
        office, day, service, employee = after.split("/")
        return office, date.fromisoformat(day), service, employee


class SheetChanges(WireModel):
    """How many rows of a sheet are new, change something, or change nothing."""

    new: int
    changed: int
    unchanged: int


class DirectoryImported(WireModel):
    """What an import has changed, or (`imported` false) would change; what is not in the workbook stays."""

    imported: bool
    offices: SheetChanges
    services: SheetChanges
    counters: SheetChanges
    employees: SheetChanges
    duties: SheetChanges
    targets: SheetChanges
    promises: SheetChanges
    postings_ended: int = Field(description="Of the employees who changed: how many leave an office.")
