"""What is said about one unit: who is compared with whom, what is too little, and that figures agree with V vectors."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures.rules.comparison import compare
from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.unit_measures import UnitMeasures, main_family, measure
from app.ratings.tallies.rules.sheet_rows import SheetRow, counts, grouped, size
from tests.measures.formulas.peers import HISTOGRAMS, NAMES

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
FAMILIES = {"ktp-el": "adminduk", "kk": "adminduk", "skck": "polisi"}

PEERS = dict(zip(NAMES, HISTOGRAMS, strict=True))


def rows(
    employee: str,
    histogram: Sequence[int],
    service: str = "ktp-el",
    *,
    standing: str = "counted",
    channel: str = "kiosk",
) -> list[SheetRow]:
    """Sheets that give the same score to all three questions."""
    return [
        SheetRow("dukcapil", employee, service, channel, standing, str(score) * 3, n)
        for score, n in enumerate(histogram, start=1)
        if n
    ]


def persons(*parts: list[SheetRow]) -> dict[str, list[SheetRow]]:
    return grouped([row for part in parts for row in part], lambda row: row.employee)


def measured(
    units: dict[str, list[SheetRow]],
    before: dict[str, list[SheetRow]] | None = None,
    served: dict[str, int] | None = None,
) -> dict[str, UnitMeasures]:
    return measure(SCORING, units, before or {}, served or {}, FAMILIES)


def test_a_comparison_is_that_of_the_vectors() -> None:
    compared = compare({code: {"ktp-el": item_moments(histogram)} for code, histogram in PEERS.items()})
    assert [round(compared[code].reliability or 0, 6) for code in ("E1", "E3", "E6")] == [0.895151, 0.630656, 0.952201]
    shrunk, beside, ranks = compared["E8"].shrunk, compared["E8"].funnel, compared["E8"].ranks
    assert shrunk is not None
    assert beside is not None
    assert ranks is not None
    assert round(shrunk.estimate, 6) == 3.00361
    assert (round(beside.z, 6), round(beside.adjusted_z, 6), beside.flagged) == (-5.403579, -2.356118, False)
    assert (ranks.best, ranks.worst) == (7, 8)
    assert {code: compared[code].use for code in ("E7", "E5", "E3", "E2", "E8")} == {
        "E7": Use.nothing, "E5": Use.nothing, "E3": Use.coaching, "E2": Use.appraisal, "E8": Use.appraisal,
    }  # fmt: skip


def test_who_has_too_few_sheets_is_neither_measured_nor_a_peer() -> None:
    units = persons(*(rows(code, histogram) for code, histogram in PEERS.items()))
    result = measured(units)
    assert sorted(result) == ["E1", "E2", "E3", "E4", "E6", "E8"]
    assert {unit.comparison.peers for unit in result.values() if unit.comparison} == {6}


def test_persons_are_compared_within_the_family_they_mainly_work_in() -> None:
    units = persons(
        rows("E1", (0, 2, 10, 48)), rows("E1", (0, 0, 0, 12), "skck"),
        rows("E2", (1, 4, 18, 37), "kk"), rows("E3", (0, 5, 5, 5), "skck"),
    )  # fmt: skip
    result = measured(units)
    assert {code: (unit.family, unit.comparison.peers) for code, unit in result.items() if unit.comparison} == {
        "E1": ("adminduk", 2), "E2": ("adminduk", 2), "E3": ("polisi", 1),
    }  # fmt: skip
    # The index counts all sheets, the comparison those of the family.
    assert result["E1"].n == 72
    assert result["E1"].comparison is not None
    assert result["E1"].comparison.peers == 2
    assert main_family(units["E1"], FAMILIES) == "adminduk"
    assert main_family([*rows("E9", (0, 0, 0, 5)), *rows("E9", (0, 0, 0, 5), "skck")], FAMILIES) == "adminduk"


def test_alone_or_unanimous_nothing_can_be_told_from_a_comparison() -> None:
    alone = measured(persons(rows("E1", (0, 2, 10, 48))))["E1"].comparison
    assert alone is not None
    assert (alone.reliability, alone.shrunk, alone.standardised, alone.funnel, alone.ranks) == (None,) * 5
    assert alone.use is Use.coaching
    both = measured(persons(rows("E1", (0, 0, 0, 40)), rows("E2", (0, 0, 0, 40))))["E1"].comparison
    assert both is not None
    assert both.funnel is None
    assert both.reliability is None
    assert both.use is Use.coaching


@pytest.mark.parametrize(("elsewhere", "mean"), [(9, Fraction(89, 29)), (10, Fraction(4))])
def test_a_few_sheets_of_another_family_cannot_be_told_by_subtraction(elsewhere: int, mean: Fraction) -> None:
    """Beside the mean of all sheets, the mean within the family would tell about the nine of the other one."""
    units = persons(
        rows("E1", (0, 0, 0, 20)),
        rows("E1", (elsewhere, 0, 0, 0), "skck"),
        rows("E2", (0, 2, 10, 48)),
    )
    comparison = measured(units)["E1"].comparison
    assert comparison is not None
    assert comparison.standardised is not None
    assert comparison.standardised.raw == mean


def test_a_comparison_needs_ten_complete_sheets_within_the_family() -> None:
    blank = [SheetRow("dukcapil", "E1", "ktp-el", "kiosk", "counted", "-44", 8)]
    units = persons(rows("E1", (0, 0, 0, 6)), blank, rows("E2", (0, 2, 10, 48)))
    assert measured(units)["E1"].comparison is None


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
    units = persons(rows("E1", (0, 0, 0, 12)), rows("E1", (30, 0, 0, 0), standing="held"))
    unit = measured(units)["E1"]
    assert (unit.n, unit.held) == (12, 30)
    assert unit.figures.official.composite is not None
    assert unit.figures.official.composite.rounded == 100
    assert unit.channels == {"kiosk": 12}


def test_coverage_and_bounds_come_from_what_was_told_and_are_never_made_up() -> None:
    units = persons(rows("E1", (2, 5, 23, 70)), rows("E2", (0, 0, 5, 10)))
    result = measured(units, served={"E1": 250})
    assert (result["E1"].served, result["E1"].coverage, result["E1"].sample) == (250, Fraction(2, 5), 152)
    assert result["E1"].bounds is not None
    assert [round(float(end), 3) for end in result["E1"].bounds] == [2.044, 3.844]
    unknown = result["E2"]
    assert (unknown.served, unknown.coverage, unknown.bounds, unknown.sample) == (None,) * 4


def test_change_needs_ten_in_both_periods_and_histograms_thirty() -> None:
    now, then = persons(rows("E1", (2, 5, 23, 70))), persons(rows("E1", (4, 9, 30, 57)))
    unit = measured(now, then)["E1"]
    assert unit.change is not None
    assert round(float(unit.change.difference), 6) == 0.21
    assert unit.dimensions[0] is not None
    assert unit.dimensions[0].histogram == (2, 5, 23, 70)
    few = measured(persons(rows("E1", (0, 0, 9, 20))), persons(rows("E1", (0, 0, 4, 5))))["E1"]
    assert few.change is None
    assert few.dimensions[0] is not None
    assert (few.dimensions[0].histogram, few.dimensions[0].change) == (None, None)


def test_a_question_that_fewer_than_ten_answered_has_no_figures() -> None:
    skipped = [SheetRow("dukcapil", "E1", "ktp-el", "kiosk", "counted", "4-4", 5)]
    units = persons(rows("E1", (0, 0, 0, 9)), skipped)
    unit = measured(units)["E1"]
    assert [dimension is None for dimension in unit.dimensions] == [False, True, False]


@pytest.mark.parametrize("families", [None, FAMILIES])
def test_without_units_there_is_nothing(families: dict[str, str] | None) -> None:
    assert measure(SCORING, {}, {}, {}, families) == {}


def test_rows_are_added_up_by_any_key() -> None:
    parts = [
        *rows("E1", (0, 0, 2, 3)),
        *rows("E1", (0, 0, 1, 0), channel="web"),
        *rows("E1", (4, 0, 0, 0), standing="held"),
    ]
    assert counts(parts) == {"333": 3, "444": 3}
    assert (size(parts), size(parts, "held")) == (6, 4)
    assert {channel: size(part) for channel, part in grouped(parts, lambda row: row.channel).items()} == {
        "kiosk": 5,
        "web": 1,
    }


def test_an_item_with_few_answers_cannot_be_told_by_the_others() -> None:
    """Speed was answered by five; with the index and both other means, theirs would be known."""
    skipped = [SheetRow("dukcapil", "E1", "ktp-el", "kiosk", "counted", "-44", 20)]
    unit = measured(persons(skipped, rows("E1", (0, 0, 0, 5))))["E1"]
    assert unit.dimensions[0] is None
    assert unit.dimensions[1] is not None
    assert (unit.figures.official.composite, unit.figures.composite, unit.change, unit.bounds) == (None,) * 4
