"""Comments and profiles know their questionnaire, and have blocks of their own in the ledger of what is told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0014_beside"
down_revision = "0013_no_tallies"
branch_labels = None
depends_on = None

COMMENT = "agency_id, comment_id, {}office, written_in, text, mixed"
PROFILE = "agency_id, {}office, month, attribute, value, n, mixed"
MONTHS = {"sqlite": "date(rated_on, 'start of month')", "postgresql": "CAST(date_trunc('month', rated_on) AS date)"}
# Until now nobody wrote down which questionnaire they came with: that of most ratings of the office and month.
USUAL = (
    "WITH counted AS (SELECT agency_id, office, {month} AS in_month, instrument, count(*) AS n FROM rating "
    "GROUP BY agency_id, office, {month}, instrument), "
    "ranked AS (SELECT counted.*, row_number() OVER (PARTITION BY agency_id, office, in_month "
    "ORDER BY n DESC, instrument) AS place FROM counted), "
    "usual AS (SELECT agency_id, office, in_month, instrument FROM ranked WHERE place = 1) "
)


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def put_aside(table: str) -> None:
    """Rename a table, so that it can be made anew under its name."""
    op.rename_table(table, f"former_{table}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER INDEX {table}_pkey RENAME TO former_{table}_pkey")


def create_comment(*columns: sa.Column[int] | sa.Column[str]) -> None:
    op.create_table(
        "comment",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("written_in", sa.Date(), nullable=False),
        sa.Column("text", text(1000), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("agency_id", "comment_id", name=op.f("comment_pkey")),
        sqlite_with_rowid=False,
    )


def create_profile(*columns: sa.Column[str]) -> None:
    keys = ["agency_id", *(column.name for column in columns), "office", "month", "attribute", "value"]
    op.create_table(
        "profile_tally",
        sa.Column("agency_id", text(40), nullable=False),
        *columns,
        sa.Column("office", text(40), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("attribute", text(12), nullable=False),
        sa.Column("value", text(12), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("mixed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint("n > 0", name=op.f("profile_tally_n_check")),
        sa.PrimaryKeyConstraint(*keys, name=op.f("profile_tally_pkey")),
        sqlite_with_rowid=False,
    )


def index_comments() -> None:
    op.create_index(op.f("comment_agency_id_office_written_in_idx"), "comment", ["agency_id", "office", "written_in"])


def upgrade() -> None:
    usual = USUAL.format(month=MONTHS[op.get_bind().dialect.name])
    put_aside("comment")
    op.drop_index(op.f("comment_agency_id_office_written_in_idx"), "former_comment")
    create_comment(
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("block", sa.Integer(), nullable=True),
    )
    put_aside("profile_tally")
    create_profile(sa.Column("instrument", text(40), nullable=False))
    for table, columns, month in (("comment", COMMENT, "written_in"), ("profile_tally", PROFILE, "month")):
        names = columns.format("instrument, ")
        chosen = ", ".join(
            "coalesce(usual.instrument, 'ikl-1')" if name == "instrument" else f"former.{name}"
            for name in names.split(", ")
        )
        op.execute(
            f"{usual} INSERT INTO {table} ({names}) SELECT {chosen} FROM former_{table} AS former LEFT JOIN usual "
            "ON usual.agency_id = former.agency_id AND usual.office = former.office "
            f"AND usual.in_month = former.{month}"
        )
        op.drop_table(f"former_{table}")
    index_comments()
    op.create_table(
        "comment_block",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("block", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("office", text(40), nullable=True),
        sa.Column("first_month", text(7), nullable=False),
        sa.Column("last_month", text(7), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "block", name=op.f("comment_block_pkey")),
    )
    op.create_table(
        "profile_cell",
        sa.Column("agency_id", text(40), nullable=False),
        sa.Column("instrument", text(40), nullable=False),
        sa.Column("office", text(40), nullable=False),
        sa.Column("first_month", text(7), nullable=False),
        sa.Column("last_month", text(7), nullable=False),
        sa.Column("attribute", text(12), nullable=False),
        sa.Column("value", text(12), nullable=False),
        sa.Column("merged", sa.Boolean(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n > 0", name=op.f("profile_cell_n_check")),
        sa.PrimaryKeyConstraint(
            "agency_id",
            "instrument",
            "office",
            "first_month",
            "last_month",
            "attribute",
            "value",
            "merged",
            name=op.f("profile_cell_pkey"),
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("profile_cell")
    op.drop_table("comment_block")
    put_aside("comment")
    op.drop_index(op.f("comment_agency_id_office_written_in_idx"), "former_comment")
    create_comment()
    columns = COMMENT.format("")
    op.execute(f"INSERT INTO comment ({columns}) SELECT {columns} FROM former_comment")
    op.drop_table("former_comment")
    index_comments()
    put_aside("profile_tally")
    create_profile()
    columns = PROFILE.format("")
    op.execute(
        f"INSERT INTO profile_tally ({columns}) SELECT agency_id, office, month, attribute, value, sum(n), false "
        "FROM former_profile_tally GROUP BY agency_id, office, month, attribute, value"
    )
    op.drop_table("former_profile_tally")
