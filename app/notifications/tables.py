"""What lasts and was told of, webhooks, mail addresses, subscriptions, and what became of every message."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.foundation.storage.database import Code, Text, UtcDateTime

# A subscription to everything in reach names no office.
ANYWHERE = ""


class Occurrence(SQLModel, table=True):
    """Something that lasts (a kiosk is silent, an action is overdue) and was told of once, until it ends."""

    __tablename__ = "occurrence"
    __table_args__ = (ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),)

    agency_id: str = Field(primary_key=True, sa_type=Code())
    kind: str = Field(primary_key=True, sa_type=Text(40))
    subject: str = Field(primary_key=True, sa_type=Text(160))
    began_at: datetime = Field(sa_type=UtcDateTime)


class Webhook(SQLModel, table=True):
    """An address that is told of events of these kinds (none: all) at an office and below (None: anywhere).

    Address and secret lie encrypted, since either may let its holder in somewhere. `public_key` is for `v1a`.
    """

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("signing IN ('v1', 'v1a')", name="signing"),
        CheckConstraint("(off_at IS NULL) = (off_because IS NULL)", name="off"),
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"]),
        ForeignKeyConstraint(["agency_id", "office"], ["office.agency_id", "office.code"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    webhook_id: UUID = Field(primary_key=True)
    address: str = Field(sa_type=Text(1_000))
    kinds: list[str] = Field(sa_type=JSON)
    office: str | None = Field(default=None, sa_type=Code())
    signing: str = Field(sa_type=Text(4))
    secret: str = Field(sa_type=Text(300))
    public_key: str | None = Field(default=None, sa_type=Text(60))
    added_at: datetime = Field(sa_type=UtcDateTime)
    off_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    off_because: str | None = Field(default=None, sa_type=Text(20))


class Mailbox(SQLModel, table=True):
    """The mail address of a person, encrypted, and the language to write in; used once it is confirmed.

    `mailbox_id` is another one for every address: links that were sent to the one before mean nothing any more.
    `ask_due_at` is when the mail that asks for the confirmation is sent next; None: it was sent, or given up.
    """

    __tablename__ = "mailbox"
    __table_args__ = (
        CheckConstraint("language IN ('id', 'en')", name="language"),
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        UniqueConstraint("agency_id", "mailbox_id"),
        Index(None, "agency_id", "ask_due_at"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    person_id: UUID = Field(primary_key=True)
    mailbox_id: UUID
    address: str = Field(sa_type=Text(500))
    language: str = Field(sa_type=Text(2))
    asked_at: datetime = Field(sa_type=UtcDateTime)
    ask_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ask_attempts: int = 0
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Subscription(SQLModel, table=True):
    """Of which events a person wants mail, about an office and below ('': all in reach), and how often."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("rhythm IN ('at-once', 'daily', 'weekly', 'monthly')", name="rhythm"),
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    person_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, sa_type=Text(40))
    office: str = Field(primary_key=True, sa_type=Code())
    rhythm: str = Field(sa_type=Text(10))
    since_at: datetime = Field(sa_type=UtcDateTime)


class Delivery(SQLModel, table=True):
    """One event for one receiver (the id of a webhook or of a person), and what became of it.

    `due_at` is when it is tried next, None when it is over. `outcome` is a code, never what a receiver answered.
    Messages of one `letter_id` go in one mail, which has the same Message-ID whenever it is sent.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("channel IN ('webhook', 'mail')", name="channel"),
        CheckConstraint("state IN ('waiting', 'delivered', 'failed', 'dropped')", name="state"),
        CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name="due_at"),
        ForeignKeyConstraint(["agency_id", "event_id"], ["outbox_event.agency_id", "outbox_event.event_id"]),
        Index(None, "agency_id", "due_at"),
        Index(None, "agency_id", "receiver_id", "event_id"),
    )

    agency_id: str = Field(primary_key=True, sa_type=Code())
    event_id: UUID = Field(primary_key=True)
    receiver_id: UUID = Field(primary_key=True)
    channel: str = Field(sa_type=Text(10))
    state: str = Field(sa_type=Text(10))
    attempts: int = 0
    first_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, sa_type=Text(30))
    letter_id: UUID | None = None
