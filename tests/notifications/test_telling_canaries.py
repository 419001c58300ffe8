"""No address, secret or code of a link reaches logs, metrics or errors, however sending ends; and it goes by itself."""

import sys
import time
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from app import jobs
from app.access.principals import Role
from app.foundation.telemetry import configure_logging
from app.notifications import mail_store, webhook_store
from app.notifications.mailboxes import Mailboxes
from app.notifications.wiring import terms_of
from tests.house import SECRET, House
from tests.notifications.mail_server import link_in, mail_server
from tests.notifications.messages import added, happened, send
from tests.notifications.posting import ADDRESS, PUBLIC, Post, post
from tests.notifications.receiver import receiving
from tests.people.persons import Door
from tests.screening.office import rows

__all__ = ["post"]
pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the service's real logging writes."""
    kept = StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", kept)
        configure_logging("debug")
    yield kept
    structlog.reset_defaults()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_neither_logs_nor_metrics_nor_errors_hold_an_address_or_a_secret(
    furnished: tuple[str, dict[str, str]], log: StringIO
) -> None:
    url, keys = furnished
    with mail_server() as server, receiving() as receiver:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none"}
        more = {"smtp_from": "cermin@kota.go.id", "webhook_hosts": "127.0.0.1", "public_url": PUBLIC}
        with House.open(url, keys, **mail, **more) as house, Door.open(url) as door:
            reader = Post(house, server, door.who(door.join("Auditor", Role.auditor)))
            reader.confirmed().subscribe()
            webhook = added(house, f"{receiver.address}&kunci=sangat-rahasia")
            for replies, status in ((["550 <siti.rahma@kota.go.id> tiada"], 500), ([], 302), ([], 410)):
                server.recipients, receiver.usual = list(replies), status
                happened(house)
                send(house)
                house.clock.now = house.clock.now.replace(minute=house.clock.now.minute + 2)
            code = link_in(server.letters[-1], "/unsubscribe")
            for path in (f"/unsubscribe?t={code}", f"/unsubscribe?t={code}x", f"/mail/confirm?t={code}"):
                for method in ("GET", "POST"):
                    house.request(method, path, headers={"host": "localhost"})
            bad = {"address": "https://127.0.0.1/sangat-rahasia", "kinds": ["x"]}
            refused = house.post("/v1/webhooks", bad, "admin").text
            metrics = house.get("/metrics", None).text
            kept = str([rows(house, f"SELECT * FROM {name}") for name in ("outbox_event", "audit_event", "delivery")])
    assert 'cermin_notifications_total{channel="webhook",outcome="refused"}' in metrics
    assert 'cermin_notifications_total{channel="mail",outcome="delivered"}' in metrics
    seen = log.getvalue() + metrics + refused + kept
    for canary in (ADDRESS, "siti.rahma", "sangat-rahasia", webhook["secret"], code, code.rpartition(".")[2]):
        assert canary not in seen


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_copy_of_the_database_tells_no_address_without_the_secret(post: Post) -> None:
    post.enter()
    added(post.house, "https://penerima.example.go.id/sangat-rahasia")
    for table in ("mailbox", "webhook"):
        kept = str(rows(post.house, f"SELECT * FROM {table}"))
        assert "siti" not in kept
        assert "penerima" not in kept
    with post.house.database.reading() as session:
        mailbox = mail_store.mailbox_of(session, "kota", post.person.person_id)
        [webhook] = webhook_store.webhooks_of(session, "kota")
    assert mailbox is not None
    other = b"another secret, long enough to be one, too"
    assert Mailboxes(other, is_on=True).address(mailbox) is None
    assert terms_of(other, None).opened(webhook, "address") is None
    assert terms_of(SECRET.encode(), None).opened(webhook, "address") == "https://penerima.example.go.id/sangat-rahasia"
    # What was sealed for one row opens no other.
    webhook.webhook_id = mailbox.mailbox_id
    assert terms_of(SECRET.encode(), None).opened(webhook, "secret") is None


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_running_service_sends_by_itself(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SENDING", 0.05)
    with receiving() as receiver, House.open(*furnished, jobs=True, webhook_hosts="127.0.0.1") as house:
        added(house, receiver.address)
        event = str(happened(house))
        while not receiver.got:
            time.sleep(0.01)
        assert receiver.ids == [event]
