"""When a message is due: at once, or with the next digest. Pure."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from app.disclosure.rules.calendar import LAST_ZONE
from app.outbox.rules.kinds import EventKind

# In the zone whose day begins last: digests lie there when work begins anywhere in the country.
MORNING = time(6)


class Rhythm(StrEnum):
    """How often somebody wants mail."""

    at_once = "at-once"
    daily = "daily"
    weekly = "weekly"
    monthly = "monthly"


# At once would tell the hour, and a week is longer than there is time to hand a report over.
ALWAYS_DAILY = frozenset({EventKind.integrity_received})


def rhythm_of(kind: EventKind, chosen: str) -> Rhythm:
    """How often somebody is told of this kind who has chosen so."""
    return Rhythm.daily if kind in ALWAYS_DAILY else Rhythm(chosen)


def due_at(rhythm: Rhythm, now: datetime) -> datetime:
    """The moment of the next mail (aware): now, the next morning, Monday's, or that of the first of a month."""
    if rhythm is Rhythm.at_once:
        return now
    local = now.astimezone(LAST_ZONE)
    morning = datetime.combine(local.date(), MORNING, LAST_ZONE)
    while morning <= now or not _is_day(rhythm, morning):
        morning += timedelta(days=1)
    return morning


def _is_day(rhythm: Rhythm, day: datetime) -> bool:
    match rhythm:
        case Rhythm.weekly:
            return day.weekday() == 0
        case Rhythm.monthly:
            return day.day == 1
        case _:
            return True
