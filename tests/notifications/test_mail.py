"""Mail through a real SMTP server: confirmed addresses, digests, retries by one id, and leaving without signing in."""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from socket import create_server
from threading import Event
from typing import Any

import pytest
from sqlalchemy import text

from app.access.principals import Role
from app.directory.listing_store import office_parents
from app.foundation.outgoing import looking_up
from app.foundation.own_certificate import own_certificate
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.notifications import mail_posting, subscriptions
from app.notifications.letters import MOST_LINES
from app.notifications.mail_config import mail_terms
from app.notifications.mail_sending import AWAY
from app.notifications.mailboxes import CONFIRMED_WITHIN, Mailboxes
from app.notifications.rules.retries import DELAYS
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind
from app.people.faults import PeopleFault
from app.people.sessions import SignedIn
from tests.house import CANARY_NAME, CANARY_NIP, House
from tests.notifications.mail_server import MailServer, link_in, mail_server, text_of
from tests.notifications.messages import happened, send
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
        with self.house.database.writing() as session:
            asked = {"kind": kind, "office": office, "rhythm": rhythm}
            parents = office_parents(session, self.person.agency_id)
            subscriptions.subscribe(session, self.person, asked, parents, self.house.clock.now)
        return self

    def states(self) -> list[tuple[Any, ...]]:
        return rows(self.house, "SELECT state, attempts, outcome FROM delivery ORDER BY event_id")


@pytest.fixture
def post(furnished: tuple[str, dict[str, str]]) -> Iterator[Post]:
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


def test_an_address_is_used_once_its_owner_has_said_that_it_is_right(post: Post) -> None:
    post.enter()
    post.subscribe()
    happened(post.house)
    assert send(post.house) == 1
    [asking] = post.server.letters
    assert (asking["To"], asking["From"]) == (ADDRESS, "Cermin <cermin@kota.go.id>")
    assert post.server.greeted == ["cermin.example.go.id"]
    assert "List-Unsubscribe" not in asking
    mailboxes, now = post.house.services.of(Mailboxes), post.house.clock.now
    code = link_in(asking, "/mail/confirm")
    for wrong in ("", code[:-1], code.replace("kota", "desa"), code + "x"):
        assert not mailboxes.confirm(post.house.database, wrong, now)
    assert not mailboxes.confirm(post.house.database, code, now + CONFIRMED_WITHIN + timedelta(seconds=1))
    # The other link of the same mailbox confirms nothing.
    assert not mailboxes.unsubscribe(post.house.database, code, now)
    assert mailboxes.confirm(post.house.database, code, now)
    assert mailboxes.confirm(post.house.database, code, now)
    happened(post.house)
    assert send(post.house) == 1
    assert post.server.letters[1]["Subject"] == "Cermin: Temuan penyaringan: 1"
    # What happened before is not told afterwards.
    assert len(post.states()) == 1


def test_another_address_takes_the_place_of_the_one_before_and_its_links(post: Post) -> None:
    post.confirmed().subscribe()
    mailboxes, now = post.house.services.of(Mailboxes), post.house.clock.now
    happened(post.house)
    send(post.house)
    former = link_in(post.server.letters.pop(), "/unsubscribe")
    post.enter("lain@kota.go.id")
    happened(post.house)
    send(post.house)
    [asking] = post.server.letters
    assert asking["To"] == "lain@kota.go.id"
    assert not mailboxes.unsubscribe(post.house.database, former, now)


@pytest.mark.parametrize("address", ["", "siti", "siti@kota.go.id\nBcc: x@y.id", "x" * 300 + "@kota.go.id"])
def test_what_is_no_address_is_refused(post: Post, address: str) -> None:
    with pytest.raises(PeopleFault, match="no mail address"):
        post.enter(address)
    assert rows(post.house, "SELECT count(*) FROM mailbox") == [(0,)]


