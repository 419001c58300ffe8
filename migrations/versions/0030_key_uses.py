"""On which day a key was last used."""

import sqlalchemy as sa
from alembic import op

revision = "0030_key_uses"
down_revision = "0029_integrity_report"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_key", sa.Column("last_used_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("api_key", "last_used_on")
