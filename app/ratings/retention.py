"""What is kept apart from ratings: purged after its retention, and written anew every night."""

from datetime import datetime, timedelta

from app.access.audit import record
from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import Apart
from app.ratings.keys import first_key
from app.ratings.maintenance_store import forget_traces, purge_comments

# Comments are only added and purged; the counts of profiles grow with every rating.
COMMENTS = Apart("comment", within="written_in")
PROFILES = Apart("profile_tally", within="month", counts=True)
# Of marks only what was deleted goes: a remark may repeat the words it is about.
MARKS = Apart("comment_mark")
APART = (COMMENTS, MARKS, PROFILES)


def tidy(database: Database, now: datetime, retention: timedelta, actor: str) -> int:
    """Purge comments of months that ended longer ago than the retention; return how many.

    An agency that lost some finds one line about it in its audit trail.
    """
    oldest_month = (now.date() - retention).replace(day=1)
    with database.unhurried() as session:
        purged = purge_comments(session, oldest_month)
        for agency_id, n in sorted(purged.items()):
            record(
                session,
                agency_id=agency_id,
                actor=actor,
                action="comments.purged",
                subject="comment",
                at=now,
                n=n,
                before=oldest_month.isoformat(),
            )
    return purged.total()


def forget(database: Database, now: datetime, after: timedelta) -> int:
    """Delete the traces of ratings given on days longer ago than that; return how many."""
    before = first_key((now - after).date())
    with database.unhurried() as session:
        return forget_traces(session, before)
