"""Principals: who is asking, for which agency, within which offices. The agency never comes from a path."""

from dataclasses import dataclass
from datetime import datetime
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


class Role(StrEnum):
    """What a person was granted at an office and all below it, or in the whole agency."""

    supervisor = "supervisor"
    appraiser = "appraiser"
    employee = "employee"
    auditor = "auditor"
    administrator = "administrator"
    viewer = "viewer"


# Whoever sees findings, and whoever sees what is told of offices.
OVERSEERS = (Role.supervisor, Role.auditor, Role.administrator)
OFFICE_READERS = (*OVERSEERS, Role.viewer)


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a valid key, or a signed-in person in the role in which this person acts now.

    `office` is the root of the subtree in reach (None: the whole agency); a device is bound to exactly this office
    and `counter`. `sees_nip`: reports show this reader the whole NIP. Of a person `key_id` is the person's id, and
    `employee` the code under which the directory has this person, if it does. `expires_at` is when a key ends by
    itself.
    """

    agency_id: str
    kind: KeyKind | Role
    key_id: UUID
    office: str | None = None
    counter: str | None = None
    sees_nip: bool = False
    employee: str | None = None
    expires_at: datetime | None = None

    @property
    def sees_persons(self) -> bool:
        """Whether figures about single persons may be read; a viewer sees offices alone."""
        return self.kind is not Role.viewer

    @property
    def saves_nothing(self) -> bool:
        """Whether there is nothing that this principal could have saved, and miss where a state is some seconds old."""
        return self.kind is KeyKind.reader

    @property
    def reach(self) -> "Reach":
        """What this principal may read and act on; a device its own office only."""
        # A kiosk stands at one counter; a stolen one of a head office must not open the offices below it.
        children = self.kind is not KeyKind.device
        return Reach(self.agency_id, self.office, self.actor, children=children, employee=self.employee)

    @property
    def actor(self) -> str:
        """How the audit trail names this principal."""
        return f"{self.kind}:{self.key_id}"


@dataclass(frozen=True, slots=True)
class Reach:
    """On whose behalf something is read or done: the agency, its offices in reach, and the actor for the audit trail.

    `root` is the office at the top of the subtree in reach (None: the whole agency); without `children` it is that
    office alone. `employee` is the code under which the directory has the one who acts, if it does.
    """

    agency_id: str
    root: str | None
    actor: str
    children: bool = True
    employee: str | None = None

    @property
    def root_key(self) -> str:
        """The root as tables hold it that have it in their primary key: '' for the whole agency."""
        return self.root or ""
