"""Proves the invariant: for every key, tally = number of ratings; and that every code exists."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation.storage.database import Database
from app.ratings.maintenance_store import TallyDifference, count_rows, stray_codes, tally_differences

# A report of more lines would not be read; the exit status says the rest.
LONGEST_REPORT = 200


@dataclass(frozen=True)
class Reconciliation:
    """How much was compared, the keys whose counts differ, and codes that no directory knows."""

    ratings: int
    tallies: int
    differences: Sequence[TallyDifference]
    strays: Sequence[str]


def reconcile(database: Database, agency_id: str | None = None) -> Reconciliation:
    """Count everything again and compare, in one snapshot of the database."""
    with database.snapshot() as session:
        ratings, tallies = count_rows(session, agency_id)
        return Reconciliation(
            ratings=ratings,
            tallies=tallies,
            differences=tally_differences(session, agency_id, LONGEST_REPORT),
            strays=stray_codes(session, agency_id, LONGEST_REPORT),
        )
