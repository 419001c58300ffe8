"""The interval beside every index (statistics.md §2)."""

import subprocess
import sys
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.indices.rules.composite_intervals import composite_grid, composite_interval
from app.indices.rules.intervals import item_grid, item_interval, matched_beta, mean_interval
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from tests.cells import cell

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]

histograms = st.lists(st.integers(0, 10**6), min_size=4, max_size=4).filter(any)


@pytest.mark.parametrize(
    ("histogram", "n", "mean", "lower", "upper"),
    [
        ((2, 5, 23, 70), 100, "3.61", 3.455847, 3.723397),
        ((0, 0, 0, 12), 12, "4", 3.508912, 4),
        ((0, 1, 3, 6), 10, "3.5", 2.912640, 3.779782),
        ((1, 0, 0, 29), 30, "3.9", 3.577473, 3.987191),
        ((12, 0, 0, 0), 12, "1", 1, 1.491088),
    ],
)
def test_v2_intervals_of_one_item(histogram: tuple[int, ...], n: int, mean: str, lower: float, upper: float) -> None:
    interval = item_interval(histogram)
    assert interval
    assert (interval.n, interval.mean, interval.confidence) == (n, Fraction(mean), 0.95)
    assert (round(interval.lower, 6), round(interval.upper, 6)) == (lower, upper)


@pytest.mark.parametrize(
    ("histogram", "a", "b"),
    [
        ((2, 5, 23, 70), 191.869903, 29.602785),
        ((0, 0, 0, 12), 16.546243, 0.661850),
        ((0, 1, 3, 6), 21.857224, 5.361206),
        ((1, 0, 0, 29), 32.070456, 1.630701),
    ],
)
def test_v2_matched_beta_distributions(histogram: tuple[int, ...], a: float, b: float) -> None:
    cells = {Fraction(score): n for score, n in enumerate(histogram, start=1)}
    found_a, found_b = matched_beta(cells, item_grid(1, 4))
    assert (round(found_a, 6), round(found_b, 6)) == (a, b)


def test_v20_interval_of_the_composite() -> None:
    sums = dict(enumerate((1, 0, 1, 2, 2, 4, 9, 14, 21, 46), start=3))
    example = {sum(map(int, sheet)): "".join(sheet) for sheet in product("1234", repeat=3)}
    interval = composite_interval(IKL, cell(IKL, {example[total]: n for total, n in sums.items()}))
    assert interval
    assert (interval.n, round(float(interval.mean), 6)) == (100, 3.566667)
    assert (round(interval.lower, 6), round(interval.upper, 6)) == (3.434387, 3.665496)


def test_an_interval_is_carried_to_the_scale_of_the_index() -> None:
    interval = item_interval((2, 5, 23, 70))
    assert interval
    index = interval.as_index(4)
    assert (index.n, index.mean, index.confidence) == (100, Fraction("90.25"), 0.95)
    assert (index.lower, index.upper) == (interval.lower * 25, interval.upper * 25)


@pytest.mark.parametrize(
    ("instrument", "mode", "size", "top"),
    [(IKL, "exact", 10, "4"), (IKL, "0.33", 10, "3.96"), (SKM, "exact", 28, "4"), (SKM, "0.11", 28, "3.96")],
)
def test_the_grid_holds_every_value_a_complete_sheet_can_have(
    instrument: Instrument, mode: str, size: int, top: str
) -> None:
    grid = composite_grid(instrument.weights(mode), 1, 4)
    assert (grid.size, grid.top, grid.bottom) == (size, Fraction(top), Fraction(top) / 4)


def test_the_grid_of_unequal_weights_counts_distinct_values() -> None:
    weights = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    values = {sum(map(lambda w, x: w * x, weights, scores)) for scores in product(range(1, 5), repeat=3)}
    grid = composite_grid(weights, 1, 4)
    assert grid.size == len(values) == 19
    assert grid.first == sum((value - 1) / 3 for value in values) / 19
    assert grid.second == sum(((value - 1) / 3) ** 2 for value in values) / 19


