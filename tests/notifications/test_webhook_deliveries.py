"""From an event to its receiver: at least once, with one id, and no longer than three days."""

import json
import threading
import time
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from socket import create_server
from uuid import UUID

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook as Judge

from app.foundation.ids import new_id
from app.foundation.outgoing import posting
from app.foundation.storage.leases import Lease
from app.notifications import webhook_sending
from app.notifications.retention import KEPT, forget_told
from app.notifications.rules.retries import DELAYS
from app.notifications.sending import LEASE, NAME, Sender
from tests.house import House, problem
from tests.notifications.messages import HOSTS, added, deliveries, happened, send, told_of_all
from tests.notifications.receiver import receiving
from tests.screening.office import rows


def states(house: House, webhook: str) -> list[tuple[str, int, str | None]]:
    return [(each["state"], each["attempts"], each["outcome"]) for each in deliveries(house, webhook)]


def test_an_event_reaches_its_receiver_signed_and_says_no_more_than_where_to_read(teller: House) -> None:
    with told_of_all(teller) as (receiver, webhook):
        event = happened(teller)
        assert send(teller) == 1
        assert send(teller) == 0
        [got] = receiver.got
    assert got.path == "/hook?from=cermin"
    assert (got.headers["webhook-id"], got.headers["content-type"]) == (str(event), "application/json")
    assert got.headers["webhook-timestamp"] == str(int(teller.clock.now.timestamp()))
    body = json.loads(got.body)
    assert body["type"] == "finding.raised"
    assert body["data"].keys() == {"agency", "office", "finding", "url"}
    assert body["data"]["url"] == f"/v1/findings/{body['data']['finding']}"
    assert states(teller, webhook["id"]) == [("delivered", 1, "http-204")]


@pytest.mark.sqlite_daily
def test_receivers_own_library_takes_what_is_sent(teller: House) -> None:
    # The library asks the real clock.
    teller.clock.now = datetime.now(UTC)
    with told_of_all(teller) as (receiver, webhook):
        happened(teller)
        send(teller)
        [got] = receiver.got
    told = Judge(webhook["secret"]).verify(got.body, got.headers)
    assert told["type"] == "finding.raised"


def test_who_wants_other_things_or_other_offices_is_told_nothing(teller: House) -> None:
    with receiving() as receiver:
        for asked in ({"kinds": ["period.final"]}, {"office": "upt-makassar"}):
            added(teller, receiver.address, **asked)
        added(teller, receiver.address, "desa admin")
        wanting = added(teller, receiver.address, kinds=["finding.raised", "period.final"], office="setda")
        happened(teller)
        assert send(teller) == 1
    assert states(teller, wanting["id"]) == [("delivered", 1, "http-204")]


def test_what_was_not_taken_comes_again_with_the_same_id_and_body(teller: House) -> None:
    with told_of_all(teller) as (receiver, webhook):
        receiver.answers = [500, 302, 404]
        receiver.location = f"http://127.0.0.1:{receiver.port}/elsewhere"
        event = str(happened(teller))
        for delay in DELAYS[:3]:
            assert send(teller) == 1
            assert send(teller) == 0
            teller.clock.now += delay
        assert send(teller) == 1
        assert receiver.ids == [event] * 4
        # A redirect is not followed.
        assert {each.path for each in receiver.got} == {"/hook?from=cermin"}
        assert len({each.body for each in receiver.got}) == 1
    assert states(teller, webhook["id"]) == [("delivered", 4, "http-204")]


def test_after_three_days_it_is_given_up_and_may_be_replayed(teller: House) -> None:
    with told_of_all(teller) as (receiver, webhook):
        path = f"/v1/webhooks/{webhook['id']}/replay"
        receiver.usual, began, event = 503, teller.clock.now, str(happened(teller))
        while send(teller):
            [found] = deliveries(teller, webhook["id"])
            if found["next_at"] is None:
                break
            teller.clock.now += DELAYS[found["attempts"] - 1]
        assert states(teller, webhook["id"]) == [("failed", 11, "http-503")]
        assert timedelta(hours=70) < teller.clock.now - began < timedelta(hours=73)
        receiver.usual = 200
        assert teller.post(path, {"event": event}, "admin").json() == {"replayed": 1}
        # What waits already is not replayed twice.
        assert teller.post(path, {"event": event}, "admin").json() == {"replayed": 0}
        send(teller)
        assert states(teller, webhook["id"]) == [("delivered", 1, "http-200")]
        assert set(receiver.ids) == {event}
        # One that was taken may be sent again if asked for, but is not among those that failed.
        assert teller.post(path, {}, "admin").json() == {"replayed": 0}
        assert teller.post(path, {"event": event}, "admin").json() == {"replayed": 1}
        problem(teller.post(path, {"event": str(UUID(int=7))}, "admin"), 404, "event-unknown")
        problem(teller.post(path, {"event": "x"}, "admin"), 422, "field-invalid", "event")


