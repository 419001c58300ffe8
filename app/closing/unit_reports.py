"""The reports of employees and offices, and what every report has."""

from typing import Literal, TypedDict

from app.closing.inputs import ClosingInputs, Months
from app.closing.rules.feedback import NOTICE, feedback
from app.closing.rules.integrity import reasons, ticket_counts
from app.closing.rules.report_documents.figures import AnyFigures, figures_of
from app.closing.rules.report_documents.parts import Method, Named, ReportPeriod, TicketCounts, TrendMonth, Words
from app.closing.rules.report_documents.reports import SCHEMA, AnyReport, EmployeeReport, OfficeReport
from app.closing.subjects import Staff, named
from app.closing.units import ReportedUnit, sheets_of
from app.disclosure.rules.closing import Withheld
from app.disclosure.rules.minimum import hides_an_item
from app.indices.presenting import rules_of
from app.indices.rules.figures import Scoring
from app.indices.rules.official import official_index
from app.measures.presenting import METHOD, unit_out
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts
from app.ratings.tallies.rules.sheet_rows import counts, size


class CommonParts(TypedDict):
    """What every new report has."""

    schema_id: str
    state: Literal["draft"]
    agency: Named
    period: ReportPeriod
    method: Method
    n: int
    withheld: Withheld | None
    figures: AnyFigures
    trend: tuple[TrendMonth, ...]
    reply: None
    note: None


class OptionalParts(TypedDict, total=False):
    """What is absent from some reports; absent is not null, since a stored report must not change its bytes."""

    services: dict[str, str]
    held_reasons: dict[str, int]
    tickets: TicketCounts | None
    supersedes: int


def employee_report(inputs: ClosingInputs, unit: ReportedUnit, staff: Staff) -> AnyReport:
    """The report of an employee; the former one again where its figures may not change."""
    if former := kept_report(inputs, unit):
        return former.carried_over(period_of(inputs))
    subject = staff.subject(unit.code)
    return EmployeeReport(
        kind="employee",
        subject=subject,
        appraiser=staff.appraiser_of(unit.code),
        feedback=feedback(inputs.scoring.instrument, unit.measures) if unit.measures else None,
        notice=NOTICE,
        **common_parts(inputs, unit, subject.name),
        **optional_parts(inputs, unit),
    )


def office_report(inputs: ClosingInputs, unit: ReportedUnit, staff: Staff) -> AnyReport:
    """The report of an office; the former one again where its figures may not change."""
    if former := kept_report(inputs, unit):
        return former.carried_over(period_of(inputs))
    subject = named(staff.offices[unit.code])
    return OfficeReport(
        kind="office",
        subject=subject,
        **common_parts(inputs, unit, subject.name),
        **optional_parts(inputs, unit),
    )


def kept_report(inputs: ClosingInputs, unit: ReportedUnit) -> AnyReport | None:
    """The report of the former revision, if this one must keep its figures."""
    return None if unit.decision.is_new else inputs.former_documents.get(unit.about)


def period_of(inputs: ClosingInputs) -> ReportPeriod:
    """The period and the revision that is made."""
    span = inputs.span
    return ReportPeriod(
        code=span.code, first=span.first.isoformat(), last=span.last.isoformat(), revision=inputs.revision
    )


def common_parts(inputs: ClosingInputs, unit: ReportedUnit, name: str) -> CommonParts:
    """What every new report has, of a unit of that name."""
    scoring = inputs.scoring
    return CommonParts(
        schema_id=SCHEMA,
        state="draft",
        agency=Named(code=inputs.agency_id, name=inputs.agency_name),
        period=period_of(inputs),
        method=_method(scoring),
        n=unit.n,
        withheld=unit.decision.withheld,
        figures=figures_of(unit_out(scoring.instrument, unit.by, unit.code, name, unit.measures)),
        trend=_trend(scoring, {month: unit.months[month] for month in unit.decision.months}),
        reply=None,
        note=None,
    )


def optional_parts(inputs: ClosingInputs, unit: ReportedUnit) -> OptionalParts:
    """What only reports with figures have, and the revision that a later one replaces."""
    parts = OptionalParts()
    if unit.measures:
        rated = unit.measures.services
        parts["services"] = {each.code: each.name for each in inputs.directory.services if each.code in rated}
    # The agency has both in its `integrity`, added up over its offices.
    if unit.measures and unit.kind != "agency":
        parts["held_reasons"] = _held_reasons(inputs, unit)
        parts["tickets"] = ticket_counts(inputs.tickets[unit.by].get(unit.code))
    if inputs.former_documents:
        parts["supersedes"] = inputs.revision - 1
    return parts


def _held_reasons(inputs: ClosingInputs, unit: ReportedUnit) -> dict[str, int]:
    """Why sheets of an office are held, or of a person at the offices whose sheets are in the figures."""
    offices = {row.office for row in sheets_of(unit.months, inputs.whole)}
    return reasons(
        row
        for row in inputs.held
        if row.office in offices and unit.code == (row.office if unit.by is By.office else row.employee)
    )


def _method(scoring: Scoring) -> Method:
    title = scoring.instrument.index_title
    return Method(**rules_of(scoring), index_title=Words(id=title["id"], en=title["en"]), measures=METHOD)


def _trend(scoring: Scoring, months: Months) -> tuple[TrendMonth, ...]:
    return tuple(
        TrendMonth(month=month, n=size(rows), index=_index(scoring, counts(rows)))
        for month, rows in sorted(months.items())
    )


def _index(scoring: Scoring, counted: SheetCounts) -> str | None:
    if hides_an_item(scoring.instrument, counted):
        return None
    composite = official_index(scoring.instrument, counted, scoring.mode, scoring.bands).composite
    return str(composite.rounded) if composite else None