def test_a_letter_tells_what_happened_where_to_read_it_and_how_to_leave(post: Post) -> None:
    post.confirmed().subscribe()
    event = happened(post.house)
    send(post.house)
    [letter] = post.server.letters
    words = text_of(letter)
    assert words.startswith("Temuan penyaringan: 1.\n")
    assert f"{PUBLIC}/desk/finding?id=" in words
    assert "Dukcapil, 18 November 2026" in words
    leave = link_in(letter, "/unsubscribe")
    assert letter["List-Unsubscribe"] == f"<{PUBLIC}/unsubscribe?t={leave}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "id")
    assert letter["Message-ID"].endswith("@cermin.example.go.id>")
    assert str(event) not in words
    for canary in (CANARY_NAME, CANARY_NIP, ADDRESS):
        assert canary not in words
    kept = str([rows(post.house, f"SELECT * FROM {table}") for table in ("mailbox", "audit_event", "delivery")])
    assert ADDRESS not in kept


def test_mail_comes_in_the_language_in_which_it_was_asked_for(post: Post) -> None:
    post.confirmed("en").subscribe()
    happened(post.house)
    send(post.house)
    assert text_of(post.server.letters[0]).startswith("Findings of screening: 1.\n")


def test_a_digest_holds_a_day_and_begins_with_the_worst(post: Post) -> None:
    post.confirmed().subscribe(rhythm="daily").subscribe("period.final", rhythm="daily").subscribe(
        "alarm.drop", rhythm="daily"
    )
    about = {"period": "2026-10", "instrument": "ikl-1", "revision": "1"}
    with post.house.database.writing() as session:
        at = post.house.clock.now
        tell(session, EventKind.final, agency_id="kota", office=None, about=about, at=at)
    for _ in range(2):
        happened(post.house)
    with post.house.database.writing() as session:
        told = {"period": "2026-Q3", "instrument": "ikl-1"}
        tell(session, EventKind.drop, agency_id="kota", office="dukcapil", about=told, at=at)
    assert send(post.house) == 0
    post.house.clock.now = datetime(2026, 11, 18, 23, tzinfo=UTC)
    assert send(post.house) == 1
    [letter] = post.server.letters
    words = text_of(letter)
    assert words.splitlines()[0] == "Angka yang turun: 1; Temuan penyaringan: 2; Laporan yang ditandatangani: 1."
    assert words.index("/desk/office?") < words.index("/desk/finding?") < words.index("/desk/reports?")
    assert "seluruh instansi, 18 November 2026" in words
    assert send(post.house) == 0
    assert {state for state, _, _ in post.states()} == {"delivered"}


def test_a_long_digest_says_how_many_more_there_are(post: Post) -> None:
    post.confirmed().subscribe(rhythm="weekly")
    for _ in range(MOST_LINES + 3):
        happened(post.house)
    send(post.house)
    post.house.clock.now += timedelta(days=7)
    send(post.house)
    words = text_of(post.server.letters[0])
    assert words.count("/desk/finding") == MOST_LINES
    assert "dan 3 lagi" in words


