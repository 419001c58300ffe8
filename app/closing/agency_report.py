"""The report of an agency, or of the subtree that was closed: its offices in one table, no employee by name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from app.closing.inputs import ClosingInputs
from app.closing.rules.documents import Document
from app.closing.rules.integrity import integrity, office_line
from app.closing.rules.report_documents.agency import Integrity, OfficeLine, UnitChange
from app.closing.rules.report_documents.figures import FunnelChart
from app.closing.rules.report_documents.parts import Named
from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, EmployeeReport, OfficeReport
from app.closing.rules.report_documents.training import OfficeTraining
from app.closing.rules.training import office_lines
from app.closing.unit_reports import common_parts, kept_report, optional_parts, period_of
from app.closing.units import ReportedUnit
from app.measures.funnel_presenting import funnel_chart_out
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.unit_measures import UnitMeasures


class _AgencyParts(TypedDict):
    """What only this report has; it is made anew even where the agency's own figures stay."""

    offices: tuple[OfficeLine, ...]
    funnel: FunnelChart | None
    integrity: Integrity
    employees: dict[str, int]
    recognised: int
    training: tuple[OfficeTraining, ...]
    changes: NotRequired[tuple[UnitChange, ...]]


def agency_report(
    inputs: ClosingInputs,
    unit: ReportedUnit,
    documents: Sequence[Document],
    at_offices: Mapping[str, UnitMeasures],
    changes: Sequence[UnitChange],
) -> AnyReport:
    """The agency's report, from the reports of its offices and employees and the measures of all offices."""
    offices = [each.report for each in documents if isinstance(each.report, OfficeReport)]
    lines = tuple(map(office_line, offices))
    parts = _AgencyParts(
        offices=lines,
        funnel=_funnel(inputs, unit, at_offices),
        integrity=integrity(lines, inputs.raised),
        employees=_employees(documents),
        recognised=len(recognised_in(documents)),
        training=tuple(need for each in offices for need in office_lines(each)),
    )
    if changes and inputs.former_documents:
        parts["changes"] = tuple(changes)
    if former := kept_report(inputs, unit):
        return former.carried_over(period_of(inputs), **parts)
    return AgencyReport(
        kind="agency",
        subject=Named(code=inputs.agency_id, name=inputs.agency_name),
        **parts,
        **common_parts(inputs, unit, inputs.agency_name),
        **optional_parts(inputs, unit),
    )


def _funnel(inputs: ClosingInputs, unit: ReportedUnit, at_offices: Mapping[str, UnitMeasures]) -> FunnelChart | None:
    placed = [
        measures.comparison.funnel
        for code, measures in at_offices.items()
        if code in inputs.offices and measures.comparison and measures.comparison.funnel
    ]
    chart = funnel_chart_out(inputs.scoring.instrument, placed)
    if chart:
        return FunnelChart.model_validate(chart.model_dump(mode="json"))
    # Where fewer than eight offices have new figures, the limits stay those that the former figures were drawn in.
    former = inputs.former_documents.get(unit.about)
    return former.funnel if isinstance(former, AgencyReport) else None


def recognised_in(documents: Sequence[Document]) -> list[Document]:
    """The reports of those whose service is recognised."""
    return [each for each in documents if isinstance(each.report, EmployeeReport) and each.report.recognised]


def _employees(documents: Sequence[Document]) -> dict[str, int]:
    """How many employees' figures may be used for what."""
    compared = [each.report.figures.comparison for each in documents if isinstance(each.report, EmployeeReport)]
    classes = Counter((each and each.use) or Use.nothing.value for each in compared)
    return {use.value: classes[use.value] for use in Use}
