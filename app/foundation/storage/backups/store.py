"""What a database says of itself for its manifest, in one statement that both stores know."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.foundation.storage.backups.manifest import Facts
from app.foundation.storage.database import Database, Session

# In the order of `Facts`.
FACTS = """
SELECT (SELECT version_num FROM alembic_version),
       (SELECT count(*) FROM rating),
       (SELECT value FROM installation WHERE name = 'secret')
"""
INTEGRITY = "PRAGMA integrity_check"

# Whatever somebody made in PostgreSQL's database; extensions may have brought tables of their own.
RELATIONS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
"""


@contextmanager
def exported(database: Database) -> Iterator[tuple[str, Facts]]:
    """The name of a moment of PostgreSQL's database, which other programs can read, and what it holds then."""
    with database.snapshot(hurried=False) as session:
        name: str = session.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        yield name, _facts(session)


def facts_now(database: Database) -> Facts:
    """What the database holds."""
    with database.snapshot(hurried=False) as session:
        return _facts(session)


def is_empty(database: Database) -> bool:
    """Whether nobody has made a table in PostgreSQL's database."""
    with database.reading() as session:
        return bool(session.execute(text(RELATIONS)).scalar_one() == 0)


def _facts(session: Session) -> Facts:
    return Facts(*session.execute(text(FACTS)).one())
