"""Time stamps on checkpoints of the log."""

import sqlalchemy as sa
from alembic import op

revision = "0036_stamps"
down_revision = "0035_row_security"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("log_checkpoint", sa.Column("stamp", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("log_checkpoint", "stamp")
