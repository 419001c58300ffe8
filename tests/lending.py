"""Databases of a PostgreSQL server that go from test to test: emptied in between, instead of made and dropped."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg

from app.foundation.storage.database import metadata
from tests.postgres import SERVICE, PostgresServer

# Deleting a few rows is faster than the new files of a truncation; many rows are not.
LARGE = 256 * 1_024
EMPTY = """
CREATE FUNCTION kept.empty() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; size bigint;
BEGIN
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        -- The rows of a table with partitions lie in these.
        SELECT coalesce(sum(pg_table_size(relid)) FILTER (WHERE pg_relation_size(relid) > 0), 0) INTO size
        FROM (SELECT name::regclass AS relid UNION SELECT relid FROM pg_partition_tree(name::regclass)) AS parts;
        IF size > {large} THEN
            EXECUTE format('TRUNCATE %I CASCADE', name);
        ELSIF size > 0 THEN
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
END $$
"""
# On Citus the rows lie in shards, and only workers know which of these hold some.
EMPTY_SHARDS = """
CREATE FUNCTION kept.empty() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text; filled text;
BEGIN
    SELECT string_agg(result, ',') INTO filled FROM run_command_on_workers($worker$
        SELECT string_agg(DISTINCT regexp_replace(coalesce(inhparent::regclass::text, relname), '_\\d+$', ''), ',')
        FROM pg_class LEFT JOIN pg_inherits ON inhrelid = oid
        WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, to_regnamespace('partition'))
        AND pg_relation_size(oid) > 0
    $worker$);
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        IF name = ANY (string_to_array(filled, ',')) OR pg_relation_size(name::regclass) > 0 THEN
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
END $$
"""
READ_KEPT = f"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{SERVICE}') THEN
        GRANT USAGE ON SCHEMA kept TO {SERVICE};
        GRANT SELECT ON ALL TABLES IN SCHEMA kept TO {SERVICE};
    END IF;
END $$
"""
# What a test may have changed besides rows. Whoever did leaves a database that nobody else gets.
SHAPE = """
SELECT md5(concat_ws('/',
    (SELECT string_agg(version_num, ',') FROM alembic_version),
    (SELECT string_agg(concat_ws(' ', c.oid, c.relname, a.attname, a.atttypid, a.attnotnull), ','
                       ORDER BY c.oid, a.attnum)
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('partition')) AND a.attnum > 0),
    (SELECT string_agg(concat_ws(' ', oid, conname), ',' ORDER BY oid) FROM pg_constraint
     WHERE connamespace IN ('public'::regnamespace, to_regnamespace('partition'))),
    (SELECT string_agg(concat_ws(' ', oid, tgname, tgenabled), ',' ORDER BY oid) FROM pg_trigger),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
     WHERE d.datname = current_database())
))
"""
# Whoever is still connected belongs to a test that is over.
ALONE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def keep(url: str, rows_of: str | None = None) -> None:
    """Let this database remember the rows it holds now: `kept.empty()` and `kept.fill()` bring them back.

    With `rows_of`: it remembers what that database does.
    """
    names = [table.name for table in metadata.sorted_tables]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA kept")
        for name in names:
            connection.execute(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')
        if rows_of is not None:
            _copy_kept(rows_of, connection, names)
        listed = ", ".join(f"'{name}'" for name in reversed(names))
        is_distributed = connection.execute("SELECT FROM pg_extension WHERE extname = 'citus'").fetchone() is not None
        empty = EMPTY_SHARDS if is_distributed else EMPTY
        connection.execute(empty.format(names=listed, large=LARGE).encode())
        filled = [
            name for name in names if connection.execute(f'SELECT count(*) FROM kept."{name}"').fetchone() != (0,)
        ]
        steps = "; ".join(f'INSERT INTO public."{name}" SELECT * FROM kept."{name}"' for name in filled)
        # Whoever dumps the database dumps this, too.
        connection.execute(READ_KEPT.encode())
        connection.execute(
            f"CREATE FUNCTION kept.fill() RETURNS void LANGUAGE sql AS $$ {steps or 'SELECT'} $$".encode()
        )


def keeps(url: str) -> bool:
    """Whether this database remembers rows."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT FROM pg_namespace WHERE nspname = 'kept'").fetchone() is not None


def _copy_kept(source: str, target: psycopg.Connection[tuple[object, ...]], names: list[str]) -> None:
    with psycopg.connect(source) as read:
        for name in names:
            copied = f'kept."{name}"'
            with (
                read.cursor().copy(f"COPY {copied} TO STDOUT (FORMAT BINARY)".encode()) as rows,
                target.cursor().copy(f"COPY {copied} FROM STDIN (FORMAT BINARY)".encode()) as into,
            ):
                for row in rows:
                    into.write(row)


class Lending:
    """Lends databases, each to one borrower at a time; makes another only where all are lent."""

    def __init__(self, server: PostgresServer, template: str) -> None:
        self.made = 0
        self._server, self._template = server, template
        self._numbers = count()
        self._free: list[str] = []
        # By database: copies have the numbers of their template, those on a cluster are made one by one.
        self._shapes: dict[str, str] = {}

    @contextmanager
    def lend(self, *, filled: bool) -> Iterator[str]:
        """A database that holds what the template keeps, or nothing but its schema."""
        name = self._free.pop() if self._free else self._make()
        if not self._prepared(name, filled):
            self._server.drop(name)
            name = self._make()
            assert self._prepared(name, filled)
        try:
            yield self._server.service_address(name)
        finally:
            self._free.append(name)

    def _make(self) -> str:
        name = f"cermin_lent_{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self._server.create(name, self._template)) as connection:
            self._shapes[name] = self._shape_of(connection)
        self.made += 1
        return name

    def _prepared(self, name: str, filled: bool) -> bool:
        """Bring the kept rows back; False where a test left more than rows behind."""
        try:
            with psycopg.connect(self._server.address(name)) as connection:
                connection.execute(ALONE)
                if self._shape_of(connection) != self._shapes[name]:
                    return False
                connection.execute("SELECT kept.empty(), kept.fill()" if filled else "SELECT kept.empty()")
        except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
            # It lets nobody in, or its tables are gone.
            return False
        return True

    def _shape_of(self, connection: psycopg.Connection[tuple[object, ...]]) -> str:
        """A digest of everything but rows; copies of one template have the same numbers in their catalogues."""
        row = connection.execute(SHAPE.encode()).fetchone()
        assert row is not None
        return str(row[0])
