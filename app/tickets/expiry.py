"""Deletes expired tickets once no rating can arrive any more that was made while they were valid."""

from datetime import datetime, timedelta

from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import Apart
from app.tickets.rules.lifecycle import day_of
from app.tickets.store import forget_moments, sweep

# A ticket that was spent was deleted by its rating; the counts of tickets grow with every rating that had one.
APART = (Apart("ticket"), Apart("ticket_count", within="issued_on", counts=True, grows=True))


def sweep_expired(database: Database, now: datetime, late_limit: timedelta) -> None:
    """Delete tickets that expired longer ago than a rating may be late; their counts stay.

    When others that expired were issued is forgotten: no promise is kept by them any more.
    """
    with database.unhurried() as session:
        sweep(session, day_of(now - late_limit))
        forget_moments(session, day_of(now))
