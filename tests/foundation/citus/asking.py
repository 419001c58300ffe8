"""What tests of a Citus cluster ask it: its coordinator's catalogue, and its workers'."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
import pytest

from app.foundation.storage.database import Database
from tests.citus import CITUS_URL
from tests.postgres import owners_address

ON_A_CLUSTER = [
    pytest.mark.skipif(CITUS_URL is None, reason="CERMIN_TEST_CITUS_URL names no Citus cluster"),
    pytest.mark.long,
]
DISTRIBUTED = "SELECT logicalrelid::text FROM pg_dist_partition ORDER BY 1"
ORDINARY = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = pg_class.oid) ORDER BY relname"
)
# The tables of agencies, also partitions and shards, that have no forced policy; NULL where all have.
UNFORCED = """
SELECT string_agg(c.oid::regclass::text, ',') FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id' AND NOT a.attisdropped
LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('partition')) AND c.relkind IN ('r', 'p')
AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND p.polname = 'own_agency' AND p.polcmd = '*'
         AND p.polpermissive AND p.polroles = '{0}' AND p.polwithcheck IS NULL
         AND pg_get_expr(p.polqual, c.oid) LIKE '%agency_in_scope()%')
"""
OF_WORKERS = "SELECT success, result FROM run_command_on_workers(%s)"
_numbers = count()


def new_name() -> str:
    """A database of this process."""
    return f"cermin_ordinary_{os.getpid()}_{next(_numbers)}"


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database, closed in the end."""
    database = Database(url, statement_timeout_ms=0)
    yield database
    database.dispose()


def asked(url: str, question: str) -> list[Any]:
    """The first column of the answer."""
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(question.encode())]


def of_workers(url: str, question: str) -> list[str]:
    """What every worker answers."""
    with psycopg.connect(owners_address(url)) as connection:
        found = connection.execute(OF_WORKERS, (question,)).fetchall()
    assert all(success for success, _ in found), found
    return [result for _, result in found]
