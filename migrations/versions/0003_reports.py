"""Closed periods, their reports, replies, notes and invitations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003_reports"
down_revision = "0002_volumes"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "period",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("root", text(40), nullable=False),
        sa.Column("code", text(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", text(10), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replies_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'final')", name=op.f("period_state_check")),
        sa.CheckConstraint("(state = 'final') = (final_at IS NOT NULL)", name=op.f("period_final_at_check")),
        sa.PrimaryKeyConstraint("agency_id", "root", "code", "revision", name=op.f("period_pkey")),
    )
    op.create_table(
        "report",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("root", text(40), nullable=False),
        sa.Column("period", text(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", text(10), nullable=False),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('employee', 'office', 'agency')", name=op.f("report_kind_check")),
        sa.ForeignKeyConstraint(
            ["agency_id", "root", "period", "revision"],
            ["period.agency_id", "period.root", "period.code", "period.revision"],
            name=op.f("report_agency_id_root_period_revision_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "report_id", name=op.f("report_pkey")),
        sa.UniqueConstraint(
            "agency_id",
            "root",
            "period",
            "revision",
            "kind",
            "unit",
            name=op.f("report_agency_id_root_period_revision_kind_unit_key"),
        ),
    )
    op.create_index(op.f("report_report_id_idx"), "report", ["report_id"], unique=False)
    for table, moment in (("reply", "replied_at"), ("note", "noted_at")):
        op.create_table(
            table,
            sa.Column("agency_id", text(40), nullable=False),
            sa.Column("report_id", sa.Uuid(), nullable=False),
            sa.Column("text", text(4_000), nullable=False),
            sa.Column(moment, sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["agency_id", "report_id"],
                ["report.agency_id", "report.report_id"],
                name=op.f(f"{table}_agency_id_report_id_fkey"),
            ),
            sa.PrimaryKeyConstraint("agency_id", "report_id", name=op.f(f"{table}_pkey")),
        )
    op.create_table(
        "invitation",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", text(16), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "report_id"],
            ["report.agency_id", "report.report_id"],
            name=op.f("invitation_agency_id_report_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "report_id", name=op.f("invitation_pkey")),
    )
    op.create_index(op.f("invitation_lookup_idx"), "invitation", ["lookup"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("invitation_lookup_idx"), table_name="invitation")
    op.drop_table("invitation")
    op.drop_table("note")
    op.drop_table("reply")
    op.drop_index(op.f("report_report_id_idx"), table_name="report")
    op.drop_table("report")
    op.drop_table("period")
