"""What a start finds out about a Citus cluster: settings of its workers, and policies that were taken away."""

import psycopg

from app.foundation.storage.roles import ABOVE, fault_of_role
from tests.citus import CitusCluster
from tests.foundation.citus.asking import ON_A_CLUSTER, opened
from tests.postgres import owners_address

pytestmark = ON_A_CLUSTER


def test_settings_that_could_lose_a_rating_are_told_of_workers_too(nodes: CitusCluster, database_url: str) -> None:
    name = database_url.rsplit("/", 1)[1]
    # Of the worker's own accord, not of the coordinator's.
    with psycopg.connect(nodes.at_workers(owners_address(database_url))[0], autocommit=True) as connection:
        connection.execute("SET citus.enable_ddl_propagation = off")
        for change, told in (("SET synchronous_commit = off", True), ("RESET synchronous_commit", False)):
            connection.execute(f'ALTER DATABASE "{name}" {change}'.encode())
            with opened(database_url) as database:
                assert ("synchronous_commit" in database.unsafe_settings()) is told


def test_production_refuses_a_table_whose_policy_was_taken_away(nodes: CitusCluster, database_url: str) -> None:
    def fault() -> str | None:
        with opened(database_url) as database:
            return fault_of_role(database)

    assert fault() is None
    owner = owners_address(database_url)
    with opened(owner) as database:
        assert fault_of_role(database) == ABOVE
    with psycopg.connect(owner) as connection:
        connection.execute("ALTER TABLE comment NO FORCE ROW LEVEL SECURITY")
    assert "comment" in str(fault())
    with psycopg.connect(owner) as connection:
        connection.execute("SELECT keep_agencies_apart('comment')")
    assert fault() is None
