"""What the clients sent and what they were told, written down while they run."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from tests.faults.accounts import CREATED, REPLAYED
from tests.faults.sheets import Sheet

BUSY = 503


class Ledger:
    """The clients' side of the story."""

    def __init__(self) -> None:
        self.attempted: dict[UUID, Sheet] = {}
        self.acknowledged: set[UUID] = set()
        # Requests that ended without an answer, and how many ratings their retries found stored.
        self.broken = 0
        self.met_again = 0
        # How often a rating was refused for now.
        self.refused = 0
        # Answers that the contract does not allow, by what they were.
        self.surprises: Counter[str] = Counter()
        # Those that were answered 201.
        self.created: set[UUID] = set()
        self._in_doubt: set[UUID] = set()

    def sending(self, sheets: Iterable[Sheet]) -> None:
        """Note the sheets before their first byte leaves."""
        self.attempted.update((sheet.id, sheet) for sheet in sheets)

    def broke(self, sheets: Iterable[Sheet]) -> None:
        """Note that nobody knows what became of these."""
        self.broken += 1
        self._in_doubt.update(sheet.id for sheet in sheets)

    def answered(self, sheet: Sheet, status: int) -> bool:
        """Note an answer; whether the client is done with the sheet."""
        if status == BUSY:
            self.refused += 1
            return False
        if status not in (CREATED, REPLAYED):
            self.surprises[f"status {status}"] += 1
            return True
        if status == CREATED and sheet.id in self.created:
            self.surprises["201 twice for one id"] += 1
        if status == CREATED:
            self.created.add(sheet.id)
        elif sheet.id in self._in_doubt and sheet.id not in self.acknowledged:
            self.met_again += 1
        self.acknowledged.add(sheet.id)
        return True
