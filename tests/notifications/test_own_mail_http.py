"""People set over the API what they are told by mail: their own address, and subscriptions that their roles reach."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.access.principals import Role
from app.notifications.mailboxes import Mailboxes
from app.people import store as people_store
from tests.house import problem
from tests.notifications.mail_server import MailServer, link_in, mail_server
from tests.notifications.messages import send
from tests.people.signed import Seats, seats

ADDRESS = "siti.rahma@kota.go.id"
FINAL = {"kind": "period.final", "office": "dukcapil", "rhythm": "weekly"}


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A real SMTP server."""
    with mail_server() as opened:
        yield opened


@pytest.fixture
def town(furnished: tuple[str, dict[str, str]], server: MailServer) -> Iterator[Seats]:
    """A service with mail, an auditor of some offices, and a viewer of the other agency."""
    mail: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
    with seats(*furnished, public_url="http://localhost", smtp_from="cermin@kota.go.id", **mail) as found:
        found.join("Ani", Role.auditor, "dukcapil")
        found.join("Desa", Role.viewer, agency="desa")
        yield found


def test_an_address_is_entered_confirmed_and_forgotten(town: Seats, server: MailServer) -> None:
    none = {"is_on": True, "address": None, "state": "none", "language": None}
    assert town.ask("Ani", "GET", "/v1/mailbox").json() == none
    entered = town.ask("Ani", "PUT", "/v1/mailbox", {"address": ADDRESS, "language": "en"}).json()
    assert (entered["address"], entered["state"], entered["language"]) == (ADDRESS, "asked", "en")
    send(town.house)
    code = link_in(server.letters.pop(), "/mail/confirm")
    assert town.house.services.of(Mailboxes).confirm(town.house.database, code, town.house.clock.now)
    assert town.ask("Ani", "GET", "/v1/mailbox").json()["state"] == "confirmed"
    town.ask("Ani", "PUT", "/v1/subscriptions", FINAL)
    assert town.ask("Desa", "GET", "/v1/mailbox").json() == none
    assert town.ask("Ani", "PUT", "/v1/mailbox", {"address": None}).json() == none
    assert town.ask("Ani", "GET", "/v1/subscriptions").json()["items"] == []


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("address", ["budi@kota", "", "a b@kota.go.id", f"{'x' * 300}@kota.go.id", "a\r\nb@kota.go.id"])
def test_what_is_no_address_is_told_in_its_field_without_being_repeated(town: Seats, address: str) -> None:
    response = town.ask("Ani", "PUT", "/v1/mailbox", {"address": address})
    [error] = problem(response, 422, "invalid-request")["errors"]
    assert error["field"] == "address"
    assert not address or address not in response.text


def test_subscriptions_are_made_changed_and_ended(town: Seats) -> None:
    for rhythm in ("daily", "weekly"):
        told = town.ask("Ani", "PUT", "/v1/subscriptions", FINAL | {"rhythm": rhythm}).json()
        [item] = told["items"]
        assert (item["kind"], item["office"], item["rhythm"]) == ("period.final", "dukcapil", rhythm)
    assert told["kinds"] == ["alarm.drop", "finding.raised", "period.final"]
    assert town.ask("Desa", "GET", "/v1/subscriptions").json()["items"] == []
    for _ in range(2):
        ended = town.ask("Ani", "PUT", "/v1/subscriptions", FINAL | {"rhythm": None})
        assert ended.json()["items"] == []
    everywhere = town.ask("Ani", "PUT", "/v1/subscriptions", {"kind": "finding.raised", "rhythm": "monthly"}).json()
    assert [each["office"] for each in everywhere["items"]] == [None]


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "device.silent"}, "kind"),
        ({"kind": "rating.new"}, "kind"),
        ({"rhythm": "hourly"}, "rhythm"),
        ({"office": "setda"}, "office"),
        ({"office": "rsud-desa"}, "office"),
    ],
    ids=str,
)
def test_what_no_role_of_ones_own_reaches_cannot_be_subscribed_to(
    town: Seats, sent: dict[str, str], field: str
) -> None:
    response = town.ask("Ani", "PUT", "/v1/subscriptions", FINAL | sent)
    [error] = problem(response, 422, "invalid-request")["errors"]
    assert error["field"] == field


@pytest.mark.sqlite_daily
def test_an_address_asks_for_a_fresh_proof_and_a_subscription_for_none(town: Seats) -> None:
    town.house.clock.now += timedelta(minutes=11)
    problem(town.ask("Ani", "PUT", "/v1/mailbox", {"address": ADDRESS}), 403, "proof-needed")
    assert town.ask("Ani", "PUT", "/v1/subscriptions", FINAL).status_code == 200


@pytest.mark.sqlite_daily
def test_without_a_server_there_is_no_address_to_enter(furnished: tuple[str, dict[str, str]]) -> None:
    with seats(*furnished) as found:
        found.join("Ani", Role.viewer)
        assert found.ask("Ani", "GET", "/v1/mailbox").json()["is_on"] is False
        problem(found.ask("Ani", "PUT", "/v1/mailbox", {"address": ADDRESS}), 409, "mail-off")


def test_an_address_is_forgotten_also_where_the_server_was_taken_away(furnished: tuple[str, dict[str, str]]) -> None:
    with seats(*furnished) as found:
        found.join("Ani", Role.viewer)
        services = found.house.services
        with services.database.reading() as session:
            [ani] = people_store.persons_of(session, "kota")
        with services.database.writing() as session:
            services.of(Mailboxes).enter(session, ("kota", ani.person_id), ADDRESS, "id", services.now())
        assert found.ask("Ani", "GET", "/v1/mailbox").json()["address"] == ADDRESS
        assert found.ask("Ani", "PUT", "/v1/mailbox", {"address": None}).json()["address"] is None
        assert found.ask("Ani", "GET", "/v1/mailbox").json()["state"] == "none"
