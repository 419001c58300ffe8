"""The SQL of deliveries."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, delete, func, text, update
from sqlmodel import col, select

from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session, UtcDateTime
from app.notifications.tables import Delivery
from app.outbox.tables import OutboxEvent

# An event is spread once; where a process died between, what it wrote went with its transaction. A row that is there
# nevertheless stays as it is.
ADD = text(
    "INSERT INTO delivery (agency_id, event_id, receiver_id, channel, state, attempts, first_at, due_at) "
    "VALUES (:agency_id, :event_id, :receiver_id, :channel, 'waiting', 0, :first_at, :due_at) "
    "ON CONFLICT (agency_id, event_id, receiver_id) DO NOTHING"
).bindparams(
    bindparam("event_id", type_=Uuid()),
    bindparam("receiver_id", type_=Uuid()),
    bindparam("first_at", type_=UtcDateTime()),
    bindparam("due_at", type_=UtcDateTime()),
)
WAITING, DELIVERED, FAILED, DROPPED = "waiting", "delivered", "failed", "dropped"


class Receiver(NamedTuple):
    """Somebody for whom something is due: a webhook or a person."""

    agency_id: str
    receiver_id: UUID
    channel: str


class Message(NamedTuple):
    """A delivery with its event."""

    delivery: Delivery
    event: OutboxEvent


def add_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert deliveries that wait; those that are there already stay."""
    if rows:
        session.execute(ADD, rows)


def receivers_due(session: Session, channel: str, now: datetime, limit: int) -> list[Receiver]:
    """For whom something is due, whoever waits longest first."""
    query = (
        select(Delivery.agency_id, Delivery.receiver_id, Delivery.channel)
        .where(of_agencies(Delivery.agency_id, None), col(Delivery.due_at) <= now, Delivery.channel == channel)
        .group_by(col(Delivery.agency_id), col(Delivery.receiver_id), col(Delivery.channel))
        .order_by(func.min(Delivery.due_at), col(Delivery.agency_id), col(Delivery.receiver_id))
    )
    return [Receiver(*row) for row in session.exec(query.limit(limit))]


def due(session: Session, receiver: Receiver, now: datetime, limit: int) -> list[Message]:
    """What is due for a receiver, in the order of the events."""
    query = (
        select(Delivery, OutboxEvent)
        .join(OutboxEvent, _same_event())
        .where(*_of(receiver), col(Delivery.due_at) <= now)
        .order_by(col(Delivery.event_id))
    )
    return [Message(*row) for row in session.exec(query.limit(limit))]


def change(session: Session, deliveries: Iterable[Delivery], **values: Any) -> None:
    """Change these deliveries, if they still wait."""
    for each in deliveries:
        session.execute(
            update(Delivery)
            .where(
                col(Delivery.agency_id) == each.agency_id,
                col(Delivery.event_id) == each.event_id,
                col(Delivery.receiver_id) == each.receiver_id,
                col(Delivery.state) == WAITING,
            )
            .values(**values)
        )


def drop_waiting(session: Session, receiver: Receiver, outcome: str) -> None:
    """End all that waits for a receiver who wants it no more."""
    ended = update(Delivery).where(*_of(receiver), col(Delivery.state) == WAITING)
    session.execute(ended.values(state=DROPPED, due_at=None, outcome=outcome))


def again(session: Session, receiver: Receiver, event_id: UUID | None, now: datetime) -> int:
    """Have one event delivered to this receiver again, or (None) all that failed or were dropped; how many."""
    which = (
        col(Delivery.state).in_((FAILED, DROPPED))
        if event_id is None
        else and_(col(Delivery.event_id) == event_id, col(Delivery.state) != WAITING)
    )
    renewed = update(Delivery).where(*_of(receiver), which)
    renewed = renewed.values(state=WAITING, attempts=0, due_at=now, outcome=None, letter_id=None)
    return len(session.execute(renewed.returning(col(Delivery.event_id))).all())


def deliveries_to(
    session: Session, receiver: Receiver, *, state: str | None, before: UUID | None, limit: int
) -> list[Message]:
    """What was, or is to be, delivered to a receiver, the newest event first."""
    query = select(Delivery, OutboxEvent).join(OutboxEvent, _same_event()).where(*_of(receiver))
    if state is not None:
        query = query.where(Delivery.state == state)
    if before is not None:
        query = query.where(col(Delivery.event_id) < before)
    return [Message(*row) for row in session.exec(query.order_by(col(Delivery.event_id).desc()).limit(limit))]


def is_anything_due(session: Session, now: datetime, channels: Sequence[str]) -> bool:
    """Whether anything is due for anybody by one of these channels."""
    query = select(Delivery.agency_id).where(
        of_agencies(Delivery.agency_id, None), col(Delivery.due_at) <= now, col(Delivery.channel).in_(channels)
    )
    return session.exec(query.limit(1)).first() is not None


def forget_over(session: Session, agency_id: str, moment: datetime) -> None:
    """Delete the deliveries that are over, of events before this moment, and those events that have none left."""
    ours = [col(OutboxEvent.agency_id) == agency_id, col(OutboxEvent.happened_at) < moment]
    old = select(OutboxEvent.event_id).where(*ours)
    session.execute(
        delete(Delivery).where(
            col(Delivery.agency_id) == agency_id, col(Delivery.state) != WAITING, col(Delivery.event_id).in_(old)
        )
    )
    left = select(Delivery.event_id).where(_same_event()).exists()
    session.execute(delete(OutboxEvent).where(*ours, col(OutboxEvent.spread_at).is_not(None), ~left))


def _of(receiver: Receiver) -> list[ColumnElement[bool]]:
    return [col(Delivery.agency_id) == receiver.agency_id, col(Delivery.receiver_id) == receiver.receiver_id]


def _same_event() -> ColumnElement[bool]:
    return and_(
        col(OutboxEvent.agency_id) == col(Delivery.agency_id), col(OutboxEvent.event_id) == col(Delivery.event_id)
    )
