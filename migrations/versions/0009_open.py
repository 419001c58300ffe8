"""Open answers: a third standing of ratings beside counted and held."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0009_open"
down_revision = "0008_devices"
branch_labels = None
depends_on = None

NAME = "rating_standing_check"
NARROW, WIDE = "standing IN ('counted', 'held')", "standing IN ('counted', 'held', 'open')"
TALLIES_TO_HELD = (
    "INSERT INTO tally "
    "(agency_id, grain, unit, period_start, service, channel, ticketed, standing, instrument, sheet, n) "
    "SELECT agency_id, grain, unit, period_start, service, channel, ticketed, 'held', instrument, sheet, n "
    "FROM tally WHERE standing = 'open' "
    "ON CONFLICT (agency_id, grain, unit, period_start, service, channel, ticketed, standing, instrument, sheet) "
    "DO UPDATE SET n = tally.n + excluded.n"
)


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    _permit(NARROW, WIDE)


def downgrade() -> None:
    # The former program knows no open answers. Held ones are in no figure either, and nothing is deleted.
    op.execute("UPDATE rating SET standing = 'held' WHERE standing = 'open'")
    op.execute(TALLIES_TO_HELD)
    op.execute("DELETE FROM tally WHERE standing = 'open'")
    _permit(WIDE, NARROW)


def _permit(before: str, after: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # SQLite cannot change a check, and a table without hidden row numbers must stay one: it is built again.
        with op.batch_alter_table("rating", copy_from=_rating(before), recreate="always") as batch:
            batch.drop_constraint(op.f(NAME), type_="check")
            batch.create_check_constraint(op.f(NAME), after)
        return
    # Ratings wait only for the moment in which the check changes, not while PostgreSQL looks at every row.
    op.execute(f"ALTER TABLE rating DROP CONSTRAINT IF EXISTS {NAME}")
    op.execute(f"ALTER TABLE rating ADD CONSTRAINT {NAME} CHECK ({after}) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE rating VALIDATE CONSTRAINT {NAME}")


def _rating(standings: str) -> sa.Table:
    """The table as it is, since SQLite does not tell its checks by name."""
    return sa.Table(
        "rating",
        sa.MetaData(),
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
        sa.CheckConstraint(standings, name=op.f(NAME)),
        sa.PrimaryKeyConstraint("agency_id", "key", name=op.f("rating_pkey")),
        sa.Index("rating_employee_idx", "agency_id", "employee", "rated_on", "instrument", "standing", "sheet"),
        sa.Index("rating_office_idx", "agency_id", "office", "rated_on"),
        sqlite_with_rowid=False,
    )
