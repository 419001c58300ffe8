"""What only an agency's report has: its offices, its employees as classes without names, what a revision changed."""

from collections.abc import Sequence
from math import ceil

from app.closing.rules.report_documents.agency import OfficeLine
from app.closing.rules.report_documents.reports import AgencyReport
from app.disclosure.rules.released import Withheld
from app.indices.rules.figures import MUCH_INCOMPLETE
from app.reports.sections.blocks import Block, Cell, Chart, Column, Point, Section, Table, Words
from app.reports.sections.funnel import beside_the_others
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, index_cells, index_range, official

CLASSES = {
    "nothing": "No figures",
    "coaching": "For coaching",
    "appraisal": "Usable in an appraisal",
    "consequence": "May support a consequence",
}
MEANINGS = {
    "nothing": "fewer than 10 answers, or figures would let somebody work out what a few citizens answered",
    "coaching": "fewer than 30 answers, or too little reliability: the start of a talk, never part of an appraisal",
    "appraisal": "at least 30 answers and a reliability of 0.70: one piece of evidence beside others",
    "consequence": "a reliability of 0.80 and far from the peers: after people have examined it and heard the employee",
}
NOT_SHOWN = {"few": "fewer than 10 ratings", "difference": "would tell about a few citizens"}
OFTEN_SKIPPED = (
    "In these offices more than 20 % of the sheets leave a question unanswered (skipped, or not applicable), or are "
    "told together with some that do, so that the interval may be too narrow: {names}."
)
# Of a chart of intervals; more would not fit on a page of paper.
MOST_ROWS = 45
KINDS = {"employee": "Employee", "office": "Office", "agency": "Agency"}


def offices_section(document: AgencyReport, tell: Language) -> Section:
    """The offices by code, with intervals; no order of merit."""
    lines = document.offices
    title = tell("Offices")
    if not lines:
        return Section("offices", title, (Words(tell("No office has ratings in this period.")),))
    blocks: list[Block] = [*_charts(document, tell), _table(lines, tell)]
    blocks.append(
        Words(
            tell(
                "Offices stand by code, not by merit: where intervals overlap, chance alone may have made the order. "
                "“Unusual” marks a distance from the others that chance and ordinary differences do not explain, also "
                "among so many comparisons; it takes eight offices to tell."
            )
        )
    )
    skipped = [line.name for line in lines if (line.incomplete_percent or 0) > MUCH_INCOMPLETE]
    if skipped:
        blocks.append(Words(tell(OFTEN_SKIPPED, names=", ".join(skipped))))
    return Section("offices", title, tuple(blocks))


def classes_section(document: AgencyReport, tell: Language) -> Section:
    """How many employees' figures may be used for what."""
    return Section(
        "employees",
        tell("Employees"),
        (
            Table(
                tell("How many employees' figures may be used for what"),
                (Column(tell("Use"), "text"), Column(tell("Employees")), Column(tell("Meaning"), "text")),
                tuple((tell(CLASSES[use]), count(document.employees[use]), tell(MEANINGS[use])) for use in CLASSES),
            ),
        ),
    )


def changes_section(document: AgencyReport, tell: Language) -> Section | None:
    """Which units a revision changed; None for a first one."""
    if not document.changes:
        return None
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (tell(KINDS[each.kind]), each.unit, count(each.n_before), count(each.n)) for each in document.changes
    )
    return Section(
        "changes",
        tell("What this revision changes"),
        (
            Table(
                tell("Units with other figures than in the revision before"),
                (
                    Column(tell("Kind"), "text"),
                    Column(tell("Code"), "text"),
                    Column(tell("n before")),
                    Column(tell("n now")),
                ),
                rows,
            ),
        ),
    )


def _table(lines: Sequence[OfficeLine], tell: Language) -> Table:
    return Table(
        tell("Every office"),
        (
            Column(tell("Office"), "text"),
            Column(tell("Code"), "text"),
            Column(tell("Ratings (n)")),
            Column(tell("Index")),
            Column(tell(CONFIDENCE), "range"),
            Column(tell("Grade (mutu)"), "text"),
            Column(tell("Beside the others"), "text"),
        ),
        tuple(_line(line, tell) for line in lines),
    )


def _line(line: OfficeLine, tell: Language) -> tuple[Cell, ...]:
    return (
        line.name,
        line.code,
        count(line.n),
        *index_cells(line.index, tell),
        _beside_the_others(line, tell),
    )


def _beside_the_others(line: OfficeLine, tell: Language) -> str:
    if line.n is None:
        # Older versions did not write why an office has no figures.
        return tell(NOT_SHOWN[line.withheld or Withheld.few])
    return beside_the_others(line, tell)


def _charts(document: AgencyReport, tell: Language) -> list[Chart]:
    """As many charts of about equal length as it takes for each to fit on a page."""
    points = [
        Point(place, name, official(index.value), count(n), index_range(index))
        for place, (name, n, index) in enumerate(
            (line.name, line.n, line.index) for line in document.offices if line.index and line.n is not None
        )
    ]
    number = ceil(len(points) / MOST_ROWS)
    length = ceil(len(points) / number) if number else 1
    return [
        _chart(document, tuple(points[length * part : length * (part + 1)]), part + 1, number, tell)
        for part in range(number)
    ]


def _chart(document: AgencyReport, points: tuple[Point, ...], part: int, number: int, tell: Language) -> Chart:
    name = document.method.index_name
    caption = tell("{name} of the offices with 95 % intervals", name=name)
    alternative = tell("Dots with 95 % intervals, one line per office. All values are in the table of the offices.")
    return Chart(
        "intervals",
        caption
        if number == 1
        else tell("{caption}, part {part} of {number}", caption=caption, part=part, number=number),
        alternative,
        points,
        label_title=tell("Office"),
        value_title=name,
        n_title=tell("Ratings (n)"),
        interval_title=tell(CONFIDENCE),
    )
