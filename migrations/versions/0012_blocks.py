"""The ledger of told figures: releases, blocks, the block of each rating, what waits; the agency's own period."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0012_blocks"
down_revision = "0011_mixed"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    # Added in place; which values it may have is checked where it is set.
    op.add_column("agency", sa.Column("period_months", sa.Integer(), nullable=False, server_default="3"))
    op.create_table(
        "figure_release",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("through", text(7), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("figure_release_agency_id_fkey")),
        sa.PrimaryKeyConstraint("agency_id", "number", name=op.f("figure_release_pkey")),
    )
    op.create_table(
        "block",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("standing", text(10), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("employee", text(40), nullable=True),
        sa.Column("first_month", text(7), nullable=False),
        sa.Column("last_month", text(7), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=True),
        sa.Column("service", text(40), nullable=True),
        sa.Column("service_mode", text(40), nullable=False),
        sa.Column("channel", text(10), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("summed", sa.Boolean(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("cell", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 10", name=op.f("block_n_check")),
        sa.PrimaryKeyConstraint("agency_id", "block", name=op.f("block_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("block_agency_id_instrument_first_month_office_idx"),
        "block",
        ["agency_id", "instrument", "first_month", "office"],
    )
    op.create_table(
        "block_rating",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("block_rating_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "block_sum",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("split", sa.Boolean(), nullable=False),
        sa.Column("first_month", text(7), nullable=False),
        sa.Column("last_month", text(7), nullable=False),
        sa.Column("standing", text(10), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("cell", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "agency_id",
            "instrument",
            "office",
            "split",
            "first_month",
            "last_month",
            "standing",
            "service",
            "channel",
            name=op.f("block_sum_pkey"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waiting",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("standing", text(10), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=False),
        sa.Column("month", text(7), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("waiting_n_check")),
        sa.PrimaryKeyConstraint(
            "agency_id",
            "instrument",
            "standing",
            "office",
            "employee",
            "month",
            "service",
            "channel",
            name=op.f("waiting_pkey"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("waiting", "block_sum", "block_rating", "block", "figure_release"):
        op.drop_table(table)
    op.drop_column("agency", "period_months")
