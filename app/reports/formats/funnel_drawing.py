"""A funnel plot: every unit's mean by its number of answers, between the limits of chance and ordinary differences."""

from collections.abc import Sequence
from math import ceil, floor

from app.reports.formats.blocks import Chart, Number, Range
from app.reports.formats.drawing import TEMPLATES
from app.reports.formats.language import Language

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640.0, 300.0, 46.0, 16.0, 14.0, 46.0
# Room at the right edge, so that the largest unit does not lie on it.
SPARE = 1.06


def funnel(chart: Chart, tell: Language) -> str:
    """The drawing; units that stand out are filled and named, the others are rings."""
    assert chart.centre is not None, "a funnel has a centre"
    most = SPARE * max(float(point.n.value) for point in chart.points)
    ends = [float(end.value) for limit in chart.limits for end in (limit.outer.lower, limit.outer.upper)]
    values = [*ends, *(float(point.value.value) for point in chart.points)]
    low, high = floor(10 * min(values)) / 10, ceil(10 * max(values)) / 10

    def across(number: Number) -> float:
        return round(LEFT + float(number.value) / most * (WIDTH - LEFT - RIGHT), 1)

    def height(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def line(ranges: Sequence[Range], end: str) -> str:
        places = [
            (across(each.n), height(float(getattr(of, end).value)))
            for each, of in zip(chart.limits, ranges, strict=True)
        ]
        return " ".join(f"{x},{y}" for x, y in places)

    inner, outer = [each.inner for each in chart.limits], [each.outer for each in chart.limits]
    marks = [
        {
            "x": across(point.n),
            "y": height(float(point.value.value)),
            "label": point.label,
            "outside": point.stands_out,
            "to_left": across(point.n) > WIDTH / 2,
        }
        for point in chart.points
    ]
    return TEMPLATES.get_template("funnel.svg").render(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        centre=height(float(chart.centre.value)),
        inner=[line(inner, "lower"), line(inner, "upper")],
        outer=[line(outer, "lower"), line(outer, "upper")],
        marks=marks,
        ticks=[(tell.number(Number(value, 2)), height(value)) for value in _ticks(low, high)],
        steps=[(tell.number(Number(n)), across(Number(n))) for n in _steps(most)],
        value_title=chart.value_title,
        n_title=chart.n_title,
    )


def _ticks(low: float, high: float) -> list[float]:
    step = next(each for each in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if (high - low) / each <= 6)
    first = ceil(low / step - 1e-9)
    return [round(place * step, 2) for place in range(first, floor(high / step + 1e-9) + 1)]


def _steps(most: float) -> list[int]:
    """Four to nine round numbers from nothing up."""
    size = 10 ** floor(len(str(int(most))) - 1)
    step = next(each for each in (size // 10 * 2, size // 2, size, 2 * size) if each and most / each <= 8)
    return list(range(0, int(most) + 1, step))
