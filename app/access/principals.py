"""Principals: who is asking, for which agency, within which offices. The agency never comes from a path."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class KeyKind(StrEnum):
    """Who holds a key: a kiosk, an agency's app, its queue system; a reader, supervisor, auditor or administrator."""

    device = "device"
    app = "app"
    queue = "queue"
    reader = "reader"
    supervisor = "supervisor"
    auditor = "auditor"
    admin = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a valid key.

    `office` is the root of the subtree the key reaches (None: the whole agency); a device is bound to
    exactly this office and `counter`. `sees_nip`: reports show this reader the whole NIP.
    """

    agency_id: str
    kind: KeyKind
    key_id: UUID
    office: str | None = None
    counter: str | None = None
    sees_nip: bool = False

    @property
    def reach(self) -> "Reach":
        """What this principal may read and act on; a device its own office only."""
        # A kiosk stands at one counter; a stolen one of a head office must not open the offices below it.
        return Reach(self.agency_id, self.office, self.actor, children=self.kind is not KeyKind.device)

    @property
    def actor(self) -> str:
        """How the audit trail names this principal."""
        return f"{self.kind}:{self.key_id}"


@dataclass(frozen=True, slots=True)
class Reach:
    """On whose behalf something is read or done: the agency, its offices in reach, and the actor for the audit trail.

    `root` is the office at the top of the subtree in reach (None: the whole agency); without `children` it is that
    office alone.
    """

    agency_id: str
    root: str | None
    actor: str
    children: bool = True

    @property
    def root_key(self) -> str:
        """The root as tables hold it that have it in their primary key: '' for the whole agency."""
        return self.root or ""
