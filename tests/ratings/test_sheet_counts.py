"""Counts of sheets add up: whatever is measured, parts merged give what the whole gives."""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indices.rules.composite_intervals import composite_interval
from app.indices.rules.intervals import item_interval
from app.indices.rules.official import official_index
from app.instruments.loading import shipped
from app.ratings.rules.sheet_counts import FEW, SheetCounts, composites, histograms, item_mean
from tests.cells import cell

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]

ikl_sheets = st.text("1234-", min_size=3, max_size=3)
skm_sheets = st.text("1234-", min_size=9, max_size=9)


def merged(parts: Iterable[SheetCounts]) -> SheetCounts:
    """The sum of counts, as SQL adds them up."""
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return dict(sorted(total.items()))


def test_a_skipped_answer_counts_in_no_histogram() -> None:
    assert histograms(IKL, {"4-1": 2, "43-": 1}) == ((0, 0, 0, 3), (0, 0, 1, 0), (2, 0, 0, 0))
    assert histograms(IKL, {}) == ((0, 0, 0, 0),) * 3


@pytest.mark.parametrize("n", [1, FEW, FEW + 1, -1])
@pytest.mark.parametrize(("sheet", "fault"), [("44", ValueError), ("4444", ValueError), ("445", KeyError)])
def test_a_sheet_of_another_instrument_is_never_counted(sheet: str, fault: type[Exception], n: int) -> None:
    with pytest.raises(fault):
        histograms(IKL, {sheet: n})
    with pytest.raises(fault):
        histograms(IKL, {"444": n, sheet: n})


@given(st.dictionaries(skm_sheets, st.integers(1, FEW), min_size=1, max_size=20))
def test_equal_sheets_count_the_same_one_by_one_and_together(counts: dict[str, int]) -> None:
    many = histograms(SKM, {sheet: n * (FEW + 1) for sheet, n in counts.items()})
    assert many == tuple(tuple(n * (FEW + 1) for n in each) for each in histograms(SKM, counts))


@pytest.mark.parametrize(
    ("histogram", "low", "mean"),
    [
        ((2, 5, 23, 70), 1, Fraction(361, 100)),
        ((0, 0, 0, 12), 1, Fraction(4)),
        ((1, 1), 0, Fraction(1, 2)),
        ((0, 0, 0, 0), 1, None),
    ],
)
def test_an_item_mean_is_a_fraction_and_none_without_answers(
    histogram: tuple[int, ...], low: int, mean: Fraction | None
) -> None:
    assert item_mean(histogram, low) == mean


def test_only_complete_sheets_have_a_composite() -> None:
    counts = {"444": 5, "44-": 7, "443": 1, "344": 2}
    assert composites(counts, IKL.weights()) == {Fraction(11, 3): 3, Fraction(4): 5}
    assert composites(counts, IKL.weights("0.33")) == {Fraction("3.63"): 3, Fraction("3.96"): 5}
    assert composites({"---": 1}, IKL.weights()) == {}


def test_composites_follow_unequal_weights() -> None:
    weights = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    assert composites({"411": 1, "144": 1, "141": 1}, weights) == {
        Fraction(2): 1,
        Fraction(5, 2): 2,
    }


@given(st.lists(st.tuples(st.integers(0, 3), ikl_sheets), max_size=60))
def test_every_three_dimension_measure_obeys_the_merge_law_bit_for_bit(rows: list[tuple[int, str]]) -> None:
    whole = Counter(sheet for _, sheet in rows)
    parts = [Counter(sheet for part, sheet in rows if part == which) for which in range(4)]
    for counts in (merged(parts), merged(reversed(parts)), merged([merged(parts[:2]), merged(parts[2:])])):
        assert histograms(IKL, counts) == histograms(IKL, whole)
        assert official_index(IKL, cell(IKL, counts)) == official_index(IKL, cell(IKL, whole))
        assert composites(counts, IKL.weights()) == composites(whole, IKL.weights())
        assert composite_interval(IKL, cell(IKL, counts)) == composite_interval(IKL, cell(IKL, whole))
        speed, whole_speed = histograms(IKL, counts)[0], histograms(IKL, whole)[0]
        assert item_interval(speed) == item_interval(whole_speed)


@given(st.lists(st.tuples(st.booleans(), skm_sheets), max_size=40), st.sampled_from(list(SKM.weight_modes)))
def test_the_official_survey_obeys_the_merge_law_in_every_mode(rows: list[tuple[bool, str]], mode: str) -> None:
    whole = Counter(sheet for _, sheet in rows)
    counts = merged(Counter(sheet for part, sheet in rows if part is which) for which in (True, False))
    assert official_index(SKM, cell(SKM, counts), mode) == official_index(SKM, cell(SKM, whole), mode)
    assert composite_interval(SKM, cell(SKM, counts), mode) == composite_interval(SKM, cell(SKM, whole), mode)
