"""Promises of services, counts of what was kept of them and of procedure, and the blocks in which these are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0025_standards"
down_revision = "0024_targets"
branch_labels = None
depends_on = None

# What SQLite is to believe, as in 0023: an agency with a thousand offices and a year behind it.
STATISTICS = {
    "standard_count": {
        "standard_count": "1500000 1500000 1500 100 8 6 1",
        "standard_count_untold_idx": "10000 10000 1000",
    },
    "standard_block": {
        "standard_block": "300000 300000 1",
        "standard_block_agency_id_office_first_month_idx": "300000 300000 300 24",
        "standard_block_agency_id_first_month_idx": "300000 300000 25000",
    },
}


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("valid_from", text(7), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", text(12), nullable=True),
        sa.Column("source", text(300), nullable=True),
        sa.Column("set_by", text(100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "service", "valid_from", name=op.f("promise_pkey")),
        sa.CheckConstraint("unit IN ('minutes', 'hours', 'working-days')", name=op.f("promise_unit_check")),
        sa.CheckConstraint("amount BETWEEN 1 AND 600", name=op.f("promise_amount_check")),
        sa.CheckConstraint(
            "(amount IS NULL) = (unit IS NULL) AND (amount IS NULL) = (source IS NULL)",
            name=op.f("promise_whole_check"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "service"],
            ["service.agency_id", "service.code"],
            name=op.f("promise_agency_id_service_fkey"),
        ),
    )
    op.create_table(
        "standard_count",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("month", text(7), nullable=False),
        sa.Column("source", text(6), nullable=False),
        sa.Column("what", text(12), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.Column("mixed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint(
            "agency_id", "office", "service", "month", "source", "what", name=op.f("standard_count_pkey")
        ),
        sa.CheckConstraint("0 <= told AND told <= n", name=op.f("standard_count_told_check")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "standard_count_untold_idx",
        "standard_count",
        ["agency_id", "month"],
        sqlite_where=sa.text("n > told"),
        postgresql_where=sa.text("n > told"),
    )
    op.create_table(
        "standard_block",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", text(5), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("service", text(40), nullable=True),
        sa.Column("first_month", text(7), nullable=False),
        sa.Column("last_month", text(7), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "block", name=op.f("standard_block_pkey")),
        sa.CheckConstraint("n >= 10", name=op.f("standard_block_n_check")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("standard_block_agency_id_office_first_month_idx"),
        "standard_block",
        ["agency_id", "office", "first_month"],
    )
    op.create_index(op.f("standard_block_agency_id_first_month_idx"), "standard_block", ["agency_id", "first_month"])
    # The minute in which a ticket was issued, until its service happened. Added in place, as `mixed` was.
    op.add_column("ticket", sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.bulk_insert(
            sa.table("sqlite_stat1", *map(sa.column, ("tbl", "idx", "stat"))),
            [
                {"tbl": table, "idx": index, "stat": f"{stat} noskipscan"}
                for table, indexes in STATISTICS.items()
                for index, stat in indexes.items()
            ],
        )
        # This reads what was written into it.
        op.execute("ANALYZE sqlite_master")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        kept = sa.table("sqlite_stat1", sa.column("tbl"))
        op.execute(sa.delete(kept).where(kept.c.tbl.in_(STATISTICS)))
    op.drop_column("ticket", "issued_at")
    op.drop_table("standard_block")
    op.drop_table("standard_count")
    op.drop_table("promise")
