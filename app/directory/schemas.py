"""Wire models of the directory. The NIP is in none of them."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

# Wider than any code, so that an unknown office is told as such; still nothing a database could choke on.
CodeText: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}$")]
CounterText: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}/[A-Za-z0-9-]{1,40}$")]
Limit: TypeAlias = Annotated[int, Field(ge=1, le=1_000, description="Longest page.")]


class Wire(BaseModel):
    """Frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfficeOut(Wire):
    """An office; `parent` is the office above it, `region_code` the interior ministry's."""

    code: str
    name: str
    parent: str | None
    timezone: str
    region_code: str | None
    active: bool


class ServiceOut(Wire):
    """A service; people are compared only within its family."""

    code: str
    name: str
    family: str
    active: bool


class CounterOut(Wire):
    """A counter; without services it gives every service of the agency."""

    office: str
    code: str
    name: str
    services: tuple[str, ...]
    active: bool


class EmployeeOut(Wire):
    """An employee; `office` is where the person is posted today."""

    code: str
    name: str
    position: str | None
    grade: str | None
    office: str | None
    active: bool


class OfficePage(Wire):
    """Offices by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[OfficeOut, ...]
    next: str | None


class ServicePage(Wire):
    """Services by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[ServiceOut, ...]
    next: str | None


class CounterPage(Wire):
    """Counters by office and code; `next` (office/code) is the `after` of the following page."""

    items: tuple[CounterOut, ...]
    next: str | None


class EmployeePage(Wire):
    """Employees by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[EmployeeOut, ...]
    next: str | None


class PageQuery(Wire):
    """Which page of offices or services: those after a code, at most `limit`."""

    after: CodeText | None = Field(default=None, description="The `next` of the page before.")
    limit: Limit = 200


class EmployeeQuery(PageQuery):
    """Which page of employees: perhaps only those posted today at one office."""

    office: CodeText | None = Field(default=None, description="Only those posted today at this office.")


class CounterQuery(Wire):
    """Which page of counters: those after `office/code`, perhaps of one office."""

    after: CounterText | None = Field(default=None, description="The `next` of the page before: `office/code`.")
    limit: Limit = 200
    office: CodeText | None = Field(default=None, description="Only counters of this office.")
