"""Nothing published about a unit, added and subtracted in any way, tells about one to nine ratings."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.indices.calendar import months_until, span_of
from app.reports.disclosure import MOST_SMALL, Release, isolates, shown_months

JANUARY, FEBRUARY, MARCH = "2026-01", "2026-02", "2026-03"
QUARTER = frozenset({JANUARY, FEBRUARY, MARCH})


def shown(counts: dict[str, int], *former: Release, whole: frozenset[str] = QUARTER) -> tuple[bool, set[str]]:
    may, months = shown_months(whole, counts, former)
    return may, set(months)


def test_months_with_enough_ratings_are_shown_beside_the_period() -> None:
    assert shown({JANUARY: 10, FEBRUARY: 20, MARCH: 30}) == (True, {JANUARY, FEBRUARY, MARCH})
    assert shown({JANUARY: 10, FEBRUARY: 20, MARCH: 0}) == (True, {JANUARY, FEBRUARY})


def test_a_month_with_too_few_takes_another_with_it() -> None:
    # The period minus January and February would be March's nine.
    assert shown({JANUARY: 10, FEBRUARY: 20, MARCH: 9}) == (True, {FEBRUARY})
    # Two small months together are enough to hide in.
    assert shown({JANUARY: 20, FEBRUARY: 6, MARCH: 5}) == (True, {JANUARY})


def test_a_period_that_former_reports_would_take_apart_is_not_shown() -> None:
    counts = {JANUARY: 10, FEBRUARY: 20, MARCH: 9}
    months = [Release((frozenset({month}),), counts) for month in (JANUARY, FEBRUARY)]
    assert shown(counts, *months) == (False, set())


def test_late_ratings_of_a_shown_month_are_not_told_by_a_later_period() -> None:
    before = {JANUARY: 12, FEBRUARY: 0, MARCH: 0}
    january = Release((frozenset({JANUARY}),), before)
    # Five late ones: a quarter of January alone would be January's 12 and these five.
    assert shown({JANUARY: 17, FEBRUARY: 0, MARCH: 0}, january) == (False, set())
    assert shown({JANUARY: 22, FEBRUARY: 0, MARCH: 0}, january) == (True, {JANUARY})
    assert shown({JANUARY: 17, FEBRUARY: 30, MARCH: 0}, january)[0]


def test_ratings_that_were_held_meanwhile_are_not_told_either() -> None:
    january = Release((frozenset({JANUARY}),), {JANUARY: 20})
    assert shown({JANUARY: 15}, january, whole=frozenset({JANUARY})) == (False, set())


def test_too_many_small_groups_to_try_are_treated_as_told() -> None:
    sizes = {(f"{2000 + number}-01", 0): 1 for number in range(MOST_SMALL + 1)}
    assert isolates([frozenset(sizes)], sizes)


atoms = [("a", 0), ("b", 0), ("c", 0), ("a", 1), ("b", 1)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sets(st.sampled_from(atoms), min_size=1).map(frozenset), max_size=5),
    st.fixed_dictionaries({atom: st.integers(1, 20) for atom in atoms}),
)
def test_what_can_be_computed_is_what_linear_algebra_says(
    cells: list[frozenset[tuple[str, int]]], sizes: dict[tuple[str, int], int]
) -> None:
    matrix = np.array([[float(atom in cell) for atom in atoms] for cell in cells]).reshape(len(cells), len(atoms))
    groups = chain.from_iterable(combinations(atoms, length) for length in range(1, len(atoms) + 1))
    told = any(
        sum(sizes[atom] for atom in group) < 10
        and _rank(np.vstack([matrix, [[float(atom in group) for atom in atoms]]])) == _rank(matrix)
        for group in groups
        if len(cells)
    )
    assert isolates(cells, sizes) == told


def _rank(matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> int:
    return int(np.linalg.matrix_rank(matrix))


MONTHS = [month.code for month in months_until(span_of("2026-06").last, 6)]  # type: ignore[union-attr]  # a code of a month
PERIODS = [*MONTHS, "2026-Q1", "2026-Q2", "2026-S1"]


class Differencing(RuleBasedStateMachine):
    """Ratings come, late ones too, periods are published in any order and again; an attacker keeps everything."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[tuple[str, int]] = []
        self.releases: list[Release] = []
        # What the attacker has: for each published cell, how many ratings of each arrival it counts.
        self.seen: list[list[int]] = []

    @rule(month=st.sampled_from(MONTHS), n=st.integers(1, 14))
    def rate(self, month: str, n: int) -> None:
        """Some citizens rate."""
        self.arrivals.append((month, n))

    @rule(code=st.sampled_from(PERIODS))
    def publish(self, code: str) -> None:
        """A report is made, and the attacker gets it."""
        span = span_of(code)
        assert span is not None
        counts = dict.fromkeys(MONTHS, 0)
        for month, n in self.arrivals:
            counts[month] += n
        whole = frozenset(span.month_codes)
        if sum(counts[month] for month in whole) < 10:
            return
        trend = {month.code for month in months_until(span.last, 12)}
        may, months = shown_months(whole, {month: counts[month] for month in MONTHS if month in trend}, self.releases)
        if may:
            cells = (whole, *(frozenset({month}) for month in sorted(months)))
            self.releases.append(Release(cells, {month: counts[month] for month in MONTHS if month in trend}))
            for cell in cells:
                self.seen.append([n if month in cell else 0 for month, n in self.arrivals])

    @invariant()
    def no_pair_isolates_one_to_nine(self) -> None:
        """No difference of two published counts is made of one to nine ratings."""
        width = len(self.arrivals)
        rows = [row + [0] * (width - len(row)) for row in self.seen]
        for one, other in combinations(rows, 2):
            difference = [a - b for a, b in zip(one, other, strict=True)]
            if all(value >= 0 for value in difference) or all(value <= 0 for value in difference):
                assert not 0 < abs(sum(difference)) < 10, (one, other)
        assert all(sum(row) >= 10 for row in rows)


TestDifferencing = Differencing.TestCase
TestDifferencing.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)


@pytest.mark.parametrize("n", [0, 9, 10])
def test_a_single_month_needs_ten(n: int) -> None:
    may, months = shown_months(frozenset({JANUARY}), {JANUARY: n}, [])
    assert (may, set(months)) == ((True, set()) if n == 0 else (n >= 10, {JANUARY} if n >= 10 else set()))
