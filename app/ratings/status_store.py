"""The SQL that changes the status of ratings; nothing is deleted."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import inspect, select, update

from app.directory.tables import Agency
from app.foundation.storage.database import Session
from app.ratings.tables import Rating

RATING, AGENCY = inspect(Rating).local_table.c, inspect(Agency).local_table.c
# Keys bound into one statement; far below what either driver takes.
BATCH = 500


def move(session: Session, agency_id: str, keys: Iterable[UUID], *, source: str, target: str) -> list[UUID]:
    """Change the status of these sheets from `source` to `target`; returns the keys that had `source`, sorted.

    Others (already changed, or with a third status) stay as they are. The caller must hold the agency's lock, so that
    no two change at once.
    """
    found: list[UUID] = []
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), BATCH):
        statement = (
            update(Rating)
            .where(
                RATING.agency_id == agency_id, RATING.key.in_(ordered[start : start + BATCH]), RATING.standing == source
            )
            .values(standing=target)
            .returning(RATING.key)
            .execution_options(synchronize_session=False)
        )
        found += session.execute(statement).scalars()
    return sorted(found)


def lock_agency(session: Session, agency_id: str) -> bool:
    """Lock the agency against other status changes until the transaction ends; False if there is no such agency."""
    # FOR NO KEY UPDATE: rows of the directory that refer to the agency do not wait.
    statement = select(AGENCY.agency_id).where(AGENCY.agency_id == agency_id).with_for_update(key_share=True)
    return session.execute(statement).first() is not None
