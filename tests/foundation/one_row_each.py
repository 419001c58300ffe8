"""A row in every table of an agency, found from the catalogue; what the rows say is of no use to anybody."""

from typing import Any

import psycopg
from psycopg import sql

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname
"""
# What would keep a made-up row out: it is taken away from the copy of a database that these rows go into.
RULES = """
SELECT k.conrelid::regclass::text, quote_ident(k.conname) FROM pg_constraint k
WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('c', 'f') AND k.conparentid = 0
ORDER BY k.contype DESC
"""
COLUMNS = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND column_name <> 'agency_id' AND is_nullable = 'NO'
ORDER BY ordinal_position
"""
VALUES: dict[str, Any] = {
    "varchar": "x",
    "text": "x",
    "uuid": "00000000-0000-7000-8000-000000000001",
    "date": "2026-11-01",
    "timestamptz": "2026-11-01T00:00:00Z",
    "int4": 1,
    "int8": 1,
    "float8": 1.0,
    "numeric": 1,
    "bool": True,
    "json": "{}",
    "jsonb": "{}",
    "bytea": b"x",
}


def tables_of_agencies(connection: psycopg.Connection[Any]) -> list[str]:
    """The tables that have an agency in every row; not their partitions."""
    return [name for (name,) in connection.execute(TABLES)]


def fill(admin_url: str, agencies: tuple[str, ...]) -> list[str]:
    """Give each of these agencies one row in every table; the tables."""
    with psycopg.connect(admin_url) as connection:
        for table, rule in connection.execute(RULES).fetchall():
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {rule} CASCADE".encode())
        names = tables_of_agencies(connection)
        for name in names:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for agency_id in agencies:
                connection.execute(*insertion(connection, name, agency_id))
    return names


def insertion(connection: psycopg.Connection[Any], table: str, agency_id: str) -> tuple[sql.Composed, list[Any]]:
    """The statement that adds an agency's row to a table, and its values."""
    columns = connection.execute(COLUMNS, (table,)).fetchall()
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in ("agency_id", *(name for name, _ in columns)))
    marks = sql.SQL(", ").join(sql.Placeholder() for _ in range(len(columns) + 1))
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), listed, marks)
    return statement, [agency_id, *(VALUES[kind] for _, kind in columns)]
