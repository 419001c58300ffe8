"""The parts that reports of every kind have: whom they are about, the period, the rules, the months."""

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from app.instruments.schemas import TextsOut

# Canonical JSON writes 1.0 as 1. What was read as an integer stays one, so that a table shows what is stored.
Real: TypeAlias = int | float
Words: TypeAlias = TextsOut
UnitKind: TypeAlias = Literal["employee", "office", "agency"]


class Part(BaseModel):
    """A part of a report; members this version does not know are kept, since a report outlives the software."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        # Made when a report is first read or written, not at every start.
        defer_build=True,
    )

    def plain(self) -> dict[str, Any]:
        """The part as plain JSON with exactly the members it was made with: a missing one does not become null."""
        return self.model_dump(mode="json", exclude_unset=True)


class Named(Part):
    """An agency or an office: its code and its name when the period was closed."""

    code: str
    name: str


class Person(Part):
    """An employee as a report names them; only the last digits of the NIP are shown."""

    code: str
    name: str
    nip_masked: str | None
    position: str | None
    grade: str | None


class EmployeeSubject(Person):
    """The employee a report is about, and the office they were posted to at the end of the period."""

    office: Named


class Appraiser(Person):
    """Who appraises the employee; `office` is null where they were posted nowhere."""

    office: Named | None


class ReportPeriod(Part):
    """Which days and which revision of the period."""

    code: str
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    revision: int


class Method(Part):
    """By which questionnaire, weights, bands and formulas the figures were made."""

    instrument: str
    version: str
    digest: str
    index_name: str
    index_title: Words
    weights: str
    bands: str
    measures: str


class TrendMonth(Part):
    """The index of one month; null where an item has too few answers."""

    month: str
    n: int
    index: str | None


class TicketCounts(Part):
    """Tickets issued in the period, how many of them were armed and spent, and coverage = spent / armed."""

    issued: int
    armed: int
    spent: int
    coverage: Real | None
