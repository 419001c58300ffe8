"""A real SMTP server on this machine (aiosmtpd), which keeps what it was sent and refuses what a test wants."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from re import findall

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.faults.service import free_port


@dataclass
class MailServer:
    """What a server has taken; the next replies to recipients and to letters, "250 OK" once they are used up."""

    port: int
    recipients: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    letters: list[EmailMessage] = field(default_factory=list)
    greeted: list[str] = field(default_factory=list)

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        """Take a recipient, or not."""
        reply = self.recipients.pop(0) if self.recipients else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a letter, or not."""
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            letter = message_from_bytes(envelope.content, policy=default)
            assert isinstance(letter, EmailMessage)
            assert envelope.rcpt_tos == [letter["To"]]
            self.letters.append(letter)
            self.greeted.append(str(session.host_name))
        return reply


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """A server that listens until the block ends; with `tls` it asks for STARTTLS, with `login` for this one."""
    kept = MailServer(free_port())

    def authenticate(_: SMTP, __: Session, ___: Envelope, ____: str, given: object) -> AuthResult:
        assert isinstance(given, LoginPassword)
        right = login is not None and (given.login, given.password) == (login[0].encode(), login[1].encode())
        return AuthResult(success=right, handled=right)

    controller = Controller(
        kept,
        hostname="127.0.0.1",
        port=kept.port,
        tls_context=tls,
        require_starttls=tls is not None,
        auth_required=login is not None,
        authenticator=authenticate,
    )
    controller.start()
    try:
        yield kept
    finally:
        controller.stop(no_assert=True)


def text_of(letter: EmailMessage) -> str:
    """The words of a letter."""
    body = letter.get_content()
    assert isinstance(body, str)
    return body.replace("\r\n", "\n")


def link_in(letter: EmailMessage, path: str) -> str:
    """The code of the only link to this page."""
    [code] = set(findall(rf"{path}\?t=(\S+)", text_of(letter)))
    return str(code)
