"""Whom a closing recognises, and training needs of persons: both beside signed reports, never in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0026_recognition"
down_revision = "0025_standards"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "recognition",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("employee", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "report_id", "employee", name=op.f("recognition_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "report_id"],
            ["report.agency_id", "report.report_id"],
            name=op.f("recognition_agency_id_report_id_fkey"),
        ),
    )
    op.create_table(
        "training_need",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("figure", text(40), nullable=False),
        sa.Column("reasons", text(20), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "report_id", "figure", name=op.f("training_need_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "report_id"],
            ["report.agency_id", "report.report_id"],
            name=op.f("training_need_agency_id_report_id_fkey"),
        ),
    )


def downgrade() -> None:
    op.drop_table("training_need")
    op.drop_table("recognition")
