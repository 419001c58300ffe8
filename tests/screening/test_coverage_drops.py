"""Coverage by tickets against the own weeks before and against the others."""

from datetime import timedelta

from app.screening.rules.coverage import DROP_P, Tickets, coverage_drops
from app.screening.rules.sheets import DaySpan, Reason
from tests.screening.sheets import FIRST, SPAN, day

TODAY = day(7 * 5 + 7)


def weeks(employee: str, shares: list[float], armed: int = 20) -> list[Tickets]:
    """One share of spent tickets per week, Monday to Friday."""
    return [
        Tickets(employee, day(7 * week + weekday), armed, round(armed * share))
        for week, share in enumerate(shares)
        for weekday in range(5)
    ]


HONEST = weeks("E2", [0.9] * 5) + weeks("E3", [0.9] * 5)


def test_a_clerk_whose_coverage_falls_is_noted_with_no_sheets() -> None:
    [block] = coverage_drops(weeks("E1", [0.9, 0.9, 0.9, 0.9, 0.4]) + HONEST, SPAN, TODAY)
    assert (block.reason, block.employee, block.first, block.days) == (Reason.coverage_drop, "E1", day(28), 7)
    assert block.keys == ()
    assert (block.evidence["count"], block.evidence["of"], block.evidence["expected"]) == (40, 100, 90)
    assert block.evidence["p"] < DROP_P


def test_a_clerk_who_withholds_from_the_first_day_on_is_seen_beside_the_others() -> None:
    [block] = coverage_drops(weeks("E1", [0.4] * 5) + HONEST, SPAN, TODAY)
    assert block.employee == "E1"


def test_alone_in_an_office_the_own_weeks_tell() -> None:
    [block] = coverage_drops(weeks("E1", [0.9, 0.9, 0.9, 0.9, 0.4]), SPAN, TODAY)
    assert block.employee == "E1"
    assert coverage_drops(weeks("E1", [0.4] * 5), SPAN, TODAY) == []


def test_honest_ones_small_gaps_and_an_office_that_falls_together_are_not_noted() -> None:
    assert coverage_drops(weeks("E1", [0.9] * 5) + HONEST, SPAN, TODAY) == []
    assert coverage_drops(weeks("E1", [0.75] * 5, 200) + HONEST, SPAN, TODAY) == []
    together = [row for who in ("E1", "E2", "E3") for row in weeks(who, [0.9, 0.9, 0.9, 0.9, 0.4])]
    assert coverage_drops(together, SPAN, TODAY) == []
    assert coverage_drops([], SPAN, TODAY) == []


def test_small_numbers_are_judged_over_some_weeks() -> None:
    few = weeks("E1", [0.9, 0.9, 0.4, 0.4, 0.4], armed=2) + HONEST
    [block] = coverage_drops(few, SPAN, TODAY)
    assert (block.first, block.days) == (day(14), 21)
    # Too few in all, and a gap that chance may have made.
    assert coverage_drops(weeks("E1", [1, 1, 1, 1, 0.5], armed=2) + weeks("E2", [1] * 5, armed=1), SPAN, TODAY) == []
    assert coverage_drops(weeks("E1", [1, 1, 1, 1, 0.5], armed=2) + HONEST, SPAN, TODAY) == []


def test_a_week_is_judged_when_its_tickets_have_expired() -> None:
    given = weeks("E1", [0.9, 0.9, 0.9, 0.9, 0.4]) + HONEST
    assert coverage_drops(given, SPAN, TODAY - timedelta(days=1)) == []
    assert coverage_drops(given, DaySpan(FIRST, day(27)), TODAY) == []
    assert coverage_drops([Tickets("E1", day(0), 0, 0)], SPAN, TODAY) == []
    assert coverage_drops(weeks("E1", [0.9, 0.9, 0.9, 0.9]) + HONEST, SPAN, TODAY) == []
    nobody = [each._replace(spent=0) for each in weeks("E2", [0.5] * 5)]
    assert coverage_drops(weeks("E1", [0.9] * 5) + nobody, SPAN, TODAY)[0].employee == "E2"
