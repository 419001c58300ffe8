"""One employee's report as one row for an appraisal system (PermenPANRB 6/2022: evidence, never a predikat). Pure.

The names never change; `docs/appraisal-columns.md` says what each of them holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from app.closing.rules.report_documents.figures import AnyFigures, Dimension
from app.closing.rules.report_documents.reports import EmployeeReport
from app.targets.rules.target import INDEX

# An official figure is text, as in every answer: exact, not a float.
Cell: TypeAlias = str | int | float | bool | None
Row: TypeAlias = tuple[Cell, ...]
Kind: TypeAlias = Literal["text", "count", "official", "estimate", "flag"]


class AppraisalColumn(NamedTuple):
    """A column and what its cells hold; an `official` figure has a fixed number of decimals."""

    name: str
    kind: Kind
    places: int = 0


@dataclass(frozen=True)
class AppraisedEmployee:
    """An employee's report with its id, its seal and the NIP, whole or masked as its reader may see it."""

    report: EmployeeReport
    report_id: str
    digest: str | None
    address: str | None
    nip: str | None


IDENTITY = (
    AppraisalColumn("nip", "text"),
    AppraisalColumn("code", "text"),
    AppraisalColumn("name", "text"),
    AppraisalColumn("position", "text"),
    AppraisalColumn("grade", "text"),
    AppraisalColumn("office_code", "text"),
    AppraisalColumn("office_name", "text"),
    AppraisalColumn("appraiser_code", "text"),
    AppraisalColumn("appraiser_name", "text"),
    AppraisalColumn("agency", "text"),
    AppraisalColumn("period", "text"),
    AppraisalColumn("revision", "count"),
    AppraisalColumn("state", "text"),
    AppraisalColumn("instrument", "text"),
)
# Of each dimension of the instrument, its code in front; and of the composite.
FIGURES = (
    AppraisalColumn("n", "count"),
    AppraisalColumn("mean", "official", 4),
    AppraisalColumn("index", "official", 2),
    AppraisalColumn("lower", "official", 2),
    AppraisalColumn("upper", "official", 2),
    AppraisalColumn("grade", "text"),
)
COMPOSITE = "composite"
COLLECTION = (
    AppraisalColumn("held", "count"),
    AppraisalColumn("served", "count"),
    AppraisalColumn("coverage", "estimate", 4),
    AppraisalColumn("channels", "text"),
)
COMPARISON = (
    AppraisalColumn("reliability", "estimate", 4),
    AppraisalColumn("use", "text"),
    AppraisalColumn("shrunken", "estimate", 4),
    AppraisalColumn("shrunken_lower", "estimate", 4),
    AppraisalColumn("shrunken_upper", "estimate", 4),
    AppraisalColumn("adjusted", "estimate", 4),
    AppraisalColumn("change", "estimate", 4),
    AppraisalColumn("change_lower", "estimate", 4),
    AppraisalColumn("change_upper", "estimate", 4),
    AppraisalColumn("flagged", "flag"),
)
EVIDENCE = (
    AppraisalColumn("report_id", "text"),
    AppraisalColumn("digest", "text"),
    AppraisalColumn("verification_address", "text"),
    AppraisalColumn("withheld_reason", "text"),
    # Later than the others: a column keeps its place, too.
    AppraisalColumn("incomplete_percent", "count"),
)
# Later still; of each dimension, its code in front, and of the composite.
TARGETS = (
    AppraisalColumn("target", "official", 2),
    AppraisalColumn("attainment", "text"),
    AppraisalColumn("attainment_lower", "official", 2),
    AppraisalColumn("attainment_upper", "official", 2),
    AppraisalColumn("office_target", "official", 2),
    AppraisalColumn("office_attainment", "text"),
)


def columns(dimensions: Sequence[str]) -> tuple[AppraisalColumn, ...]:
    """The header for an instrument with these dimensions."""
    each = (*dimensions, COMPOSITE)
    figures, targets = (
        [column._replace(name=f"{code}_{column.name}") for code in each for column in of] for of in (FIGURES, TARGETS)
    )
    return (*IDENTITY, *figures, *COLLECTION, *COMPARISON, *EVIDENCE, *targets)


def row(employee: AppraisedEmployee, dimensions: Sequence[str]) -> Row:
    """The cells under that header; a suppressed employee has empty figures and the reason why."""
    report, figures = employee.report, employee.report.figures
    by_code = {each.code: each for each in figures.dimensions or ()}
    return (
        *_identity(employee),
        *(cell for code in dimensions for cell in _dimension(by_code.get(code))),
        *_composite(figures),
        *_collection(figures),
        *_comparison(figures),
        employee.report_id,
        employee.digest,
        employee.address,
        report.why_withheld if figures.suppressed else None,
        figures.incomplete_percent,
        *(cell for code in (*dimensions, INDEX) for cell in _target(report, code)),
    )


def _target(report: EmployeeReport, figure: str) -> Row:
    """The cells of one figure's target and of the office's; empty where there is none."""
    own, office = (
        next((each for each in reached if each.figure == figure), None)
        for reached in (report.targets, report.office_targets)
    )
    lower, upper = (own.interval if own else None) or (None, None)
    return (
        own.target if own else None,
        own.word if own else None,
        lower,
        upper,
        office.target if office else None,
        office.word if office else None,
    )


def _identity(employee: AppraisedEmployee) -> Row:
    report = employee.report
    subject, appraiser = report.subject, report.appraiser
    return (
        employee.nip,
        subject.code,
        subject.name,
        subject.position,
        subject.grade,
        subject.office.code,
        subject.office.name,
        appraiser.code if appraiser else None,
        appraiser.name if appraiser else None,
        report.agency.code,
        report.period.code,
        report.period.revision,
        report.state,
        report.method.instrument,
    )


def _dimension(dimension: Dimension | None) -> Row:
    """The cells of one question; empty where the employee's questionnaire does not ask it."""
    if dimension is None:
        return (None,) * len(FIGURES)
    lower, upper = dimension.interval or (None, None)
    return dimension.n, dimension.mean, dimension.index, lower, upper, dimension.grade


def _composite(figures: AnyFigures) -> Row:
    index = figures.index
    if index is None:
        return figures.n, *(None,) * (len(FIGURES) - 1)
    lower, upper = (index.interval.lower, index.interval.upper) if index.interval else (None, None)
    return figures.n, index.mean, index.value, lower, upper, index.grade


def _collection(figures: AnyFigures) -> Row:
    collection = figures.collection
    if collection is None:
        return figures.held, None, None, None
    channels = " ".join(f"{channel}={n}" for channel, n in sorted((collection.channels or {}).items()))
    return figures.held, collection.served, collection.coverage, channels or None


def _comparison(figures: AnyFigures) -> Row:
    return (*_beside_peers(figures), *_change(figures), _flagged(figures))


def _beside_peers(figures: AnyFigures) -> Row:
    comparison = figures.comparison
    if comparison is None:
        return (None,) * 6
    shrunken, mix = comparison.estimate, comparison.case_mix
    interval = (shrunken.value, shrunken.lower, shrunken.upper) if shrunken else (None, None, None)
    return comparison.reliability, comparison.use, *interval, mix.adjusted if mix else None


def _change(figures: AnyFigures) -> Row:
    change = figures.change
    return (change.difference, change.lower, change.upper) if change else (None, None, None)


def _flagged(figures: AnyFigures) -> bool | None:
    funnel = figures.comparison.funnel if figures.comparison else None
    return funnel.flagged if funnel else None
