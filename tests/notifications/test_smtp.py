"""The way to a mail server: encryption, logging in, time limits, addresses, and settings that fit together."""

import asyncio
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from socket import create_server
from threading import Event
from typing import Any

import pytest

from app.foundation.outgoing import looking_up
from app.foundation.own_certificate import own_certificate
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.notifications import mail_posting
from app.notifications.mail_config import mail_terms
from tests.notifications.mail_server import mail_server
from tests.notifications.posting import PUBLIC, Post, post

__all__ = ["post"]


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
