"""Finds out who is to be told of each event: the event is spread, and its deliveries are there, in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.directory.listing_store import office_parents
from app.directory.rules.reach import Parents
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database, Session
from app.notifications import delivery_store, mail_store, webhook_store
from app.notifications.rules.concerns import concerns, is_asked_for
from app.notifications.rules.rhythms import due_at, rhythm_of
from app.notifications.subscriptions import role_told, wants
from app.outbox import store as outbox_store
from app.outbox.rules.kinds import EventKind
from app.outbox.tables import OutboxEvent
from app.people import store as people_store

BATCH = 200


def spread(database: Database, now: datetime, *, mail: bool) -> int:
    """Spread the events of every agency, a batch of each; how many. Without `mail` no person is told."""
    with database.reading() as session:
        agencies = outbox_store.agencies_with_unspread(session)
    return sum(_spread_of(database, agency_id, now, mail=mail) for agency_id in agencies)


def _spread_of(database: Database, agency_id: str, now: datetime, *, mail: bool) -> int:
    with of_agency(agency_id), database.writing() as session:
        events = outbox_store.unspread(session, agency_id, BATCH)
        parents = office_parents(session, agency_id)
        delivery_store.add_all(session, _to_machines(session, agency_id, events, parents, now))
        if mail:
            delivery_store.add_all(session, _to_persons(session, agency_id, events, parents, now))
        for event in events:
            event.spread_at = now
            session.add(event)
    return len(events)


def _to_machines(
    session: Session, agency_id: str, events: Sequence[OutboxEvent], parents: Parents, now: datetime
) -> list[dict[str, Any]]:
    webhooks = [each for each in webhook_store.webhooks_of(session, agency_id) if each.off_at is None]
    return [
        _row(event, webhook.webhook_id, "webhook", now, now)
        for event in events
        for webhook in webhooks
        if is_asked_for(webhook.kinds, EventKind(event.kind))
        and concerns(parents, EventKind(event.kind), event.office, webhook.office)
    ]


def _to_persons(
    session: Session, agency_id: str, events: Sequence[OutboxEvent], parents: Parents, now: datetime
) -> list[dict[str, Any]]:
    subscribers = mail_store.subscribers(session, agency_id)
    if not subscribers:
        return []
    grants = defaultdict(list)
    for grant in people_store.grants_of(session, agency_id, {each.person_id for each in subscribers}):
        grants[grant.person_id].append(grant)
    rows: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for event in events:
        kind = EventKind(event.kind)
        for each in subscribers:
            if not wants(each, kind, event.office, parents):
                continue
            if role_told(grants[each.person_id], kind, event.office, parents) is None:
                continue
            row = _row(event, each.person_id, "mail", now, due_at(rhythm_of(kind, each.rhythm), now))
            # Of two subscriptions to the same, the one that is due first tells.
            former = rows.setdefault((event.event_id, each.person_id), row)
            former["due_at"] = min(former["due_at"], row["due_at"])
    return list(rows.values())


def _row(event: OutboxEvent, receiver_id: UUID, channel: str, now: datetime, due: datetime) -> dict[str, Any]:
    return {
        "agency_id": event.agency_id,
        "event_id": event.event_id,
        "receiver_id": receiver_id,
        "channel": channel,
        "first_at": now,
        "due_at": due,
    }
