"""Bursts of persons and offices against their own history."""

from app.screening.rules.bursts import FALLBACK_SIZE, SMALLEST_BURST, HourCounts, bursts
from app.screening.rules.sheets import DaySpan, Reason
from tests.screening.sheets import FIRST, SPAN, day, ordinary, sheets


def test_an_hour_far_above_its_history_is_doubted_and_nothing_else() -> None:
    stuffed = sheets(40, day(15), 12, answers="444")
    usual = ordinary() + ordinary("E2")
    [block] = bursts(usual + stuffed, SPAN)
    same_hour = [s for s in usual if (s.employee, s.day, s.hour) == ("E1", day(15), 12)]
    assert (block.reason, block.employee, block.first, block.days, block.hour) == (Reason.burst, "E1", day(15), 1, 12)
    assert set(block.keys) == {sheet.key for sheet in stuffed + same_hour}
    assert (block.evidence["count"], block.evidence["expected"], block.evidence["size"]) == (43, 3, 50)
    assert block.evidence["p"] < 1e-5
    assert bursts(usual, SPAN) == []


def test_a_day_outside_the_span_is_history_only() -> None:
    usual, stuffed = ordinary(), sheets(40, day(15), 12)
    assert bursts(usual + stuffed, DaySpan(day(16), day(34))) == []
    assert len(bursts(usual + stuffed, DaySpan(day(15), day(15)))) == 1


def test_sheets_with_a_ticket_are_no_burst() -> None:
    assert bursts(ordinary() + sheets(40, day(15), 12, ticketed=True), SPAN) == []


def test_what_was_released_counts_no_more_and_what_is_held_still_does() -> None:
    usual = ordinary()
    settled = [sheet._replace(settled=True) for sheet in sheets(40, day(15), 12)]
    late = sheets(2, day(15), 12)
    assert bursts(usual + settled + late, SPAN) == []
    held = [sheet._replace(held=True) for sheet in sheets(40, day(15), 12)]
    own = {s.key for s in usual if (s.day, s.hour) == (day(15), 12)}
    assert bursts([s for s in usual if s.key not in own] + held, SPAN) == []
    [block] = bursts([s for s in usual if s.key not in own] + held + late, SPAN)
    assert set(block.keys) == {sheet.key for sheet in late}


def test_an_office_hour_that_belongs_to_no_one_is_doubted_without_what_was_found_before() -> None:
    stuffed = [s for who in ("E1", "E2", None) for s in sheets(10, day(15), 12, employee=who)]
    [block] = bursts(ordinary("E1", 1) + ordinary("E2", 1) + stuffed, SPAN)
    assert (block.employee, block.hour, len(block.keys), block.evidence["expected"]) == (None, 12, 32, 2)
    one = sheets(40, day(15), 12)
    assert [block.employee for block in bursts(ordinary() + ordinary("E2") + one, SPAN)] == ["E1"]


def test_an_office_hour_without_employees() -> None:
    usual = ordinary(employee="", answers="434")
    nameless = [sheet._replace(employee=None) for sheet in usual]
    [block] = bursts(nameless + sheets(30, day(8), 9, employee=None), SPAN)
    assert (block.employee, block.hour, len(block.keys)) == (None, 9, 33)


def test_with_little_history_the_office_tells_the_mean_and_kappa_is_the_fallback() -> None:
    newcomer = sheets(40, day(15), 10, employee="E9")
    [block] = bursts(ordinary() + newcomer, SPAN)
    assert (block.employee, block.evidence["size"], block.evidence["expected"]) == ("E9", FALLBACK_SIZE, 3)
    # Twenty could be a newcomer's good hour.
    twenty = bursts(ordinary() + sheets(20, day(15), 10, employee="E9"), SPAN)
    assert [block for block in twenty if block.employee == "E9"] == []
    # And a new office is not judged at all.
    assert bursts(sheets(60, FIRST, 10), SPAN) == []
    assert HourCounts([]).usual("E1", FIRST, 10) is None


def test_who_works_another_shift_does_nothing_suspicious() -> None:
    mornings = [sheet for sheet in ordinary(per_hour=8) if sheet.hour < 12]
    assert bursts(mornings + sheets(14, day(15), 15), SPAN) == []


def test_few_ratings_are_never_a_burst() -> None:
    quiet = [s for s in ordinary(per_hour=1) if s.hour == 9]
    assert bursts(quiet + sheets(SMALLEST_BURST - 2, day(15), 9), SPAN) == []
    assert len(bursts(quiet + sheets(SMALLEST_BURST - 1, day(15), 9), SPAN)) == 1
