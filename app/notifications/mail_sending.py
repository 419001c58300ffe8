"""Sends mail that is due: to each person one letter about all of it, and the letters that ask for confirmations."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import NamedTuple
from uuid import UUID

from app.directory.listing_store import agency_name, names_of, office_parents
from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.notifications import delivery_store, mail_store
from app.notifications.delivery_store import DELIVERED, DROPPED, FAILED, Message, Receiver
from app.notifications.letters import Envelope, Told, confirmation, digest
from app.notifications.mail_posting import DELIVERED as TAKEN
from app.notifications.mail_posting import MailPost, is_away, is_for_good
from app.notifications.mailboxes import Mailboxes
from app.notifications.rules.retries import next_delay
from app.notifications.subscriptions import role_told, wants
from app.notifications.tables import Mailbox
from app.notifications.webhook_sending import failure
from app.outbox.rules.kinds import EventKind
from app.people import store as people_store
from app.reports.sections.language import language

RECEIVERS, MESSAGES = 500, 500
# So long a server that cannot be used is left alone.
AWAY = timedelta(minutes=1)


class Post(NamedTuple):
    """What is due to a person: where, in which language, and the messages that are still wanted and are not."""

    mailbox: Mailbox
    address: str
    agency: str
    told: Sequence[tuple[Message, Told]]
    unwanted: Sequence[Message]


class MailSending:
    """Sends the mail of all agencies; without a server (`post` None) none is sent, and none is written."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        metrics: Metrics,
        post: MailPost | None,
        mailboxes: Mailboxes,
        *,
        public_url: str | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._metrics = metrics
        self._post = post
        self._mailboxes = mailboxes
        self._base = public_url or ""
        self._away_until: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether mail can be sent at all."""
        return self._post is not None

    async def send_due(self, may_continue: Callable[[], bool]) -> int:
        """Send what is due, while `may_continue` says that this process still may; how many letters were tried."""
        if self._post is None or (self._away_until is not None and self._clock() < self._away_until):
            return 0
        self._away_until = None
        return await self._ask(may_continue) + await self._tell(may_continue)

    async def _ask(self, may_continue: Callable[[], bool]) -> int:
        with self._database.reading() as session:
            waiting = mail_store.mailboxes_to_ask(session, self._clock(), RECEIVERS)
            agencies = {each.agency_id: agency_name(session, each.agency_id) for each in waiting}
        tried = 0
        for mailbox in waiting:
            if self._away_until is not None or not may_continue():
                break
            address, tell = self._mailboxes.address(mailbox), language(mailbox.language)
            outcome = "refused-500"
            if address is not None:
                code = self._mailboxes.link("confirm", mailbox)
                envelope = self._envelope(address, mailbox.mailbox_id)
                outcome = await self._sent(confirmation(envelope, agencies[mailbox.agency_id], code, tell))
                tried += 1
            self._note_asked(mailbox, outcome)
        return tried

    def _note_asked(self, mailbox: Mailbox, outcome: str) -> None:
        with self._database.writing() as session:
            found = mail_store.mailbox_with(session, mailbox.agency_id, mailbox.mailbox_id)
            if found is None:
                return
            found.ask_attempts += 1
            delay = next_delay(found.ask_attempts)
            over = outcome == TAKEN or is_for_good(outcome) or delay is None
            found.ask_due_at = None if over or delay is None else self._clock() + delay
            session.add(found)

    async def _tell(self, may_continue: Callable[[], bool]) -> int:
        with self._database.reading() as session:
            receivers = delivery_store.receivers_due(session, "mail", self._clock(), RECEIVERS)
        tried = 0
        for receiver in receivers:
            for letter_id, post in self._letters(receiver):
                if self._away_until is not None or not may_continue():
                    return tried
                envelope = self._envelope(post.address, letter_id)
                leave = self._mailboxes.link("unsubscribe", post.mailbox)
                told = [each for _, each in post.told]
                letter = digest(envelope, told, post.agency, leave, language(post.mailbox.language))
                self._note([message for message, _ in post.told], await self._sent(letter))
                tried += 1
        return tried

    def _letters(self, receiver: Receiver) -> list[tuple[UUID, Post]]:
        """What is due to a person as letters: those that were begun before, and a new one about all else."""
        post = self._due(receiver)
        if post is None:
            with self._database.writing() as session:
                delivery_store.drop_waiting(session, receiver, "unsubscribed")
            return []
        fresh, new = [message.delivery for message, _ in post.told if message.delivery.letter_id is None], new_id()
        with self._database.writing() as session:
            unwanted = [message.delivery for message in post.unwanted]
            delivery_store.change(session, unwanted, state=DROPPED, due_at=None, outcome="unsubscribed")
            # Noted before it is sent: whoever sends it again after a crash sends the same letter by the same id.
            delivery_store.change(session, fresh, letter_id=new)
        letters: dict[UUID, list[tuple[Message, Told]]] = {}
        for message, told in post.told:
            letters.setdefault(message.delivery.letter_id or new, []).append((message, told))
        return [(letter_id, post._replace(told=parts)) for letter_id, parts in letters.items()]

    def _due(self, receiver: Receiver) -> Post | None:
        agency_id, person_id = receiver.agency_id, receiver.receiver_id
        with self._database.snapshot() as session:
            mailbox = mail_store.mailbox_of(session, agency_id, person_id)
            address = None if mailbox is None or mailbox.confirmed_at is None else self._mailboxes.address(mailbox)
            if mailbox is None or address is None:
                return None
            messages = delivery_store.due(session, receiver, self._clock(), MESSAGES)
            held = mail_store.subscriptions_of(session, agency_id, person_id)
            grants = people_store.grants_of(session, agency_id, [person_id])
            parents = office_parents(session, agency_id)
            names = names_of(session, agency_id, "office", {each.event.office or "" for each in messages})
            agency = agency_name(session, agency_id)
        told, unwanted = [], []
        for message in messages:
            event = message.event
            kind = EventKind(event.kind)
            # Roles may have been taken away, and subscriptions ended, since the event was spread.
            role = role_told(grants, kind, event.office, parents)
            if role is None or not any(wants(each, kind, event.office, parents) for each in held):
                unwanted.append(message)
            else:
                office = None if event.office is None else names.get(event.office, event.office)
                told.append((message, Told(event, role, office)))
        return Post(mailbox, address, agency, told, unwanted)

    def _note(self, messages: Sequence[Message], outcome: str) -> None:
        now = self._clock()
        with self._database.writing() as session:
            for delivery in (each.delivery for each in messages):
                tried = {"attempts": delivery.attempts + 1, "last_at": now, "outcome": outcome}
                if outcome == TAKEN:
                    values = tried | {"state": DELIVERED, "due_at": None}
                elif is_for_good(outcome):
                    values = tried | {"state": FAILED, "due_at": None}
                else:
                    values = failure(delivery, outcome, now)
                delivery_store.change(session, [delivery], **values)

    def _envelope(self, address: str, letter_id: UUID) -> Envelope:
        assert self._post is not None, "asked before"
        return Envelope(self._post.terms.sender, address, letter_id, self._clock(), self._base)

    async def _sent(self, letter: EmailMessage) -> str:
        assert self._post is not None, "asked before"
        outcome = await self._post.send(letter)
        self._metrics.notified("mail", "delivered" if outcome == TAKEN else "refused")
        if is_away(outcome):
            self._away_until = self._clock() + AWAY
        return outcome
