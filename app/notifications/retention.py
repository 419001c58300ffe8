"""Deletes what was told long ago."""

from datetime import datetime, timedelta

from app.directory.catalogue_store import agency_ids
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database
from app.notifications import delivery_store

# A quarter: whoever closes the next one can still look at what was told of the one before.
KEPT = timedelta(days=100)


def forget_told(database: Database, now: datetime) -> None:
    """Delete events of which all are told, and their deliveries, after a hundred days."""
    with database.reading() as session:
        agencies = agency_ids(session)
    for agency_id in agencies:
        with of_agency(agency_id), database.unhurried() as session:
            delivery_store.forget_over(session, agency_id, now - KEPT)
