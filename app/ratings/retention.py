"""What is kept apart from ratings is purged after its retention and loses every trace of its origin."""

from datetime import date, timedelta

from app.foundation.database import Database
from app.ratings.upkeep_store import purge_comments, unlink_comments, unlink_profiles


def tidy(database: Database, today: date, retention: timedelta) -> int:
    """Purge comments of months that ended longer ago than the retention; return how many.

    Rows written in one transaction share PostgreSQL's transaction number, by which a comment could be
    joined to its rating. Rewriting them together, later, takes that away.
    """
    oldest_month = (today - retention).replace(day=1)
    with database.writing() as session:
        purged = purge_comments(session, oldest_month)
    with database.writing() as session:
        unlink_comments(session)
    with database.writing() as session:
        unlink_profiles(session, today)
    return purged
