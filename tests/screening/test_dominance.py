"""One hour of a day, one device of a week."""

from app.screening.rules.one_device import DutyDay, one_devices
from app.screening.rules.one_hour import one_hours
from app.screening.rules.sheets import DaySpan, Reason, ScreenedSheet
from tests.screening.sheets import SPAN, day, ordinary, sheets


def test_an_hour_that_holds_most_of_a_day_is_doubted_where_days_are_spread() -> None:
    usual = [s for s in ordinary(per_hour=1) if s.day != day(15)]
    odd = sheets(14, day(15), 12)
    rest = sheets(2, day(15), 9) + sheets(2, day(15), 10) + sheets(2, day(15), 11)
    [block] = one_hours(usual + odd + rest, SPAN)
    assert (block.reason, block.employee, block.first, block.hour) == (Reason.one_hour, "E1", day(15), 12)
    assert set(block.keys) == {s.key for s in odd}
    assert block.evidence == {"count": 14, "of": 20, "expected": 1}
    assert one_hours(usual + odd + rest, DaySpan(day(16), day(34))) == []
    # Fewer on the day, with tickets, released, or twelve of twenty: no.
    assert one_hours(usual + odd + rest[:5], SPAN) == []
    assert one_hours([s._replace(ticketed=True) for s in usual + odd + rest], SPAN) == []
    assert one_hours(usual + [s._replace(settled=True) for s in odd] + rest, SPAN) == []
    assert one_hours(usual + odd[:12] + rest + sheets(2, day(15), 13), SPAN) == []


def test_who_works_one_hour_a_day_or_lost_the_rest_of_it_is_not() -> None:
    one_hour_days = [s for s in ordinary(per_hour=8) if s.hour == 10]
    assert one_hours(one_hour_days + sheets(20, day(15), 10), SPAN) == []
    busy = [s for s in ordinary(per_hour=14) if s.day != day(15)]
    assert one_hours(busy + sheets(14, day(15), 9) + sheets(7, day(15), 10), SPAN) == []


def test_a_newcomers_day_is_compared_with_the_offices() -> None:
    odd = sheets(18, day(15), 12, employee="E9") + sheets(3, day(15), 9, employee="E9")
    [block] = one_hours(ordinary(per_hour=1) + odd, SPAN)
    assert block.employee == "E9"
    assert one_hours(odd, SPAN) == []


def office(place: str, share: float = 1.0) -> list[ScreenedSheet]:
    """E1 at counter E1 for four weeks and elsewhere in the last; E2 and E3 at their own."""
    own = [
        s._replace(place=place) if s.day >= day(28) and index % 10 < share * 10 else s
        for index, s in enumerate(ordinary())
    ]
    return own + ordinary("E2") + [s._replace(place="app") for s in ordinary("E3", 1)]


ROSTER = [
    DutyDay(who, day(number), f"counter:{who}") for who in ("E1", "E2") for number in range(35)
]  # fmt: skip


def test_a_kiosk_where_others_are_on_duty_is_doubted() -> None:
    # In the week, counter:E2 brings E1's ratings; E2 is away, so it is not the others' place either.
    given = [
        s._replace(place=("counter:4" if index % 2 else "counter:5")) if s.employee == "E2" and s.day >= day(28) else s
        for index, s in enumerate(office("counter:E2"))
    ]
    [block] = one_devices(given, ROSTER, SPAN)
    assert (block.reason, block.employee, block.first, block.days) == (Reason.one_device, "E1", day(28), 7)
    assert len(block.keys) == block.evidence["count"] == block.evidence["of"] == 120
    # On duty there, no roster there, or a week that is not judged: no.
    assert one_devices(given, [*ROSTER, DutyDay("E1", day(30), "counter:E2")], SPAN) == []
    assert one_devices(given, [], SPAN) == []
    assert one_devices(given, ROSTER, DaySpan(day(0), day(27))) == []
    assert one_devices([s._replace(settled=True) for s in given], ROSTER, SPAN) == []


def test_a_day_at_anothers_counter_is_not_a_week() -> None:
    """E1 helps out on Monday; by Friday most of the week comes from where E1 belongs."""
    given = [
        s._replace(place="counter:E2") if s.employee == "E1" and s.day == day(28) else s for s in office("counter:E1")
    ]
    others = [s._replace(place="counter:4") if s.employee == "E2" and s.day >= day(28) else s for s in given]
    for last in (28, 30, 32, 34):
        until = [s for s in others if s.day <= day(last)]
        assert one_devices(until, ROSTER, DaySpan(day(0), day(last))) == []


def test_a_week_is_judged_when_it_is_over_and_whole() -> None:
    given = office("app", 0.9)
    for first, last, n in ((0, 34, 1), (28, 34, 1), (28, 50, 1), (0, 33, 0), (29, 34, 0)):
        assert len(one_devices(given, ROSTER, DaySpan(day(first), day(last)))) == n


def test_who_always_sits_at_one_kiosk_is_not() -> None:
    assert one_devices(office("counter:E1"), ROSTER, SPAN) == []


def test_the_only_kiosk_of_an_office_is_not() -> None:
    one = [s._replace(place="counter:1") for s in office("counter:E1")]
    assert one_devices(one, [DutyDay("E2", day(30), "counter:1")], SPAN) == []


def test_another_sender_is_doubted_where_it_is_nobodys_habit() -> None:
    given = office("app", 0.9)
    [block] = one_devices(given, ROSTER, SPAN)
    assert (block.employee, len(block.keys)) == ("E1", 108)
    # Half of the week is no domination; and who was rated so before has the habit.
    assert one_devices(office("app", 0.5), ROSTER, SPAN) == []
    before = [s._replace(place="app") if s.employee == "E1" and s.hour < 12 else s for s in given]
    assert one_devices(before, ROSTER, SPAN) == []


def test_a_key_that_is_new_to_the_office_is_a_replacement() -> None:
    assert one_devices(office("new key"), ROSTER, SPAN) == []
    newcomer = [s for s in office("app") if s.employee != "E1" or s.day >= day(28)]
    assert one_devices(newcomer, ROSTER, SPAN) == []
