"""Mail addresses of persons: entered by the person, used once confirmed by a link, and left without signing in."""

from datetime import datetime, timedelta
from uuid import UUID

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.foundation.ids import new_id
from app.foundation.secret import derive
from app.foundation.storage.database import Database, Session
from app.notifications import delivery_store, mail_store
from app.notifications.delivery_store import Receiver
from app.notifications.rules.links import Purpose, is_ours, link_code, read_link_code
from app.notifications.rules.mail_addresses import is_mail_address
from app.notifications.tables import Mailbox
from app.people.faults import PeopleFault
from app.people.sealing import Seal

# How long the link in the mail that asks for the confirmation is valid.
CONFIRMED_WITHIN = timedelta(days=3)


class Mailboxes:
    """The mailboxes of this installation: its seal, and the key of the links that it sends."""

    def __init__(self, secret: bytes, *, is_on: bool) -> None:
        self._seal = Seal(secret, "mailbox")
        self._key = derive(secret, "mail-link")
        self.is_on = is_on

    def enter(
        self,
        session: Session,
        person: tuple[str, UUID],
        address: str,
        language: str,
        now: datetime,
        actor: str | None = None,
    ) -> None:
        """Keep an address and have it asked whether it is right; `actor` where it is not the person's own doing.

        Raises `PeopleFault`.
        """
        if not is_mail_address(address):
            raise PeopleFault("This is no mail address; write it like siti@kota.go.id.", "address")
        agency_id, person_id = person
        mailbox = Mailbox(
            agency_id=agency_id,
            person_id=person_id,
            mailbox_id=new_id(),
            address=self._seal.sealed(address, f"{agency_id}/{person_id}"),
            language=language,
            asked_at=now,
            ask_due_at=now,
            ask_attempts=0,
            confirmed_at=None,
        )
        mail_store.put_mailbox(session, mailbox)
        _audit(session, agency_id, person_id, "mail.entered", now, actor)

    def remove(
        self, session: Session, agency_id: str, person_id: UUID, now: datetime, actor: str | None = None
    ) -> None:
        """Forget a person's address and what mail it was to get."""
        mail_store.forget_mailbox(session, agency_id, person_id)
        _leave(session, agency_id, person_id)
        _audit(session, agency_id, person_id, "mail.removed", now, actor)

    def address(self, mailbox: Mailbox) -> str | None:
        """The address; None where it was sealed under another installation's secret."""
        return self._seal.opened(mailbox.address, f"{mailbox.agency_id}/{mailbox.person_id}")

    def link(self, purpose: Purpose, mailbox: Mailbox) -> str:
        """The code of a link for a mailbox."""
        return link_code(self._key, purpose, mailbox.agency_id, mailbox.mailbox_id)

    def confirm(self, database: Database, code: str, now: datetime) -> bool:
        """Confirm the address that a link was sent to; False for a link that is wrong, replaced or too old."""
        with database.writing() as session:
            mailbox = self._with_link(session, "confirm", code)
            if mailbox is None or now > mailbox.asked_at + CONFIRMED_WITHIN:
                return False
            if mailbox.confirmed_at is None:
                mailbox.confirmed_at, mailbox.ask_due_at = now, None
                session.add(mailbox)
                _audit(session, mailbox.agency_id, mailbox.person_id, "mail.confirmed", now)
        return True

    def unsubscribe(self, database: Database, code: str, now: datetime) -> bool:
        """End all mail to the mailbox of a link; False for a link that is wrong or replaced. Again changes nothing."""
        with database.writing() as session:
            mailbox = self._with_link(session, "unsubscribe", code)
            if mailbox is None:
                return False
            if mail_store.subscriptions_of(session, mailbox.agency_id, mailbox.person_id):
                _leave(session, mailbox.agency_id, mailbox.person_id)
                _audit(session, mailbox.agency_id, mailbox.person_id, "mail.unsubscribed", now)
        return True

    def _with_link(self, session: Session, purpose: Purpose, code: str) -> Mailbox | None:
        link = read_link_code(code)
        # Checked before it is looked up: what nobody was sent costs no look at the database.
        if link is None or not is_ours(self._key, purpose, link):
            return None
        return mail_store.mailbox_with(session, link.agency_id, link.mailbox_id)


def _leave(session: Session, agency_id: str, person_id: UUID) -> None:
    mail_store.end_subscription(session, agency_id, person_id, None, "")
    delivery_store.drop_waiting(session, Receiver(agency_id, person_id, "mail"), "unsubscribed")


def _audit(
    session: Session, agency_id: str, person_id: UUID, action: AuditAction, now: datetime, actor: str | None = None
) -> None:
    by = actor or f"person:{person_id}"
    record(session, agency_id=agency_id, actor=by, action=action, subject=str(person_id), at=now)
