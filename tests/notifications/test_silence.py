"""A kiosk is missed only for as long as its office was open."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.notifications.rules.silence import is_missed, open_minutes
from app.screening.rules.opening_hours import OpeningTimes, Week

WIB = ZoneInfo("Asia/Jakarta")
WEEK = Week(date(2026, 1, 1), {0: OpeningTimes(480, 960), 5: OpeningTimes(480, 720)})
# 16 November 2026 is a Monday.
MONDAY = datetime(2026, 11, 16, tzinfo=WIB)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("week", "since", "until", "minutes"),
    [
        (WEEK, at(0, 9), at(0, 10), 60),
        (WEEK, at(0, 7), at(0, 8, 30), 30),
        (WEEK, at(0, 15, 30), at(0, 23), 30),
        # From Monday's evening on the office is closed until Saturday.
        (WEEK, at(0, 16), at(5, 8), 0),
        (WEEK, at(0, 12), at(6, 0), 240 + 240),
        (WEEK, at(0, 10), at(0, 9), 0),
        # Of an office without hours the usual ones are supposed, and no weekend.
        (None, at(0, 0), at(1, 0), 360),
        (None, at(5, 0), at(7, 0), 0),
        (Week(date(2026, 1, 1), {}), at(0, 0), at(7, 0), 0),
        # Years of silence are not counted day by day.
        (WEEK, at(-4_000, 0), at(0, 0), open_minutes(WEEK, WIB, at(-45, 0), at(0, 0))),
    ],
)
def test_minutes_count_while_the_office_is_open(
    week: Week | None, since: datetime, until: datetime, minutes: float
) -> None:
    assert open_minutes(week, WIB, since.astimezone(UTC), until.astimezone(UTC)) == minutes


def test_a_kiosk_that_was_switched_off_for_the_night_is_not_missed() -> None:
    hour = timedelta(hours=1)
    assert not is_missed(WEEK, WIB, at(0, 15, 50), at(5, 8, 49), hour)
    assert is_missed(WEEK, WIB, at(0, 15, 50), at(5, 8, 50), hour)
    # In Jayapura the day begins two hours earlier.
    assert is_missed(WEEK, ZoneInfo("Asia/Jayapura"), at(0, 6), at(0, 7), hour)
