"""The report of an agency, or of the subtree that was closed: its offices in one table, no employee by name."""

from collections import Counter
from collections.abc import Sequence
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
from app.measures.rules.comparison import UnitFunnelPlace
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


class ReportsSoFar:
    """What the agency's report takes from those of its offices and employees, gathered while they are made."""

    def __init__(self) -> None:
        self.lines: list[OfficeLine] = []
        self.training: list[OfficeTraining] = []
        self.placed: list[UnitFunnelPlace] = []
        self.uses: Counter[str] = Counter()
        # Code and office of those whose service is recognised.
        self.recognised: list[tuple[str, str]] = []

    def take(self, document: Document, measures: UnitMeasures | None) -> None:
        """Take what is needed of a report, and of the measures that its figures are made of."""
        report = document.report
        if isinstance(report, OfficeReport):
            self.lines.append(office_line(report))
            self.training += office_lines(report)
            if measures and measures.comparison and measures.comparison.funnel:
                self.placed.append(measures.comparison.funnel)
        elif isinstance(report, EmployeeReport):
            comparison = report.figures.comparison
            self.uses[(comparison and comparison.use) or Use.nothing.value] += 1
            if report.recognised:
                self.recognised.append((document.unit, document.office or ""))


def agency_report(
    inputs: ClosingInputs, unit: ReportedUnit, others: ReportsSoFar, changes: Sequence[UnitChange]
) -> AnyReport:
    """The agency's report, from the reports of its offices and employees and the measures of all offices."""
    parts = _AgencyParts(
        offices=tuple(others.lines),
        funnel=_funnel(inputs, unit, others.placed),
        integrity=integrity(others.lines, inputs.raised),
        employees={use.value: others.uses[use.value] for use in Use},
        recognised=len(others.recognised),
        training=tuple(others.training),
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


def _funnel(inputs: ClosingInputs, unit: ReportedUnit, placed: Sequence[UnitFunnelPlace]) -> FunnelChart | None:
    chart = funnel_chart_out(inputs.scoring.instrument, placed)
    if chart:
        return FunnelChart.model_validate(chart.model_dump(mode="json"))
    # Where fewer than eight offices have new figures, the limits stay those that the former figures were drawn in.
    former = inputs.former_documents.get(unit.about)
    return former.funnel if isinstance(former, AgencyReport) else None