@pytest.mark.parametrize("counts", [{}, {"4-4": 5}])
def test_without_complete_sheets_there_is_no_composite_interval(counts: dict[str, int]) -> None:
    assert composite_interval(IKL, cell(IKL, counts)) is None


def test_without_answers_there_is_no_interval() -> None:
    assert item_interval((0, 0, 0, 0)) is None
    assert mean_interval({}, item_grid(1, 4)) is None


def test_a_unanimous_composite_ends_at_the_edge_also_with_rounded_weights() -> None:
    best, worst = (
        composite_interval(SKM, cell(SKM, {"4" * 9: 12}), "0.11"),
        composite_interval(SKM, cell(SKM, {"1" * 9: 12}), "0.11"),
    )
    assert best
    assert worst
    assert (best.upper, worst.lower) == (3.96, 0.99)
    assert 0.99 < worst.upper < best.lower < 3.96


def test_one_answer_gives_a_wide_interval_and_ten_million_a_narrow_one() -> None:
    one, many = item_interval((0, 0, 1, 0)), item_interval((10**5, 2 * 10**5, 10**6, 10**7))
    assert one
    assert many
    assert one.upper - one.lower > 1
    assert 0 < many.upper - many.lower < 0.001
    assert many.lower < many.mean < many.upper


@given(histograms)
def test_the_ends_stay_on_the_scale_and_agree_with_the_distribution_of_scipy(cells: list[int]) -> None:
    interval = item_interval(cells)
    assert interval
    assert 1 <= interval.lower < interval.upper <= 4
    grid = item_grid(1, 4)
    beta = stats.beta(*matched_beta(dict(zip(map(Fraction, range(1, 5)), cells, strict=True)), grid))
    ends = 1 + 3 * beta.ppf([0.025, 0.975])
    assert interval.lower == (1 if cells[0] == interval.n else pytest.approx(ends[0], rel=1e-12))
    assert interval.upper == (4 if cells[3] == interval.n else pytest.approx(ends[1], rel=1e-12))


@given(histograms)
def test_more_confidence_never_narrows_the_interval(cells: list[int]) -> None:
    usual, wide = item_interval(cells), item_interval(cells, confidence=0.998)
    assert usual
    assert wide
    assert wide.lower <= usual.lower < usual.upper <= wide.upper


def test_mirrored_answers_have_the_mirrored_interval() -> None:
    interval, mirrored = item_interval((2, 5, 23, 70)), item_interval((70, 23, 5, 2))
    assert interval
    assert mirrored
    assert mirrored.lower == pytest.approx(5 - interval.upper, rel=1e-12)
    assert mirrored.upper == pytest.approx(5 - interval.lower, rel=1e-12)


def test_importing_the_room_does_not_import_scipy() -> None:
    code = "import sys, app.indices.rules.intervals; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(histograms, st.sampled_from([IKL, SKM]), st.integers(0, 10**6))
def test_integers_give_the_beta_of_its_definition_in_fractions(
    histogram: list[int], instrument: Instrument, more: int
) -> None:
    grid = composite_grid(instrument.weights(), instrument.low, instrument.high)
    middle = (grid.bottom + grid.top) / 2
    cells = {Fraction(score): n for score, n in enumerate(histogram, start=1) if n} | {middle: more}
    total = sum(cells.values()) + 1
    width = grid.top - grid.bottom
    u = (grid.first + sum((value - grid.bottom) / width * n for value, n in cells.items())) / total
    second = (grid.second + sum(((value - grid.bottom) / width) ** 2 * n for value, n in cells.items())) / total
    size = u * (1 - u) * (total + 1) / (second - u * u) - 1
    assert matched_beta(cells, grid) == (float(u * size), float((1 - u) * size))
