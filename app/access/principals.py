"""A principal: who is asking, for which agency, within which scope. The agency never comes from a path."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class KeyKind(StrEnum):
    """What a key is for: a kiosk, an agency's app, its queue system; reading, supervising, auditing, administering."""

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
    def actor(self) -> str:
        """How the audit trail names this principal."""
        return f"{self.kind}:{self.key_id}"