def test_a_letter_that_was_not_taken_comes_again_by_the_same_id_and_says_the_same(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.confirmed().subscribe()
    happened(post.house)
    sent = mail_posting.MailPost._sent

    async def taken_and_then_gone(self: Any, letter: Any) -> str:
        await sent(self, letter)
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(mail_posting.MailPost, "_sent", taken_and_then_gone)
        assert send(post.house) == 1
    # More has happened since: that is another letter.
    happened(post.house)
    post.house.clock.now += max(AWAY, DELAYS[0])
    assert send(post.house) == 2
    first, again, other = post.server.letters
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert text_of(first) == text_of(again)
    assert post.states() == [("delivered", 2, "delivered"), ("delivered", 1, "delivered")]


def test_a_server_that_is_away_is_left_alone_for_a_minute_and_costs_no_letter(post: Post) -> None:
    post.confirmed().subscribe()
    post.server.replies = ["451 later", "451 later"]
    happened(post.house)
    assert [send(post.house), send(post.house)] == [1, 0]
    assert post.states() == [("waiting", 1, "smtp-451")]
    post.house.clock.now += AWAY
    assert [send(post.house), send(post.house)] == [1, 0]
    post.house.clock.now += AWAY
    assert send(post.house) == 1
    assert post.states() == [("delivered", 3, "delivered")]


@pytest.mark.parametrize(
    ("reply", "state"),
    [("550 no such mailbox", ("failed", 1, "refused-550")), ("450 later", ("waiting", 1, "refused-450"))],
)
def test_a_mailbox_that_there_is_not_is_given_up(post: Post, reply: str, state: tuple[Any, ...]) -> None:
    post.confirmed().subscribe()
    post.server.recipients = [reply]
    happened(post.house)
    send(post.house)
    assert post.states() == [state]


@pytest.mark.parametrize(("reply", "left"), [("550 no such mailbox", 0), ("450 later", 1)])
def test_whoever_cannot_be_asked_is_not_asked_for_ever(post: Post, reply: str, left: int) -> None:
    post.server.recipients = [reply]
    post.enter()
    assert send(post.house) == 1
    assert rows(post.house, "SELECT count(*) FROM mailbox WHERE ask_due_at IS NOT NULL") == [(left,)]


def test_leaving_ends_all_mail_and_drops_what_waits(post: Post) -> None:
    post.confirmed().subscribe().subscribe("alarm.drop", rhythm="weekly")
    happened(post.house)
    send(post.house)
    mailboxes, now = post.house.services.of(Mailboxes), post.house.clock.now
    code = link_in(post.server.letters[0], "/unsubscribe")
    for wrong in ("", code[:-1] + "!", code.replace("kota", "desa")):
        assert not mailboxes.unsubscribe(post.house.database, wrong, now)
    assert mailboxes.unsubscribe(post.house.database, code, now)
    assert mailboxes.unsubscribe(post.house.database, code, now)
    assert rows(post.house, "SELECT count(*) FROM subscription") == [(0,)]
    happened(post.house)
    assert send(post.house) == 0


def test_whoever_ended_it_or_lost_the_role_is_told_nothing_of_what_waited(post: Post) -> None:
    post.confirmed().subscribe(rhythm="daily")
    happened(post.house)
    send(post.house)
    with post.house.database.writing() as session:
        subscriptions.end(session, "kota", post.person.person_id, "finding.raised", "", post.house.clock.now)
    post.house.clock.now += timedelta(days=1)
    assert send(post.house) == 0
    assert post.states() == [("dropped", 0, "unsubscribed")]
    post.subscribe(rhythm="daily")
    happened(post.house)
    send(post.house)
    with post.house.database.writing() as session:
        session.execute(text("UPDATE role_grant SET revoked_at = granted_at"))
    post.house.clock.now += timedelta(days=1)
    assert send(post.house) == 0
    assert [state for state, _, _ in post.states()] == ["dropped", "dropped"]
    # Nor of what happens from now on.
    happened(post.house)
    send(post.house)
    assert len(post.states()) == 2


def test_somebody_of_some_offices_is_told_of_these(furnished: tuple[str, dict[str, str]], post: Post) -> None:
    with Door.open(furnished[0]) as door:
        post.person = door.who(door.join("Dua", Role.auditor, "upt-makassar"))
    post.confirmed().subscribe()
    happened(post.house, "dukcapil")
    happened(post.house, "upt-jayapura")
    happened(post.house, None)
    happened(post.house, agency_id="desa")
    assert send(post.house) == 1
    assert "Upt-Jayapura" in text_of(post.server.letters[0])
    assert len(post.states()) == 1
    for asked, field in (
        ({"office": "dukcapil"}, "office"),
        ({"office": "tiada"}, "office"),
        ({"kind": "device.silent"}, "kind"),
        ({"kind": "x"}, "kind"),
        ({"rhythm": "hourly"}, "rhythm"),
    ):
        with pytest.raises(PeopleFault) as refused:
            post.subscribe(**asked)
        assert refused.value.field == field


def test_of_two_subscriptions_to_the_same_the_first_due_tells_once(post: Post) -> None:
    post.confirmed().subscribe(rhythm="monthly").subscribe(office="dukcapil")
    happened(post.house)
    assert send(post.house) == 1
    assert len(post.states()) == 1


def test_nobody_has_more_than_fifty_subscriptions(post: Post) -> None:
    with post.house.database.writing() as session:
        for n in range(50):
            values = {"a": "kota", "p": post.person.person_id.hex, "k": f"k{n}", "at": post.house.clock.now}
            person = "CAST(:p AS UUID)" if not post.house.database.is_sqlite else ":p"
            session.execute(text(f"INSERT INTO subscription VALUES (:a, {person}, :k, '', 'daily', :at)"), values)
    with pytest.raises(PeopleFault, match="fifty"):
        post.subscribe()


@pytest.mark.sqlite_daily
def test_without_a_server_nobody_is_told_and_webhooks_are(house: House) -> None:
    assert not house.services.of(Mailboxes).is_on
    happened(house)
    assert send(house) == 0
    assert rows(house, "SELECT count(*) FROM delivery") == [(0,)]


def test_a_letter_goes_encrypted_to_a_server_that_is_known_and_logged_in_to(tmp_path: Path) -> None:
    served, trusted = own_certificate(tmp_path, ("127.0.0.1",), datetime.now(UTC)), ssl.create_default_context()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(served.chain, served.key)
    trusted.load_verify_locations(served.authority)
    letter = EmailMessage()
    letter["From"], letter["To"] = "a@kota.go.id", "b@kota.go.id"
    with mail_server(tls, ("cermin", "rahasia")) as server:
        terms = mail_posting.MailTerms(
            "127.0.0.1", server.port, "starttls", "cermin", "rahasia", "a@kota.go.id", "cermin.test"
        )
        assert asyncio.run(mail_posting.MailPost(terms, trusted=trusted).send(letter)) == "delivered"
        wrong = mail_posting.MailPost(terms._replace(password="salah"), trusted=trusted)
        assert asyncio.run(wrong.send(letter)) == "smtp-535"
        # Authorities that nobody here trusts, and a server that would read along.
        assert asyncio.run(mail_posting.MailPost(terms).send(letter)) == "no-connection"
        assert len(server.letters) == 1
    with mail_server() as plain:
        terms = terms._replace(port=plain.port, username=None, password=None)
        assert asyncio.run(mail_posting.MailPost(terms, trusted=trusted).send(letter)) == "no-connection"
        assert plain.letters == []


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_posting, "SECONDS", 0.2)
    with create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        terms = mail_posting.MailTerms("127.0.0.1", port, "none", None, None, "a@kota.go.id", "x")
        assert asyncio.run(mail_posting.MailPost(terms).send(EmailMessage())) == "timeout"


