"""Who appraises an employee, and which keys see a whole NIP."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005_appraiser"
down_revision = "0004_releases"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("employee") as batch:
        batch.add_column(sa.Column("appraiser", text(40), nullable=True))
        batch.create_foreign_key(
            op.f("employee_agency_id_appraiser_fkey"),
            "employee",
            ["agency_id", "appraiser"],
            ["agency_id", "code"],
            # A sheet may name an appraiser who stands further down in it.
            deferrable=True,
            initially="DEFERRED",
        )
    # A key that was issued before sees no NIP.
    op.add_column("api_key", sa.Column("sees_nip", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("api_key") as batch:
        batch.drop_column("sees_nip")
    with op.batch_alter_table("employee") as batch:
        batch.drop_constraint(op.f("employee_agency_id_appraiser_fkey"), type_="foreignkey")
        batch.drop_column("appraiser")
