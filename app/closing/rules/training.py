"""Training needs as parts of reports: with the figures of the question, as the same report tells them. Pure."""

from collections.abc import Sequence

from app.closing.rules.report_documents.figures import AnyFigures, Dimension
from app.closing.rules.report_documents.reports import OfficeReport
from app.closing.rules.report_documents.training import OfficeTraining, TrainingNeedPart
from app.measures.rules.training import Need, Reason


def need_parts(figures: AnyFigures, needs: Sequence[Need]) -> tuple[TrainingNeedPart, ...]:
    """The needs of a unit with these figures; none where there are no figures."""
    dimensions = figures.dimensions or ()
    return tuple(need_part(dimensions[need.place], need.reasons) for need in needs) if dimensions else ()


def need_part(dimension: Dimension, reasons: Sequence[Reason]) -> TrainingNeedPart:
    """One question with its figures."""
    return TrainingNeedPart(
        figure=dimension.code,
        title=dimension.title,
        n=dimension.n,
        index=dimension.index,
        interval=dimension.interval,
        reasons=tuple(each.value for each in reasons),
    )


def office_lines(report: OfficeReport) -> tuple[OfficeTraining, ...]:
    """The needs of an office in the agency's report, taken from its own report so that both always agree."""
    return tuple(
        OfficeTraining(office=report.subject.code, name=report.subject.name, **dict(need))
        for need in report.training or ()
    )
