"""A connection to PostgreSQL that waits for no answer longer than it may.

The server's own time-outs need a server that answers. Behind a cable that was pulled, or a firewall that forgot the
connection, nothing comes at all, and the driver would wait for good.
"""

from concurrent.futures import Future, InvalidStateError
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from math import isfinite
from threading import Thread
from time import monotonic
from typing import Any, TypeVar

import psycopg

from app.foundation.storage.agency_scope import SETTING
from app.foundation.storage.time_budget import statement_seconds, waiting

Answer = TypeVar("Answer")

# What the operating system does about packets that nobody confirms: it ends the connection, also of whoever has as
# much time as it takes, after about half a minute.
KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# A lookup of the host's name knows no time-out; so connecting is waited for, not done, by whoever needs a connection.
CONNECT_SECONDS = 5.0
# Nothing at all, and yet the server answers.
PING = ";"
# Outside a transaction: it holds until something else is said.
SAY_AGENCY = f"SELECT set_config('{SETTING}', %s, false)"


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes itself, and raises `OperationalError`, when an answer takes too long."""

    # Where there is no budget; a command at the terminal may take as long as its user likes.
    longest = float("inf")
    # Whose rows it was told last to touch; None: it was not told anything.
    agency: str | None = None

    def check(self, agency: str | None) -> None:
        """See whether the server still answers; in the same round trip tell it the agency (None: tell it nothing)."""
        before, self.autocommit = self.autocommit, True
        try:
            if agency == self.agency:
                self.execute(PING)
            else:
                self.execute(SAY_AGENCY, (agency,))
                self.agency = agency
        finally:
            if not self.closed:
                self.autocommit = before

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the answer to one statement."""
        began = monotonic()
        with waiting(statement_seconds(self.longest)) as seconds:
            limit = seconds if timeout is None else min(seconds, timeout)
            try:
                return super().wait(gen, interval, limit if isfinite(limit) else None)
            except psycopg.OperationalError:
                if monotonic() - began >= limit:
                    # What was asked may still be answered some day: nobody may read that as the answer to the next.
                    self.close()
                raise


def connect(longest: float, *arguments: Any, **parameters: Any) -> BoundedConnection:
    """A connection whose waits last `longest` at most; raises `OperationalError` where none comes in time."""
    made: Future[BoundedConnection] = Future()

    def run() -> None:
        try:
            connection = BoundedConnection.connect(*arguments, **parameters)
        except Exception as error:
            with suppress(InvalidStateError):
                made.set_exception(error)
            return
        try:
            made.set_result(connection)
        except InvalidStateError:
            # It came too late, and nobody wants it any more.
            connection.close()

    with waiting(CONNECT_SECONDS) as seconds:
        Thread(target=run, name="connecting", daemon=True).start()
        try:
            connection = made.result(seconds)
        except FutureTimeoutError:
            if made.cancel():
                raise psycopg.OperationalError("no connection in time") from None
            connection = made.result()
    connection.longest = longest
    return connection
