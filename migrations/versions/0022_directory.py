"""Workbooks of the directory that persons have sent, sealed, for an hour at most."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0022_directory"
down_revision = "0021_follow_up"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "directory_upload",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", text(10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agency_id", "upload_id", name=op.f("directory_upload_pkey")),
        sa.CheckConstraint(
            "state IN ('waiting', 'checked', 'outdated', 'faulty', 'confirmed', 'imported', 'failed')",
            name=op.f("directory_upload_state_check"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("directory_upload_agency_id_fkey")),
    )
    op.create_index(op.f("directory_upload_agency_id_person_id_idx"), "directory_upload", ["agency_id", "person_id"])


def downgrade() -> None:
    op.drop_table("directory_upload")
