"""Expired tickets are taken out when no rating can come any more that was made while they were good."""

from datetime import datetime, timedelta

from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import Apart
from app.tickets.rules.lifecycle import day_of
from app.tickets.store import sweep

# A ticket that was spent was deleted by its rating; the counts of tickets grow with every rating that had one.
APART = (Apart("ticket"), Apart("ticket_count", within="issued_on", counts=True, grows=True))


def sweep_expired(database: Database, now: datetime, late_limit: timedelta) -> None:
    """Delete what expired longer ago than a rating may be late; its counts stay."""
    with database.unhurried() as session:
        sweep(session, day_of(now - late_limit))
