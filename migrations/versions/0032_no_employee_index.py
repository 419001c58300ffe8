"""No index of ratings by employee: figures about persons are read from blocks, and every rating paid for it."""

import sqlalchemy as sa
from alembic import op

revision = "0032_no_employee_index"
down_revision = "0031_log"
branch_labels = None
depends_on = None

NAME = "rating_employee_idx"
COLUMNS = ["agency_id", "employee", "rated_on", "instrument", "standing", "sheet"]
# What migration 0023 has SQLite believe of it.
STATISTICS = {"tbl": "rating", "idx": NAME, "stat": "10000000 10000000 600 2 2 2 1 noskipscan"}


def upgrade() -> None:
    # SQLite forgets what it believed of it.
    op.drop_index(NAME, table_name="rating")


def downgrade() -> None:
    op.create_index(op.f(NAME), "rating", COLUMNS)
    if op.get_bind().dialect.name == "sqlite":
        op.bulk_insert(sa.table("sqlite_stat1", *map(sa.column, ("tbl", "idx", "stat"))), [STATISTICS])
        op.execute("ANALYZE sqlite_master")
