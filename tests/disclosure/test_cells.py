"""A cell has of its sheets what figures need, and of all of them together what the cells of their parts have."""

import json
from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.cells import (
    Cell,
    all_steps,
    cell_from,
    cell_of,
    empty_cell,
    measured_cell,
    merged,
    steps_of,
    without_small_items,
)
from app.disclosure.rules.minimum import SMALLEST_N
from app.instruments.loading import shipped
from app.instruments.model import SKIPPED, Instrument
from app.ratings.rules.sheet_counts import composites, histograms

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]
instruments = st.sampled_from(list(shipped().values()))


def counts_of(instrument: Instrument) -> st.SearchStrategy[dict[str, int]]:
    """Counts of sheets of an instrument, of which some skip questions."""
    sheets = st.text("".join(instrument.readings), min_size=len(instrument.items), max_size=len(instrument.items))
    return st.dictionaries(sheets, st.integers(1, 40), max_size=12)


def counted(instrument: Instrument, sheets: dict[str, int]) -> dict[str, int]:
    """The sheets with each answer as figures count it: itself, or 1 where it is positive and 0 elsewhere."""
    told: Counter[str] = Counter()
    for sheet, n in sheets.items():
        told["".join(mark if mark == SKIPPED else str(instrument.points[int(mark)]) for mark in sheet)] += n
    return dict(told)


@given(st.data(), instruments)
def test_a_measured_cell_is_the_cell_of_what_its_answers_count(data: st.DataObject, instrument: Instrument) -> None:
    sheets = data.draw(counts_of(instrument))
    expected = cell_of(instrument.measured, counted(instrument, sheets))
    assert measured_cell(instrument, cell_of(instrument, sheets)) == expected


@given(st.data(), instruments)
def test_cells_merge_to_the_cell_of_all_their_sheets_in_any_order(data: st.DataObject, instrument: Instrument) -> None:
    parts = data.draw(st.lists(counts_of(instrument), min_size=1, max_size=4))
    whole = cell_of(instrument, sum(map(Counter, parts), Counter()))
    cells = [cell_of(instrument, part) for part in parts]
    assert all(merged(*order) == whole for order in permutations(cells))
    assert merged(cells[0], merged(empty_cell(instrument), *cells[1:])) == whole


@given(st.data(), instruments, st.booleans())
def test_a_cell_is_the_same_after_it_was_written_as_json(
    data: st.DataObject, instrument: Instrument, joint: bool
) -> None:
    cell = cell_of(instrument, data.draw(counts_of(instrument)), joint=joint)
    assert cell_from(json.loads(json.dumps(cell.plain()))) == cell


@given(st.data(), instruments)
def test_composite_values_are_those_of_the_sheets_in_every_weight_mode(
    data: st.DataObject, instrument: Instrument
) -> None:
    sheets = data.draw(counts_of(instrument))
    cell = cell_of(instrument, sheets)
    assert (cell.n, cell.items) == (sum(sheets.values()), histograms(instrument, sheets))
    for mode in instrument.weight_modes:
        weights = instrument.weights(mode)
        found = cell.composite(weights)
        assert found == composites(counted(instrument, sheets), weights)
        assert list(found) == sorted(found)


@pytest.mark.parametrize(("instrument", "scores"), [(IKL, 3), (SKM, 9)])
def test_weights_that_are_multiples_of_each_other_share_one_histogram(instrument: Instrument, scores: int) -> None:
    assert len(instrument.weight_modes) == 3
    assert all_steps(instrument) == {(1,) * scores}
    cell = cell_of(instrument, {"4" * scores: 5, "3" * scores: 2, "-" + "4" * (scores - 1): 9})
    assert cell.composites == {(1,) * scores: {3 * scores: 2, 4 * scores: 5}}
    values = {mode: tuple(cell.composite(instrument.weights(mode)).values()) for mode in instrument.weight_modes}
    assert values == dict.fromkeys(instrument.weight_modes, (2, 5))


def test_unequal_weights_are_the_smallest_integers_in_their_proportion() -> None:
    weights = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    assert steps_of(weights) == (3, 2, 1)
    assert steps_of(tuple(weight * 100 for weight in weights)) == (3, 2, 1)
    cell = Cell(7, ((0, 0, 0, 7),) * 3, {(3, 2, 1): {15: 2, 24: 5}})
    assert cell.composite(weights) == {Fraction(5, 2): 2, Fraction(4): 5}
    # Of weights that the cell was not made for it tells nothing.
    assert cell.composite((Fraction(1, 3),) * 3) == {}


def test_a_cell_that_is_not_joint_tells_no_answers_that_came_together() -> None:
    cell = cell_of(IKL, {"434": 6, "343": 6}, joint=False)
    assert cell == Cell(12, ((0, 0, 6, 6),) * 3, {})
    assert cell.composite(IKL.weights()) == {}
    # Joined with one that is, the composites are of that one's sheets alone.
    both = merged(cell, cell_of(IKL, {"444": 10}))
    assert (both.n, both.composite(IKL.weights())) == (22, {Fraction(4): 10})


@given(st.data(), instruments)
def test_a_question_that_one_to_nine_sheets_answer_is_left_out_whole_and_nothing_else(
    data: st.DataObject, instrument: Instrument
) -> None:
    cell = cell_of(instrument, data.draw(counts_of(instrument)))
    told = without_small_items(cell)
    assert (told.n, told.composites) == (cell.n, cell.composites)
    for whole, left in zip(cell.items, told.items, strict=True):
        assert left == (whole if sum(whole) >= SMALLEST_N else (0,) * len(whole))


def test_nine_answers_are_left_out_and_ten_are_not() -> None:
    cell = without_small_items(cell_of(IKL, {"44-": 9, "4-1": 10}, joint=False))
    assert cell == Cell(19, ((0, 0, 0, 19), (0, 0, 0, 0), (10, 0, 0, 0)), {})


def test_a_cell_without_sheets_adds_nothing() -> None:
    cell = cell_of(SKM, {"434343434": 12})
    assert merged(empty_cell(SKM), cell, empty_cell(SKM)) == cell
    assert empty_cell(SKM).composite(SKM.weights()) == {}


@pytest.mark.parametrize(("sheet", "fault"), [("44", ValueError), ("4444", ValueError), ("445", KeyError)])
def test_a_sheet_of_another_instrument_is_in_no_cell(sheet: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        cell_of(IKL, {sheet: 1})
