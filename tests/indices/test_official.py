"""The official index: exact, rounded half-up, and graded after rounding (PermenPANRB 14/2017)."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.disclosure.rules.cells import Cell
from app.foundation.rounding import half_up
from app.indices.rules.official import composite_of_means, graded, index_of, official_index
from app.instruments.loading import shipped
from app.instruments.model import UnknownChoice
from tests.cells import cell

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]


def cell_with(*histograms: tuple[int, ...]) -> Cell:
    """A cell whose items have these counts per score; which answers meet on one sheet is of no matter."""
    columns = ["".join(str(score) * n for score, n in enumerate(counts, start=1)) for counts in histograms]
    return cell(IKL, Counter(map("".join, zip(*columns, strict=True))))


V1 = cell_with((2, 5, 23, 70), (1, 8, 31, 60), (0, 3, 17, 80))


def test_v1_three_dimensions_give_90_67_grade_a() -> None:
    official = official_index(IKL, V1)
    indices = [item.index for item in official.items]
    assert [index.rounded for index in indices if index] == [
        Decimal("90.25"),
        Decimal("87.50"),
        Decimal("94.25"),
    ]
    assert [index.band.grade for index in indices if index] == ["A", "B", "A"]
    assert [item.mean for item in official.items] == [Fraction("3.61"), Fraction("3.5"), Fraction("3.77")]
    assert official.items[0].weighted == Fraction("3.61") / 3
    assert official.composite
    assert official.composite.exact == Fraction(272, 3)
    assert official.composite.rounded == Decimal("90.67")
    assert (official.composite.band.grade, official.composite.band.words["id"]) == ("A", "Sangat Baik")
    assert (official.sheets, official.mode, official.bands) == (100, "exact", "2017")


@pytest.mark.parametrize(
    ("exact", "rounded", "grade"),
    [
        ("88.305", "88.31", "A"),
        ("88.3049", "88.30", "B"),
        ("76.605", "76.61", "B"),
        ("76.6049", "76.60", "C"),
        ("64.995", "65.00", "C"),
        ("64.9949", "64.99", "D"),
        ("100", "100.00", "A"),
        ("25", "25.00", "D"),
        ("24.75", "24.75", "D"),
    ],
)
def test_v1b_the_rounded_figure_is_graded_because_the_published_bands_have_gaps(
    exact: str, rounded: str, grade: str
) -> None:
    figure = graded(Fraction(exact), SKM.bands())
    assert (str(figure.rounded), figure.band.grade) == (rounded, grade)


@pytest.mark.parametrize(
    ("exact", "grade"),
    [("81.26", "A"), ("81.25", "B"), ("62.51", "B"), ("62.5", "C"), ("43.755", "C"), ("43.75", "D")],
)
def test_the_bands_before_2017_can_be_asked_for(exact: str, grade: str) -> None:
    assert graded(Fraction(exact), SKM.bands("2004")).band.grade == grade


def test_the_weight_mode_changes_index_and_grade() -> None:
    perfect = cell(SKM, {"4" * 9: 10})
    figures = {mode: official_index(SKM, perfect, mode).composite for mode in SKM.weight_modes}
    assert {mode: str(figure.rounded) for mode, figure in figures.items() if figure} == {
        "exact": "100.00",
        "0.111": "99.90",
        "0.11": "99.00",
    }
    # An exact 88.89 is an A; with 0.11 the same answers are an 88.00, a B.
    answers = cell(SKM, {"444444444": 5, "333333333": 4})
    grades = [official_index(SKM, answers, mode).composite for mode in ("exact", "0.11")]
    assert [(str(figure.rounded), figure.band.grade) for figure in grades if figure] == [
        ("88.89", "A"),
        ("88.00", "B"),
    ]


def test_the_worst_sheet_is_graded_even_below_the_last_bound() -> None:
    worst = official_index(SKM, cell(SKM, {"1" * 9: 1}), "0.11").composite
    assert worst
    assert (str(worst.rounded), worst.band.grade) == ("24.75", "D")


def test_a_skipped_question_is_left_out_of_its_own_mean_only() -> None:
    official = official_index(IKL, cell(IKL, {"4-2": 1, "442": 1}))
    assert [(item.n, item.mean) for item in official.items] == [
        (2, Fraction(4)),
        (1, Fraction(4)),
        (2, Fraction(2)),
    ]
    assert official.composite
    assert official.composite.exact == Fraction(250, 3)


@pytest.mark.parametrize("counts", [{}, {"44-": 3}])
def test_there_is_no_composite_while_an_item_has_no_answer(counts: dict[str, int]) -> None:
    official = official_index(IKL, cell(IKL, counts))
    silent = official.items[2]
    assert official.composite is None
    assert (silent.n, silent.mean, silent.index, silent.weighted) == (0, None, None, None)


def test_the_index_of_published_means_needs_no_sheets() -> None:
    figure = composite_of_means(IKL, {"speed": Fraction(3), "transparency": Fraction(4), "friendliness": Fraction(2)})
    assert figure
    assert (str(figure.rounded), figure.band.grade) == ("75.00", "C")
    assert composite_of_means(IKL, {"speed": Fraction(3), "transparency": None, "friendliness": None}) is None
    with pytest.raises(KeyError, match="transparency"):
        composite_of_means(IKL, {"speed": Fraction(3)})


def test_an_unknown_weight_mode_or_band_table_is_refused() -> None:
    with pytest.raises(UnknownChoice):
        official_index(IKL, V1, mode="0.111")
    with pytest.raises(UnknownChoice):
        official_index(IKL, V1, bands="2020")


def test_other_scales_are_brought_to_one_hundred() -> None:
    assert index_of(Fraction(9, 2), 6) == 75
    assert index_of(Fraction(3), 5) == 60


@given(st.fractions(), st.integers(0, 6))
@example(Fraction("88.305"), 2)
@example(Fraction("-88.305"), 2)
@example(Fraction("-0.001"), 2)
def test_half_up_agrees_with_an_independent_decimal_computation(value: Fraction, places: int) -> None:
    with localcontext(prec=400):
        expected = Decimal(value.numerator) / Decimal(value.denominator)
        expected = expected.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    rounded = half_up(value, places)
    assert rounded == expected
    assert rounded.as_tuple().exponent == -places


@given(st.integers(-(10**9), 10**9))
def test_every_half_is_rounded_away_from_zero(halves: int) -> None:
    value = Fraction(2 * halves + 1, 200)
    assert abs(half_up(value)) == (abs(value) + Fraction(1, 200))


def test_rounding_does_not_depend_on_the_decimal_context() -> None:
    with localcontext(prec=2):
        assert str(half_up(Fraction("88.305"))) == "88.31"
    assert str(half_up(Fraction(-1, 1000))) == "0.00"
