"""Charts as SVG, the same for page and paper. Ink is `currentColor`, so that they work in grey and on dark.

They are drawn from a template: the few lines need no library, and each report costs a millisecond.
"""

from dataclasses import dataclass
from math import ceil

from app.reports.drawings.funnel import funnel
from app.reports.drawings.labels import shortened, width_of
from app.reports.drawings.templates import TEMPLATES
from app.reports.sections.blocks import Chart, Number
from app.reports.sections.language import Language

# The scale is always shown whole, so that small differences look small; the official one begins at 25.
HIGH = 100.0
TICKS = (0, 25, 50, 75, 100)
WIDTH, LEFT, RIGHT = 640.0, 34.0, 14.0
# On a phone a drawing is half as wide, so that its words stay as large as those around it.
NARROW = 320.0
# Between what is written at two points.
SPACE = 6.0
TREND_HEIGHT, TOP, BOTTOM = 184.0, 20.0, 54.0
NAMES, VALUES = 268.0, 60.0
# Also in a typeface wider than ours, where a page has to do without it.
LONGEST_NAME = 35
# With many rows they stand closer, so that a page of paper holds them all.
ROW, CLOSE_ROW, MOST_WIDE_ROWS = 26.0, 17.0, 14
# In a narrow drawing a name stands above its interval.
NARROW_ROW, ABOVE, LONGEST_ABOVE, NARROW_LEFT = 38.0, 15.0, 44, 10.0


@dataclass(frozen=True)
class Mark:
    """Where a point is drawn, and what is written beside it, if there is room (`is_told`)."""

    x: float
    y: float
    lower: float
    upper: float
    label: str
    value: str
    n: str
    is_told: bool = True


def svg(chart: Chart, tell: Language) -> str:
    """The chart without its text alternative, which whoever places it has to give."""
    match chart.kind:
        case "trend":
            return _trend(chart, tell, narrow=False)
        case "intervals":
            return _intervals(chart, tell, narrow=False)
    return funnel(chart, tell)


def narrow_svg(chart: Chart, tell: Language) -> str | None:
    """The same for a page as narrow as a phone's; None where it needs its width."""
    match chart.kind:
        case "trend":
            return _trend(chart, tell, narrow=True)
        case "intervals":
            return _intervals(chart, tell, narrow=True)
    return None


def _trend(chart: Chart, tell: Language, *, narrow: bool) -> str:
    width, bottom = NARROW if narrow else WIDTH, TREND_HEIGHT - BOTTOM
    step = (width - LEFT - RIGHT) / (chart.points[-1].place + 1)
    every = _told_every(chart, tell, step, narrow=narrow)
    last = chart.points[-1].place

    def height(number: Number) -> float:
        return round(bottom - _share(float(number.value), chart.lowest) * (bottom - TOP), 1)

    marks = [
        Mark(
            x=round(LEFT + step * (point.place + 0.5), 1),
            y=height(point.value),
            lower=0,
            upper=0,
            label=point.label,
            value=tell.number(point.value),
            n=tell.number(point.n),
            is_told=(last - point.place) % every == 0,
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
        width=width,
        height=TREND_HEIGHT,
        top=TOP,
        left=LEFT,
        right=width - RIGHT,
        with_n=not narrow,
        bottom=bottom,
        marks=marks,
        lines=lines,
        ticks=[(tick, height(Number(tick))) for tick in TICKS if tick >= chart.lowest],
    )


def _told_every(chart: Chart, tell: Language, step: float, *, narrow: bool) -> int:
    """Of how many months one has its words, counted from the newest, so that none lie on each other."""
    widths = [width_of(tell.number(point.value), bold=True) for point in chart.points]
    if not narrow:
        widths += [width_of(f"n = {tell.number(point.n)}") for point in chart.points]
    return ceil((max(widths) + SPACE) / step)


def _intervals(chart: Chart, tell: Language, *, narrow: bool) -> str:
    width = NARROW if narrow else WIDTH
    left, right = NARROW_LEFT if narrow else NAMES, width - VALUES
    row = NARROW_ROW if narrow else ROW if len(chart.points) <= MOST_WIDE_ROWS else CLOSE_ROW
    # Where in its row an interval lies.
    within = (row + ABOVE) / 2 if narrow else row / 2

    def across(number: Number) -> float:
        return round(left + _share(float(number.value), chart.lowest) * (right - left), 1)

    marks = [
        Mark(
            x=across(point.value),
            y=TOP + row * place + within,
            lower=across(point.interval.lower if point.interval else point.value),
            upper=across(point.interval.upper if point.interval else point.value),
            label=shortened(point.label, LONGEST_ABOVE if narrow else LONGEST_NAME),
            value=tell.number(point.value),
            n=tell.number(point.n),
        )
        for place, point in enumerate(chart.points)
    ]
    bottom = TOP + row * len(marks)
    ticks = [(tick, across(Number(tick))) for tick in TICKS if tick >= chart.lowest]
    return TEMPLATES.get_template("intervals.svg").render(
        width=width,
        height=bottom + 10,
        top=TOP,
        bottom=bottom,
        names=0 if narrow else NAMES - 12,
        above=ABOVE if narrow else 0,
        marks=marks,
        ticks=ticks,
    )


def _share(index: float, lowest: int) -> float:
    return (min(max(index, lowest), HIGH) - lowest) / (HIGH - lowest)
