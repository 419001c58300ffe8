"""Who asks over HTTP: keys that read, and people in every role, of the whole agency and of one office."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from app.access.principals import Role
from app.directory.tables import Employee
from app.foundation.storage.database import Database
from app.people.granting import Asked
from app.people.inviting import Invitation, invite
from app.people.openings import Opening
from app.people.rules.channels import Channel
from app.people.sessions import PLAIN_COOKIE, start
from app.people.tables import Person
from tests.house import House, directory
from tests.people.persons import OPERATOR

PARENTS: Mapping[str, str | None] = {office.code: office.parent for group in directory("x")[:3] for office in group}
# Keys that read figures, as `furnish` names them, and the office that each is of.
KEYS: Mapping[str, str | None] = {
    "reader": None,
    "reader dukcapil": "dukcapil",
    "reader makassar": "upt-makassar",
    "supervisor": None,
    "auditor": None,
}
# E002 appraises these. An appraiser and an employee see persons' reports alone.
APPRAISED = ("E001", "E003")
SEATS: Mapping[str, tuple[Role, str | None, str | None]] = {
    "supervisor": (Role.supervisor, None, None),
    "supervisor setda": (Role.supervisor, "setda", None),
    "supervisor dukcapil": (Role.supervisor, "dukcapil", None),
    "viewer": (Role.viewer, None, None),
    "viewer makassar": (Role.viewer, "upt-makassar", None),
    "administrator": (Role.administrator, None, None),
    "auditor": (Role.auditor, None, None),
    "appraiser": (Role.appraiser, None, "E002"),
    "employee": (Role.employee, None, "E001"),
}


def below(root: str | None) -> frozenset[str]:
    """An office and all below it."""
    return frozenset(each for each in PARENTS if root is None or root in _above(each))


def _above(office: str | None) -> Iterator[str]:
    while office is not None:
        yield office
        office = PARENTS[office]


@dataclass
class Asker:
    """A key or a browser; `office` is the root of what it reaches."""

    house: House
    name: str
    office: str | None

    def ask(self, path: str, **params: str) -> httpx.Response:
        """What the service answers."""
        return self.get(path, params)

    def get(self, path: str, params: Mapping[str, str] | None = None, **headers: str) -> httpx.Response:
        """The same with headers; a parameter that stands in the path stays there."""
        return self.house.request("GET", path, headers=self.credentials() | headers, **_given(params))

    def credentials(self) -> dict[str, str]:
        """The headers that say who asks."""
        raise NotImplementedError


@dataclass
class KeyAsker(Asker):
    """Somebody with a key."""

    key: str

    def credentials(self) -> dict[str, str]:
        """The key."""
        return {"authorization": f"Bearer {self.key}"}


@dataclass
class Seat(Asker):
    """Somebody at a browser on the machine itself; who was away too long signs in again."""

    role: Role
    person: Person
    cookie: str = ""
    since: datetime | None = field(default=None)

    def credentials(self) -> dict[str, str]:
        """The cookie of a session that is live."""
        now = self.house.clock.now
        if self.since != now:
            with self.house.database.writing() as session:
                opening = Opening(Channel.private, "Firefox/1 (Linux)", complete=True, strong=True)
                self.cookie, self.since = start(session, self.person, opening, now), now
        return {"host": "localhost", "cookie": f"{PLAIN_COOKIE}={self.cookie}", "accept-language": "en"}


def keys_of(house: House, keys: Mapping[str, str]) -> dict[str, KeyAsker]:
    """Everybody who has a key that reads."""
    return {name: KeyAsker(house, name, office, keys[name]) for name, office in KEYS.items()}


def seats_of(house: House, agency_id: str) -> dict[str, Seat]:
    """Somebody in each role."""
    _appoint(house.database, agency_id)
    found = {}
    for number, (name, (role, office, employee)) in enumerate(SEATS.items()):
        with house.database.writing() as session:
            asked, who = Asked(role, office), Invitation(f"Orang {number}", f"orang.{number}", employee)
            person = invite(session, agency_id, who, asked, OPERATOR, house.clock.now).person
            session.expunge(person)
        found[name] = Seat(house, name, office, role, person)
    return found


def _appoint(database: Database, agency_id: str) -> None:
    with database.writing() as session:
        for code in APPRAISED:
            employee = session.get_one(Employee, (agency_id, code))
            employee.appraiser = "E002"
            session.add(employee)


def _given(params: Mapping[str, str] | None) -> dict[str, Any]:
    return {"params": dict(params)} if params else {}
