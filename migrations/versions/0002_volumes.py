"""Served volumes, and keys for queue systems and supervisors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002_volumes"
down_revision = "0001_house"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def restrict_kinds(condition: str) -> None:
    """Put this check in the place of the one that a key's kind has."""
    with op.batch_alter_table("api_key") as batch:
        batch.drop_constraint(op.f("api_key_kind_check"), type_="check")
        batch.create_check_constraint(op.f("api_key_kind_check"), condition)


def upgrade() -> None:
    op.create_table(
        "volume",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=True),
        sa.CheckConstraint("offered >= 0", name=op.f("volume_offered_check")),
        sa.CheckConstraint("served >= 0", name=op.f("volume_served_check")),
        sa.ForeignKeyConstraint(
            ["agency_id", "office"],
            ["office.agency_id", "office.code"],
            name=op.f("volume_agency_id_office_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "office", "served_on", "service", "employee", name=op.f("volume_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("volume_agency_id_served_on_idx"), "volume", ["agency_id", "served_on"], unique=False)
    restrict_kinds("kind IN ('device', 'app', 'queue', 'reader', 'supervisor', 'admin')")


def downgrade() -> None:
    # The program before this migration knows no such keys.
    op.execute("DELETE FROM api_key WHERE kind IN ('queue', 'supervisor')")
    restrict_kinds("kind IN ('device', 'app', 'reader', 'admin')")
    op.drop_index(op.f("volume_agency_id_served_on_idx"), table_name="volume")
    op.drop_table("volume")
