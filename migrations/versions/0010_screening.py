"""Traces of ratings, what screening finds in them, opening hours, leases, and keys for auditors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0010_screening"
down_revision = "0009_open"
branch_labels = None
depends_on = None

KINDS = "kind IN ('device', 'app', 'queue', 'reader', 'supervisor', 'admin')"
KINDS_NOW = "kind IN ('device', 'app', 'queue', 'reader', 'supervisor', 'auditor', 'admin')"


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "trace",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("source", sa.Uuid(), nullable=True),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("trace_hour_check")),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("trace_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("reason", text(20), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("standing", text(10), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", text(100), nullable=True),
        sa.Column("note", text(500), nullable=True),
        sa.CheckConstraint(
            "reason IN ('burst', 'straight-lining', 'one-device', 'one-hour', 'outside-hours', 'coverage-drop')",
            name=op.f("finding_reason_check"),
        ),
        sa.CheckConstraint(
            "standing IN ('held', 'noted', 'released', 'confirmed')", name=op.f("finding_standing_check")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (standing IN ('held', 'noted'))", name=op.f("finding_decided_check")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "office"], ["office.agency_id", "office.code"], name=op.f("finding_agency_id_office_fkey")
        ),
        sa.PrimaryKeyConstraint("agency_id", "finding_id", name=op.f("finding_pkey")),
    )
    op.create_index(op.f("finding_agency_id_office_first_on_idx"), "finding", ["agency_id", "office", "first_on"])
    op.create_table(
        "doubt",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "finding_id"],
            ["finding.agency_id", "finding.finding_id"],
            name=op.f("doubt_agency_id_finding_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("doubt_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("doubt_agency_id_finding_id_idx"), "doubt", ["agency_id", "finding_id"])
    op.create_table(
        "opening",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("opening_weekday_check")),
        sa.CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name=op.f("opening_order_check")),
        sa.ForeignKeyConstraint(
            ["agency_id", "office"], ["office.agency_id", "office.code"], name=op.f("opening_agency_id_office_fkey")
        ),
        sa.PrimaryKeyConstraint("agency_id", "office", "weekday", name=op.f("opening_pkey")),
    )
    op.create_table(
        "lease",
        sa.Column("name", text(20), nullable=False),
        sa.Column("holder", text(64), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("lease_pkey")),
    )
    with op.batch_alter_table("api_key") as batch:
        batch.drop_constraint(op.f("api_key_kind_check"), type_="check")
        batch.create_check_constraint(op.f("api_key_kind_check"), KINDS_NOW)


def downgrade() -> None:
    # The table before knows no auditors: their keys end with it.
    op.execute("DELETE FROM api_key WHERE kind = 'auditor'")
    with op.batch_alter_table("api_key") as batch:
        batch.drop_constraint(op.f("api_key_kind_check"), type_="check")
        batch.create_check_constraint(op.f("api_key_kind_check"), KINDS)
    op.drop_table("lease")
    op.drop_table("opening")
    op.drop_index(op.f("doubt_agency_id_finding_id_idx"), table_name="doubt")
    op.drop_table("doubt")
    op.drop_index(op.f("finding_agency_id_office_first_on_idx"), table_name="finding")
    op.drop_table("finding")
    op.drop_table("trace")
