"""The reports of employees and offices, and what every report has."""

from typing import Literal, TypedDict

from app.closing.inputs import ClosingInputs
from app.closing.rules.attainments import attainments
from app.closing.rules.feedback import NOTICE, feedback
from app.closing.rules.integrity import ticket_counts
from app.closing.rules.report_documents.figures import AnyFigures, figures_of
from app.closing.rules.report_documents.parts import (
    Method,
    Named,
    ReportPeriod,
    TicketCounts,
    TrendMonth,
    UnitKind,
    Words,
)
from app.closing.rules.report_documents.reports import SCHEMA, AnyReport, EmployeeReport, OfficeReport
from app.closing.rules.report_documents.standards import Standards
from app.closing.rules.report_documents.targets import Attainment
from app.closing.rules.report_documents.training import TrainingNeedPart
from app.closing.rules.standards import standards_part
from app.closing.rules.training import need_parts
from app.closing.subjects import Staff, named
from app.closing.units import ReportedUnit
from app.disclosure.rules.cells import Cell
from app.disclosure.rules.released import Withheld
from app.disclosure.rules.without_answers import shown_reasons
from app.indices.presenting import index_out, is_rough, rules_of
from app.indices.rules.figures import Scoring
from app.indices.rules.official import official_index
from app.measures.presenting import unit_out
from app.measures.rules.recognition import is_recognised
from app.measures.rules.unit_measures import METHOD
from app.measures.standard_schemas import StandardsOut
from app.ratings.rules.selection import By


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
    held_reasons: dict[str, int] | None
    tickets: TicketCounts | None
    targets: tuple[Attainment, ...]
    standards: Standards
    supersedes: int


class _Recognised(TypedDict, total=False):
    """What is absent from the report of whoever is not recognised."""

    recognised: Literal[True]


class _Training(TypedDict, total=False):
    """What is absent from the report of an office without figures."""

    training: tuple[TrainingNeedPart, ...]


class _BesideOwn(TypedDict, total=False):
    """What an employee's report says of the office, made anew even where the employee's figures stay."""

    office_targets: tuple[Attainment, ...]


def employee_report(
    inputs: ClosingInputs, unit: ReportedUnit, staff: Staff, office_targets: tuple[Attainment, ...]
) -> AnyReport:
    """The report of an employee, beside the targets of the office; the former one where its figures may not change."""
    beside = _BesideOwn(office_targets=office_targets) if office_targets else _BesideOwn()
    if former := kept_report(inputs, unit):
        return former.carried_over(period_of(inputs), **beside)
    subject = staff.subject(unit.code)
    return EmployeeReport(
        kind="employee",
        subject=subject,
        appraiser=staff.appraiser_of(unit.code),
        feedback=feedback(inputs.scoring.instrument, unit.measures) if unit.measures else None,
        notice=NOTICE,
        **_recognised(unit, inputs.scoring.instrument.high),
        **beside,
        **common_parts(inputs, unit, subject.name),
        **optional_parts(inputs, unit),
    )


def office_report(inputs: ClosingInputs, unit: ReportedUnit, staff: Staff) -> AnyReport:
    """The report of an office; the former one again where its figures may not change."""
    if former := kept_report(inputs, unit):
        return former.carried_over(period_of(inputs))
    subject = named(staff.offices[unit.code])
    common = common_parts(inputs, unit, subject.name)
    return OfficeReport(
        kind="office",
        subject=subject,
        **_training(unit, common["figures"]),
        **common,
        **optional_parts(inputs, unit),
    )


def _recognised(unit: ReportedUnit, high: int) -> _Recognised:
    is_so = unit.measures is not None and is_recognised(unit.measures.comparison, high)
    return _Recognised(recognised=True) if is_so else _Recognised()


def _training(unit: ReportedUnit, figures: AnyFigures) -> _Training:
    return _Training(training=need_parts(figures, unit.measures.needs)) if unit.measures else _Training()


def kept_report(inputs: ClosingInputs, unit: ReportedUnit) -> AnyReport | None:
    """The report of the former revision, if this one must keep its figures."""
    return None if unit.is_new else inputs.former_documents.get(unit.about)


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
        withheld=unit.withheld,
        figures=figures_of(unit_out(scoring.instrument, unit.by, unit.code, name, unit.measures)),
        trend=_trend(scoring, unit),
        reply=None,
        note=None,
    )


def optional_parts(inputs: ClosingInputs, unit: ReportedUnit) -> OptionalParts:
    """What only reports with figures have, and the revision that a later one replaces."""
    parts = OptionalParts()
    if unit.measures:
        rated = unit.measures.services or {}
        parts["services"] = {each.code: each.name for each in inputs.directory.services if each.code in rated}
    # The agency has both in its `integrity`, added up over its offices.
    if unit.measures and unit.kind != "agency":
        parts["held_reasons"] = shown_reasons(inputs.beside[unit.by].held.get(unit.code, {}))
        parts["tickets"] = ticket_counts(inputs.tickets[unit.by].get(unit.code))
    if reached := targets_reached(inputs, unit.kind, unit.code, unit):
        parts["targets"] = reached
    if told := _standards(inputs, unit):
        parts["standards"] = standards_part(told, inputs.scoring.instrument)
    if inputs.former_documents:
        parts["supersedes"] = inputs.revision - 1
    return parts


def _standards(inputs: ClosingInputs, unit: ReportedUnit) -> StandardsOut | None:
    """What is told of the standards of an office, or of all that are closed together; nothing is of persons."""
    if unit.kind == "agency":
        return inputs.standards.of_all(inputs.within)
    return inputs.office_standards.get(unit.code) if unit.kind == "office" else None


def targets_reached(
    inputs: ClosingInputs, kind: UnitKind, code: str, unit: ReportedUnit | None
) -> tuple[Attainment, ...]:
    """What the targets of a unit came to; nothing is told of one without ratings."""
    own = inputs.unit_targets.get((kind, code))
    if own is None:
        return ()
    return attainments(inputs.scoring, unit.released.cell if unit else None, own, personal=kind == "employee")


def _method(scoring: Scoring) -> Method:
    title = scoring.instrument.index_title
    return Method(**rules_of(scoring), index_title=Words(id=title["id"], en=title["en"]), measures=METHOD)


def _trend(scoring: Scoring, unit: ReportedUnit) -> tuple[TrendMonth, ...]:
    return tuple(
        TrendMonth(month=month, n=cell.n, index=_index(scoring, cell, personal=unit.by is By.employee))
        for month, cell in sorted(unit.months.items())
    )


def _index(scoring: Scoring, cell: Cell, *, personal: bool) -> str | None:
    composite = official_index(scoring.instrument, cell, scoring.mode, scoring.bands).composite
    shown = index_out(scoring.instrument, composite, None, rough=is_rough(cell.n, personal=personal))
    return shown.value if shown else None
