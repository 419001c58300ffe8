"""Adds webhooks, switches them off and on, lists their deliveries and has them delivered again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.directory.listing_store import office_parents
from app.directory.rules.reach import reached_offices
from app.directory.store import lock_agency
from app.foundation.ids import new_id
from app.foundation.outgoing.rules.addresses import read_address
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.notifications import delivery_store, webhook_store
from app.notifications.delivery_store import Message, Receiver
from app.notifications.rules.signatures import new_secret, public_key
from app.notifications.schemas import (
    DeliveryOut,
    DeliveryPage,
    DeliveryQuery,
    WebhookAdded,
    WebhookIn,
    WebhookOut,
    WebhookPage,
)
from app.notifications.tables import Webhook
from app.outbox.rules.kinds import FOR_PERSONS
from app.people.sealing import Seal

MOST_WEBHOOKS = 20
ASKED, GONE = "asked", "gone"


@dataclass(frozen=True)
class WebhookTerms:
    """What webhooks of this installation are kept and called by: its seal, and the private hosts that are allowed."""

    seal: Seal
    hosts: frozenset[str] = frozenset()

    def kept(self, agency_id: str, webhook_id: UUID, part: str, text: str) -> str:
        """A part of a webhook encrypted for this row alone."""
        return self.seal.sealed(text, f"{agency_id}/{webhook_id}/{part}")

    def opened(self, row: Webhook, part: str) -> str | None:
        """The address or the secret of a webhook; None where another installation has sealed it."""
        return self.seal.opened(getattr(row, part), f"{row.agency_id}/{row.webhook_id}/{part}")


def add_webhook(session: Session, terms: WebhookTerms, reach: Reach, asked: WebhookIn, now: datetime) -> WebhookAdded:
    """Add a webhook; its secret is told now and never again.

    Raises `invalid-request` (`webhook-address-refused`, `kind-for-persons`, `office-unknown`, `out-of-scope`) and
    `webhooks-many`.
    """
    if read_address(asked.address, terms.hosts) is None:
        raise Problem("invalid-request", errors=[FieldError("address", "webhook-address-refused")])
    if not FOR_PERSONS.isdisjoint(asked.kinds):
        raise Problem("invalid-request", errors=[FieldError("kinds", "kind-for-persons")])
    office = _office(session, reach, asked.office)
    lock_agency(session, reach.agency_id)
    if len(webhook_store.webhooks_of(session, reach.agency_id)) >= MOST_WEBHOOKS:
        raise Problem("webhooks-many", limit=MOST_WEBHOOKS)
    webhook_id, secret = new_id(), new_secret(asked.signing)
    row = Webhook(
        agency_id=reach.agency_id,
        webhook_id=webhook_id,
        address=terms.kept(reach.agency_id, webhook_id, "address", asked.address),
        kinds=sorted(set(asked.kinds)),
        office=office,
        signing=asked.signing,
        secret=terms.kept(reach.agency_id, webhook_id, "secret", secret),
        public_key=public_key(secret),
        added_at=now,
    )
    webhook_store.add(session, row)
    _audit(session, reach, row, "webhook.added", now)
    shown = None if row.public_key is not None else secret
    return WebhookAdded(**dict(_out(terms, row)), secret=shown)


def list_webhooks(session: Session, terms: WebhookTerms, reach: Reach) -> WebhookPage:
    """The webhooks in reach: of the whole agency, or of an office and those below it."""
    within = _within(session, reach)
    rows = webhook_store.webhooks_of(session, reach.agency_id)
    return WebhookPage(items=tuple(_out(terms, row) for row in rows if _reaches(row, within)))


def find_webhook(session: Session, terms: WebhookTerms, reach: Reach, webhook_id: UUID) -> WebhookOut:
    """One webhook. Raises `webhook-unknown`, `out-of-scope`."""
    return _out(terms, _webhook(session, reach, webhook_id))


def switch(
    session: Session, terms: WebhookTerms, reach: Reach, webhook_id: UUID, *, on: bool, now: datetime
) -> WebhookOut:
    """Switch a webhook on or off; again changes nothing. Off, what waits for it is dropped.

    Raises `webhook-unknown`, `out-of-scope`.
    """
    row = _webhook(session, reach, webhook_id, locked=True)
    if on != (row.off_at is None):
        switch_row(session, row, None if on else ASKED, now)
        _audit(session, reach, row, "webhook.switched-on" if on else "webhook.switched-off", now)
    return _out(terms, row)


def switch_row(session: Session, row: Webhook, because: str | None, now: datetime) -> None:
    """Switch a webhook on (None) or off, for whatever reason."""
    row.off_at, row.off_because = (None, None) if because is None else (now, because)
    session.add(row)
    session.flush()
    if because is not None:
        delivery_store.drop_waiting(session, receiver_of(row), because)


def list_deliveries(session: Session, reach: Reach, webhook_id: UUID, query: DeliveryQuery) -> DeliveryPage:
    """A page of a webhook's deliveries. Raises `webhook-unknown`, `out-of-scope`."""
    row = _webhook(session, reach, webhook_id)
    found = delivery_store.deliveries_to(
        session, receiver_of(row), state=query.state, before=query.after, limit=query.limit + 1
    )
    items = tuple(map(_delivery_out, found[: query.limit]))
    return DeliveryPage(items=items, next=items[-1].event if len(found) > query.limit else None)


