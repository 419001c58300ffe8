"""How offices compare is kept by period; the next release compares all that was told so far."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0037_office_comparison"
down_revision = "0036_stamps"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    keys = ("agency_id", "instrument", "first_month", "last_month", "office")
    op.create_table(
        "office_comparison",
        *(sa.Column(name, text(7 if name.endswith("month") else 40), nullable=False) for name in keys),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("office_comparison_pkey")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT keep_agencies_apart('office_comparison')")

    # A page about one office looks for those below it; of a nation there are tens of thousands, and no more.
    op.create_index(op.f("office_agency_id_parent_idx"), "office", ["agency_id", "parent"])


def downgrade() -> None:
    op.drop_index(op.f("office_agency_id_parent_idx"), "office")
    op.drop_table("office_comparison")
