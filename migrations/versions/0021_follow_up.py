"""What shows that an action of a plan was done, and what officials noted on comments that are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0021_follow_up"
down_revision = "0020_agency_first"
branch_labels = None
depends_on = None

PROOF = ("proof_address", "proof_sha256")


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("follow_up", sa.Column("proof_address", text(300), nullable=True))
    op.add_column("follow_up", sa.Column("proof_sha256", text(64), nullable=True))
    # No foreign key to the comment: nights delete and insert comments anew, under their ids.
    op.create_table(
        "comment_mark",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("element", text(40), nullable=True),
        sa.Column("handled", sa.Boolean(), nullable=False),
        sa.Column("note", text(500), nullable=True),
        sa.Column("marked_by", text(100), nullable=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "comment_id", name=op.f("comment_mark_pkey")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("comment_mark_agency_id_fkey")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("comment_mark")
    with op.batch_alter_table("follow_up") as batch:
        for column in PROOF:
            batch.drop_column(column)
