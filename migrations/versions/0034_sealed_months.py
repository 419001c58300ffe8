"""Months whose ratings go after their retention: their seals, and what is still counted of ratings that are gone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0034_sealed_months"
down_revision = "0033_partitions"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def code(name: str) -> sa.Column[str]:
    """A column with a code given by the agency."""
    return sa.Column(name, text(40), nullable=False)


def number(name: str) -> sa.Column[int]:
    """A column with a count."""
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "sealed_month",
        code("agency_id"),
        sa.Column("month", text(7), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        number("blocks"),
        number("ratings"),
        number("untold"),
        number("dropped"),
        sa.Column("digest", text(64), nullable=False),
        sa.CheckConstraint("0 <= dropped AND dropped <= ratings", name=op.f("sealed_month_dropped_check")),
        sa.PrimaryKeyConstraint("agency_id", "month", name=op.f("sealed_month_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("sealed_month_agency_id_fkey")),
    )
    held = ("agency_id", "rated_on", "office", "service", "employee", "channel", "instrument", "reason")
    op.create_table(
        "sealed_held",
        code("agency_id"),
        sa.Column("rated_on", sa.Date(), nullable=False),
        code("office"),
        code("service"),
        code("employee"),
        sa.Column("channel", text(10), nullable=False),
        code("instrument"),
        sa.Column("reason", text(20), nullable=False),
        number("n"),
        sa.CheckConstraint("n > 0", name=op.f("sealed_held_n_check")),
        sa.PrimaryKeyConstraint(*held, name=op.f("sealed_held_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed_ticket",
        code("agency_id"),
        code("office"),
        code("service"),
        code("employee"),
        number("n"),
        sa.CheckConstraint("n > 0", name=op.f("sealed_ticket_n_check")),
        sa.PrimaryKeyConstraint("agency_id", "office", "service", "employee", name=op.f("sealed_ticket_pkey")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("sealed_ticket", "sealed_held", "sealed_month"):
        op.drop_table(table)
