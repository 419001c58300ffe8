"""Puts the parts of sending together, for the service and for the command that sends by hand."""

from app.foundation.clock import Clock
from app.foundation.outgoing.posting import OutgoingPost
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.notifications.mail_posting import MailPost, MailTerms
from app.notifications.mail_sending import MailSending
from app.notifications.mailboxes import Mailboxes
from app.notifications.sending import Sender
from app.notifications.webhook_sending import WebhookSending
from app.notifications.webhooks import WebhookTerms
from app.people.sealing import Seal


def terms_of(secret: bytes, hosts: str | None) -> WebhookTerms:
    """What webhooks are kept and called by, under this installation's secret; `hosts` apart by spaces."""
    return WebhookTerms(Seal(secret, "webhook"), frozenset((hosts or "").split()))


def sender_of(
    database: Database,
    clock: Clock,
    metrics: Metrics,
    terms: WebhookTerms,
    mailboxes: Mailboxes,
    *,
    mail: MailTerms | None,
    public_url: str | None,
) -> Sender:
    """The sending of one process; without a server for `mail` persons are told nothing."""
    webhooks = WebhookSending(database, clock, metrics, OutgoingPost(terms.hosts), terms, public_url=public_url)
    post = None if mail is None else MailPost(mail)
    return Sender(
        database, clock, webhooks, MailSending(database, clock, metrics, post, mailboxes, public_url=public_url)
    )
