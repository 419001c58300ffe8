"""Four services on one database, each a process of its own: what has ended opens nothing in any of them.

Browsers ask all of them without a pause. Every request that begins after the ending was acknowledged must be refused,
and none that was under way may bring the session back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest
from sqlalchemy import text

from app.access.principals import Role
from app.foundation.clock import system_clock
from app.foundation.storage.database import UtcDateTime
from app.people import store
from app.people.granting import Asked, grant, revoke
from app.people.openings import Opening, Provided
from app.people.rules.channels import Channel
from app.people.rules.lifetimes import LONGEST
from app.people.rules.linking import LinkedBy
from app.people.sessions import start
from app.people.tables import Person
from tests.effort import sized
from tests.faults.service import UNHURRIED, Nursery, Service, free_port
from tests.people.oidc.fake_provider import CLIENT, FakeProvider, fake_provider
from tests.people.persons import OPERATOR, Door
from tests.threads import Threads

STARTING_SECONDS = 120
# How long before the end of its twelve hours a session begins its last trial.
LAST_SECONDS = 0.2
# All who wait for an answer at once, and the test itself.
PATIENCE = httpx.Timeout(30)


@dataclass
class Processes:
    """The services, an operator's terminal beside them, the provider, and the person who is signed in."""

    addresses: list[str]
    door: Door
    provider: FakeProvider
    person: Person

    def sign_in(self, trial: int) -> str:
        """The cookie of a new session, so old that each request also writes when it was seen."""
        now = system_clock()
        provided = Provided(LinkedBy.invitation, now, f"s-{trial}")
        opening = Opening(Channel.private, "Firefox/1", complete=True, strong=False, provided=provided)
        with self.door.database.writing() as session:
            return start(session, self.person, opening, now - timedelta(minutes=2))

    def status(self, client: httpx.Client, place: int, cookie: str, path: str) -> int:
        """What one of the services says to this browser."""
        headers = {"cookie": f"cermin={cookie}", "host": "localhost"}
        return client.get(f"{self.addresses[place]}{path}", headers=headers).status_code

    def post(self, client: httpx.Client, place: int, path: str, cookie: str = "", **form: str) -> int:
        """Send a form to one of the services."""
        headers = {"cookie": f"cermin={cookie}", "host": "localhost", "origin": "http://localhost"}
        return client.post(f"{self.addresses[place]}{path}", headers=headers, data=form).status_code


def sign_out(town: Processes, client: httpx.Client, cookie: str, trial: int) -> None:
    """The person leaves in one of the services."""
    assert town.post(client, trial % len(town.addresses), "/sign-out", cookie) == 200


def sign_out_at_the_provider(town: Processes, client: httpx.Client, _: str, trial: int) -> None:
    """The provider tells one of the services."""
    token = town.provider.logout_token(jti=f"j-{time.time_ns()}", sid=f"s-{trial}")
    where = "/sign-in/oidc/back-channel-logout"
    assert town.post(client, trial % len(town.addresses), where, logout_token=token) == 200


def take_role(town: Processes, _: httpx.Client, __: str, ___: int) -> None:
    """An operator takes the role away at the terminal."""
    with town.door.database.writing() as session:
        for row in store.grants_of(session, "kota", [town.person.person_id]):
            revoke(session, "kota", row.grant_id, OPERATOR, system_clock())


def wait_for_the_end(town: Processes, _: httpx.Client, __: str, ___: int) -> None:
    """Twelve hours are over in a moment."""
    began = system_clock() - LONGEST + timedelta(seconds=LAST_SECONDS)
    change = text("UPDATE person_session SET started_at = :began WHERE agency_id = 'kota'")
    with town.door.database.writing() as session:
        session.execute(change, {"began": UtcDateTime().process_bind_param(began, session.get_bind().dialect)})
    while system_clock() <= began + LONGEST:
        time.sleep(0.01)


ENDINGS: dict[str, tuple[Callable[[Processes, httpx.Client, str, int], None], str]] = {
    "signed out": (sign_out, "/desk/account"),
    "signed out at the provider": (sign_out_at_the_provider, "/desk/account"),
    "role taken": (take_role, "/desk/office"),
    "expired": (wait_for_the_end, "/desk/account"),
}


@pytest.fixture
def processes(furnished: tuple[str, dict[str, str]], tmp_path: Path) -> Iterator[Processes]:
    """Two services, in the campaign four, on one database."""
    url, _ = furnished
    with ExitStack() as stack:
        door = stack.enter_context(Door.open(url))
        provider = stack.enter_context(fake_provider(system_clock))
        door.invite("Ani", Role.supervisor)
        with door.database.reading() as session:
            person = store.person_called(session, "kota", "ani")
        assert person is not None
        nursery = stack.enter_context(Nursery.open())
        through = {
            "CERMIN_PUBLIC_URL": "http://localhost",
            "CERMIN_OIDC_ISSUER": provider.issuer,
            "CERMIN_OIDC_CLIENT_ID": CLIENT,
            "CERMIN_OIDC_AGENCY": "kota",
        }
        addresses = []
        for n in range(sized(2, 4)):
            service = Service(nursery, url, tmp_path / f"{n}.log", free_port(), settings={**UNHURRIED, **through})
            service.start()
            stack.callback(service.kill)
            addresses.append(service.url)
        for address in addresses:
            until_ready(address)
        yield Processes(addresses, door, provider, person)


def until_ready(address: str) -> None:
    """Wait for a service that starts."""
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{address}/readyz", timeout=PATIENCE).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not start")


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.untraced
@pytest.mark.sqlite_daily
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_has_ended_opens_nothing_in_any_process(processes: Processes, ending: str) -> None:
    end, path = ENDINGS[ending]
    n = len(processes.addresses)
    with ExitStack() as stack:
        pool = stack.enter_context(Threads(n))
        clients = [stack.enter_context(httpx.Client(timeout=PATIENCE, trust_env=False)) for _ in range(n + 1)]
        for trial in range(sized(3, 1_000)):
            cookie, over, ended = processes.sign_in(trial), Event(), Event()

            def ask(place: int, cookie: str = cookie, over: Event = over, ended: Event = ended) -> tuple[int, int]:
                """Ask without a pause: how often it opened before, and after it had ended."""
                before = after = 0
                while not over.is_set():
                    # What began before may be answered either way.
                    late = ended.is_set()
                    opened = processes.status(clients[place], place, cookie, path) == 200
                    before, after = before + (opened and not late), after + (opened and late)
                return before, after

            assert processes.status(clients[n], trial % n, cookie, path) == 200
            asking = [pool.submit(ask, place) for place in range(n)]
            try:
                end(processes, clients[n], cookie, trial)
                ended.set()
                statuses = [processes.status(clients[n], place, cookie, path) for place in range(n)]
                # Whoever was under way has its say, and is asked once more.
                statuses += [processes.status(clients[n], place, cookie, path) for place in range(n)]
            finally:
                over.set()
            assert 200 not in statuses, (trial, statuses)
            assert [after for _, after in (each.result() for each in asking)] == [0] * n, trial
            assert 200 not in [processes.status(clients[n], place, cookie, path) for place in range(n)], trial
            if ending == "role taken":
                with processes.door.database.writing() as session:
                    grant(session, processes.person, Asked(Role.supervisor), OPERATOR, system_clock())
