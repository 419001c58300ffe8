"""Targets of offices and employees, and since when those of a period are fixed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0024_targets"
down_revision = "0023_nights"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "target",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("period", text(10), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("kind", text(10), nullable=False),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("figure", text(40), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("set_by", text(100), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "agency_id", "period", "instrument", "kind", "unit", "figure", name=op.f("target_pkey")
        ),
        sa.CheckConstraint("kind IN ('office', 'employee')", name=op.f("target_kind_check")),
        sa.CheckConstraint("hundredths BETWEEN 1 AND 10000", name=op.f("target_hundredths_check")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("target_agency_id_fkey")),
    )
    op.create_table(
        "targets_fixed",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("period", text(10), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "period", "instrument", name=op.f("targets_fixed_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("targets_fixed_agency_id_fkey")),
    )
    # What was closed before there were targets gets none afterwards.
    op.execute(
        "INSERT INTO targets_fixed (agency_id, period, instrument, fixed_at) "
        "SELECT agency_id, code, instrument, min(drafted_at) FROM period GROUP BY agency_id, code, instrument"
    )


def downgrade() -> None:
    op.drop_table("targets_fixed")
    op.drop_table("target")
