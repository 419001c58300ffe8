"""Processes that tell and send, and are killed: `python -m tests.notifications.dying URL KILLS MAIL [MUTANT]`.

One child does things and has each told in its own transaction, another one sends. Both are killed (SIGKILL) after some
milliseconds, again and again. What was done is in the audit trail; what was told, in the outbox; what came, with the
receiver of webhooks and the mail server (at port MAIL), which are somebody else's process.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from random import Random
from typing import Final

from sqlalchemy import text

from app.access.audit import record
from app.foundation.clock import system_clock
from app.foundation.ids import new_id
from app.foundation.outgoing.posting import Answer, OutgoingPost
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.notifications.mail_posting import MailPost, MailTerms
from app.notifications.mail_sending import MailSending
from app.notifications.mailboxes import Mailboxes
from app.notifications.sending import Sender
from app.notifications.webhook_sending import WebhookSending
from app.notifications.wiring import terms_of
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind
from tests.compiled import share_compiled_statements
from tests.house import SECRET

ACTION: Final = "finding.raised"
# Shorter than the pause between two deaths, so that the next sender need not wait for the lease of a dead one.
LEASE = timedelta(milliseconds=20)
ALIVE = (0.1, 0.5)
# How long what must never be stands between its two steps: long enough to be killed there.
BETWEEN = 0.05
PUBLIC, FROM = "https://cermin.example.go.id", "cermin@kota.go.id"
TOLD_APART, NOTED_FIRST = "told in a second transaction", "noted before it is sent"
MAIL_NOTED_FIRST = "mail is noted before it is sent"
Work = Callable[[str, int, str], None]


def main(url: str, kills: str, mail: str, mutant: str = "") -> None:
    """Kill so often."""
    share_compiled_statements()
    # Once in peace: what a process learns at its first statements its children need not learn again before they die.
    warm = Database(url)
    do_one(warm, "")
    sender(warm, int(mail)).run_if_due()
    warm.dispose()
    dice = Random()
    for _ in range(int(kills)):
        children = [born(work, url, int(mail), mutant) for work in (act, send)]
        time.sleep(dice.uniform(*ALIVE))
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def born(work: Work, url: str, mail: int, mutant: str) -> int:
    """The pid of a child that works until it is killed."""
    child = os.fork()
    if child == 0:
        try:
            work(url, mail, mutant)
        finally:
            # A child that fails must not go on as a parent.
            os._exit(1)
    return child


def act(url: str, _: int, mutant: str) -> None:
    """Do one thing after the other, and have each told."""
    database = Database(url)
    while True:
        do_one(database, mutant)
        time.sleep(0.002)


def do_one(database: Database, mutant: str) -> None:
    """Do one thing, and have it told."""
    now, subject = system_clock(), str(new_id())
    about = {"finding": subject}
    with database.writing() as session:
        record(session, agency_id="kota", actor="campaign", action=ACTION, subject=subject, at=now)
        if mutant != TOLD_APART:
            tell(session, EventKind.finding, agency_id="kota", office="dukcapil", about=about, at=now)
    if mutant == TOLD_APART:
        time.sleep(BETWEEN)
        with database.writing() as session:
            tell(session, EventKind.finding, agency_id="kota", office="dukcapil", about=about, at=now)


def send(url: str, mail: int, mutant: str) -> None:
    """Send what there is."""
    sending = sender(Database(url), mail, mutant)
    while True:
        sending.run_if_due()
        time.sleep(0.002)


def sender(database: Database, mail: int, mutant: str = "") -> Sender:
    """The sending of one process, to receivers and a mail server on this machine."""
    terms = terms_of(SECRET.encode(), "127.0.0.1")
    post = NotingFirst(database) if mutant == NOTED_FIRST else OutgoingPost(terms.hosts)
    webhooks = WebhookSending(database, system_clock, Metrics(), post, terms, public_url=None)
    mailboxes = Mailboxes(SECRET.encode(), is_on=True)
    server = MailTerms("127.0.0.1", mail, "none", None, None, FROM, "cermin.test")
    posting = MailNotingFirst(database, server) if mutant == MAIL_NOTED_FIRST else MailPost(server)
    letters = MailSending(database, system_clock, Metrics(), posting, mailboxes, public_url=PUBLIC)
    return Sender(database, system_clock, webhooks, letters, lease=LEASE)


class NotingFirst(OutgoingPost):
    """What must never be: a message is noted as delivered, and then sent."""

    def __init__(self, database: Database) -> None:
        super().__init__({"127.0.0.1"})
        self._database = database

    async def post(self, address: str, headers: dict[str, str], body: bytes, *, most: int = 0) -> Answer:
        """Note, and then send."""
        event = headers["webhook-id"].replace("-", "") if self._database.is_sqlite else headers["webhook-id"]
        with self._database.writing() as session:
            session.execute(
                text(
                    "UPDATE delivery SET state = 'delivered', due_at = NULL WHERE event_id = "
                    + (":event" if self._database.is_sqlite else "CAST(:event AS UUID)")
                ),
                {"event": event},
            )
        time.sleep(BETWEEN)
        return await super().post(address, headers, body, most=most)


class MailNotingFirst(MailPost):
    """What must never be: all that a letter tells is noted as delivered, and then it is sent."""

    def __init__(self, database: Database, terms: MailTerms) -> None:
        super().__init__(terms)
        self._database = database

    async def send(self, letter: EmailMessage) -> str:
        """Note, and then send."""
        with self._database.writing() as session:
            session.execute(
                text(
                    "UPDATE delivery SET state = 'delivered', due_at = NULL "
                    "WHERE channel = 'mail' AND letter_id IS NOT NULL AND state = 'waiting'"
                )
            )
        time.sleep(BETWEEN)
        return await super().send(letter)


if __name__ == "__main__":
    with all_agencies():
        main(*sys.argv[1:])
