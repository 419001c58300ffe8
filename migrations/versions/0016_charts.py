"""The weeks that charts count are kept with the ledger; the next release judges all that was told so far."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0016_charts"
down_revision = "0015_instruments"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("block", sa.Column("charted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("block", sa.Column("office_weeks", sa.JSON(), nullable=True))
    op.add_column("block", sa.Column("employee_weeks", sa.JSON(), nullable=True))
    keys = ("agency_id", "instrument", "office", "employee", "month")
    op.create_table(
        "chart_month",
        *(sa.Column(name, text(7 if name == "month" else 40), nullable=False) for name in keys),
        sa.Column("weeks", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("chart_month_pkey")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("chart_month")
    for name in ("employee_weeks", "office_weeks", "charted"):
        op.drop_column("block", name)
