"""The outbox; what lasts and was told; webhooks, mailboxes, subscriptions and deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0027_notifications"
down_revision = "0026_recognition"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A column of an aware moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def agency() -> sa.Column[str]:
    """The column that every key begins with."""
    return sa.Column("agency_id", text(40), nullable=False)


def key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """The primary key of a table."""
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"{table}_pkey"))


def refers(table: str, columns: list[str], target: list[str]) -> sa.ForeignKeyConstraint:
    """A foreign key of a table."""
    return sa.ForeignKeyConstraint(columns, target, name=op.f(f"{table}_{'_'.join(columns)}_fkey"))


def upgrade() -> None:
    op.create_table(
        "outbox_event",
        agency(),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        moment("happened_at"),
        moment("spread_at", nullable=True),
        key("outbox_event", "agency_id", "event_id"),
        refers("outbox_event", ["agency_id"], ["agency.agency_id"]),
    )
    op.create_index(op.f("outbox_event_agency_id_spread_at_idx"), "outbox_event", ["agency_id", "spread_at"])
    op.create_table(
        "occurrence",
        agency(),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("subject", text(160), nullable=False),
        moment("began_at"),
        key("occurrence", "agency_id", "kind", "subject"),
        refers("occurrence", ["agency_id"], ["agency.agency_id"]),
    )
    op.create_table(
        "webhook",
        agency(),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("address", text(1_000), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("signing", text(4), nullable=False),
        sa.Column("secret", text(300), nullable=False),
        sa.Column("public_key", text(60), nullable=True),
        moment("added_at"),
        moment("off_at", nullable=True),
        sa.Column("off_because", text(20), nullable=True),
        key("webhook", "agency_id", "webhook_id"),
        sa.CheckConstraint("signing IN ('v1', 'v1a')", name=op.f("webhook_signing_check")),
        sa.CheckConstraint("(off_at IS NULL) = (off_because IS NULL)", name=op.f("webhook_off_check")),
        refers("webhook", ["agency_id"], ["agency.agency_id"]),
        refers("webhook", ["agency_id", "office"], ["office.agency_id", "office.code"]),
    )
    op.create_table(
        "mailbox",
        agency(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("address", text(500), nullable=False),
        sa.Column("language", text(2), nullable=False),
        moment("asked_at"),
        moment("ask_due_at", nullable=True),
        sa.Column("ask_attempts", sa.Integer(), nullable=False),
        moment("confirmed_at", nullable=True),
        key("mailbox", "agency_id", "person_id"),
        sa.CheckConstraint("language IN ('id', 'en')", name=op.f("mailbox_language_check")),
        refers("mailbox", ["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
        sa.UniqueConstraint("agency_id", "mailbox_id", name=op.f("mailbox_agency_id_mailbox_id_key")),
    )
    op.create_index(op.f("mailbox_agency_id_ask_due_at_idx"), "mailbox", ["agency_id", "ask_due_at"])
    op.create_table(
        "subscription",
        agency(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("rhythm", text(10), nullable=False),
        moment("since_at"),
        key("subscription", "agency_id", "person_id", "kind", "office"),
        sa.CheckConstraint(
            "rhythm IN ('at-once', 'daily', 'weekly', 'monthly')", name=op.f("subscription_rhythm_check")
        ),
        refers("subscription", ["agency_id", "person_id"], ["person.agency_id", "person.person_id"]),
    )
    op.create_table(
        "delivery",
        agency(),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("state", text(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        moment("first_at", nullable=True),
        moment("last_at", nullable=True),
        moment("due_at", nullable=True),
        sa.Column("outcome", text(30), nullable=True),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        key("delivery", "agency_id", "event_id", "receiver_id"),
        sa.CheckConstraint("channel IN ('webhook', 'mail')", name=op.f("delivery_channel_check")),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed', 'dropped')", name=op.f("delivery_state_check")),
        sa.CheckConstraint("(state = 'waiting') = (due_at IS NOT NULL)", name=op.f("delivery_due_at_check")),
        refers("delivery", ["agency_id", "event_id"], ["outbox_event.agency_id", "outbox_event.event_id"]),
    )
    op.create_index(op.f("delivery_agency_id_due_at_idx"), "delivery", ["agency_id", "due_at"])
    op.create_index(
        op.f("delivery_agency_id_receiver_id_event_id_idx"), "delivery", ["agency_id", "receiver_id", "event_id"]
    )


def downgrade() -> None:
    for table in ("delivery", "subscription", "mailbox", "webhook", "occurrence", "outbox_event"):
        op.drop_table(table)
