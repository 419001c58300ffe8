"""What every closing told, counted by office, employee and month; each report's own counts are part of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0004_releases"
down_revision = "0003_reports"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("root", text(40), nullable=False),
        sa.Column("code", text(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "root", "code", "revision"],
            ["period.agency_id", "period.root", "period.code", "period.revision"],
            name=op.f("release_agency_id_root_code_revision_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "root", "code", "revision", name=op.f("release_pkey")),
    )
    op.drop_column("report", "counts")


def downgrade() -> None:
    op.add_column("report", sa.Column("counts", sa.JSON(), server_default="{}", nullable=False))
    op.drop_table("release")
