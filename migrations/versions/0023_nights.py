"""Indexes by which a night finds the blocks that it has to do with, and SQLite's idea of how large the ledger is."""

import sqlalchemy as sa
from alembic import op

revision = "0023_nights"
down_revision = "0022_directory"
branch_labels = None
depends_on = None

# By their first month: whoever asked for a recent one went through all that lie before it.
FORMER = ("agency_id", "instrument", "first_month", "office")
# Of which months, office, person, release.
WHOLE: tuple[tuple[str, ...], ...] = (
    ("agency_id", "instrument", "last_month", "first_month", "office"),
    ("agency_id", "instrument", "office", "first_month"),
    ("agency_id", "employee", "instrument", "first_month"),
    ("agency_id", "release", "instrument", "office"),
)
# By a flag that is false of few blocks.
PARTIAL: dict[str, tuple[str, tuple[str, ...]]] = {
    "block_unsummed_idx": ("summed", ("agency_id", "instrument", "first_month", "last_month", "office")),
    "block_uncharted_idx": ("charted", ("agency_id", "instrument", "office", "standing", "release")),
    "block_left_idx": ("released", ("agency_id", "office", "first_month", "last_month")),
}
# What SQLite is to believe of an agency with a thousand offices and a year behind it, as `ANALYZE` would write it: how
# many rows, and how many share the first column of the index, the first two, and so on. Without it, it believes that an
# agency has ten rows, and goes through all of them instead of taking an index. No index is to be used where nobody asks
# for its first columns.
STATISTICS = {
    "rating": {
        "rating": "10000000 10000000 1",
        "rating_office_idx": "10000000 10000000 10000 30",
        "rating_employee_idx": "10000000 10000000 600 2 2 2 1",
    },
    "block_rating": {"block_rating": "10000000 10000000 1"},
    "block": {
        "block": "1000000 1000000 1",
        "block_agency_id_instrument_last_month_first_month_office_idx": "1000000 1000000 1000000 80000 80000 80",
        "block_agency_id_instrument_office_first_month_idx": "1000000 1000000 1000000 1000 80",
        "block_agency_id_employee_instrument_first_month_idx": "1000000 1000000 50 50 4",
        "block_agency_id_release_instrument_office_idx": "1000000 1000000 80000 80000 80",
        "block_unsummed_idx": "1000 1000 1000 100 100 10",
        "block_uncharted_idx": "1000 1000 1000 10 10 10",
        "block_left_idx": "1000 1000 10 10 10",
    },
}


def upgrade() -> None:
    op.drop_index(_name(FORMER), "block")
    for columns in WHOLE:
        op.create_index(_name(columns), "block", list(columns))
    for name, (flag, columns) in PARTIAL.items():
        op.create_index(
            op.f(name),
            "block",
            list(columns),
            sqlite_where=sa.text(f"{flag} IS 0"),
            postgresql_where=sa.text(f"{flag} IS false"),
        )
    if op.get_bind().dialect.name == "sqlite":
        # This makes the table of the statistics and reads nothing.
        op.execute("ANALYZE sqlite_master")
        _forget()
        op.bulk_insert(
            sa.table("sqlite_stat1", *map(sa.column, ("tbl", "idx", "stat"))),
            [
                {"tbl": table, "idx": index, "stat": f"{stat} noskipscan"}
                for table, indexes in STATISTICS.items()
                for index, stat in indexes.items()
            ],
        )
        # And this reads what was written into it.
        op.execute("ANALYZE sqlite_master")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _forget()
    for name in PARTIAL:
        op.drop_index(op.f(name), "block")
    for columns in WHOLE:
        op.drop_index(_name(columns), "block")
    op.create_index(_name(FORMER), "block", list(FORMER))


def _forget() -> None:
    """Forget what SQLite believes of these tables."""
    kept = sa.table("sqlite_stat1", sa.column("tbl"))
    op.execute(sa.delete(kept).where(kept.c.tbl.in_(STATISTICS)))


def _name(columns: tuple[str, ...]) -> str:
    return str(op.f(f"block_{'_'.join(columns)}_idx"))
