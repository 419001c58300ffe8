"""The house: directory, keys and audit, instruments, ratings and tallies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001_house"
down_revision = None
branch_labels = None
depends_on = None


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("directory_version", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("agency_pkey")),
    )
    op.create_table(
        "api_key",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("kind", text(10), nullable=False),
        sa.Column("lookup", text(16), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("label", text(100), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("counter", text(40), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('device', 'app', 'reader', 'admin')", name=op.f("api_key_kind_check")),
        sa.PrimaryKeyConstraint("agency_id", "key_id", name=op.f("api_key_pkey")),
    )
    op.create_index(op.f("api_key_lookup_idx"), "api_key", ["lookup"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", text(100), nullable=False),
        sa.Column("action", text(40), nullable=False),
        sa.Column("subject", text(200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "event_id", name=op.f("audit_event_pkey")),
    )
    op.create_table(
        "comment",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("written_in", sa.Date(), nullable=False),
        sa.Column("text", text(1000), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "comment_id", name=op.f("comment_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("comment_agency_id_office_written_in_idx"),
        "comment",
        ["agency_id", "office", "written_in"],
        unique=False,
    )
    op.create_table(
        "installation",
        sa.Column("name", text(20), nullable=False),
        sa.Column("value", text(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("installation_pkey")),
    )
    op.create_table(
        "profile_tally",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("attribute", text(12), nullable=False),
        sa.Column("value", text(12), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("profile_tally_n_check")),
        sa.PrimaryKeyConstraint("agency_id", "office", "month", "attribute", "value", name=op.f("profile_tally_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rating",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("rated_on", sa.Date(), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("counter", text(40), nullable=True),
        sa.Column("service", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=True),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("ticketed", sa.Boolean(), nullable=False),
        sa.Column("standing", text(10), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("sheet", text(40), nullable=False),
        sa.Column("digest", text(32), nullable=False),
        sa.CheckConstraint("channel IN ('kiosk', 'mobile', 'web', 'import')", name=op.f("rating_channel_check")),
        sa.CheckConstraint("sheet <> ''", name=op.f("rating_sheet_check")),
        sa.CheckConstraint("standing IN ('counted', 'held')", name=op.f("rating_standing_check")),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("rating_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "rating_employee_idx",
        "rating",
        ["agency_id", "employee", "rated_on", "instrument", "standing", "sheet"],
        unique=False,
    )
    op.create_index("rating_office_idx", "rating", ["agency_id", "office", "rated_on"], unique=False)
    op.create_table(
        "tally",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("grain", text(12), nullable=False),
        sa.Column("unit", text(40), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("service", text(40), nullable=False),
        sa.Column("channel", text(10), nullable=False),
        sa.Column("ticketed", sa.Boolean(), nullable=False),
        sa.Column("standing", text(10), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("sheet", text(40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("tally_n_check")),
        sa.PrimaryKeyConstraint(
            "agency_id",
            "grain",
            "unit",
            "period_start",
            "service",
            "channel",
            "ticketed",
            "standing",
            "instrument",
            "sheet",
            name=op.f("tally_pkey"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "employee",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("code", text(40), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("nip", text(18), nullable=True),
        sa.Column("position", text(200), nullable=True),
        sa.Column("grade", text(20), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("employee_agency_id_fkey")),
        sa.PrimaryKeyConstraint("agency_id", "code", name=op.f("employee_pkey")),
    )
    op.create_table(
        "instrument_version",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("source", text(65536), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("instrument_version_agency_id_fkey")),
        sa.PrimaryKeyConstraint("agency_id", "instrument", name=op.f("instrument_version_pkey")),
    )
    op.create_table(
        "office",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("code", text(40), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("parent", text(40), nullable=True),
        sa.Column("timezone", text(20), nullable=False),
        sa.Column("region_code", text(13), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "timezone IN ('Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura')",
            name=op.f("office_timezone_check"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "parent"],
            ["office.agency_id", "office.code"],
            name=op.f("office_agency_id_parent_fkey"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("office_agency_id_fkey")),
        sa.PrimaryKeyConstraint("agency_id", "code", name=op.f("office_pkey")),
    )
    op.create_table(
        "service",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("code", text(40), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("family", text(40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], name=op.f("service_agency_id_fkey")),
        sa.PrimaryKeyConstraint("agency_id", "code", name=op.f("service_pkey")),
    )
    op.create_table(
        "counter",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("code", text(40), nullable=False),
        sa.Column("name", text(200), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id", "office"],
            ["office.agency_id", "office.code"],
            name=op.f("counter_agency_id_office_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "office", "code", name=op.f("counter_pkey")),
    )
    op.create_table(
        "posting",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("employee", text(40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("office", text(40), nullable=False),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("posting_order_check")),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee"],
            ["employee.agency_id", "employee.code"],
            name=op.f("posting_agency_id_employee_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "office"],
            ["office.agency_id", "office.code"],
            name=op.f("posting_agency_id_office_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "employee", "from_on", name=op.f("posting_pkey")),
    )
    op.create_table(
        "duty",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("counter", text(40), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("employee", text(40), nullable=False),
        sa.CheckConstraint("until_at > from_at", name=op.f("duty_order_check")),
        sa.ForeignKeyConstraint(
            ["agency_id", "employee"],
            ["employee.agency_id", "employee.code"],
            name=op.f("duty_agency_id_employee_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "office", "counter"],
            ["counter.agency_id", "counter.office", "counter.code"],
            name=op.f("duty_agency_id_office_counter_fkey"),
        ),
        sa.PrimaryKeyConstraint("agency_id", "office", "counter", "from_at", name=op.f("duty_pkey")),
    )
    op.create_index(op.f("duty_agency_id_until_at_idx"), "duty", ["agency_id", "until_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("duty_agency_id_until_at_idx"), table_name="duty")
    op.drop_table("duty")
    op.drop_table("posting")
    op.drop_table("counter")
    op.drop_table("service")
    op.drop_table("office")
    op.drop_table("instrument_version")
    op.drop_table("employee")
    op.drop_table("tally")
    op.drop_index("rating_office_idx", table_name="rating")
    op.drop_index("rating_employee_idx", table_name="rating")
    op.drop_table("rating")
    op.drop_table("profile_tally")
    op.drop_table("installation")
    op.drop_index(op.f("comment_agency_id_office_written_in_idx"), table_name="comment")
    op.drop_table("comment")
    op.drop_table("audit_event")
    op.drop_index(op.f("api_key_lookup_idx"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("agency")
