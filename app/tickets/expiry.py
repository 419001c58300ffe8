"""Expired tickets are taken out when no rating can come any more that was made while they were good."""

from datetime import datetime, timedelta

from app.foundation.storage.database import Database
from app.tickets.rules.lifecycle import day_of
from app.tickets.store import sweep


def sweep_expired(database: Database, now: datetime, late_limit: timedelta) -> None:
    """Delete what expired longer ago than a rating may be late; its counts stay."""
    with database.unhurried() as session:
        sweep(session, day_of(now - late_limit))
