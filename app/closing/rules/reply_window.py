"""How long an employee may reply to a draft. Pure."""

from datetime import datetime, timedelta

from app.disclosure.rules.calendar import LAST_ZONE, end_of

WORKING_WEEK = 5


def reply_deadline(drafted_at: datetime, working_days: int) -> datetime:
    """The end, in the zone whose day ends last, of the n-th working day after the day of the draft (aware).

    Monday to Friday; holidays are the agency's to allow for by a longer window. With 0 days it is over at once.
    """
    if working_days == 0:
        return drafted_at
    day = drafted_at.astimezone(LAST_ZONE).date()
    left = working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < WORKING_WEEK
    return end_of(day)
