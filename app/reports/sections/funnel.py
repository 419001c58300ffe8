"""The offices as a funnel: every mean by its number of answers, with the limits that the document holds."""

from app.closing.rules.report_documents.agency import OfficeLine
from app.closing.rules.report_documents.figures import FunnelPlace
from app.closing.rules.report_documents.reports import AgencyReport
from app.reports.sections.blocks import Chart, Column, Limit, Point, Range, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, estimate

WITHIN_95, WITHIN_998 = "95 % limits", "99.8 % limits"
PLACES = {"nothing": "within", "warning": "beyond 95 %", "alarm": "beyond 99.8 %"}
READING = (
    "The line across is the common mean of the offices. At least 95 of 100 offices are expected between the dashed "
    "lines, and 998 of 1,000 between the solid ones, as far as chance and ordinary differences between offices explain "
    "them. An office with few ratings may lie far from the mean without being unusual."
)
MARKED = (
    "Filled and named are the offices that are unusual, and no others: each is judged by the spread of the others "
    "alone, and by how many are compared. So an office may lie outside the lines without being unusual; and one that "
    "is unusual may lie between them, for it has widened them itself."
)
SCALE = "Only complete sheets count here, on the scale of the answers; the scale is cut out, so that differences show."


def funnel_section(document: AgencyReport, tell: Language) -> Section | None:
    """The plot and its values; None where too few offices or answers allow none."""
    funnel = document.funnel
    lines = [(line, place) for line in document.offices if (place := _place(line))]
    if not funnel or not lines:
        return None
    name = tell("Mean of complete sheets")
    points = tuple(
        Point(number, line.name, estimate(place.mean), count(place.n), is_unusual=_is_unusual(line))
        for number, (line, place) in enumerate(lines)
    )
    limits = tuple(Limit(count(each.n), _ends(each.warning), _ends(each.alarm)) for each in funnel.limits)
    chart = Chart(
        "funnel",
        tell("Funnel plot: the mean of each office by its number of ratings"),
        _alternative(points, tell),
        points,
        label_title=tell("Office"),
        value_title=name,
        n_title=tell("Complete sheets (n)"),
        interval_title=tell(CONFIDENCE),
        centre=estimate(funnel.centre),
        limits=limits,
        inner_title=tell(WITHIN_95),
        outer_title=tell(WITHIN_998),
        centre_title=tell("Common mean"),
    )
    table = Table(
        tell("Every office in the funnel"),
        (
            Column(tell("Office"), "text"),
            Column(tell("Complete sheets (n)")),
            Column(tell("Mean")),
            Column(tell(WITHIN_95), "range"),
            Column(tell(WITHIN_998), "range"),
            Column(tell("Place"), "text"),
            Column(tell("Beside the others"), "text"),
        ),
        tuple(
            (
                line.name,
                count(place.n),
                estimate(place.mean),
                _ends(place.warning),
                _ends(place.alarm),
                tell(PLACES[place.beyond]),
                beside_the_others(line, tell),
            )
            for line, place in lines
        ),
    )
    return Section(
        "funnel", tell("Funnel plot"), (chart, Words(f"{tell(READING)} {tell(MARKED)} {tell(SCALE)}"), table)
    )


def _place(line: OfficeLine) -> FunnelPlace | None:
    """An office's place in the funnel, if its report has one with its limits."""
    funnel = line.comparison.funnel if line.comparison else None
    return funnel.place if funnel else None


def _alternative(points: tuple[Point, ...], tell: Language) -> str:
    names = ", ".join(point.label for point in points if point.is_unusual)
    unusual = tell("Unusual: {names}.", names=names) if names else tell("No office is unusual.")
    seen = tell(
        "Dots of {number} offices between two pairs of lines, which come closer to the mean as ratings grow in number.",
        number=len(points),
    )
    return f"{seen} {unusual} {tell('All values are in the table below.')}"


def _is_unusual(line: OfficeLine) -> bool:
    """Whether an office stands out among so many, judged by the others."""
    funnel = line.comparison.funnel if line.comparison else None
    return funnel is not None and funnel.flagged


def beside_the_others(line: OfficeLine, tell: Language) -> str:
    """An office with figures, beside the others in words."""
    if line.comparison is None or line.comparison.funnel is None:
        return tell("cannot be told")
    return tell("unusual") if _is_unusual(line) else tell("as expected")


def _ends(ends: tuple[float, float]) -> Range:
    return Range(estimate(ends[0]), estimate(ends[1]))
