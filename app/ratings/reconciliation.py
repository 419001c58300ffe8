"""The check behind `cermin check`: every tally equals a recount of its ratings, and every code exists."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation.storage.database import Database
from app.ratings.maintenance_store import TallyDifference, count_rows, stray_codes, tally_differences

# A report of more lines would not be read; the exit status says the rest.
LONGEST_REPORT = 200


@dataclass(frozen=True)
class Reconciliation:
    """How many rows were compared, the tallies that differ from the recount, and codes missing in the directory."""

    ratings: int
    tallies: int
    differences: Sequence[TallyDifference]
    strays: Sequence[str]


def reconcile(database: Database, agency_id: str | None = None) -> Reconciliation:
    """Recount all ratings and compare with the tallies, in one snapshot of the database."""
    # In a snapshot, or ratings that arrive between two of these queries would be reported as differences.
    with database.snapshot() as session:
        ratings, tallies = count_rows(session, agency_id)
        return Reconciliation(
            ratings=ratings,
            tallies=tallies,
            differences=tally_differences(session, agency_id, LONGEST_REPORT),
            strays=stray_codes(session, agency_id, LONGEST_REPORT),
        )
