"""Finds out who is to be told of each event: the event is spread, and its deliveries are there, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.directory.listing_store import office_parents
from app.directory.rules.reach import Parents
from app.foundation.storage.database import Database, Session
from app.notifications import delivery_store, webhook_store
from app.notifications.rules.concerns import concerns, is_asked_for
from app.notifications.tables import Webhook
from app.outbox import store as outbox_store
from app.outbox.rules.kinds import EventKind
from app.outbox.tables import OutboxEvent

BATCH = 200


def spread(database: Database, now: datetime) -> int:
    """Spread the events of every agency, a batch of each; how many."""
    with database.reading() as session:
        agencies = outbox_store.agencies_with_unspread(session)
    return sum(_spread_of(database, agency_id, now) for agency_id in agencies)


def _spread_of(database: Database, agency_id: str, now: datetime) -> int:
    with database.writing() as session:
        events = outbox_store.unspread(session, agency_id, BATCH)
        delivery_store.add_all(session, _deliveries(session, agency_id, events, now))
        for event in events:
            event.spread_at = now
            session.add(event)
    return len(events)


def _deliveries(session: Session, agency_id: str, events: Sequence[OutboxEvent], now: datetime) -> list[dict[str, Any]]:
    parents = office_parents(session, agency_id)
    webhooks = [each for each in webhook_store.webhooks_of(session, agency_id) if each.off_at is None]
    return [
        {
            "agency_id": agency_id,
            "event_id": event.event_id,
            "receiver_id": webhook.webhook_id,
            "channel": "webhook",
            "first_at": now,
            "due_at": now,
        }
        for event in events
        for webhook in webhooks
        if _wants(webhook, event, parents)
    ]


def _wants(webhook: Webhook, event: OutboxEvent, parents: Parents) -> bool:
    kind = EventKind(event.kind)
    return is_asked_for(webhook.kinds, kind) and concerns(parents, kind, event.office, webhook.office)
