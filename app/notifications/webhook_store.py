"""The SQL of webhooks."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from app.foundation.storage.database import Session
from app.notifications.tables import Webhook


def add(session: Session, webhook: Webhook) -> None:
    """Insert a webhook now."""
    session.add(webhook)
    session.flush()


def webhooks_of(session: Session, agency_id: str) -> Sequence[Webhook]:
    """Every webhook of the agency, the oldest first."""
    query = select(Webhook).where(Webhook.agency_id == agency_id)
    return session.exec(query.order_by(col(Webhook.webhook_id))).all()


def find(session: Session, agency_id: str, webhook_id: UUID) -> Webhook | None:
    """One webhook of the agency."""
    return session.get(Webhook, (agency_id, webhook_id))


def lock(session: Session, agency_id: str, webhook_id: UUID) -> Webhook | None:
    """The same, its row locked until the transaction ends."""
    query = select(Webhook).where(Webhook.agency_id == agency_id, Webhook.webhook_id == webhook_id)
    return session.exec(query.with_for_update()).first()
