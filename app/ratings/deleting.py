"""Whether the clock can be believed before anything is deleted for its age: what is purged is gone for good.

A clock that was set a year ahead once deleted every comment. The newest rating and the last run tell what day it was.
"""

from datetime import date, datetime

from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact, put_fact
from app.ratings.keys import day_of_key, key_day
from app.ratings.maintenance_store import newest_key
from app.ratings.rules.present import is_far_ahead

LAST_RUN = "tidied"


def clock_is_far_ahead(database: Database, now: datetime) -> bool:
    """Whether now is far beyond the newest rating and the last run."""
    with database.reading() as session:
        newest, last = newest_key(session), fact(session, LAST_RUN)
    known = [*([] if newest is None else [day_of_key(newest)]), *([] if last is None else [date.fromisoformat(last)])]
    return is_far_ahead(key_day(now), known)


def clock_is_believable(database: Database, now: datetime) -> bool:
    """False where now is far beyond the newest rating and the last run; otherwise this is remembered as a run."""
    if clock_is_far_ahead(database, now):
        return False
    believe(database, now)
    return True


def believe(database: Database, now: datetime) -> None:
    """Remember that this day has been: an operator, or what was known before, says so."""
    with database.writing() as session:
        put_fact(session, LAST_RUN, key_day(now).isoformat())
