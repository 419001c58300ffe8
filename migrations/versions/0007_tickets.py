"""One-time tickets and their counts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0007_tickets"
down_revision = "0006_skm"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "ticket",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("counter", text(40), nullable=True),
        sa.Column("service", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "digest", name=op.f("ticket_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ticket_digest_idx"), "ticket", ["digest"], unique=True)
    op.create_table(
        "ticket_count",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("armed", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= spent AND spent <= armed AND armed <= issued", name=op.f("ticket_count_order_check")),
        sa.PrimaryKeyConstraint(
            "agency_id", "office", "issued_on", "service", "employee", name=op.f("ticket_count_pkey")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("ticket_count")
    op.drop_index(op.f("ticket_digest_idx"), table_name="ticket")
    op.drop_table("ticket")
