"""The SQL of PostgreSQL's partitions by key: which there are, making one, dropping one."""

import re
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.foundation.storage.database import Database, Session
from app.foundation.storage.rewriting_store import POLITE_LOCK_MS

# Where migration 0033 put them.
SCHEMA = "partition"
BEFORE, LATER = "before", "later"
# Dropping a partition locks its table.
BRIEF_LOCK_MS = 250
_BOUND = re.compile(r"FOR VALUES FROM \((?:MINVALUE|'(?P<first>[0-9a-f-]+)')\) TO \('(?P<end>[0-9a-f-]+)'\)")
_PARTITIONS = text(
    "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
    "JOIN pg_class p ON p.oid = i.inhparent "
    "WHERE p.relname = :table AND p.relnamespace = 'public'::regnamespace AND p.relkind = 'p' ORDER BY c.relname"
)


class Partition(NamedTuple):
    """A part of a table: its name behind that of the table, and its keys from `first` on to before `end`.

    None: from the lowest key on. The part for all that has no other, `later`, has neither.
    """

    part: str
    first: UUID | None
    end: UUID | None


def partitions(session: Session, table: str) -> list[Partition]:
    """The partitions of a table, by name; none where it has none."""
    found = []
    for name, bound in session.execute(_PARTITIONS, {"table": table}):
        keys = _BOUND.fullmatch(bound)
        first, end = (keys["first"], keys["end"]) if keys else (None, None)
        found.append(
            Partition(name.removeprefix(f"{table}_"), UUID(first) if first else None, UUID(end) if end else None)
        )
    return found


def make(database: Database, table: str, part: Partition) -> None:
    """Make a partition and move the rows there that nobody had made it for. Raises where others use these for long."""
    name, later = f"{SCHEMA}.{table}_{part.part}", f"{SCHEMA}.{table}_{LATER}"
    of_part = f"key >= '{part.first}' AND key < '{part.end}'"
    with database.keeping() as session:
        session.execute(text(f"SET LOCAL lock_timeout = {POLITE_LOCK_MS}"))
        session.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
        # Nothing may come in between; nearly always there is no row, and whoever rates now has a month already.
        session.execute(text(f"LOCK TABLE {later} IN ACCESS EXCLUSIVE MODE"))
        session.execute(text(f"INSERT INTO {name} SELECT * FROM {later} WHERE {of_part}"))
        session.execute(text(f"DELETE FROM {later} WHERE {of_part}"))
        bound = f"FOR VALUES FROM ('{part.first}') TO ('{part.end}')"
        session.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} {bound}"))
        # Last, because Citus copies the rows of what is attached to its table, which no policy lets it.
        session.execute(text(f"SELECT keep_agencies_apart('{name}')"))


def full_name(table: str, part: Partition) -> str:
    """A partition's name in SQL."""
    return f"{SCHEMA}.{table}_{part.part}"


def hold(session: Session, table: str, part: Partition) -> None:
    """Let nobody write to a partition until the transaction ends."""
    session.execute(text(f"LOCK TABLE {full_name(table, part)} IN SHARE MODE"))


def drop(session: Session, table: str, part: Partition) -> None:
    """Drop a partition, if there is one. It waits but briefly: whoever uses the table waits behind it."""
    session.execute(text(f"SET LOCAL lock_timeout = {BRIEF_LOCK_MS}"))
    session.execute(text(f"DROP TABLE IF EXISTS {full_name(table, part)}"))
