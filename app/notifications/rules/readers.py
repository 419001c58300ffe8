"""Which roles may be told of which events, where each reads of them, and which of several events is the worst. Pure."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from app.access.principals import Role
from app.outbox.rules.kinds import EventKind

_OF_PERIOD = "/desk/period?code={period}&instrument={instrument}"
_REPORTS = "/desk/reports?period={period}"
# Kind → role → page; what an event is about stands in braces. The worst comes first.
PAGES: Mapping[EventKind, Mapping[Role, str]] = {
    EventKind.drop: {
        Role.supervisor: "/desk/trend?instrument={instrument}",
        Role.auditor: "/desk/office?instrument={instrument}&period={period}",
        Role.administrator: "/desk/office?instrument={instrument}&period={period}",
        Role.viewer: "/desk/office?instrument={instrument}&period={period}",
    },
    EventKind.finding: {Role.auditor: "/desk/finding?id={finding}", Role.supervisor: "/desk/finding?id={finding}"},
    # Never for the office, and for its head in no role.
    EventKind.integrity_received: {Role.auditor: "/desk"},
    EventKind.silent: {Role.supervisor: "/desk/kiosk?id={device}", Role.administrator: "/desk/kiosk?id={device}"},
    EventKind.overdue: {Role.supervisor: "/desk/follow-up"},
    EventKind.ending: {
        Role.employee: "/desk/reply",
        Role.appraiser: "/desk/team",
        Role.supervisor: _OF_PERIOD,
        Role.administrator: _OF_PERIOD,
    },
    EventKind.drafted: {
        Role.employee: "/desk/reply",
        Role.appraiser: "/desk/team",
        Role.supervisor: _OF_PERIOD,
        Role.administrator: _OF_PERIOD,
    },
    EventKind.final: {
        Role.employee: "/desk/mirror",
        Role.appraiser: "/desk/team",
        Role.supervisor: _REPORTS,
        Role.administrator: _REPORTS,
        Role.auditor: _REPORTS,
        Role.viewer: _REPORTS,
    },
    # Who forwards one knows it; only the receiver's machine is told.
    EventKind.integrity_forwarded: {},
}
WORST_FIRST = tuple(PAGES)
# What only those are told of whose role is at the agency.
OF_THE_AGENCY = frozenset({EventKind.integrity_received})


class RoleAt(Protocol):
    """A role at an office and all below it (None: at the agency), however it is held: that of a session, or a grant."""

    @property
    def role(self) -> str: ...

    @property
    def office(self) -> str | None: ...


def kinds_for(roles: Iterable[RoleAt]) -> tuple[EventKind, ...]:
    """The kinds of events that somebody with these roles may be told of, the worst first."""
    held = [(Role(each.role), each.office) for each in roles]
    return tuple(
        kind
        for kind, pages in PAGES.items()
        if any(role in pages and (office is None or kind not in OF_THE_AGENCY) for role, office in held)
    )


def page_of(kind: EventKind, role: Role, about: Mapping[str, str]) -> str:
    """The path of the page on which somebody in this role reads of an event."""
    return PAGES[kind][role].format(**about)
