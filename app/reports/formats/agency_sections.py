"""What only an agency's report has: its offices, its employees as classes without names, what a revision changed."""

from collections.abc import Mapping
from typing import Any

from app.reports.formats.blocks import Block, Cell, Chart, Column, Limit, Number, Point, Range, Section, Table, Words
from app.reports.formats.language import Language
from app.reports.formats.result_sections import CONFIDENCE, count, estimate, index_cells, index_range, official

CLASSES = {
    "nothing": "No figures",
    "coaching": "For coaching",
    "appraisal": "Usable in an appraisal",
    "consequence": "May support a consequence",
}
FUNNEL = (
    "The line is the mean of all answers. Between the dashed lines lie 95 of 100 offices, between the whole ones 998 "
    "of 1,000, as far as chance and ordinary differences between offices explain them. An office with few ratings may "
    "lie far from the mean without being unusual."
)
SEEN = (
    "Dots between two pairs of lines that come closer to the mean as ratings grow in number; filled dots with a name "
    "lie outside the outer lines."
)
KINDS = {"employee": "Employee", "office": "Office", "agency": "Agency"}


def offices_section(document: Mapping[str, Any], tell: Language) -> Section:
    """The offices by code, with intervals; no order of merit."""
    lines = document["offices"]
    title = tell("Offices")
    if not lines:
        return Section("offices", title, (Words(tell("No office has ratings in this period.")),))
    blocks: list[Block] = [_table(lines, tell)]
    chart = _chart(document, tell)
    if chart:
        blocks.insert(0, chart)
    funnel = _funnel(document, tell)
    if funnel:
        blocks += [funnel, Words(tell(FUNNEL))]
    blocks.append(
        Words(
            tell(
                "Offices stand by code, not by merit: where intervals overlap, chance alone may have made the order. "
                "“Unusual” marks a distance from the others that chance and ordinary differences do not explain."
            )
        )
    )
    return Section("offices", title, tuple(blocks))


def integrity_section(document: Mapping[str, Any], tell: Language) -> Section | None:
    """How far the ratings of each office may be trusted to stand for those it served."""
    lines = [line for line in document["offices"] if line["n"] is not None]
    if not lines:
        return None
    rows = tuple(
        (
            line["name"],
            line["code"],
            count(line["n"]),
            count(line["held"]),
            Number(line["held"] / (line["n"] + line["held"]), 1, percent=True),
            None if line.get("coverage") is None else Number(line["coverage"], 1, percent=True),
        )
        for line in lines
    )
    columns = (
        Column(tell("Office"), "text"),
        Column(tell("Code"), "text"),
        Column(tell("Ratings (n)")),
        Column(tell("Held")),
        Column(tell("Share held")),
        Column(tell("Coverage (rated of served)")),
    )
    held = Words(
        tell(
            "Held ratings are in no figure: screening doubts them, and nobody deletes them. "
            "Where a queue system has not told how many were served, coverage stays empty; nothing is assumed."
        )
    )
    table = Table(tell("What was held, and how many of those served have rated"), columns, rows)
    return Section("integrity", tell("Integrity of collection"), (table, held))


def classes_section(document: Mapping[str, Any], tell: Language) -> Section:
    """How many employees' figures may be used for what."""
    return Section(
        "employees",
        tell("Employees"),
        (
            Table(
                tell("How many employees' figures may be used for what"),
                (Column(tell("Use"), "text"), Column(tell("Employees"))),
                tuple((tell(CLASSES[use]), count(document["employees"][use])) for use in CLASSES),
            ),
        ),
    )


def changes_section(document: Mapping[str, Any], tell: Language) -> Section | None:
    """Which units a revision changed; None for a first one."""
    changes = document.get("changes")
    if not changes:
        return None
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (tell(KINDS[each["kind"]]), each["unit"], count(each["n_before"]), count(each["n"])) for each in changes
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


def _table(lines: list[Mapping[str, Any]], tell: Language) -> Table:
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


def _line(line: Mapping[str, Any], tell: Language) -> tuple[Cell, ...]:
    return (
        line["name"],
        line["code"],
        _count(line["n"]),
        *index_cells(line["index"], tell),
        _standing(line, tell),
    )


def _count(n: int | None) -> Number | None:
    return None if n is None else count(n)


def _standing(line: Mapping[str, Any], tell: Language) -> str:
    if line["n"] is None:
        return tell("too few ratings")
    funnel = (line["comparison"] or {}).get("funnel")
    if funnel is None:
        return tell("nothing to compare with")
    return tell("unusual") if funnel["flagged"] else tell("as expected")


def _funnel(document: Mapping[str, Any], tell: Language) -> Chart | None:
    plot = document.get("funnel")
    if not plot:
        return None
    names = {line["code"]: line["name"] for line in document["offices"]}
    points = tuple(
        Point(place, names.get(code, code), estimate(each["mean"]), count(each["n"]), stands_out=each["outside"])
        for place, (code, each) in enumerate(sorted(plot["offices"].items()))
    )
    limits = tuple(
        Limit(count(each["n"]), Range(*map(estimate, each["warning"])), Range(*map(estimate, each["alarm"])))
        for each in plot["limits"]
    )
    values = "; ".join(f"{each.label}: {tell.number(each.value)} (n = {tell.number(each.n)})" for each in points)
    return Chart(
        "funnel",
        tell("Funnel plot: the mean of each office by its number of ratings"),
        f"{tell(SEEN)} {values}.",
        points,
        label_title=tell("Office"),
        value_title=tell("Mean"),
        n_title=tell("Ratings (n)"),
        interval_title=tell(CONFIDENCE),
        centre=estimate(plot["mean"]),
        limits=limits,
    )


def _chart(document: Mapping[str, Any], tell: Language) -> Chart | None:
    points = tuple(
        Point(place, line["name"], official(line["index"]["value"]), count(line["n"]), index_range(line["index"]))
        for place, line in enumerate(line for line in document["offices"] if line["index"])
    )
    if not points:
        return None
    name = document["method"]["index_name"]
    return Chart(
        "intervals",
        tell("{name} of the offices with 95 % intervals", name=name),
        tell("Dots with 95 % intervals, one line per office. All values are in the table of the offices."),
        points,
        label_title=tell("Office"),
        value_title=name,
        n_title=tell("Ratings (n)"),
        interval_title=tell(CONFIDENCE),
    )
