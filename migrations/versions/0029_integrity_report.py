"""Integrity reports: what is kept of them, their sealed words, the keys these are sealed to, an agency's settings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0029_integrity_report"
down_revision = "0028_public_closing"
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def mixed() -> sa.Column[bool]:
    """Written anew by a night since it came."""
    return sa.Column("mixed", sa.Boolean(), nullable=False, server_default=sa.false())


def of_agency(table: str) -> sa.ForeignKeyConstraint:
    """The agency exists."""
    return sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f(f"{table}_agency_id_fkey"))


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "integrity_report",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("kind", text(40), nullable=False),
        sa.Column("recipient", text(12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("state", text(10), nullable=False),
        sa.Column("forwarded_on", sa.Date(), nullable=True),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("erased_on", sa.Date(), nullable=True),
        mixed(),
        sa.CheckConstraint("recipient IN ('agency', 'inspectorate')", name=op.f("integrity_report_recipient_check")),
        sa.CheckConstraint(
            "state IN ('received', 'forwarded', 'confirmed', 'erased')", name=op.f("integrity_report_state_check")
        ),
        sa.CheckConstraint(
            "(forwarded_on IS NULL) = (state = 'received') "
            "AND (confirmed_on IS NULL) = (state IN ('received', 'forwarded')) "
            "AND (erased_on IS NULL) = (state <> 'erased')",
            name=op.f("integrity_report_days_check"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "report_id", name=op.f("integrity_report_pkey")),
        sa.UniqueConstraint("agency_id", "digest", name=op.f("integrity_report_agency_id_digest_key")),
        of_agency("integrity_report"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("integrity_report_agency_id_received_on_idx"), "integrity_report", ["agency_id", "received_on"]
    )
    op.create_table(
        "integrity_sealed",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("sealed", text(48_000), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        mixed(),
        sa.PrimaryKeyConstraint("agency_id", "report_id", name=op.f("integrity_sealed_pkey")),
        of_agency("integrity_sealed"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "integrity_key",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key_id", text(43), nullable=False),
        sa.Column("recipient", text(12), nullable=False),
        sa.Column("label", text(100), nullable=False),
        sa.Column("x", text(43), nullable=False),
        sa.Column("y", text(43), nullable=False),
        sa.Column("added_by", text(100), nullable=False),
        sa.Column("added_at", moment, nullable=False),
        sa.Column("challenge", text(64), nullable=True),
        sa.Column("challenged_at", moment, nullable=True),
        sa.Column("proved_at", moment, nullable=True),
        sa.Column("retired_at", moment, nullable=True),
        sa.CheckConstraint("recipient IN ('agency', 'inspectorate')", name=op.f("integrity_key_recipient_check")),
        sa.CheckConstraint("(challenge IS NULL) = (challenged_at IS NULL)", name=op.f("integrity_key_challenge_check")),
        sa.PrimaryKeyConstraint("agency_id", "key_id", name=op.f("integrity_key_pkey")),
        of_agency("integrity_key"),
    )
    op.create_table(
        "integrity_setting",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("inspectorate", text(200), nullable=True),
        sa.Column("told_through", sa.Date(), nullable=True),
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3650", name=op.f("integrity_setting_retention_days_check")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("integrity_setting_pkey")),
        of_agency("integrity_setting"),
    )


def downgrade() -> None:
    for table in ("integrity_setting", "integrity_key", "integrity_sealed", "integrity_report"):
        op.drop_table(table)
