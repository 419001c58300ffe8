"""Tallies go: figures are read from released blocks, which `cermin check` proves from the ratings themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0013_no_tallies"
down_revision = "0012_blocks"
branch_labels = None
depends_on = None

KEY = "agency_id, grain, unit, period_start, service, channel, ticketed, standing, instrument, sheet"
# Grain, unit, period, service and channel of each count; `{month}` is the first day of a rating's month.
GRAINS = (
    ("'agency-month'", "agency_id", "{month}", "service", "channel"),
    ("'office-day'", "office", "rated_on", "''", "''"),
    ("'office-month'", "office", "{month}", "service", "channel"),
)
MONTHS = {"sqlite": "date(rated_on, 'start of month')", "postgresql": "CAST(date_trunc('month', rated_on) AS date)"}


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_table("tally")


def downgrade() -> None:
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
        sa.PrimaryKeyConstraint(*KEY.split(", "), name=op.f("tally_pkey")),
        sqlite_with_rowid=False,
    )
    # The former program's figures are sums of these.
    month = MONTHS[op.get_bind().dialect.name]
    for grain, unit, period, service, channel in GRAINS:
        op.execute(
            f"INSERT INTO tally ({KEY}, n) SELECT {KEY}, count(*) FROM (SELECT agency_id, {grain} AS grain, "
            f"{unit} AS unit, {period.format(month=month)} AS period_start, {service} AS service, "
            f"{channel} AS channel, ticketed, standing, instrument, sheet FROM rating) AS keyed GROUP BY {KEY}"
        )
