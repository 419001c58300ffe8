"""A service with mail, its SMTP server, and an auditor who is told of what happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.access.principals import Role
from app.directory.listing_store import office_parents
from app.notifications import subscriptions
from app.notifications.mailboxes import Mailboxes
from app.people.signed_in import SignedIn
from tests.house import House
from tests.notifications.mail_server import MailServer, link_in, mail_server
from tests.notifications.messages import send
from tests.people.persons import Door
from tests.screening.office import rows

PUBLIC = "https://cermin.example.go.id"
ADDRESS = "siti.rahma@kota.go.id"


@dataclass
class Post:
    """A service with mail, its server, and an auditor."""

    house: House
    server: MailServer
    person: SignedIn

    def enter(self, address: str = ADDRESS, language: str = "id") -> None:
        """Enter an address, which nobody has confirmed."""
        with self.house.database.writing() as session:
            who = (self.person.agency_id, self.person.person_id)
            self.house.services.of(Mailboxes).enter(session, who, address, language, self.house.clock.now)

    def confirmed(self, language: str = "id") -> "Post":
        """The same with a confirmed address."""
        self.enter(language=language)
        assert send(self.house) == 1
        code = link_in(self.server.letters.pop(), "/mail/confirm")
        assert self.house.services.of(Mailboxes).confirm(self.house.database, code, self.house.clock.now)
        return self

    def subscribe(self, kind: str = "finding.raised", office: str = "", rhythm: str = "at-once") -> "Post":
        """The same, told of one kind of event more."""
        with self.house.database.writing() as session:
            asked = {"kind": kind, "office": office, "rhythm": rhythm}
            parents = office_parents(session, self.person.agency_id)
            subscriptions.subscribe(session, self.person, asked, parents, self.house.clock.now)
        return self

    def states(self) -> list[tuple[Any, ...]]:
        """State, attempts and outcome of every delivery."""
        return rows(self.house, "SELECT state, attempts, outcome FROM delivery ORDER BY event_id")


@pytest.fixture
def post(furnished: tuple[str, dict[str, str]]) -> Iterator[Post]:
    """An auditor who has entered no address so far."""
    url, keys = furnished
    with (
        mail_server() as server,
        House.open(
            url,
            keys,
            public_url=PUBLIC,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            smtp_from="cermin@kota.go.id",
        ) as house,
        Door.open(url) as door,
    ):
        yield Post(house, server, door.who(door.join("Auditor", Role.auditor)))
