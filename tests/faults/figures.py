"""The verdict: what was sent and promised, compared with what is stored. Pure.

The words are Jepsen's. The statistical unit is the kill, not the write.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.ratings.keys import KeyMaker
from tests.faults.inventory import Inventory
from tests.faults.ledger import Ledger


@dataclass(frozen=True)
class Figures:
    """Counts of ratings, except `check_faults` (lines), `broken` (requests) and `kills`."""

    attempted: int
    acknowledged: int
    stored: int
    # Acknowledged, but not stored.
    lost: int
    # Rows beyond the first of one id.
    duplicate: int
    # Stored, but never sent so.
    phantom: int
    # Stored, though the client was never told.
    recovered: int
    # What `cermin check` finds: codes that no directory has, blocks that are not what their ratings give.
    check_faults: int
    # Comments and profiles more or fewer than their ratings.
    apart_mismatch: int
    broken: int
    met_again: int
    surprises: Mapping[str, int]
    kills: int = 0
    slowest_return: float = 0.0

    @property
    def verdict(self) -> str:
        """`unknown` when nothing was acknowledged: then nothing could have been lost either."""
        if not self.acknowledged:
            return "unknown"
        faults = self.lost, self.duplicate, self.phantom, self.check_faults, self.apart_mismatch
        return "broken" if any(faults) or self.surprises else "kept"

    @property
    def bound(self) -> float:
        """With 95 % confidence a kill does harm with no higher probability, if none of these did."""
        return float(1 - 0.05 ** (1 / self.kills)) if self.kills else 1.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills: attempted {self.attempted}, acknowledged {self.acknowledged}, "
            f"stored {self.stored}, recovered {self.recovered}, lost {self.lost}, "
            f"duplicate {self.duplicate}, phantom {self.phantom}, faults of the check {self.check_faults}, "
            f"comments and profiles astray {self.apart_mismatch}; {self.broken} requests broken, "
            f"{self.met_again} ratings met again by their retry, surprises {dict(self.surprises)}, "
            f"slowest return {self.slowest_return:.2f} s; verdict: promise {self.verdict}, "
            f"P(harm per kill) ≤ {self.bound:.4f}"
        )


def compare(ledger: Ledger, inventory: Inventory, keys: KeyMaker) -> Figures:
    """Match rows to ids by the key that an id derives to."""
    sent = {(sheet.agency, keys.key(sheet.agency, sheet.id)): sheet for sheet in ledger.attempted.values()}
    at = {(row.agency, row.key): row for row in inventory.rows}
    stored = {sheet.id: sheet for key, sheet in sent.items() if key in at}
    # The digest is salted with the id: two rows that share one are one id stored twice.
    distinct = {(row.agency, row.digest) for row in inventory.rows}
    comments = sum(sheet.has_comment for sheet in stored.values())
    profiles = sum(sheet.has_profile for sheet in stored.values())
    return Figures(
        attempted=len(sent),
        acknowledged=len(ledger.acknowledged),
        stored=len(inventory.rows),
        lost=len(ledger.acknowledged - stored.keys()),
        duplicate=len(inventory.rows) - len(distinct),
        phantom=sum(key not in sent or sent[key].answers != row.answers for key, row in at.items()),
        recovered=len(stored.keys() - ledger.acknowledged),
        check_faults=inventory.faults,
        apart_mismatch=abs(inventory.comments - comments) + abs(inventory.profiles - profiles),
        broken=ledger.broken,
        met_again=ledger.met_again,
        surprises=ledger.surprises,
    )
