"""Devices, the codes that pair them, and their heartbeats."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0008_devices"
down_revision = "0007_tickets"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("counter", text(40), nullable=False),
        sa.Column("label", text(100), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("pin", sa.JSON(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "office", "counter"],
            ["counter.agency_id", "counter.office", "counter.code"],
            name=op.f("device_agency_id_office_counter_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "key_id"], ["api_key.agency_id", "api_key.key_id"], name=op.f("device_agency_id_key_id_fkey")
        ),
        sa.PrimaryKeyConstraint("agency_id", "device_id", name=op.f("device_pkey")),
        sa.UniqueConstraint("agency_id", "key_id", name=op.f("device_agency_id_key_id_key")),
    )
    op.create_table(
        "pairing",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "device_id"],
            ["device.agency_id", "device.device_id"],
            name=op.f("pairing_agency_id_device_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "device_id", name=op.f("pairing_pkey")),
    )
    op.create_index(op.f("pairing_digest_idx"), "pairing", ["digest"], unique=True)
    op.create_table(
        "heartbeat",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("app_version", text(40), nullable=False),
        sa.Column("queue_depth", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Integer(), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("unsent_seconds", sa.BigInteger(), nullable=True),
        sa.Column("parked_codes", sa.JSON(), nullable=False),
        sa.Column("storage_persisted", sa.Boolean(), nullable=True),
        sa.Column("storage_free_bytes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id", "key_id"],
            ["api_key.agency_id", "api_key.key_id"],
            name=op.f("heartbeat_agency_id_key_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "key_id", name=op.f("heartbeat_pkey")),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_index(op.f("pairing_digest_idx"), table_name="pairing")
    op.drop_table("pairing")
    op.drop_table("device")
