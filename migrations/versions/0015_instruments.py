"""A period is closed by each questionnaire for itself: it joins the keys of closings, reports, plans, publications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0015_instruments"
down_revision = "0014_beside"
branch_labels = None
depends_on = None

OF_PERIOD = (
    "(SELECT p.instrument FROM period AS p WHERE p.agency_id = {0}.agency_id AND p.root = {0}.root "
    "AND p.code = {0}.{1} AND p.revision = {0}.revision)"
)
# What was entered before a period was closed is about the questionnaire of the newest closing, or of most ratings.
OF_PLAN = (
    "coalesce((SELECT p.instrument FROM period AS p WHERE p.agency_id = {0}.agency_id AND p.code = {0}.period "
    "AND p.root IN ('', {0}.office) ORDER BY p.root DESC, p.revision DESC LIMIT 1), "
    "(SELECT p.instrument FROM period AS p WHERE p.agency_id = {0}.agency_id ORDER BY p.drafted_at DESC LIMIT 1), "
    "(SELECT r.instrument FROM rating AS r WHERE r.agency_id = {0}.agency_id GROUP BY r.instrument "
    "ORDER BY count(*) DESC LIMIT 1), 'ikl-1')"
)
INSTRUMENT_OF = {
    "report": OF_PERIOD.format("report", "period"),
    "release": OF_PERIOD.format("release", "code"),
    "follow_up": OF_PLAN.format("follow_up"),
    "publication": OF_PLAN.format("publication"),
}
# A table that SQLite writes anew does not carry its checks over.
CHECKS = {
    "period": {
        "state": "state IN ('draft', 'final')",
        "final_at": "(state = 'final') = (final_at IS NOT NULL)",
    },
    "report": {"kind": "kind IN ('employee', 'office', 'agency', 'skm')"},
    "release": {},
    "follow_up": {
        "status": "status IN ('planned', 'started', 'done', 'dropped')",
        "done_on": "(status = 'done') = (done_on IS NOT NULL)",
    },
    "publication": {},
}
KEYS = {
    "period": ["agency_id", "root", "code", "instrument", "revision"],
    "release": ["agency_id", "root", "code", "instrument", "revision"],
    "follow_up": ["agency_id", "office", "period", "instrument", "place"],
    "publication": ["agency_id", "office", "period", "instrument", "place"],
}
REPORTED = ["agency_id", "root", "period", "instrument", "revision"]
# Closings that the former schema has no place for.
TWICE = "SELECT 1 FROM {0} GROUP BY {1} HAVING count(*) > 1 LIMIT 1"


def text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, as SQLite and Python do."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def loosen(*, with_instrument: bool) -> None:
    """Take away the keys between the tables."""
    with op.batch_alter_table("report") as table:
        table.drop_constraint(named("report", REPORTED, "fkey", with_instrument), type_="foreignkey")
        table.drop_constraint(named("report", [*REPORTED, "kind", "unit"], "key", with_instrument), type_="unique")
    with op.batch_alter_table("release") as table:
        table.drop_constraint(named("release", KEYS["release"], "fkey", with_instrument), type_="foreignkey")


def fasten(*, with_instrument: bool) -> None:
    """Put keys on the tables, with the questionnaire or without."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, checks in CHECKS.items():
        with op.batch_alter_table(name, recreate="always" if is_sqlite else "never") as table:
            if name in KEYS:
                # First: with a column of it PostgreSQL drops the key, too.
                table.drop_constraint(f"{name}_pkey", type_="primary")
            if with_instrument:
                table.alter_column("instrument", existing_type=text(40), nullable=False)
            elif name != "period":
                table.drop_column("instrument")
            if name in KEYS:
                table.create_primary_key(f"{name}_pkey", listed(KEYS[name], with_instrument))
            for check, condition in checks.items() if is_sqlite else ():
                table.create_check_constraint(op.f(f"{name}_{check}_check"), condition)
    of_period = [f"period.{column}" for column in listed(KEYS["period"], with_instrument)]
    with op.batch_alter_table("report") as table:
        unique = [*REPORTED, "kind", "unit"]
        table.create_unique_constraint(named("report", unique, "key", with_instrument), listed(unique, with_instrument))
        table.create_foreign_key(
            named("report", REPORTED, "fkey", with_instrument),
            "period",
            listed(REPORTED, with_instrument),
            [column.removeprefix("period.") for column in of_period],
        )
        if is_sqlite:
            table.create_check_constraint(op.f("report_kind_check"), CHECKS["report"]["kind"])
    with op.batch_alter_table("release") as table:
        table.create_foreign_key(
            named("release", KEYS["release"], "fkey", with_instrument),
            "period",
            listed(KEYS["release"], with_instrument),
            [column.removeprefix("period.") for column in of_period],
        )


def listed(columns: list[str], with_instrument: bool) -> list[str]:
    return [column for column in columns if with_instrument or column != "instrument"]


def named(table: str, columns: list[str], kind: str, with_instrument: bool) -> str:
    """The name of a constraint by the convention."""
    return str(op.f("_".join([table, *listed(columns, with_instrument), kind])))


def upgrade() -> None:
    for table, instrument in INSTRUMENT_OF.items():
        op.add_column(table, sa.Column("instrument", text(40), nullable=True))
        op.execute(f"UPDATE {table} SET instrument = {instrument}")
    for column in ("weights", "bands"):
        op.add_column("period", sa.Column(column, text(40), nullable=True))
    loosen(with_instrument=False)
    fasten(with_instrument=True)


def downgrade() -> None:
    for table, columns in KEYS.items():
        query = TWICE.format(table, ", ".join(listed(columns, with_instrument=False)))
        if op.get_bind().execute(sa.text(query)).first():
            raise RuntimeError("Periods were closed by several questionnaires; the former schema cannot hold them.")
    loosen(with_instrument=True)
    fasten(with_instrument=False)
    for column in ("weights", "bands"):
        op.drop_column("period", column)
