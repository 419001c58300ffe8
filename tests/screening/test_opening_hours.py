"""Opening hours as people write them, and what kiosks send outside of them."""

import pytest

from app.screening.rules.opening_hours import (
    OpeningTimes,
    Week,
    is_outside,
    outside_hours,
    read_times,
    read_week,
    spans,
)
from app.screening.rules.sheets import DaySpan, Reason
from tests.screening.sheets import FIRST, SPAN, day, sheets

OFFICE = OpeningTimes(480, 960)


def test_weeks_are_read_in_both_languages() -> None:
    week = read_week("Mon-Thu 08:00-16:00, Fri 08:00-11:30,Sat 00:00-24:00")
    assert week == {0: OFFICE, 1: OFFICE, 2: OFFICE, 3: OFFICE, 4: OpeningTimes(480, 690), 5: OpeningTimes(0, 1440)}
    assert read_week("Sen-Jum 08:00-16:00") == dict.fromkeys(range(5), OFFICE)
    assert read_week("sab-MIN 08:00-16:00") == {5: OFFICE, 6: OFFICE}
    assert sorted(read_week("Sat-Mon 08:00-16:00")) == [0, 5, 6]


@pytest.mark.parametrize(
    "text",
    ["", "Mon", "Mon 8:00-16:00", "Mon 08:00-07:00", "Mon 08:00-08:00", "Mon 08:00-24:01", "Mon 08:60-16:00",
     "Xyz 08:00-16:00", "Mon-Tue 08:00-16:00, Tue 09:00-10:00", "Mon 08:00-16:00,"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write opening hours|a weekday|opens before"):
        read_week(text)


@pytest.mark.parametrize("text", ["08:00-16:00", " 8.00 – 16.00 ", "08:00—16:00", "8:00 -16.00", "8-16", "08 – 16.00"])
def test_the_hours_of_a_day_are_read_as_people_write_them(text: str) -> None:
    assert read_times(text) == OFFICE


@pytest.mark.parametrize("text", ["", "  "])
def test_a_day_of_which_nothing_is_written_is_closed(text: str) -> None:
    assert read_times(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [("8", "write"), ("08:00", "write"), ("tutup", "write"), ("08:00-16:0", "write"), ("٠٨:٠٠-١٦:٠٠", "write"),
     ("16:00-08:00", "opens before"), ("08:00-08:00", "opens before"), ("08:60-16:00", "opens before"),
     ("08:00-24:01", "opens before"), ("99:00-99:59", "opens before"), ("\0", "write")],
)  # fmt: skip
def test_the_hours_of_a_day_that_cannot_be_are_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_times(text)


def test_days_with_the_same_hours_that_follow_each_other_are_one_part() -> None:
    half = OpeningTimes(480, 720)
    assert spans({}) == []
    assert spans(dict.fromkeys(range(5), OFFICE) | {5: half}) == [(0, 4, OFFICE), (5, 5, half)]
    assert spans({0: OFFICE, 2: OFFICE, 3: half, 4: half}) == [(0, 0, OFFICE), (2, 2, OFFICE), (3, 4, half)]


def test_an_hour_is_outside_when_no_minute_of_it_is_within_half_an_hour() -> None:
    assert [hour for hour in range(24) if not is_outside(hour, OFFICE)] == [7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    # Closed at 15:30 and tolerated until 16:00, or a minute longer.
    assert is_outside(16, OpeningTimes(480, 930))
    assert not is_outside(16, OpeningTimes(480, 931))
    assert is_outside(17, OpeningTimes(480, 990))
    assert not is_outside(17, OpeningTimes(480, 991))
    assert all(is_outside(hour, None) for hour in range(24))


def test_kiosk_ratings_outside_are_doubted_by_person_and_day() -> None:
    week = Week(FIRST, dict.fromkeys(range(5), OFFICE))
    night, saturday = sheets(3, day(1), 22), sheets(2, day(5), 10, employee=None)
    given = night + saturday + sheets(5, day(1), 10)
    first, second = outside_hours(given, week, SPAN)
    assert (first.reason, first.employee, first.first, first.keys) == (
        Reason.outside_hours, "E1", day(1), tuple(s.key for s in night)
    )  # fmt: skip
    assert (second.employee, second.first, second.evidence) == (None, day(5), {"count": 2})


def test_phones_tickets_days_before_the_hours_were_known_and_what_is_decided_are_left_out() -> None:
    week = Week(day(2), dict.fromkeys(range(5), OFFICE))
    assert outside_hours(sheets(3, day(3), 22, channel="mobile"), week, SPAN) == []
    assert outside_hours(sheets(3, day(3), 22, ticketed=True), week, SPAN) == []
    assert outside_hours(sheets(3, day(1), 22), week, SPAN) == []
    assert outside_hours(sheets(3, day(3), 22), week, DaySpan(day(4), day(9))) == []
    assert outside_hours([s._replace(settled=True) for s in sheets(3, day(3), 22)], week, SPAN) == []
    assert outside_hours(sheets(3, day(3), 22), None, SPAN) == []
