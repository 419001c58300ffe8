"""The time limits that PostgreSQL keeps for us: set with the connection, or behind a pooler in each transaction.

A pooler in transaction mode (PgBouncer) lends a connection of the server for one transaction at a time. What was said
to an earlier one is gone then, or applies to somebody else; so nothing may be said that a transaction needs. On a
Citus cluster the coordinator keeps its connection, but hands on to its workers only what a transaction says.
"""

from math import inf
from typing import Any

import psycopg
from psycopg.sql import Literal

from app.foundation.startup_errors import StartupError
from app.foundation.storage.agency_scope import SETTING
from app.foundation.storage.bounded_connection import BoundedConnection, connect
from app.foundation.storage.server_requirements import fault_of_server

# A name that no server knows: it is there only if our options have reached the server.
MARK = "cermin.options"
# PgBouncer's words; it drops them instead where `ignore_startup_parameters` has `options`.
REFUSED = "unsupported startup parameter"
NO_OPTIONS = (
    "The address of the database has options, and leads to a connection pooler that does not pass them on. Set them at "
    "the server (ALTER ROLE … SET …), or name the server itself."
)


# Citus takes part in a database that has its extension, also before tables are distributed.
_LOOK = "SELECT current_setting(%s, true), EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
# The coordinator tells its workers what SET LOCAL says. A server without Citus keeps the name and makes nothing of it.
_HAND_ON = "citus.propagate_set_commands"


class ServerLimits:
    """How long a statement may take on the server, and wait for a lock, in milliseconds (0: as long as it likes).

    `options` are those of the operator's address; they come after ours and so may change them.
    """

    def __init__(self, statement_ms: int, lock_ms: int, options: str = "") -> None:
        self._given = options
        limits = {"statement_timeout": str(statement_ms), "lock_timeout": str(lock_ms), "timezone": "UTC"}
        limits[_HAND_ON] = "local"
        ours = " ".join(f"-c {name}={value}" for name, value in {**limits, MARK: "on"}.items())
        self._options = f"{ours} {options}".strip()
        self._in_a_transaction = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())
        # The server's own time-out comes first, as long as there is a server: it leaves the connection usable.
        self._longest = statement_ms / 1_000 + 1 if statement_ms else inf
        # None until the first connection shows it.
        self._is_pooled: bool | None = None
        self.has_workers = False

    @property
    def in_transactions(self) -> bool | None:
        """Whether each transaction must say something first (`said`); None until the first connection shows it."""
        return None if self._is_pooled is None else self._is_pooled or self.has_workers

    def said(self, agency_id: str) -> tuple[str, ...]:
        """What such a transaction says before anything else, statement by statement: whose rows it may touch, too."""
        agency = Literal(agency_id).as_string()
        if not self.has_workers:
            return (f"SELECT {self._in_a_transaction}, set_config('{SETTING}', {agency}, true)",)
        # What a function sets stays on the coordinator, and so does a SET that travels with another statement.
        told = f"SET LOCAL {SETTING} = {agency}"
        return (f"SELECT {self._in_a_transaction}", told) if self._is_pooled else (told,)

    def connect(self, *arguments: Any, **parameters: Any) -> BoundedConnection:
        """A connection that keeps the limits.

        Raises `StartupError` where a pooler drops the operator's options, or the server does not do.
        """
        if not self._is_pooled:
            connection = self._with_options(*arguments, **parameters)
            if connection is not None:
                return connection
            if self._given:
                raise StartupError(NO_OPTIONS)
        connection = self._connection(*arguments, **parameters)
        if self._is_pooled is None:
            self._look(connection)
        # A prepared statement lives in one connection of the server, and the next transaction may get another.
        connection.prepare_threshold = None
        return connection

    def _connection(self, *arguments: Any, **parameters: Any) -> BoundedConnection:
        """A connection to a server that does."""
        connection = connect(self._longest, *arguments, **parameters)
        # What is looked at here came with the connection: nothing is asked.
        told = connection.info
        if fault := fault_of_server(told.server_version, told.parameter_status("server_encoding")):
            connection.close()
            raise StartupError(fault)
        return connection

    def _with_options(self, *arguments: Any, **parameters: Any) -> BoundedConnection | None:
        """A connection to a server that has our options; None where something in between keeps them back."""
        try:
            connection = self._connection(*arguments, options=self._options, **parameters)
        except psycopg.OperationalError as error:
            if REFUSED in str(error):
                return None
            raise
        if self._look(connection):
            return connection
        connection.close()
        return None

    def _look(self, connection: BoundedConnection) -> bool:
        """See what this connection leads to; whether our options have arrived there."""
        row = connection.execute(_LOOK, (MARK,)).fetchone()
        connection.rollback()
        assert row is not None, "a SELECT without FROM gives one row"
        arrived = bool(row[0] == "on")
        self._is_pooled, self.has_workers = not arrived, bool(row[1])
        return arrived
