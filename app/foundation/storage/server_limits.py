"""The time limits that PostgreSQL keeps for us: set with the connection, or behind a pooler in each transaction.

A pooler in transaction mode (PgBouncer) lends a connection of the server for one transaction at a time. What was said
to an earlier one is gone then, or applies to somebody else; so nothing may be said that a transaction needs.
"""

from math import inf
from typing import Any

import psycopg

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


class ServerLimits:
    """How long a statement may take on the server, and wait for a lock, in milliseconds (0: as long as it likes).

    `options` are those of the operator's address; they come after ours and so may change them.
    """

    def __init__(self, statement_ms: int, lock_ms: int, options: str = "") -> None:
        self._given = options
        ours = {"statement_timeout": statement_ms, "lock_timeout": lock_ms, "timezone": "UTC", MARK: "on"}
        self._options = " ".join((*(f"-c {name}={value}" for name, value in ours.items()), options)).strip()
        # The server's own time-out comes first, as long as there is a server: it leaves the connection usable.
        self._longest = statement_ms / 1_000 + 1 if statement_ms else inf
        # Whether they must be said in each transaction; None until the first connection shows it.
        self.in_transactions: bool | None = None
        # Its parameter is whose rows the transaction may touch.
        self.statement = (
            f"SELECT set_config('statement_timeout', '{statement_ms}', true), "
            f"set_config('lock_timeout', '{lock_ms}', true), set_config('timezone', 'UTC', true), "
            f"set_config('{SETTING}', %s, true)"
        )

    def connect(self, *arguments: Any, **parameters: Any) -> BoundedConnection:
        """A connection that keeps the limits.

        Raises `StartupError` where a pooler drops the operator's options, or the server does not do.
        """
        if not self.in_transactions:
            connection = self._with_options(*arguments, **parameters)
            if connection is not None:
                self.in_transactions = False
                return connection
            if self._given:
                raise StartupError(NO_OPTIONS)
            self.in_transactions = True
        connection = self._connection(*arguments, **parameters)
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
        row = connection.execute(f"SELECT current_setting('{MARK}', true)").fetchone()
        connection.rollback()
        if row == ("on",):
            return connection
        connection.close()
        return None