def test_a_resolver_that_is_away_keeps_neither_mail_nor_the_end_of_the_service_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering, letter = Event(), EmailMessage()
    monkeypatch.setattr(mail_posting, "SECONDS", 0.1)
    monkeypatch.setattr(looking_up, "getaddrinfo", lambda *_, **__: [][: answering.wait(30)])
    terms = mail_posting.MailTerms("mail.lan", 25, "none", None, None, "a@kota.go.id", "x")
    # `asyncio.run` ends without the resolver's answer, which nobody waits for any more.
    assert asyncio.run(mail_posting.MailPost(terms).send(letter)) == "timeout"
    answering.set()


def test_the_addresses_of_a_server_are_tried_one_after_the_other(post: Post) -> None:
    async def look_up(_: str, __: int) -> list[str]:
        return ["::1", "127.0.0.2", "127.0.0.1"]

    async def nobody(_: str, __: int) -> list[str]:
        return []

    letter = EmailMessage()
    letter["From"], letter["To"] = "a@kota.go.id", "b@kota.go.id"
    terms = mail_posting.MailTerms("mail.lan", post.server.port, "none", None, None, "a@kota.go.id", "x")
    assert asyncio.run(mail_posting.MailPost(terms, look_up).send(letter)) == "delivered"
    assert asyncio.run(mail_posting.MailPost(terms, nobody).send(letter)) == "no-connection"
    assert len(post.server.letters) == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"smtp_host": "mail.lan"}, "CERMIN_PUBLIC_URL"),
        ({"smtp_host": "mail.lan", "public_url": PUBLIC}, "CERMIN_SMTP_FROM"),
        ({"smtp_host": "mail.lan", "public_url": PUBLIC, "smtp_from": "a@b.id", "smtp_username": "x"}, "both"),
        (
            {
                "smtp_host": "mail.lan",
                "public_url": PUBLIC,
                "smtp_from": "a@b.id",
                "smtp_username": "x",
                "smtp_password": "y",
                "smtp_security": "none",
            },
            "everybody on the way",
        ),
    ],
)
def test_settings_of_mail_fit_together(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StartupError, match=sentence):
        mail_terms(Settings(**given))
    assert mail_terms(Settings()) is None
