"""Targets (SKP) and what they came to: a figure, its interval, and one of three words. No predikat."""

from collections.abc import Sequence

from app.closing.rules.report_documents.agency import OfficeLine
from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, EmployeeReport
from app.closing.rules.report_documents.targets import Attainment
from app.reports.sections.blocks import Cell, Column, Range, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import count, in_language, official
from app.targets.rules.target import INDEX

INTERVAL = "97.5 % interval"
WORDS = {"attained": "attained", "not-attained": "not attained", "uncertain": "cannot be told yet"}
MEANING = (
    "Attained: the whole interval lies at or above the target. Not attained: it lies below. Otherwise, and always with "
    "fewer than thirty answers, it cannot be told yet. The interval is wider than the usual one, so that a word is "
    "wrong in at most one of forty cases. This is no predikat."
)


def targets_section(document: AnyReport, tell: Language) -> Section | None:
    """The targets of an employee beside those of the office, of an office, or of all offices; None without any."""
    table = _table(document, tell)
    return None if table is None else Section("targets", tell("Targets (SKP)"), (table, Words(tell(MEANING))))


def target_columns(tell: Language) -> tuple[Column, ...]:
    """What stands beside the name of a figure that has a target."""
    return (
        Column(tell("Target")),
        Column(tell("Answers (n)")),
        Column(tell("Index")),
        Column(tell(INTERVAL), "range"),
        Column(tell("Attainment"), "text"),
    )


def target_cells(reached: Attainment | None, tell: Language) -> tuple[Cell, ...]:
    """The cells below these columns; empty where the figure has no target."""
    if reached is None:
        return (None,) * 5
    return (
        official(reached.target),
        count(reached.n),
        official(reached.value),
        Range(*map(official, reached.interval)) if reached.interval else None,
        tell(WORDS[reached.word]),
    )


def beside_office(document: EmployeeReport) -> tuple[tuple[str, Attainment | None, Attainment | None], ...]:
    """Each figure with the employee's target and the office's, of which one may be missing; the index first."""
    own, at_office = _by_figure(document.targets), _by_figure(document.office_targets)
    order = (INDEX, *(each.code for each in document.figures.dimensions or ()))
    figures = sorted(
        own.keys() | at_office.keys(), key=lambda code: (order.index(code) if code in order else len(order), code)
    )
    return tuple((figure, own.get(figure), at_office.get(figure)) for figure in figures)


def targets_in_short(document: EmployeeReport, tell: Language) -> tuple[tuple[str, Cell], ...]:
    """The employee's targets and those of the office, each in one line: figure, target and word."""
    told = ((tell("Targets (SKP)"), document.targets), (tell("Targets of the office"), document.office_targets))
    return tuple(
        (name, "; ".join(_short(document, each, tell) for each in reached)) for name, reached in told if reached
    )


def _short(document: EmployeeReport, reached: Attainment, tell: Language) -> str:
    target = tell.number(official(reached.target))
    return f"{figure_title(document, reached.figure, tell)} {target}: {tell(WORDS[reached.word])}"


def figure_title(document: AnyReport, figure: str, tell: Language) -> str:
    """The name of the index or the title of the question; its code where the report has no figures."""
    if figure == INDEX:
        return document.method.index_name
    titles = {each.code: each.title for each in document.figures.dimensions or ()}
    return in_language(titles[figure], tell) if figure in titles else figure


def _table(document: AnyReport, tell: Language) -> Table | None:
    match document:
        case EmployeeReport():
            return _employee(document, tell)
        case AgencyReport():
            return _offices(document, document.offices, tell)
    if not document.targets:
        return None
    columns = (Column(tell("Figure"), "text"), *target_columns(tell))
    rows = tuple((figure_title(document, each.figure, tell), *target_cells(each, tell)) for each in document.targets)
    return Table(tell("Each target, and what it came to"), columns, rows)


def _employee(document: EmployeeReport, tell: Language) -> Table | None:
    both = beside_office(document)
    if not both:
        return None
    columns = (
        Column(tell("Figure"), "text"),
        *target_columns(tell),
        Column(tell("Target of the office")),
        Column(tell("Attainment of the office"), "text"),
    )
    rows = tuple(
        (
            figure_title(document, figure, tell),
            *target_cells(own, tell),
            official(office.target) if office else None,
            tell(WORDS[office.word]) if office else None,
        )
        for figure, own, office in both
    )
    return Table(tell("Each target, beside that of the office"), columns, rows)


def _offices(document: AgencyReport, lines: Sequence[OfficeLine], tell: Language) -> Table | None:
    rows = tuple(
        (f"{line.name}, {figure_title(document, each.figure, tell)}", line.code, *target_cells(each, tell))
        for line in lines
        for each in line.targets
    )
    if not rows:
        return None
    columns = (Column(tell("Office and figure"), "text"), Column(tell("Code"), "text"))
    return Table(tell("Targets of the offices, and what they came to"), (*columns, *target_columns(tell)), rows)


def _by_figure(reached: Sequence[Attainment]) -> dict[str, Attainment]:
    return {each.figure: each for each in reached}
