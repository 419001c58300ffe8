"""What the database holds after a fault."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import select

from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.storage.database import Database
from app.ratings.reconciliation import reconcile
from app.ratings.tables import Comment, ProfileTally, Rating


class Row(NamedTuple):
    """What of a rating's row tells which sheet it is."""

    agency: str
    key: str
    answers: str
    digest: str


@dataclass(frozen=True)
class Inventory:
    """Every rating, what is kept apart from them, and what `cermin check` finds."""

    rows: Sequence[Row]
    comments: int
    profiles: int
    faults: int


def take_inventory(database_url: str) -> Inventory:
    """Read the whole database, with no statement timeout."""
    database = Database(database_url, statement_timeout_ms=0)
    try:
        with database.snapshot() as session:
            columns = select(Rating.agency_id, Rating.key, Rating.sheet, Rating.digest)
            rows = [Row(row[0], row[1].hex, row[2], row[3]) for row in session.exec(columns)]
            comments = session.exec(select(func.count()).select_from(Comment)).one()
            profiles = session.exec(select(func.coalesce(func.sum(ProfileTally.n), 0))).one()
        faults = len(reconcile(database).strays) + len(reconcile_blocks(database).faults)
        return Inventory(rows, comments, int(profiles), faults)
    finally:
        database.dispose()
