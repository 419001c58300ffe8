"""The SQL of mailboxes and subscriptions."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete
from sqlmodel import col, select

from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session
from app.foundation.storage.upsert import put
from app.notifications.tables import Mailbox, Subscription


class Subscriber(NamedTuple):
    """A subscription of somebody whose address is confirmed."""

    person_id: UUID
    kind: str
    office: str
    rhythm: str


def mailbox_of(session: Session, agency_id: str, person_id: UUID) -> Mailbox | None:
    """The mailbox of a person."""
    return session.get(Mailbox, (agency_id, person_id))


def mailbox_with(session: Session, agency_id: str, mailbox_id: UUID) -> Mailbox | None:
    """The mailbox with this id, its row locked until the transaction ends."""
    query = select(Mailbox).where(Mailbox.agency_id == agency_id, Mailbox.mailbox_id == mailbox_id)
    return session.exec(query.with_for_update()).first()


def put_mailbox(session: Session, mailbox: Mailbox) -> None:
    """Keep a person's mailbox, in place of the one before."""
    put(session, mailbox)


def forget_mailbox(session: Session, agency_id: str, person_id: UUID) -> None:
    """Delete a person's address."""
    session.execute(delete(Mailbox).where(col(Mailbox.agency_id) == agency_id, col(Mailbox.person_id) == person_id))


def mailboxes_to_ask(session: Session, now: datetime, limit: int) -> Sequence[Mailbox]:
    """The mailboxes to which the mail that asks for the confirmation is due."""
    query = select(Mailbox).where(of_agencies(Mailbox.agency_id, None), col(Mailbox.ask_due_at) <= now)
    return session.exec(query.order_by(col(Mailbox.ask_due_at)).limit(limit)).all()


def subscriptions_of(session: Session, agency_id: str, person_id: UUID) -> Sequence[Subscription]:
    """What a person wants to be told of."""
    query = select(Subscription).where(Subscription.agency_id == agency_id, Subscription.person_id == person_id)
    return session.exec(query.order_by(col(Subscription.kind), col(Subscription.office))).all()


def put_subscription(session: Session, subscription: Subscription) -> None:
    """Keep a subscription, in place of one to the same."""
    put(session, subscription)


def end_subscription(session: Session, agency_id: str, person_id: UUID, kind: str | None, office: str) -> None:
    """Delete one subscription of a person; `kind` None: all of them."""
    which = [col(Subscription.agency_id) == agency_id, col(Subscription.person_id) == person_id]
    if kind is not None:
        which += [col(Subscription.kind) == kind, col(Subscription.office) == office]
    session.execute(delete(Subscription).where(*which))


def subscribers(session: Session, agency_id: str) -> list[Subscriber]:
    """The subscriptions of everybody in the agency whose address is confirmed."""
    query = (
        select(Subscription.person_id, Subscription.kind, Subscription.office, Subscription.rhythm)
        .join(
            Mailbox,
            and_(
                col(Mailbox.agency_id) == col(Subscription.agency_id),
                col(Mailbox.person_id) == col(Subscription.person_id),
            ),
        )
        .where(Subscription.agency_id == agency_id, col(Mailbox.confirmed_at).is_not(None))
        .order_by(col(Subscription.person_id), col(Subscription.kind), col(Subscription.office))
    )
    return [Subscriber(*row) for row in session.exec(query)]
