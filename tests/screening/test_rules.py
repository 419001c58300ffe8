"""All rules together: each sheet is doubted once, and a second look finds nothing new."""

from collections import Counter

from app.screening.rules.all_rules import OfficeContext, screen
from app.screening.rules.sheets import Reason, ScreenedSheet
from tests.screening.sheets import SPAN, day, ordinary, sheets


def again(given: list[ScreenedSheet], keys: set[object]) -> list[ScreenedSheet]:
    """The sheets as they stand after a run."""
    return [sheet._replace(held=sheet.key in keys) for sheet in given]


def test_an_ordinary_office_has_no_findings() -> None:
    assert screen(ordinary() + ordinary("E2") + ordinary("E3"), OfficeContext(), SPAN) == []


def test_what_hides_behind_another_is_found_in_the_same_run_and_nothing_twice() -> None:
    # Twice the same hour: while the larger one is history, the smaller one hides behind it.
    given = (
        ordinary(per_hour=2)
        + ordinary("E2", 2)
        + sheets(200, day(8), 12, answers="444")
        + sheets(24, day(15), 12, answers="444")
    )
    found = screen(given, OfficeContext(), SPAN)
    counts = Counter(key for block in found for key in block.keys)
    assert set(counts.values()) == {1}
    assert {(block.reason, block.first) for block in found} == {(Reason.burst, day(8)), (Reason.burst, day(15))}
    assert screen(again(given, set(counts)), OfficeContext(), SPAN) == []


def test_a_note_is_told_once() -> None:
    newcomer = [s for hour in range(8, 16) for s in sheets(5, day(15), hour, employee="E9", answers="444")]
    found = screen(ordinary() + ordinary("E2") + newcomer, OfficeContext(), SPAN)
    assert [(block.employee, block.keys) for block in found] == [("E9", ())]
