"""Puts the parts of sending together, for the service and for the command that sends by hand."""

from app.foundation.clock import Clock
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.notifications.posting import WebhookPost
from app.notifications.sending import Sender
from app.notifications.webhook_sending import WebhookSending
from app.notifications.webhooks import WebhookTerms
from app.people.sealing import Seal


def terms_of(secret: bytes, hosts: str | None) -> WebhookTerms:
    """What webhooks are kept and called by, under this installation's secret; `hosts` apart by spaces."""
    return WebhookTerms(Seal(secret, "webhook"), frozenset((hosts or "").split()))


def sender_of(
    database: Database, clock: Clock, metrics: Metrics, terms: WebhookTerms, *, public_url: str | None
) -> Sender:
    """The sending of one process."""
    post = WebhookPost(terms.hosts)
    webhooks = WebhookSending(database, clock, metrics, post, terms, public_url=public_url)
    return Sender(database, clock, webhooks)
