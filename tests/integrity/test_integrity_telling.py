"""Who is told: auditors, a day later and daily whatever they chose; machines by name alone; nobody of an office."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

import app.jobs
from app.access.principals import Role
from app.directory.listing_store import office_parents
from app.integrity.telling import tell_of_days
from app.notifications import subscriptions
from app.notifications.mailboxes import Mailboxes
from app.outbox.rules.kinds import EventKind
from app.people.faults import PeopleFault
from app.people.signed_in import SignedIn
from tests.house import House
from tests.integrity.reporting import listed, opened, rows, send, step
from tests.notifications.mail_server import MailServer, link_in, mail_server, text_of
from tests.notifications.messages import HOSTS, added
from tests.notifications.messages import send as send_all
from tests.notifications.receiver import receiving
from tests.people.persons import Door

RECEIVED = "integrity-report.received"
TOLD = "SELECT kind, office, about, spread_at FROM outbox_event ORDER BY event_id"
EMPLOYEES = {Role.employee: "E001", Role.appraiser: "E003", Role.supervisor: "E004"}
MIDNIGHT = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)


def days(house: House) -> list[str]:
    """The days of which there are events, in the order in which they were written."""
    found = rows(house, "SELECT about FROM outbox_event WHERE kind = 'integrity-report.received' ORDER BY event_id")
    return [(json.loads(about) if isinstance(about, str) else about)["day"] for (about,) in found]


def test_a_day_is_told_once_it_is_over_and_says_neither_moment_nor_number(house: House) -> None:
    opened(house)
    opened(house, "desa ")
    for _ in range(3):
        send(house)
    assert tell_of_days(house.database, house.clock.now) == 0
    house.clock.now = MIDNIGHT - timedelta(seconds=1)
    assert tell_of_days(house.database, house.clock.now) == 0
    house.clock.now = MIDNIGHT
    assert [tell_of_days(house.database, house.clock.now) for _ in range(2)] == [1, 0]
    assert days(house) == ["2026-11-18"]
    found = "SELECT agency_id, office, CAST(happened_at AS VARCHAR(30)) FROM outbox_event"
    [(agency, office, at)] = rows(house, found)
    # Noon in WIB, whenever it was.
    assert (agency, office) == ("kota", None)
    assert at.startswith("2026-11-18 05:00:00")
    send(house, agency="desa")
    house.clock.now += timedelta(days=3)
    send(house)
    house.clock.now += timedelta(days=1)
    assert tell_of_days(house.database, house.clock.now) == 2
    assert sorted(days(house)) == ["2026-11-18", "2026-11-19", "2026-11-22"]


@dataclass
class Mailed:
    """A service with mail, and somebody who has an address there."""

    house: House
    server: MailServer
    door: Door

    def somebody(self, role: Role, office: str | None = None) -> SignedIn:
        """A person whose address is confirmed."""
        person = self.door.who(self.door.join(f"P {role} {office}", role, office, employee=EMPLOYEES.get(role)))
        with self.house.database.writing() as session:
            mailboxes, who = self.house.services.of(Mailboxes), (person.agency_id, person.person_id)
            mailboxes.enter(session, who, f"{role}-{office}@kota.go.id", "id", self.house.clock.now)
        send_all(self.house)
        code = link_in(self.server.letters.pop(), "/mail/confirm")
        assert mailboxes.confirm(self.house.database, code, self.house.clock.now)
        return person

    def subscribe(self, person: SignedIn, rhythm: str, kind: str = RECEIVED) -> None:
        """Subscribe to what came."""
        with self.house.database.writing() as session:
            asked = {"kind": kind, "office": "", "rhythm": rhythm}
            subscriptions.subscribe(session, person, asked, office_parents(session, "kota"), self.house.clock.now)


@pytest.fixture
def mailed(furnished: tuple[str, dict[str, str]]) -> Iterator[Mailed]:
    url, keys = furnished
    with mail_server() as server:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        more = {"public_url": "https://cermin.example.go.id", "smtp_from": "cermin@kota.go.id"}
        with House.open(url, keys, **mail, **more, **HOSTS) as house, Door.open(url) as door:
            yield Mailed(house, server, door)


@pytest.mark.parametrize("rhythm", ["at-once", "daily", "weekly", "monthly"])
@pytest.mark.sqlite_daily
def test_auditors_are_told_the_next_morning_whatever_they_chose(mailed: Mailed, rhythm: str) -> None:
    house = mailed.house
    opened(house)
    mailed.subscribe(mailed.somebody(Role.auditor), rhythm)
    send(house)
    house.clock.now = MIDNIGHT
    tell_of_days(house.database, house.clock.now)
    assert send_all(house) == 0
    house.clock.now = MIDNIGHT + timedelta(hours=5, minutes=59)
    assert send_all(house) == 0
    house.clock.now = MIDNIGHT + timedelta(hours=6)
    assert send_all(house) == 1
    [letter] = mailed.server.letters
    assert letter["Subject"] == "Cermin: Laporan integritas yang datang: 1"
    assert "dukcapil" not in text_of(letter).lower()
    assert "18 November 2026" in text_of(letter)


@pytest.mark.sqlite_daily
def test_nobody_else_is_told(mailed: Mailed) -> None:
    house = mailed.house
    opened(house)
    # The auditor of some offices might be the colleague of whom it is about.
    colleague = mailed.somebody(Role.auditor, "dukcapil")
    for person in (colleague, *(mailed.somebody(role) for role in set(Role) - {Role.auditor})):
        with pytest.raises(PeopleFault):
            mailed.subscribe(person, "at-once")
    with receiving() as receiver:
        added(house, receiver.address)
        added(house, receiver.address, kinds=["finding.raised"])
        send(house)
        step(house, listed(house)[0]["id"], "forward")
        house.clock.now = MIDNIGHT + timedelta(days=1)
        tell_of_days(house.database, house.clock.now)
        assert send_all(house) == 0
        house.clock.now += timedelta(days=1)
        assert send_all(house) == 0
    assert (receiver.got, mailed.server.letters) == ([], [])


@pytest.mark.sqlite_daily
def test_a_machine_that_asks_by_name_is_told_where_the_file_is_and_nothing_else(mailed: Mailed) -> None:
    house = mailed.house
    opened(house)
    with receiving() as receiver:
        added(house, receiver.address, kinds=[EventKind.integrity_forwarded.value])
        added(house, receiver.address, kinds=[EventKind.integrity_forwarded.value], office="dukcapil")
        send(house)
        report_id = listed(house)[0]["id"]
        step(house, report_id, "forward")
        assert send_all(house) == 1
        [got] = receiver.got
    told = json.loads(got.body)
    assert told["type"] == "integrity-report.forwarded"
    address = f"https://cermin.example.go.id/v1/integrity-reports/{report_id}/hand-over"
    assert told["data"] == {"agency": "kota", "office": None, "report": report_id, "url": address}
    # With an auditor's key the receiver reads the sealed words there.
    assert house.get(address.removeprefix("https://cermin.example.go.id"), "auditor").status_code == 200
    house.clock.now = MIDNIGHT


def test_the_service_tells_by_itself(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.jobs, "HOUR", 0.05)
    with House.open(*furnished, jobs=True) as house:
        opened(house)
        send(house)
        house.clock.now = MIDNIGHT
        for _ in range(400):
            if days(house):
                break
            threading.Event().wait(0.05)
        assert days(house) == ["2026-11-18"]