def replay(session: Session, reach: Reach, webhook_id: UUID, event_id: UUID | None, now: datetime) -> int:
    """Deliver an event again, or all that failed; how many. The receiver sees the same id as before.

    Raises `webhook-unknown`, `out-of-scope`, `webhook-off`, and `event-unknown` for one it was never to be told of.
    """
    row = _webhook(session, reach, webhook_id, locked=True)
    if row.off_at is not None:
        raise Problem("webhook-off")
    renewed = delivery_store.again(session, receiver_of(row), event_id, now)
    if event_id is not None and not renewed and not _is_waiting(session, row, event_id):
        raise Problem("event-unknown")
    _audit(session, reach, row, "webhook.replayed", now, n=renewed)
    return renewed


def receiver_of(row: Webhook) -> Receiver:
    """The webhook as a receiver of deliveries."""
    return Receiver(row.agency_id, row.webhook_id, "webhook")


def _is_waiting(session: Session, row: Webhook, event_id: UUID) -> bool:
    # Ids are in the order of time: of those up to this one it would be the newest.
    newest = delivery_store.deliveries_to(
        session, receiver_of(row), state=delivery_store.WAITING, before=UUID(int=event_id.int + 1), limit=1
    )
    return bool(newest) and newest[0].event.event_id == event_id


def _webhook(session: Session, reach: Reach, webhook_id: UUID, *, locked: bool = False) -> Webhook:
    row = (webhook_store.lock if locked else webhook_store.find)(session, reach.agency_id, webhook_id)
    if row is None:
        raise Problem("webhook-unknown")
    if not _reaches(row, _within(session, reach)):
        raise Problem("out-of-scope", what="this webhook")
    return row


def _within(session: Session, reach: Reach) -> Collection[str] | None:
    return None if reach.root is None else reached_offices(office_parents(session, reach.agency_id), reach)


def _reaches(row: Webhook, within: Collection[str] | None) -> bool:
    return within is None or row.office in within


def _office(session: Session, reach: Reach, asked: str | None) -> str | None:
    if asked is None:
        return reach.root
    parents = office_parents(session, reach.agency_id)
    if asked not in parents:
        raise Problem("invalid-request", errors=[FieldError("office", "office-unknown")])
    if asked not in reached_offices(parents, reach):
        raise Problem("invalid-request", errors=[FieldError("office", "out-of-scope")])
    return asked


def _out(terms: WebhookTerms, row: Webhook) -> WebhookOut:
    return WebhookOut.model_validate(
        {
            "id": row.webhook_id,
            "address": terms.opened(row, "address"),
            **row.model_dump(include={"kinds", "office", "signing", "public_key", "added_at", "off_at", "off_because"}),
        }
    )


def _delivery_out(found: Message) -> DeliveryOut:
    delivery, event = found
    return DeliveryOut.model_validate(
        {
            "event": event.event_id,
            "next_at": delivery.due_at,
            **event.model_dump(include={"kind", "office", "happened_at"}),
            **delivery.model_dump(include={"state", "attempts", "last_at", "outcome"}),
        }
    )


def _audit(session: Session, reach: Reach, row: Webhook, action: AuditAction, now: datetime, **detail: object) -> None:
    # Its address may let whoever knows it in somewhere.
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=str(row.webhook_id),
        at=now,
        office=row.office,
        **detail,
    )
