"""The verdict: what was sent and promised, compared with what is stored. Pure.

The words are Jepsen's. The statistical unit is the strike (a kill, a restart, …), not the write.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.ratings.keys import KeyMaker
from tests.faults.inventory import Inventory
from tests.faults.ledger import Ledger

KEPT, BROKEN, UNKNOWN = "kept", "broken", "unknown"


@dataclass(frozen=True)
class Figures:
    """Counts of ratings, except `strikes`, `check_faults` (lines), `broken` (requests) and seconds."""

    attempted: int = 0
    acknowledged: int = 0
    stored: int = 0
    # Acknowledged, but not stored.
    lost: int = 0
    # Rows beyond the first of one id.
    duplicate: int = 0
    # Stored, but never sent so.
    phantom: int = 0
    # Stored, though the client was never told.
    recovered: int = 0
    # What `cermin check` finds: codes that no directory has, blocks that are not what their ratings give.
    check_faults: int = 0
    # Comments and profiles more or fewer than their ratings.
    apart_mismatch: int = 0
    broken: int = 0
    met_again: int = 0
    # How often a rating was refused for now (503).
    refused: int = 0
    surprises: Mapping[str, int] = field(default_factory=dict)
    # What the books of clients and service do not agree on.
    unaccounted: Sequence[str] = ()
    strikes: int = 0
    # Seconds until the first rating was stored after a strike, and of the slowest answer: before the first, and in all.
    slowest_return: float = 0.0
    slowest_before: float = 0.0
    slowest_answer: float = 0.0

    @property
    def verdict(self) -> str:
        """`unknown` when nothing was acknowledged: then nothing could have been lost either."""
        if not self.acknowledged:
            return UNKNOWN
        faults = self.lost, self.duplicate, self.phantom, self.check_faults, self.apart_mismatch
        return BROKEN if any(faults) or self.surprises or self.unaccounted else KEPT

    @property
    def bound(self) -> float:
        """With 95 % confidence a strike does harm with no higher probability, if none of these did."""
        return float(1 - 0.05 ** (1 / self.strikes)) if self.strikes else 1.0

    def with_surprise(self, what: str, n: int) -> "Figures":
        """The same, and so often something that must not happen."""
        return replace(self, surprises={**self.surprises, what: n}) if n else self

    def __str__(self) -> str:
        return (
            f"attempted {self.attempted}, acknowledged {self.acknowledged}, "
            f"stored {self.stored}, recovered {self.recovered}, lost {self.lost}, "
            f"duplicate {self.duplicate}, phantom {self.phantom}, faults of the check {self.check_faults}, "
            f"comments and profiles astray {self.apart_mismatch}; {self.broken} requests broken, "
            f"{self.met_again} ratings met again by their retry, {self.refused} times refused for now, "
            f"surprises {dict(self.surprises)}, unaccounted {list(self.unaccounted)}, "
            f"slowest return {self.slowest_return:.2f} s, slowest answer {self.slowest_answer:.2f} s "
            f"({self.slowest_before:.2f} s before the first strike); "
            f"promise {self.verdict}"
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
        refused=ledger.refused,
        surprises=dict(ledger.surprises),
    )


def total(rounds: Iterable[Figures]) -> Figures:
    """The figures of several rounds together: sums, and the slowest of all."""
    rounds = list(rounds)

    def together(name: str) -> Any:
        values = [getattr(each, name) for each in rounds]
        if name == "surprises":
            return dict(sum(map(Counter, values), Counter[str]()))
        if name == "unaccounted":
            return tuple(words for each in values for words in each)
        return max(values, default=0.0) if name.startswith("slowest") else sum(values)

    return Figures(**{each.name: together(each.name) for each in fields(Figures)})
