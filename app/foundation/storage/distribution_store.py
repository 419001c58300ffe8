"""The SQL by which Citus spreads a database's tables over its workers, and says what is spread already.

Everything is read from the catalogue: it also knows what a migration made and no class tells of.
"""

from typing import NamedTuple

from sqlalchemy import text

from app.foundation.storage.database import Connection, Session

DISTRIBUTION_COLUMN = "agency_id"


class Table(NamedTuple):
    """A table of the database: the first column of its primary key, and what Citus calls it (None: an ordinary one)."""

    name: str
    first: str | None
    kind: str | None


class ForeignKey(NamedTuple):
    """A foreign key from one table to another (or the same), and how PostgreSQL defines it."""

    name: str
    table: str
    refers_to: str
    definition: str


_EXTENSION = text("SELECT extversion FROM pg_extension WHERE extname = 'citus'")
_WORKERS = text("SELECT count(*) FROM pg_dist_node WHERE noderole = 'primary' AND isactive AND groupid <> 0")
_TABLES = text(
    "SELECT c.relname, a.attname, "
    "CASE WHEN p.partmethod = 'h' THEN 'distributed' WHEN p.partmethod IS NULL THEN NULL ELSE 'other' END "
    "FROM pg_class c LEFT JOIN pg_dist_partition p ON p.logicalrelid = c.oid "
    "LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
    "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY c.relname"
)
_FOREIGN_KEYS = text(
    "SELECT k.conname, f.relname, t.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k "
    "JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid "
    "WHERE k.contype = 'f' AND f.relnamespace = 'public'::regnamespace ORDER BY f.relname, k.conname"
)
_DISTRIBUTE = text(
    "SELECT create_distributed_table(CAST(:table AS regclass), :column, "
    "colocate_with => CAST(:with AS text), shard_count => CAST(:shards AS integer))"
)
_TAKE_OUT = text("SELECT truncate_local_data_after_distributing_table(CAST(:table AS regclass))")


def citus_version(connection: Session | Connection) -> str | None:
    """The version of the extension in this database; None where it is not there."""
    return connection.execute(_EXTENSION).scalar()


def workers(connection: Session | Connection) -> int:
    """How many workers the coordinator knows."""
    return int(connection.execute(_WORKERS).scalar_one())


def tables(connection: Session | Connection) -> list[Table]:
    """Every table of the database, by name."""
    return [Table(*row) for row in connection.execute(_TABLES)]


def foreign_keys(connection: Session | Connection) -> list[ForeignKey]:
    """Every foreign key."""
    return [ForeignKey(*row) for row in connection.execute(_FOREIGN_KEYS)]


def take_turns(connection: Session | Connection, lock: int) -> None:
    """Wait until nobody else migrates or distributes, and keep others waiting until the transaction ends."""
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def drop_foreign_key(connection: Session | Connection, key: ForeignKey) -> None:
    """Take a foreign key away."""
    connection.execute(text(f'ALTER TABLE "{key.table}" DROP CONSTRAINT "{key.name}"'))


def add_foreign_key(connection: Session | Connection, key: ForeignKey) -> None:
    """Put a foreign key back as it was; its rows are checked."""
    connection.execute(text(f'ALTER TABLE "{key.table}" ADD CONSTRAINT "{key.name}" {key.definition}'))


def distribute_table(connection: Session | Connection, table: str, *, beside: str | None, shards: int | None) -> None:
    """Move a table's rows into shards by agency: in those of the table `beside`, or if it is the first, in new ones."""
    values = {"table": table, "column": DISTRIBUTION_COLUMN, "with": beside or "none", "shards": shards}
    connection.execute(_DISTRIBUTE, values)


# A table and its partitions, of which each has a policy of its own.
_PARTS = text(
    "SELECT CAST(:table AS regclass)::text UNION ALL "
    "SELECT CAST(inhrelid AS regclass)::text FROM pg_inherits WHERE inhparent = CAST(:table AS regclass)"
)
_KNOWS_POLICIES = text("SELECT to_regprocedure('keep_agencies_apart(regclass)') IS NOT NULL")
_SPREAD_SCOPE = text("SELECT create_distributed_function('agency_in_scope()')")
_KEEP_APART = text("SELECT keep_agencies_apart(CAST(:part AS regclass))")


def knows_policies(connection: Session | Connection) -> bool:
    """Whether the schema has come to the migration that keeps agencies apart (0035)."""
    return bool(connection.execute(_KNOWS_POLICIES).scalar_one())


def spread_scope(connection: Session | Connection) -> None:
    """Let the workers have the function that the policies ask."""
    connection.execute(_SPREAD_SCOPE)


def take_policies_away(connection: Session | Connection, table: str) -> None:
    """Let whoever distributes a table move its rows: no policy lets rows be copied, whoever owns them."""
    for part in connection.execute(_PARTS, {"table": f'"{table}"'}).scalars().all():
        for change in ("NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"):
            connection.execute(text(f"ALTER TABLE {part} {change}"))
        connection.execute(text(f"DROP POLICY IF EXISTS own_agency ON {part}"))


def put_policies_back(connection: Session | Connection, table: str) -> None:
    """Keep agencies apart again, in every shard."""
    for part in connection.execute(_PARTS, {"table": f'"{table}"'}).scalars().all():
        connection.execute(_KEEP_APART, {"part": part})


def take_out_remains(connection: Session | Connection, table: str) -> None:
    """Erase the rows that lay on the coordinator before the table was distributed."""
    connection.execute(_TAKE_OUT, {"table": table})
