"""What the public page shows of a closed period."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0028_public_closing"
down_revision = "0027_notifications"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "public_closing",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("root", text(40), nullable=False),
        sa.Column("code", text(10), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "root", "code", "instrument", name=op.f("public_closing_pkey")),
        sa.ForeignKeyConstraint(
            ["agency_id", "root", "code", "instrument", "revision"],
            ["period.agency_id", "period.root", "period.code", "period.instrument", "period.revision"],
            name=op.f("public_closing_agency_id_root_code_instrument_revision_fkey"),
        ),
    )


def downgrade() -> None:
    op.drop_table("public_closing")