def test_whoever_answers_410_is_told_nothing_more(teller: House) -> None:
    with told_of_all(teller) as (receiver, webhook):
        receiver.usual = 410
        for _ in range(3):
            happened(teller)
        assert send(teller) == 1
        [listed] = teller.get("/v1/webhooks", "admin").json()["items"]
        assert listed["off_because"] == "gone"
        assert {state for state, _, _ in states(teller, webhook["id"])} == {"dropped"}
        happened(teller)
        assert send(teller) == 0
        receiver.usual = 200
        teller.request("POST", f"/v1/webhooks/{webhook['id']}/on", "admin")
        # What happened while it was off was never meant for it; what was dropped may be sent again.
        assert teller.post(f"/v1/webhooks/{webhook['id']}/replay", {}, "admin").json() == {"replayed": 3}
        assert send(teller) == 3


def test_whoever_does_not_answer_costs_one_attempt_for_all_that_waits_and_nobody_else(
    teller: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SECONDS", 0.3)
    with receiving() as dead, told_of_all(teller) as (receiver, webhook):
        silent = added(teller, dead.address)["id"]
        dead.seconds = 1.0
        for _ in range(5):
            happened(teller)
        assert send(teller) == 6
        assert len(dead.got) == 1
        assert states(teller, silent) == [("waiting", 1, "timeout")] * 5
        assert len(receiver.got) == 5
        assert {state for state, _, _ in states(teller, webhook["id"])} == {"delivered"}
    teller.clock.now += DELAYS[0]
    send(teller)
    assert states(teller, silent) == [("waiting", 2, "no-connection")] * 5


def test_whoever_does_not_answer_keeps_no_rating_waiting(teller: House) -> None:
    with told_of_all(teller) as (receiver, _):
        receiver.answering = threading.Event()
        happened(teller)
        sending = threading.Thread(target=copy_context().run, args=(send, teller))
        sending.start()
        while not receiver.got:
            time.sleep(0.01)
        for _ in range(20):
            assert teller.post("/v1/ratings", teller.sheet()).status_code == 201
        # All that while the receiver was waited for.
        assert sending.is_alive()
        receiver.answering.set()
        sending.join()


def test_an_answer_without_end_is_not_read(teller: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SECONDS", 3.0)
    with create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def endless() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
                try:
                    while not stop.is_set():
                        connection.sendall(b"x" * 65_536)
                except OSError:
                    return

        thread = threading.Thread(target=endless)
        thread.start()
        webhook = added(teller, f"http://127.0.0.1:{server.getsockname()[1]}/")
        happened(teller)
        assert send(teller) == 1
        stop.set()
        thread.join()
    assert states(teller, webhook["id"]) == [("delivered", 1, "http-200")]


def test_a_pass_has_an_end_and_the_next_one_goes_on(teller: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sending, "PASS_SECONDS", 0.0)
    with told_of_all(teller) as (receiver, _):
        happened(teller)
        assert send(teller) == 0
        monkeypatch.undo()
        assert send(teller) == 1
        assert len(receiver.got) == 1


def test_while_another_process_sends_this_one_does_not(teller: House) -> None:
    with told_of_all(teller) as (receiver, _):
        happened(teller)
        other = Lease(teller.database, NAME, new_id().hex, LEASE)
        assert other.take(teller.clock.now)
        assert send(teller) == 0
        # It died: its lease runs out by itself.
        teller.clock.now += LEASE
        assert send(teller) == 1
        assert len(receiver.got) == 1


def test_a_sender_that_is_told_to_stop_breaks_off_and_the_next_one_sends_again(teller: House) -> None:
    with told_of_all(teller) as (receiver, webhook):
        receiver.seconds = 2.0
        event, sender = str(happened(teller)), teller.services.of(Sender)
        working = threading.Thread(target=copy_context().run, args=(sender.run_if_due,))
        working.start()
        while not receiver.got:
            time.sleep(0.01)
        sender.stop()
        working.join()
        assert states(teller, webhook["id"]) == [("waiting", 0, None)]
        assert sender.run_if_due() == 0
        receiver.seconds = 0.0
        with House.open(teller.database.url.render_as_string(hide_password=False), {}, **HOSTS) as next_one:
            assert send(next_one) == 1
        assert receiver.ids == [event] * 2
    sender.stop()


def test_a_process_that_cannot_open_a_webhook_drops_what_waits_for_it(teller: House) -> None:
    with told_of_all(teller) as (receiver, webhook):
        with teller.database.writing() as session:
            session.execute(text("UPDATE webhook SET secret = address"))
        happened(teller)
        assert send(teller) == 0
        assert receiver.got == []
    assert states(teller, webhook["id"]) == [("dropped", 0, "sealed-elsewhere")]


def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(teller: House) -> None:
    with told_of_all(teller) as (_, webhook):
        happened(teller)
        send(teller)
        # Of nobody who wants it.
        happened(teller, agency_id="desa")
        send(teller)
    happened(teller)
    send(teller)
    assert [state for state, _, _ in states(teller, webhook["id"])] == ["waiting", "delivered"]
    forget_told(teller.database, teller.clock.now + KEPT)
    assert rows(teller, "SELECT count(*) FROM outbox_event") == [(3,)]
    forget_told(teller.database, teller.clock.now + KEPT + timedelta(seconds=1))
    assert [state for state, _, _ in states(teller, webhook["id"])] == ["waiting"]
    assert rows(teller, "SELECT count(*) FROM outbox_event") == [(1,)]
