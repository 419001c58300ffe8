"""Straight-lining needs peers, shape and the person's own days to agree."""

from app.screening.rules.sheets import DaySpan, Reason, ScreenedSheet
from app.screening.rules.straight_lines import straight_lines
from tests.screening.sheets import SPAN, day, ordinary, sheets, spread


def with_day(straight: float, n: int = 40) -> list[ScreenedSheet]:
    """Five ordinary weeks of three people; on one day E1's sheets are others, spread over the day."""
    usual = ordinary() + ordinary("E2") + ordinary("E3")
    rest = [sheet for sheet in usual if (sheet.employee, sheet.day) != ("E1", day(15))]
    own = [sheet for hour in range(8, 16) for sheet in sheets(n // 8, day(15), hour)]
    return rest + spread(own, straight, seed=5)


def test_a_day_of_nothing_but_fours_is_held_and_only_these_sheets() -> None:
    given = with_day(0.97)
    [block] = straight_lines(given, SPAN)
    fours = {s.key for s in given if (s.employee, s.day, s.answers) == ("E1", day(15), "444")}
    assert (block.reason, block.employee, block.first, block.days) == (Reason.straight_lining, "E1", day(15), 1)
    assert set(block.keys) == fours
    assert (block.evidence["count"], block.evidence["of"]) == (len(fours), 40)
    assert block.evidence["p"] < 1e-6
    assert straight_lines(given, DaySpan(day(16), day(34))) == []


def test_an_ordinary_day_is_not() -> None:
    assert straight_lines(with_day(0.5), SPAN) == []
    assert straight_lines(with_day(0.97, n=16), SPAN) == []


def test_who_is_always_that_good_is_not_doubted() -> None:
    good = spread(ordinary(), 0.95, seed=1)
    assert straight_lines(good + ordinary("E2") + ordinary("E3"), SPAN) == []


def test_a_newcomer_is_noted_and_nothing_is_held() -> None:
    newcomer = spread([s for hour in range(8, 16) for s in sheets(5, day(15), hour, employee="E9")], 0.97, seed=2)
    blocks = straight_lines(ordinary() + ordinary("E2") + newcomer, SPAN)
    assert [(block.employee, block.keys, block.days) for block in blocks] == [("E9", (), 1)]


def test_a_week_is_looked_at_where_no_day_has_enough() -> None:
    usual = ordinary("E2", 2) + ordinary("E3", 2)
    own = spread([s for s in ordinary(per_hour=2) if s.day < day(28)], 0.5, seed=3)
    week = spread([s for n in range(28, 33) for h in range(8, 16) for s in sheets(2, day(n), h)], 0.99, seed=4)
    [block] = straight_lines(usual + own + week, SPAN)
    assert (block.first, block.days, len(block.keys)) == (day(28), 7, sum(s.answers == "444" for s in week))
    # Once it is over, however late; not while it goes on, nor when its Monday is forgotten.
    given = usual + own + week
    assert len(straight_lines(given, DaySpan(day(28), day(50)))) == 1
    assert straight_lines(given, DaySpan(day(0), day(33))) == []
    assert straight_lines(given, DaySpan(day(29), day(50))) == []


def test_what_is_held_released_or_without_answers_counts_as_it_should() -> None:
    given = with_day(0.97)
    settled = [s._replace(settled=(s.employee, s.day) == ("E1", day(15))) for s in given]
    assert straight_lines(settled, SPAN) == []
    held = [s._replace(held=(s.employee, s.day) == ("E1", day(15))) for s in given]
    assert straight_lines(held, SPAN) == []
    blank = [s._replace(answers="---") for s in given]
    assert straight_lines(blank, SPAN) == []
    nameless = [s._replace(employee=None) for s in given]
    assert straight_lines(nameless, SPAN) == []


def test_without_peers_nothing_is_said() -> None:
    assert straight_lines([s for s in with_day(0.97) if s.employee == "E1"], SPAN) == []


def test_the_one_answer_needs_three_questions() -> None:
    [short, skipped, low, long] = (
        sheets(1, day(1), 9, answers=answers)[0] for answers in ("44", "4-4", "1111-1111", "344434434")
    )
    assert (short.same, skipped.same, low.same, long.same) == (None, None, "1", None)
    assert (short.total, skipped.total, low.total, long.total) == (8, 8, 8, 33)
    assert sheets(1, day(1), 9, answers="---")[0].total is None
