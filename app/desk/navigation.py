"""Which pages each role has, in the order of the menu; the first is where one lands."""

from collections.abc import Mapping
from typing import NamedTuple

from app.access.principals import Role
from app.people.signed_in import SignedIn


class Entry(NamedTuple):
    """A page of the menu: its English name, and its address."""

    text: str
    address: str


class Group(NamedTuple):
    """Entries that stand together under one word; under none where a menu is short enough to be read whole."""

    text: str
    entries: tuple[Entry, ...]


OFFICE = Entry("My office", "/desk/office")
TREND = Entry("Trend", "/desk/trend")
SERVICES = Entry("Services and counters", "/desk/services")
COMMENTS = Entry("Comments", "/desk/comments")
FOLLOW_UP = Entry("Follow-up", "/desk/follow-up")
FINDINGS = Entry("Findings", "/desk/findings")
DECISIONS = Entry("Decisions", "/desk/decisions")
TRAIL = Entry("Audit trail", "/desk/trail")
REPORTS = Entry("Reports", "/desk/reports")
PERIODS = Entry("Periods", "/desk/periods")
RECOGNITION = Entry("Recognition", "/desk/recognition")
TARGETS = Entry("Targets", "/desk/targets")
PROMISES = Entry("Promises", "/desk/promises")
PEOPLE = Entry("People and roles", "/desk/people")
KEYS = Entry("Keys", "/desk/keys")
WEBHOOKS = Entry("Webhooks", "/desk/webhooks")
KIOSKS = Entry("Kiosks", "/desk/kiosks")
AGENCY = Entry("Agency", "/desk/agency")
HOURS = Entry("Opening hours", "/desk/hours")
INSTRUMENTS = Entry("Questionnaires", "/desk/instruments")
DIRECTORY = Entry("Directory", "/desk/directory")
TEAM = Entry("My people", "/desk/team")
MIRROR = Entry("My mirror", "/desk/mirror")
REPLY = Entry("My reply", "/desk/reply")
READERS = Entry("Who looked", "/desk/readers")
INTEGRITY = Entry("Integrity reports", "/desk/integrity")
INTEGRITY_KEYS = Entry("Integrity keys", "/desk/integrity/keys")
ACCOUNT = Entry("My account", "/desk/account")

# Whoever sets an agency up has more pages than are found in a list.
OF_ADMINISTRATORS = (
    Group("People and access", (PEOPLE, KEYS, INTEGRITY_KEYS, WEBHOOKS)),
    Group("Setting up", (AGENCY, DIRECTORY, HOURS, INSTRUMENTS, KIOSKS)),
    Group("Periods and targets", (PERIODS, TARGETS, PROMISES)),
    Group("Figures and reports", (OFFICE, REPORTS, RECOGNITION)),
)
PAGES: Mapping[Role, tuple[Entry, ...]] = {
    Role.supervisor: (
        OFFICE,
        TREND,
        SERVICES,
        COMMENTS,
        FOLLOW_UP,
        RECOGNITION,
        FINDINGS,
        REPORTS,
        PERIODS,
        TARGETS,
        PROMISES,
        KIOSKS,
    ),
    Role.appraiser: (TEAM,),
    Role.employee: (MIRROR, REPLY, READERS),
    Role.auditor: (
        FINDINGS,
        DECISIONS,
        INTEGRITY,
        INTEGRITY_KEYS,
        TRAIL,
        HOURS,
        OFFICE,
        RECOGNITION,
        REPORTS,
    ),
    Role.administrator: tuple(entry for group in OF_ADMINISTRATORS for entry in group.entries),
    Role.viewer: (OFFICE, REPORTS),
}


# Only for whoever answers for the whole agency: a part of it would read reports about itself.
OF_THE_WHOLE = frozenset({INTEGRITY, INTEGRITY_KEYS})


def entries_for(signed_in: SignedIn) -> tuple[Entry, ...]:
    """The menu of this person in the active role; the account alone without one, nothing before signing in is done."""
    if not signed_in.complete:
        return ()
    if signed_in.active is None:
        return (ACCOUNT,)
    own = PAGES[signed_in.active.role]
    return (*(each for each in own if signed_in.active.office is None or each not in OF_THE_WHOLE), ACCOUNT)


def menu_for(signed_in: SignedIn) -> tuple[Group, ...]:
    """The same entries as they stand in the menu: of administrators in groups."""
    entries = entries_for(signed_in)
    if signed_in.active is None or signed_in.active.role is not Role.administrator:
        return (Group("", entries),) if entries else ()
    return (
        *(Group(text, tuple(each for each in own if each in entries)) for text, own in OF_ADMINISTRATORS),
        Group("You", (ACCOUNT,)),
    )


def roles_of(entry: Entry) -> tuple[Role, ...]:
    """The roles that have this page."""
    return tuple(role for role, entries in PAGES.items() if entry in entries)
