"""Whether a kiosk's silence means anything: only while its office is open is it expected to be switched on. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.screening.rules.opening_hours import OpeningTimes, Week

# What is supposed of an office that has told no hours: narrower than most, so that nobody is called for nothing.
USUAL = dict.fromkeys(range(5), OpeningTimes(9 * 60, 15 * 60))
# Whoever was not seen for longer than this was silent for long enough, whatever the hours.
LONGEST_DAYS = 45


def open_minutes(week: Week | None, zone: ZoneInfo, since: datetime, until: datetime) -> float:
    """For how many minutes an office was open between two moments; of a week without hours, by the usual ones."""
    hours = USUAL if week is None else week.hours
    since = max(since, until - timedelta(days=LONGEST_DAYS))
    day, total = since.astimezone(zone).date(), 0.0
    while day <= until.astimezone(zone).date():
        times = hours.get(day.weekday())
        if times is not None:
            midnight = datetime.combine(day, time(), zone)
            opens, closes = (midnight + timedelta(minutes=minutes) for minutes in times)
            total += max(0.0, (min(closes, until) - max(opens, since)).total_seconds() / 60)
        day += timedelta(days=1)
    return total


def is_missed(week: Week | None, zone: ZoneInfo, seen_at: datetime, now: datetime, after: timedelta) -> bool:
    """Whether a kiosk has been silent for so long while its office was open."""
    return open_minutes(week, zone, seen_at, now) >= after.total_seconds() / 60
