"""Which counts of profiles and of tickets were touched since the last night: those that are not mixed."""

import sqlalchemy as sa
from alembic import op

revision = "0011_mixed"
down_revision = "0010_screening"
branch_labels = None
depends_on = None

TABLES = ("profile_tally", "ticket_count")


def upgrade() -> None:
    # Added in place: a table without hidden row numbers stays one, and PostgreSQL looks at no row.
    for table in TABLES:
        op.add_column(table, sa.Column("mixed", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for table in TABLES[::-1]:
        op.drop_column(table, "mixed")
