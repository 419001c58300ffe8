"""The check of ratings behind `cermin check`: every code in them is one that the directory has."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation.storage.database import Database
from app.ratings.maintenance_store import count_ratings, stray_codes

# A report of more lines would not be read; the exit status says the rest.
LONGEST_REPORT = 200


@dataclass(frozen=True)
class Reconciliation:
    """How many ratings were checked, and codes missing in the directory as sentences."""

    ratings: int
    strays: Sequence[str]


def reconcile(database: Database, agency_id: str | None = None) -> Reconciliation:
    """Look up the codes of all ratings, in one snapshot of the database."""
    with database.snapshot() as session:
        return Reconciliation(
            ratings=count_ratings(session, agency_id), strays=stray_codes(session, agency_id, LONGEST_REPORT)
        )
