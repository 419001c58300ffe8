"""A Citus cluster for tests, which `CERMIN_TEST_CITUS_URL` names: databases whose tables are distributed.

The address leads to a database of the coordinator in which Citus knows its workers; on each of them the tests make
databases of their own, so its user must be a superuser everywhere.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from app.foundation.storage.distribution import planned, take
from app.foundation.storage.roles import let_in
from tests.lending import keep, keeps
from tests.postgres import PostgresServer

CITUS_URL = os.environ.get("CERMIN_TEST_CITUS_URL")
# A few shards show what many would, and are made faster.
SHARDS = 4


class CitusCluster(PostgresServer):
    """Makes databases on all nodes of a cluster, and drops those it made."""

    def __init__(self, admin_url: str) -> None:
        super().__init__(admin_url, None)
        with psycopg.connect(admin_url) as connection:
            self._workers = connection.execute(
                "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 AND noderole = 'primary'"
            ).fetchall()
            coordinator = connection.execute("SELECT nodename, nodeport FROM pg_dist_node WHERE groupid = 0").fetchone()
        assert coordinator is not None, "run citus_set_coordinator_host in the database that the address names"
        assert len(self._workers) > 1, "one worker shows nothing"
        self._coordinator = coordinator

    def create(self, name: str, template: str | None = None) -> str:
        """A new database on every node; with a template: migrated, distributed, and filled with its kept rows."""
        for node in self._nodes():
            self._at(node, "postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            self._at(node, name, "CREATE EXTENSION citus")
        self._created.append(name)
        with self._alone(), psycopg.connect(self.address(name), autocommit=True) as connection:
            connection.execute("SELECT citus_set_coordinator_host(%s, %s)", self._coordinator)
            for worker in self._workers:
                connection.execute("SELECT citus_add_node(%s, %s)", worker)
        if template is not None and template != "template0":
            migrating.upgrade(self.address(name))
            distribute(self.address(name))
            self.let_service_in(name)
            # Its files cannot be copied, as they are elsewhere.
            if keeps(self.address(template)):
                keep(self.address(name), self.address(template))
                with psycopg.connect(self.address(name)) as connection:
                    connection.execute("SELECT kept.fill()")
        return self.address(name)

    def let_service_in(self, name: str) -> None:
        """Give the service's role its rights in this database, and no setting: what is not told to workers is seen."""
        owner = Database(self.address(name))
        try:
            with self._alone():
                let_in(owner, self.service_address(name))
        finally:
            owner.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of the tests at a time: what is told of roles belongs to all databases of the cluster."""
        with psycopg.connect(self.admin_url) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(7235002)")
            yield

    def drop(self, name: str) -> None:
        """Drop a database that this run created, on every node."""
        self._created.remove(name)
        for node in self._nodes():
            self._at(node, "postgres", sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def at_workers(self, url: str) -> list[str]:
        """The addresses of the same database on the workers, with the same role."""
        parts = make_url(url)
        workers = [make_url(each).set(database=parts.database, username=parts.username) for each in self._nodes()[1:]]
        return [each.render_as_string(hide_password=False) for each in workers]

    def _nodes(self) -> list[str]:
        admin = make_url(self.admin_url)
        workers = [admin.set(host=str(host), port=int(port)) for host, port in self._workers]
        return [each.render_as_string(hide_password=False) for each in (admin, *workers)]

    @staticmethod
    def _at(node: str, database: str, statement: sql.Composed | str) -> None:
        url = make_url(node).set(database=database).render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement if isinstance(statement, sql.Composed) else statement.encode())


def distribute(url: str, shards: int = SHARDS) -> None:
    """Do what `cermin distribute` does."""
    database = Database(url, statement_timeout_ms=0)
    try:
        for step in planned(database).steps:
            take(database, step, shards=shards)
    finally:
        database.dispose()


@contextmanager
def cluster(url: str) -> Iterator[CitusCluster]:
    """The cluster at this address; what was made there is dropped in the end."""
    found = CitusCluster(url)
    try:
        yield found
    finally:
        found.stop()
