"""What is said about one unit: who is compared with whom, what is too little, and that figures agree with V vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.disclosure.rules.cells import without_small_items
from app.disclosure.rules.released import Released, ReleasedBlock
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures.rules.comparison import compare
from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.unit_measures import MeasuredUnit, UnitMeasures, main_family, measure
from tests.cells import block, told
from tests.measures.formulas.peers import HISTOGRAMS, NAMES

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
FAMILIES = {"ktp-el": "adminduk", "kk": "adminduk", "skck": "polisi"}

PEERS = dict(zip(NAMES, HISTOGRAMS, strict=True))


def alike(histogram: Sequence[int], service: str | None = "ktp-el", **shared: Any) -> ReleasedBlock:
    """Sheets that give the same score to all three questions."""
    sheets = {str(score) * 3: n for score, n in enumerate(histogram, start=1) if n}
    return block(IKL, sheets, service=service, **shared)


def mixed(sheets: Mapping[str, int]) -> ReleasedBlock:
    """Complete sheets and others that are told together, without questions of few answers."""
    found = block(IKL, sheets, service="ktp-el", joint=False)
    return replace(found, cell=without_small_items(found.cell))


def measured(
    now: Mapping[str, Released],
    before: Mapping[str, Released] | None = None,
    served: Mapping[str, int] | None = None,
    families: Mapping[str, str] | None = FAMILIES,
) -> dict[str, UnitMeasures]:
    units = {
        code: MeasuredUnit(released, (before or {}).get(code, told()), served=(served or {}).get(code))
        for code, released in now.items()
    }
    return measure(SCORING, units, families)


def test_a_comparison_is_that_of_the_vectors() -> None:
    compared = compare({code: {"ktp-el": item_moments(histogram)} for code, histogram in PEERS.items()})
    assert [round(compared[code].reliability or 0, 6) for code in ("E1", "E3", "E6")] == [0.9038, 0.652657, 0.956373]
    shrunk, beside, ranks = compared["E8"].shrunk, compared["E8"].funnel, compared["E8"].ranks
    assert shrunk is not None
    assert beside is not None
    assert ranks is not None
    assert round(shrunk.estimate, 6) == 3.00361
    assert (round(beside.z, 6), round(beside.adjusted_z, 6), beside.flagged) == (-5.403579, -2.858885, False)
    assert (ranks.best, ranks.worst) == (7, 8)
    assert {code: compared[code].use for code in ("E7", "E5", "E3", "E2", "E8")} == {
        "E7": Use.nothing, "E5": Use.nothing, "E3": Use.coaching, "E2": Use.appraisal, "E8": Use.appraisal,
    }  # fmt: skip


def test_fewer_than_eight_are_compared_and_nobody_is_judged() -> None:
    compared = compare({code: {"ktp-el": item_moments(PEERS[code])} for code in NAMES[:7]})
    assert {(each.funnel, each.shrunk) for each in compared.values()} == {(None, None)}
    assert all(each.reliability and each.ranks for each in compared.values())
    assert Use.consequence not in {each.use for each in compared.values()}


def test_who_stands_out_among_reliable_figures_may_have_a_consequence() -> None:
    peers = {f"E{place}": (0, 10, 40, 50 + 3 * place) for place in range(9)} | {"E9": (60, 30, 10, 0)}
    compared = compare({code: {"ktp-el": item_moments(histogram)} for code, histogram in peers.items()})
    assert [code for code, each in compared.items() if each.funnel and each.funnel.flagged] == ["E9"]
    assert (compared["E9"].use, compared["E0"].use) == (Use.consequence, Use.appraisal)


def test_who_has_too_few_sheets_is_neither_measured_nor_a_peer() -> None:
    result = measured(
        {
            code: told([alike(histogram)]) if sum(histogram) >= 10 else told(waiting=sum(histogram))
            for code, histogram in PEERS.items()
        }
    )
    assert sorted(result) == ["E1", "E2", "E3", "E4", "E6", "E8"]
    assert {unit.comparison.peers for unit in result.values() if unit.comparison} == {6}


@pytest.mark.parametrize(
    ("n", "waiting", "shown"), [(20, 9, ["<10"]), (90, 10, ["10+"]), (89, 10, []), (20, 0, [None])]
)
def test_who_leaves_out_ten_and_more_than_a_tenth_is_not_measured(
    n: int, waiting: int, shown: list[str | None]
) -> None:
    result = measured({"E1": told([alike((0, 0, 0, n))], waiting)})
    assert [unit.waiting for unit in result.values()] == shown


def test_persons_are_compared_within_the_family_they_mainly_work_in() -> None:
    units = {
        "E1": told([alike((0, 2, 10, 48)), alike((0, 0, 0, 12), "skck")]),
        "E2": told([alike((1, 4, 18, 37), "kk")]),
        "E3": told([alike((0, 5, 5, 5), "skck")]),
    }
    result = measured(units)
    assert {code: (unit.family, unit.comparison.peers) for code, unit in result.items() if unit.comparison} == {
        "E1": ("adminduk", 2), "E2": ("adminduk", 2), "E3": ("polisi", 1),
    }  # fmt: skip
    # The index counts all sheets, the comparison those of the family.
    assert result["E1"].n == 72
    assert result["E1"].comparison is not None
    assert result["E1"].comparison.peers == 2
    assert main_family(units["E1"].blocks, FAMILIES) == "adminduk"
    assert main_family([alike((0, 0, 0, 10)), alike((0, 0, 0, 10), "skck")], FAMILIES) == "adminduk"


def test_alone_or_unanimous_nothing_can_be_told_from_a_comparison() -> None:
    alone = measured({"E1": told([alike((0, 2, 10, 48))])})["E1"].comparison
    assert alone is not None
    assert (alone.reliability, alone.shrunk, alone.standardised, alone.funnel, alone.ranks) == (None,) * 5
    assert alone.use is Use.coaching
    both = measured({code: told([alike((0, 0, 0, 40))]) for code in ("E1", "E2")})["E1"].comparison
    assert both is not None
    assert both.funnel is None
    assert both.reliability is None
    assert both.use is Use.coaching


@pytest.mark.parametrize(("most", "mean"), [("kk", Fraction(93, 30)), ("skck", Fraction(4))])
def test_a_few_sheets_of_another_family_cannot_be_told_by_subtraction(most: str, mean: Fraction) -> None:
    """What is told together is in the family wholly or not at all, by the service that most of it is about."""
    units = {
        "E1": told([alike((0, 0, 0, 20)), alike((9, 0, 0, 1), None, service_mode=most)]),
        "E2": told([alike((0, 2, 10, 48))]),
    }
    comparison = measured(units)["E1"].comparison
    assert comparison is not None
    assert comparison.standardised is not None
    assert comparison.standardised.raw == mean


def test_a_comparison_needs_ten_complete_sheets_within_the_family() -> None:
    units = {"E1": told([mixed({"-44": 8, "444": 6})]), "E2": told([alike((0, 2, 10, 48))])}
    result = measured(units)
    assert (result["E1"].n, result["E1"].comparison) == (14, None)
    assert result["E2"].comparison is not None
    assert result["E2"].comparison.peers == 1


def test_services_that_few_answered_are_expected_as_one() -> None:
    """From what is expected of two persons the means of single services could be computed."""
    person = {
        "ktp-el": item_moments((0, 0, 20, 20)),
        "kk": item_moments((3, 0, 0, 0)),
        "akta": item_moments((0, 4, 0, 0)),
    }
    other = {"ktp-el": item_moments((0, 0, 10, 10)), "kia": item_moments((0, 0, 0, 15))}
    compared = compare({"E1": person, "E2": other})["E1"].standardised
    # The seven alone would still be told; the next larger service hides them: (3 + 8 + 60)/22 for all three.
    assert compared is not None
    assert compared.expected == (40 * Fraction(7, 2) + 7 * Fraction(71, 22)) / 47


def test_held_sheets_are_told_and_in_no_figure() -> None:
    unit = measure(SCORING, {"E1": MeasuredUnit(told([alike((0, 0, 0, 12))]), told(), held=30)}, FAMILIES)["E1"]
    assert (unit.n, unit.held) == (12, 30)
    assert unit.figures.official.composite is not None
    assert unit.figures.official.composite.rounded == 100


def test_channels_and_services_are_told_of_offices_and_not_of_persons() -> None:
    several = alike((0, 0, 0, 11), None, service_mode="kk", channel=None)
    units = {"E1": told([alike((0, 0, 0, 12)), alike((0, 0, 10, 0), "kk"), several])}
    person, office = measured(units)["E1"], measured(units, families=None)["E1"]
    assert (person.channels, person.services) == (None, None)
    assert (office.channels, office.services) == ({"kiosk": 22}, {"kk": 10, "ktp-el": 12})


def test_coverage_and_bounds_come_from_what_was_told_and_are_never_made_up() -> None:
    units = {"E1": told([alike((2, 5, 23, 70))]), "E2": told([alike((0, 0, 5, 10))])}
    result = measured(units, served={"E1": 250})
    assert (result["E1"].served, result["E1"].coverage, result["E1"].sample) == (250, Fraction(2, 5), 152)
    assert result["E1"].bounds is not None
    assert [round(float(end), 3) for end in result["E1"].bounds] == [2.044, 3.844]
    unknown = result["E2"]
    assert (unknown.served, unknown.coverage, unknown.bounds, unknown.sample) == (None,) * 4


def test_change_needs_ten_in_both_periods_and_histograms_thirty() -> None:
    unit = measured({"E1": told([alike((2, 5, 23, 70))])}, {"E1": told([alike((4, 9, 30, 57))])})["E1"]
    assert unit.change is not None
    assert round(float(unit.change.difference), 6) == 0.21
    assert unit.dimensions[0] is not None
    assert unit.dimensions[0].histogram == (2, 5, 23, 70)
    few = measured({"E1": told([alike((0, 0, 9, 20))])}, {"E1": told(waiting=9)})["E1"]
    assert few.change is None
    assert few.dimensions[0] is not None
    assert (few.dimensions[0].histogram, few.dimensions[0].change) == (None, None)


def test_a_question_that_fewer_than_ten_answered_has_no_figures() -> None:
    unit = measured({"E1": told([mixed({"444": 9, "4-4": 5})])})["E1"]
    assert [dimension is None for dimension in unit.dimensions] == [False, True, False]


@pytest.mark.parametrize("families", [None, FAMILIES])
def test_without_units_there_is_nothing(families: dict[str, str] | None) -> None:
    assert measure(SCORING, {}, families) == {}


def test_an_item_with_few_answers_cannot_be_told_by_the_others() -> None:
    """Speed was answered by five; with the index and both other means, theirs would be known."""
    unit = measured({"E1": told([mixed({"-44": 20, "444": 5})])})["E1"]
    assert unit.dimensions[0] is None
    assert unit.dimensions[1] is not None
    assert (unit.figures.official.composite, unit.figures.composite, unit.change, unit.bounds) == (None,) * 4
