"""The funnel plot of offices: V8's numbers, drawn."""

import pytest

from app.indices.funnel_plot import funnel_plot
from app.indices.sheet_rows import SheetRow
from tests.indices.measures.peers import HISTOGRAMS, NAMES
from tests.indices.test_unit_measures import SCORING


def office(code: str, histogram: tuple[int, ...]) -> list[SheetRow]:
    return [
        SheetRow(code, None, "kk", "kiosk", "counted", str(score) * 3, n)
        for score, n in enumerate(histogram, start=1)
        if n
    ]


def test_the_limits_are_those_of_the_vectors() -> None:
    plot = funnel_plot(SCORING, {code: office(code, of) for code, of in zip(NAMES, HISTOGRAMS, strict=True)})
    assert plot is not None
    sizes = sorted(sum(of) for of in HISTOGRAMS)
    assert (plot.limits[0].n, plot.limits[-1].n) == (sizes[0], sizes[-1])
    for limits in plot.limits:
        inner, outer = limits.warning, limits.alarm
        assert 1 <= outer[0] < inner[0] < plot.mean < inner[1] <= outer[1] <= 4
    widths = [limits.alarm[1] - limits.alarm[0] for limits in plot.limits]
    assert widths == sorted(widths, reverse=True)
    n, mean = plot.offices["E8"].n, plot.offices["E8"].mean
    assert [code for code, place in plot.offices.items() if place.outside] == []
    # z* of E8 is -2.356118 (V8): outside 95 of 100, inside 998 of 1,000.
    [nearest] = [each for each in plot.limits if each.n == n] or [min(plot.limits, key=lambda each: abs(each.n - n))]
    assert nearest.alarm[0] < mean < nearest.warning[0]


@pytest.mark.parametrize("units", [{}, {"a": (0, 0, 5, 9)}, {"a": (0, 0, 9, 0), "b": (0, 0, 12, 0)}])
def test_without_a_spread_there_is_no_funnel(units: dict[str, tuple[int, ...]]) -> None:
    assert funnel_plot(SCORING, {code: office(code, of) for code, of in units.items()}) is None


def test_an_office_far_from_all_others_is_outside() -> None:
    usual = {f"u{number}": (1, 5, 24 + number % 3, 70) for number in range(9)}
    plot = funnel_plot(SCORING, {code: office(code, of) for code, of in {**usual, "low": (60, 30, 10, 0)}.items()})
    assert plot is not None
    assert [code for code, place in plot.offices.items() if place.outside] == ["low"]
