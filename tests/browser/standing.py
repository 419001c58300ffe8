"""A real service at one address, which a test may kill, end and start again."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from app.access.principals import Role
from app.foundation.storage.database import Database
from app.people.granting import Asked
from app.people.inviting import Invitation, invite
from tests.browser.agency import AGENCY, COUNTER, OFFICE, furnish_today
from tests.faults.service import Nursery, Service
from tests.people.persons import OPERATOR

STARTING_SECONDS = 30.0
ENDING_SECONDS = 15.0


@dataclass
class Standing:
    """The service, its keys, and what tests ask of it beside the browser."""

    service: Service
    keys: dict[str, str]

    @classmethod
    @contextmanager
    def open(cls, folder: Path, furnish: Callable[[str], dict[str, str]] = furnish_today) -> Iterator["Standing"]:
        """A service on an agency of its own, or on whatever `furnish` makes of its database, with the real clock."""
        url = f"sqlite:///{folder / 'cermin.db'}"
        keys = furnish(url)
        # Forked, so that starting it again takes a tenth of a second.
        with Nursery.open() as nursery, Service.running(nursery, url, folder / "service.log") as service:
            standing = cls(service, keys)
            standing.wait()
            yield standing

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return self.service.url

    @property
    def database_url(self) -> str:
        """Its database, which tests may read."""
        return self.service.database_url

    def start(self) -> None:
        """Start it again at the same address, and wait until it is ready; nothing if it runs."""
        if self.service.pid is None:
            self.service.start()
            self.wait()

    def kill(self) -> None:
        """As a power cut ends it."""
        self.service.kill()

    def stop(self) -> None:
        """As a service manager ends it."""
        self.service.terminate()
        assert self.service.ended(ENDING_SECONDS) is not None, f"it does not end, see {self.service.log}"

    def wait(self) -> None:
        """Until it is ready."""
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the service did not start, see {self.service.log}")

    def ask(self, method: str, path: str, key: str, body: Any = None) -> Any:
        """The JSON of an answer that is no refusal; `key` is a name such as `admin`, or a key."""
        headers = {"Authorization": f"Bearer {self.keys.get(key, key)}"}
        response = httpx.request(method, self.url + path, headers=headers, json=body)
        assert response.is_success, response.text
        return response.json()

    def stored(self, standing: str = "counted") -> int:
        """How many ratings of this standing the agency has."""
        with closing(sqlite3.connect(self.database_url.removeprefix("sqlite:///"))) as connection:
            query = "SELECT count(*) FROM rating WHERE agency_id = ? AND standing = ?"
            [(n,)] = connection.execute(query, (AGENCY, standing))
        return int(n)

    def new_code(self, counter: str = COUNTER, office: str = OFFICE, **said: Any) -> str:
        """A fresh pairing code for a kiosk at this counter."""
        device = {"office": office, "counter": counter, "label": "Tablet"} | said
        code: str = self.ask("POST", "/v1/devices", "admin", device)["code"]
        return code


def link_for(service: Standing, name: str, role: Role) -> str:
    """The link of a new person, without the host."""
    database = Database(service.database_url)
    with database.writing() as session:
        invited = invite(session, AGENCY, Invitation(name), Asked(role), OPERATOR, datetime.now(UTC))
    database.dispose()
    return f"/sign-in/link#{invited.code}"
