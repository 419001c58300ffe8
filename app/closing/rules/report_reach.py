"""Which reports somebody may read: of which offices, of which persons, drafts or what is final alone. Pure."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class ReportReach:
    """What one reader may read.

    `offices` None: all; a report about several is of its root. `persons` None: whoever is of these offices; otherwise
    these alone, from whatever office, and without offices nothing but them.
    """

    offices: Collection[str] | None
    persons: Collection[str] | None = None
    drafts: bool = False

    def has(self, kind: str, unit: str, office: str | None, root: str) -> bool:
        """Whether the report of this kind and unit is within reach."""
        if kind == "employee" and self.persons is not None:
            return unit in self.persons
        return self.offices is None or (root if office is None else office) in self.offices
