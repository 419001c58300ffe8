"""Survey reports, the plans that follow them, and where they were published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0006_skm"
down_revision = "0005_appraiser"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def kinds(allowed: str) -> None:
    """Which kinds of report there may be."""
    name = op.f("report_kind_check")
    if op.get_bind().dialect.name == "sqlite":
        # The table is written anew, and its former checks are not carried over.
        with op.batch_alter_table("report", recreate="always") as table:
            table.create_check_constraint(name, f"kind IN ({allowed})")
        return
    op.drop_constraint(name, "report", type_="check")
    op.create_check_constraint(name, "report", f"kind IN ({allowed})")


def upgrade() -> None:
    kinds("'employee', 'office', 'agency', 'skm'")
    op.create_table(
        "follow_up",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("period", text(10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("element", text(40), nullable=False),
        sa.Column("problem", text(500), nullable=False),
        sa.Column("action", text(500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner", text(100), nullable=False),
        sa.Column("status", text(10), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("note", text(500), nullable=True),
        sa.CheckConstraint("status IN ('planned', 'started', 'done', 'dropped')", name=op.f("follow_up_status_check")),
        sa.CheckConstraint("(status = 'done') = (done_on IS NOT NULL)", name=op.f("follow_up_done_on_check")),
        sa.PrimaryKeyConstraint("agency_id", "office", "period", "place", name=op.f("follow_up_pkey")),
    )
    op.create_table(
        "publication",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("period", text(10), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("medium", text(100), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("address", text(300), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "office", "period", "place", name=op.f("publication_pkey")),
    )


def downgrade() -> None:
    op.drop_table("publication")
    op.drop_table("follow_up")
    op.execute("DELETE FROM report WHERE kind = 'skm'")
    kinds("'employee', 'office', 'agency'")
