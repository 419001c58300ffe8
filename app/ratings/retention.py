"""What is kept apart from ratings is purged after its retention and loses every trace of its origin."""

from datetime import datetime, timedelta

from app.access.audit import record
from app.foundation.storage.database import Database
from app.ratings.keys import first_key
from app.ratings.maintenance_store import forget_traces, purge_comments, unlink_comments, unlink_profiles


def tidy(database: Database, now: datetime, retention: timedelta, actor: str) -> int:
    """Purge comments of months that ended longer ago than the retention; return how many.

    An agency that lost some finds one line about it in its audit trail.

    Rows written in one transaction share PostgreSQL's transaction number, by which a comment could be
    joined to its rating. Rewriting them together, later, takes that away.
    """
    today = now.date()
    oldest_month = (today - retention).replace(day=1)
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
    with database.unhurried() as session:
        unlink_comments(session)
    with database.unhurried() as session:
        unlink_profiles(session, today)
    return purged.total()


def forget(database: Database, now: datetime, after: timedelta) -> int:
    """Delete the traces of ratings given on days longer ago than that; return how many."""
    before = first_key((now - after).date())
    with database.unhurried() as session:
        return forget_traces(session, before)
