"""A funnel plot: every unit's mean by its number of answers, between the limits of chance and ordinary differences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

from app.reports.drawings.labels import Box, overlap, shortened, width_of
from app.reports.drawings.templates import TEMPLATES
from app.reports.sections.blocks import Chart, Number, Point, Range
from app.reports.sections.language import Language

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640.0, 352.0, 46.0, 16.0, 48.0, 48.0
# Room at the right edge, so that the largest unit does not lie on it.
SPARE = 1.06
DOT, GAP, LETTERS = 4.5, 4.0, 14.0
LONGEST_LABEL = 34
STEPS = (1, 2, 5)
# How finely a line is followed to keep labels away from it.
ALONG = 6.0

Polyline = list[tuple[float, float]]


@dataclass(frozen=True)
class UnitMark:
    """Where a unit is drawn."""

    x: float
    y: float
    is_unusual: bool


@dataclass(frozen=True)
class Label:
    """Where a unit's name is written: its left end and its baseline."""

    x: float
    y: float
    text: str


def funnel(chart: Chart, tell: Language) -> str:
    """The drawing: unusual units are filled and named as far as there is room, the others are rings."""
    assert chart.centre is not None, "a funnel has a centre"
    sizes = [*(point.n for point in chart.points), *(limit.n for limit in chart.limits)]
    most = SPARE * max(float(size.value) for size in sizes)
    low, high = extent(chart)

    def across(number: Number) -> float:
        return round(LEFT + float(number.value) / most * (WIDTH - LEFT - RIGHT), 1)

    def height(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def line(ranges: Sequence[Range], end: str) -> Polyline:
        places = zip(chart.limits, ranges, strict=True)
        return [(across(each.n), height(float(getattr(of, end).value))) for each, of in places]

    inner, outer = [each.inner for each in chart.limits], [each.outer for each in chart.limits]
    lines = [line(ranges, end) for ranges in (inner, outer) for end in ("lower", "upper")]
    middle = height(float(chart.centre.value))
    marks = [UnitMark(across(each.n), height(float(each.value.value)), each.is_unusual) for each in chart.points]
    return TEMPLATES.get_template("funnel.svg").render(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        top=TOP,
        bottom=HEIGHT - BOTTOM,
        centre=middle,
        inner=lines[:2],
        outer=lines[2:],
        marks=marks,
        labels=_labels(chart.points, marks, [*lines, [(LEFT, middle), (WIDTH, middle)]]),
        ticks=[(tell.number(Number(value, 2)), height(value)) for value in _round_values(low, high, 6)],
        steps=[(tell.number(Number(n)), across(Number(n))) for n in _round_values(0, most, 8)],
        key=_key(chart),
        value_title=chart.value_title,
        n_title=chart.n_title,
    )


def extent(chart: Chart) -> tuple[float, float]:
    """What the axis of means reaches from and to: all dots and limits, in tenths."""
    ends = [float(end.value) for limit in chart.limits for end in (limit.outer.lower, limit.outer.upper)]
    values = [*ends, *(float(point.value.value) for point in chart.points)]
    return floor(10 * min(values)) / 10, ceil(10 * max(values)) / 10


def _labels(points: Sequence[Point], marks: Sequence[UnitMark], lines: Sequence[Polyline]) -> list[Label]:
    """The names of unusual units, the larger ones first; one that fits nowhere is left to the table."""
    taken = [Box(x, y, x, y) for line in lines for x, y in _followed(line)]
    taken += [Box(mark.x - DOT, mark.y - DOT, mark.x + DOT, mark.y + DOT) for mark in marks]
    order = sorted(
        (place for place, point in enumerate(points) if point.is_unusual),
        key=lambda place: (-float(points[place].n.value), place),
    )
    labels = []
    for place in order:
        text = shortened(points[place].label, LONGEST_LABEL)
        for box in _around(marks[place], width_of(text, bold=True)):
            if not any(overlap(box, other) for other in taken) and _is_inside(box):
                taken.append(box)
                labels.append(Label(round(box.left, 1), round(box.bottom - GAP, 1), text))
                break
    return labels


def _around(mark: UnitMark, width: float) -> Iterator[Box]:
    """Where a label of that width may be, the nearest first: beside its dot, above and below, a line farther off."""
    half, beside = LETTERS / 2, DOT + GAP
    lefts = (mark.x + beside, mark.x - beside - width, mark.x - width / 2)
    for away in (0, beside + half, beside + half + LETTERS):
        for left in lefts[:2] if away == 0 else (lefts[2], *lefts[:2]):
            for middle in (mark.y - away, mark.y + away):
                yield Box(left, middle - half, left + width, middle + half)


def _followed(line: Polyline) -> Iterator[tuple[float, float]]:
    """Points along a line, close together."""
    for (x, y), (to_x, to_y) in pairwise(line):
        parts = max(1, ceil(max(abs(to_x - x), abs(to_y - y)) / ALONG))
        for part in range(parts + 1):
            yield x + (to_x - x) * part / parts, y + (to_y - y) * part / parts


def _is_inside(box: Box) -> bool:
    return box.left >= LEFT and box.right <= WIDTH and box.top >= TOP and box.bottom <= HEIGHT - BOTTOM


def _key(chart: Chart) -> list[tuple[str, str, float]]:
    """What each line is, side by side above the drawing: kind, title, where it begins."""
    entries, x = [], LEFT
    for kind, title in (("centre", chart.centre_title), ("inner", chart.inner_title), ("outer", chart.outer_title)):
        entries.append((kind, title, round(x, 1)))
        x += 30 + width_of(title) + 40
    return entries


def _round_values(low: float, high: float, most: int) -> list[float]:
    """Round values from low to high, in the smallest step of 1, 2 or 5 by which there are not too many."""
    smallest = 10.0 ** floor(log10((high - low) / most))
    step = next(smallest * each for each in (*STEPS, 10) if (high - low) / (smallest * each) <= most)
    return [round(place * step, 6) for place in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
