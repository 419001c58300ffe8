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
    "The line across is the mean of all answers. Between the dashed lines lie about 95 of 100 offices, between the "
    "solid ones 998 of 1,000, as far as chance and ordinary differences between offices explain them. An office with "
    "few ratings may lie far from the mean without being unusual."
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
        Point(number, line.name, estimate(place.mean), count(place.n), beyond=place.beyond)
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
        centre_title=tell("Mean of all answers"),
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
        ),
        tuple(
            (
                line.name,
                count(place.n),
                estimate(place.mean),
                _ends(place.warning),
                _ends(place.alarm),
                tell(PLACES[place.beyond]),
            )
            for line, place in lines
        ),
    )
    return Section("funnel", tell("Funnel plot"), (chart, Words(f"{tell(READING)} {tell(SCALE)}"), table))


def _place(line: OfficeLine) -> FunnelPlace | None:
    """An office's place in the funnel, if its report has one with its limits."""
    funnel = line.comparison.funnel if line.comparison else None
    return funnel.place if funnel else None


def _alternative(points: tuple[Point, ...], tell: Language) -> str:
    outside = [point.label for point in points if point.beyond != "nothing"]
    beyond = (
        tell("Beyond the limits: {names}.", names=", ".join(outside))
        if outside
        else tell("No office lies beyond the limits.")
    )
    seen = tell(
        "Dots of {number} offices between two pairs of lines, which come closer to the mean as ratings grow in number.",
        number=len(points),
    )
    return f"{seen} {beyond} {tell('All values are in the table below.')}"


def _ends(ends: tuple[float, float]) -> Range:
    return Range(estimate(ends[0]), estimate(ends[1]))
