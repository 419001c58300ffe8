"""Row-level security on a Citus cluster (decision 42): each shard has it, and knows no agency that it was not told.

The attack on every table through the coordinator is in `test_row_security.py`.
"""

from datetime import date

import psycopg
import pytest
from sqlalchemy import text

from app.foundation.storage.distribution import join
from app.ratings.partitions import make_ahead
from tests.citus import SHARDS, CitusCluster
from tests.foundation.citus.asking import ON_A_CLUSTER, UNFORCED, asked, of_workers, opened
from tests.postgres import owners_address

pytestmark = ON_A_CLUSTER
SHARDS_THERE = "SELECT count(*)::text FROM pg_class WHERE relname ~ '^rating_.*[0-9]{5,}$' AND relkind IN ('r', 'p')"
MOVE = """
SELECT citus_move_shard_placement(s.shardid, s.nodename, s.nodeport, n.nodename, n.nodeport, 'block_writes')
FROM citus_shards s JOIN pg_dist_node n ON n.groupid <> 0 AND (n.nodename, n.nodeport) <> (s.nodename, s.nodeport)
WHERE s.table_name = 'rating'::regclass ORDER BY s.shardid LIMIT 1
"""


def test_every_shard_has_the_policy_forced_also_one_that_was_moved_and_of_a_month_that_was_added(
    nodes: CitusCluster, database_url: str
) -> None:
    owner = owners_address(database_url)
    assert all(int(n) > SHARDS for n in of_workers(database_url, SHARDS_THERE))
    assert of_workers(database_url, UNFORCED) == ["", ""]
    with opened(owner) as database:
        assert make_ahead(database, date(2027, 6, 1)) != []
    # A table that a migration adds later.
    with opened(owner) as database, database.writing() as session:
        session.execute(text('CREATE TABLE added (agency_id varchar(40) COLLATE "C" PRIMARY KEY)'))
        join(session.connection(), "added")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(MOVE)
    assert of_workers(database_url, UNFORCED) == ["", ""]
    assert asked(owner, "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'rating_2027_06'") == [True]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("DROP TABLE added")


def test_a_shard_asked_by_its_own_name_shows_an_agency_its_own_rows_and_nobody_any(
    nodes: CitusCluster, furnished: tuple[str, dict[str, str]]
) -> None:
    found: list[str] = []
    for worker in nodes.at_workers(furnished[0]):
        with psycopg.connect(worker, autocommit=True) as connection:
            connection.execute("SET citus.override_table_visibility = off")
            for name in connection.execute("SELECT relname FROM pg_class WHERE relname ~ '^office_[0-9]+$'").fetchall():
                question = f"SELECT agency_id FROM {name[0]}".encode()
                connection.execute("SET cermin.agency = 'kota'")
                rows_there = connection.execute(question).fetchall()
                found.extend(agency_id for (agency_id,) in rows_there)
                connection.execute("SET cermin.agency = '*'")
                if connection.execute(question).fetchall():
                    connection.execute("SET cermin.agency = ''")
                    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="nobody said whose rows these are"):
                        connection.execute(question)
    assert found
    assert set(found) == {"kota"}


def test_what_is_said_at_the_coordinator_alone_reaches_no_row(furnished: tuple[str, dict[str, str]]) -> None:
    with psycopg.connect(furnished[0], autocommit=True) as connection:
        for said in ("SELECT set_config('cermin.agency', 'kota', false)", "SET cermin.agency = '*'"):
            connection.execute(said.encode())
            for question in ("SELECT count(*) FROM office", "SELECT count(*) FROM office WHERE agency_id = 'kota'"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="nobody said whose rows these are"):
                    connection.execute(question.encode())
