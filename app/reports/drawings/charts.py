"""Charts as SVG, the same for page and paper. Ink is `currentColor`, so that they work in grey and on dark.

They are drawn from a template: the few lines need no library, and each report costs a millisecond.
"""

from dataclasses import dataclass

from app.reports.drawings.funnel import funnel
from app.reports.drawings.labels import shortened
from app.reports.drawings.templates import TEMPLATES
from app.reports.sections.blocks import Chart, Number
from app.reports.sections.language import Language

# The official scale; it is always shown whole, so that small differences look small.
LOW, HIGH = 25.0, 100.0
TICKS = (25, 50, 75, 100)
WIDTH, LEFT, RIGHT = 640.0, 34.0, 14.0
TREND_HEIGHT, TOP, BOTTOM = 184.0, 20.0, 54.0
NAMES, VALUES = 268.0, 60.0
# Also in a typeface wider than ours, where a page has to do without it.
LONGEST_NAME = 35
# With many rows they stand closer, so that a page of paper holds them all.
ROW, CLOSE_ROW, MOST_WIDE_ROWS = 26.0, 17.0, 14


@dataclass(frozen=True)
class Mark:
    """Where a point is drawn, and what is written beside it."""

    x: float
    y: float
    lower: float
    upper: float
    label: str
    value: str
    n: str


def svg(chart: Chart, tell: Language) -> str:
    """The chart without its text alternative, which whoever places it has to give."""
    drawing = {"trend": _trend, "intervals": _intervals, "funnel": funnel}[chart.kind]
    return drawing(chart, tell)


def _trend(chart: Chart, tell: Language) -> str:
    bottom = TREND_HEIGHT - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / (chart.points[-1].place + 1)

    def height(number: Number) -> float:
        return round(bottom - _share(float(number.value)) * (bottom - TOP), 1)

    marks = [
        Mark(
            x=round(LEFT + step * (point.place + 0.5), 1),
            y=height(point.value),
            lower=0,
            upper=0,
            label=point.label,
            value=tell.number(point.value),
            n=tell.number(point.n),
        )
        for point in chart.points
    ]
    # A month that was left out interrupts the line.
    lines = [
        (before, after)
        for before, after, one, other in zip(marks, marks[1:], chart.points, chart.points[1:], strict=False)
        if other.place - one.place == 1
    ]
    return TEMPLATES.get_template("trend.svg").render(
        width=WIDTH,
        height=TREND_HEIGHT,
        top=TOP,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=bottom,
        marks=marks,
        lines=lines,
        ticks=[(tick, height(Number(tick))) for tick in TICKS],
    )


def _intervals(chart: Chart, tell: Language) -> str:
    left, right = NAMES, WIDTH - VALUES
    row = ROW if len(chart.points) <= MOST_WIDE_ROWS else CLOSE_ROW

    def across(number: Number) -> float:
        return round(left + _share(float(number.value)) * (right - left), 1)

    marks = [
        Mark(
            x=across(point.value),
            y=TOP + row * (place + 0.5),
            lower=across(point.interval.lower if point.interval else point.value),
            upper=across(point.interval.upper if point.interval else point.value),
            label=shortened(point.label, LONGEST_NAME),
            value=tell.number(point.value),
            n=tell.number(point.n),
        )
        for place, point in enumerate(chart.points)
    ]
    bottom = TOP + row * len(marks)
    ticks = [(tick, across(Number(tick))) for tick in TICKS]
    return TEMPLATES.get_template("intervals.svg").render(
        width=WIDTH, height=bottom + 10, top=TOP, bottom=bottom, names=NAMES, marks=marks, ticks=ticks
    )


def _share(index: float) -> float:
    return (min(max(index, LOW), HIGH) - LOW) / (HIGH - LOW)
