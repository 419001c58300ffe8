"""Who is recognised, and what is a training need: at the edges of the rules."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.released import ReleasedBlock
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures.rules.comparison import UnitComparison, compare
from app.measures.rules.differences import matters
from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.recognition import is_recognised
from app.measures.rules.training import Need, Reason, lower_half_begins, training_needs
from app.measures.rules.unit_measures import MeasuredUnit, measure, person_needs
from tests.cells import block, told

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
FAMILIES = {"ktp-el": "adminduk", "skck": "polisi"}
GOOD, MIDDLING, WEAK = (0, 2, 8, 70), (2, 10, 40, 28), (20, 30, 20, 10)
NONE = (0, 0, 0, 0)


def compared(histograms: Sequence[Sequence[int]]) -> list[UnitComparison]:
    units = {f"E{place:03}": {"ktp-el": item_moments(each)} for place, each in enumerate(histograms)}
    return [each for _, each in sorted(compare(units).items())]


def needs(histograms: Sequence[Sequence[int]], scoring: Scoring = SCORING) -> dict[str, tuple[Need, ...]]:
    """Of units that were asked the first question alone."""
    units = {f"O{place:03}": (each, NONE, NONE) for place, each in enumerate(histograms)}
    return training_needs(scoring, units, [units])


def test_who_lies_beyond_chance_above_eight_peers_is_recognised() -> None:
    found = compared([GOOD, *[MIDDLING] * 3, *[(3, 14, 38, 25)] * 4])
    assert [is_recognised(each, IKL.high) for each in found] == [True, *[False] * 7]
    # Of seven nobody can be told, and without peers there is nothing to compare.
    assert not any(is_recognised(each, IKL.high) for each in compared([GOOD, *[MIDDLING] * 6]))
    assert not is_recognised(None, IKL.high)


def test_figures_for_coaching_alone_recognise_nobody() -> None:
    [first, *_] = compared([GOOD, *[MIDDLING] * 3, *[(3, 14, 38, 25)] * 4])
    assert first.shrunk is not None
    for use in Use:
        assert is_recognised(replace(first, use=use), IKL.high) == (use in {Use.appraisal, Use.consequence})
    assert not is_recognised(replace(first, shrunk=None), IKL.high)
    assert not is_recognised(replace(first, centre=None), IKL.high)


def test_the_lower_end_must_lie_above_both_means_and_not_on_them() -> None:
    [first, *_] = compared([GOOD, *[MIDDLING] * 3, *[(3, 14, 38, 25)] * 4])
    assert first.shrunk is not None
    assert first.centre is not None
    at = replace(first, shrunk=replace(first.shrunk, lower=first.centre))
    assert not is_recognised(at, IKL.high)
    # One person with most of the answers may move the mean of answers, which stands beside the estimate.
    assert not is_recognised(replace(first, group_mean=item_moments((0, 0, 0, 1)).mean), IKL.high)


@pytest.mark.parametrize(("points", "expected"), [(3, True), (2.99, False), (0.01, False), (40, True)])
def test_what_lies_beyond_chance_alone_is_no_reason_to_recognise_anybody(points: float, *, expected: bool) -> None:
    """Of a hundred thousand answers any difference is beyond chance."""
    [first, *_] = compared([GOOD, *[MIDDLING] * 3, *[(3, 14, 38, 25)] * 4])
    assert first.shrunk is not None
    assert first.centre is not None
    mean = max(first.centre, float(first.group_mean))
    # Three points of an index that ends at 100, on a scale that ends at four.
    near = replace(first.shrunk, lower=mean + 0.0001, estimate=mean + points * 4 / 100 + 1e-12)
    assert is_recognised(replace(first, shrunk=near), IKL.high) is expected


def test_of_thousands_of_answers_a_question_is_no_need_for_a_point_or_two() -> None:
    def of_thousands(mean: float) -> tuple[int, ...]:
        return (0, 0, round(10_000 * (4 - mean)), round(10_000 * (mean - 3)))

    peers = [of_thousands(3.6 + each / 100) for each in (-1, 0, 0, 0, 0, 0, 0, 1)]
    # A hundredth of the scale is a quarter of a point of the index.
    assert needs([*peers, of_thousands(3.52)]) == {}
    assert needs([*peers, of_thousands(3.45)]) == {"O008": (Need(0, (Reason.peers,)),)}


@pytest.mark.parametrize(
    ("difference", "high", "expected"),
    [(0.12, 4, True), (0.1199, 4, False), (0.15, 5, True), (0.149, 5, False), (-1, 4, False)],
)
def test_a_difference_matters_from_three_points_of_the_index_on(
    difference: float, high: int, *, expected: bool
) -> None:
    assert matters(difference, high) is expected


def test_a_question_whose_whole_interval_lies_in_the_lower_half_of_the_grades_is_a_need() -> None:
    assert needs([WEAK]) == {"O000": (Need(0, (Reason.grade,)),)}
    assert needs([MIDDLING, GOOD]) == {}
    # The interval of so few answers holds "baik" still; of fewer than thirty nothing is said.
    assert needs([(3, 6, 15, 6)]) == {}
    assert needs([(29, 0, 0, 0)]) == {}
    assert needs([(30, 0, 0, 0)]) == {"O000": (Need(0, (Reason.grade,)),)}


def test_a_question_far_below_the_peers_is_a_need_though_its_grade_is_good() -> None:
    peers = [(0, 1, 9, 110), *[(0, 2, 10, 108)] * 4, *[(0, 0, 6, 114)] * 3]
    found = needs([*peers, (3, 20, 57, 40)])
    assert found == {"O008": (Need(0, (Reason.peers,)),)}
    assert needs([*peers[:6], (3, 20, 57, 40)]) == {}
    both = needs([*peers, (60, 40, 20, 0)])
    assert both == {"O008": (Need(0, (Reason.grade, Reason.peers)),)}
    # Of unanimous answers nothing is chance, so nothing can be told from it.
    assert needs([(0, 0, 0, 40)] * 9) == {}
    # Fewer than thirty answers are too few to be judged, and fewer than ten to be a peer.
    assert needs([*peers, (12, 10, 5, 2)]) == {}
    assert needs([*peers[:6], (0, 0, 0, 9), (3, 20, 57, 40)]) == {}


def test_the_upper_half_of_the_grades_begins_in_their_middle() -> None:
    bands = IKL.bands()
    assert [lower_half_begins(bands[:size]).grade for size in (1, 2, 3, 4)] == ["A", "A", "B", "B"]
    assert lower_half_begins(bands).lower == Decimal("76.61")
    assert lower_half_begins([*bands, bands[3]]).grade == "C"


def of(histogram: Sequence[int], service: str = "ktp-el", **shared: Any) -> ReleasedBlock:
    sheets = {f"{score}44": n for score, n in enumerate(histogram, start=1) if n}
    return block(IKL, sheets, service=service, **shared)


def test_needs_are_measured_of_offices_and_asked_for_of_persons() -> None:
    units = {"a": MeasuredUnit(told([of(WEAK)]), told()), "b": MeasuredUnit(told([of(GOOD)]), told())}
    need = (Need(0, (Reason.grade,)),)
    assert {code: each.needs for code, each in measure(SCORING, units, None).items()} == {"a": need, "b": ()}
    assert {each.needs for each in measure(SCORING, units, FAMILIES).values()} == {()}
    assert person_needs(SCORING, units, FAMILIES) == {"a": need}
    assert person_needs(SCORING, {"c": MeasuredUnit(told(waiting=9), told())}, FAMILIES) == {}


def test_persons_have_the_peers_of_their_family() -> None:
    good = [(0, 1, 9, 110), *[(0, 2, 10, 108)] * 4, *[(0, 0, 6, 114)] * 3]
    units = {f"E{place}": MeasuredUnit(told([of(each)]), told()) for place, each in enumerate(good)}
    low = (3, 20, 57, 40)
    inside = units | {"X": MeasuredUnit(told([of(low)]), told())}
    elsewhere = units | {"X": MeasuredUnit(told([of(low, "skck")]), told())}
    assert person_needs(SCORING, inside, FAMILIES) == {"X": (Need(0, (Reason.peers,)),)}
    assert person_needs(SCORING, elsewhere, FAMILIES) == {}


HISTOGRAMS = st.lists(
    st.tuples(*[st.integers(0, 60)] * 4).filter(lambda each: sum(each) >= 10), min_size=1, max_size=12
)


@pytest.mark.long
@given(HISTOGRAMS)
def test_nobody_is_named_against_the_own_figures(histograms: list[tuple[int, ...]]) -> None:
    """Whatever is answered: who is recognised has a mean above both, and who is named for the peers one below."""
    found, moments = compared(histograms), [item_moments(each) for each in histograms]
    for own, each in zip(moments, found, strict=True):
        if is_recognised(each, IKL.high):
            assert own.n >= 30
            assert each.reliability is not None
            assert each.reliability >= 0.7
            assert own.mean > each.group_mean
    named = needs(histograms)
    for code, each_need in named.items():
        place = int(code[1:])
        assert moments[place].n >= 30
        if Reason.peers in each_need[0].reasons:
            assert not is_recognised(found[place], IKL.high)
            assert moments[place].mean < found[place].group_mean


@pytest.mark.long
@given(HISTOGRAMS.map(lambda each: [*each, (0, 3, 8, 30)]), st.randoms(use_true_random=False))
def test_the_order_of_peers_changes_nothing(histograms: list[tuple[int, ...]], random: Any) -> None:
    mixed = list(range(len(histograms)))
    random.shuffle(mixed)
    one, other = compared(histograms), compared([histograms[place] for place in mixed])
    assert [is_recognised(one[place], IKL.high) for place in mixed] == [is_recognised(each, IKL.high) for each in other]
