"""The check of ticket counts: spent = ratings with a ticket, and no more live tickets than the counts leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.foundation.storage.database import Database
from app.tickets import store

# A report of more lines would not be read; the exit status says the rest.
LONGEST_REPORT = 200


@dataclass(frozen=True)
class TicketReconciliation:
    """How many tickets were spent, and the differences as sentences with codes and counts only."""

    spent: int
    faults: Sequence[str]


def reconcile_tickets(database: Database, agency_id: str | None = None) -> TicketReconciliation:
    """Compare counts, tickets and ratings in one snapshot of the database."""
    # One snapshot, or a ticket spent between two queries would be reported as a difference.
    with database.snapshot() as session:
        differing = [
            f"{row.agency_id}: {row.spent} tickets spent, but {row.rated} ratings with a ticket "
            f"at {row.office}, {row.service}, {row.employee or 'nobody'}"
            for row in store.spent_differences(session, agency_id, LONGEST_REPORT)
        ]
        surplus = [
            f"{row.agency_id}: more tickets can still be spent than were counted at {row.office}, {row.service}, "
            f"{row.employee or 'nobody'} on {row.issued_on}: {row.live} issued, {row.armed} of them armed"
            for row in store.live_surplus(session, agency_id, LONGEST_REPORT)
        ]
        return TicketReconciliation(store.total_spent(session, agency_id), [*differing, *surplus])
