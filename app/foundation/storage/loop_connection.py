"""A connection to PostgreSQL of which the event loop waits for answers itself, until a moment and no longer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from math import inf
from time import monotonic
from typing import Any

import psycopg
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from psycopg.pq import TransactionStatus

from app.foundation.storage.bounded_connection import SAY_AGENCY, BoundedConnection
from app.foundation.storage.server_limits import ServerLimits
from app.foundation.storage.time_budget import FREE, budget_of

PostgresError, PostgresOperationalError = psycopg.Error, psycopg.OperationalError


class LoopConnection(psycopg.AsyncConnection[Any]):
    """A connection that closes itself, and raises `OperationalError`, when an answer comes after `until`.

    `limits` know what each transaction must say before anything else; None where the connection itself was told, and
    a statement needs no transaction around it.
    """

    until = inf
    limits: ServerLimits | None = None
    # Whose rows it was told last to touch, where it was told itself.
    agency: str | None = None
    # What the driver made when it connected; both drive one and the same connection.
    _made: BoundedConnection
    # One for all that is asked: to make one anew costs the event loop a fifth of what sending a group does.
    _cursor: psycopg.AsyncCursor[Any]

    @classmethod
    async def over(cls, connect: Callable[[], BoundedConnection], seconds: float) -> "LoopConnection":
        """A connection in autocommit over the one that `connect` makes within so many seconds."""

        def made_in_time() -> BoundedConnection:
            with budget_of(seconds):
                return connect()

        # Making one is rare, and what has to be tried for it is written once, for threads. A thread of its own, because
        # nothing bounds the wait for one of the few that all share, and whole groups of ratings wait meanwhile.
        made = await run_sync(made_in_time, limiter=CapacityLimiter(1))
        own = cls(made.pgconn)
        own._made = made
        own._cursor = own.cursor()
        own.prepare_threshold = made.prepare_threshold
        await own.set_autocommit(True)
        return own

    @property
    def has_workers(self) -> bool:
        """Whether the tables may lie on workers, as with Citus."""
        return self.limits is not None and self.limits.has_workers

    @property
    def is_lost(self) -> bool:
        """Whether nothing can be asked over it any more."""
        return self.closed

    async def ask(self, statement: str, values: Any = None) -> list[Any]:
        """The rows that a statement gives; none where it is no question."""
        await self._cursor.execute(statement, values)
        result = self._cursor.pgresult
        return await self._cursor.fetchall() if result and result.nfields else []

    async def tell(self, agency_id: str) -> None:
        """Tell the server whose rows are touched from now on; not where it was told before."""
        if agency_id != self.agency:
            await self.ask(SAY_AGENCY, (agency_id,))
            self.agency = agency_id

    @asynccontextmanager
    async def transaction_of(self, agency_id: str, *, force_rollback: bool = False) -> AsyncIterator[None]:
        """A transaction that touches this agency's rows, and begins with what it must say."""
        if self.limits is None:
            await self.tell(agency_id)
        async with self.transaction(force_rollback=force_rollback):
            if self.limits is not None:
                for statement in self.limits.said(agency_id):
                    await self.ask(statement)
            yield

    async def restored(self) -> bool:
        """Whether it can be used again after a failed statement, whose transaction is rolled back."""
        if not self.closed and self.info.transaction_status is not TransactionStatus.IDLE:
            with suppress(psycopg.Error):
                await self.rollback()
        return not self.closed and self.info.transaction_status is TransactionStatus.IDLE

    async def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the answer to one statement."""
        began = monotonic()
        # As everywhere, what is late may still be rolled back.
        left = max(FREE, self.until - began)
        limit = left if timeout is None else min(left, timeout)
        try:
            return await super().wait(gen, interval, None if limit == inf else limit)
        except psycopg.OperationalError:
            if monotonic() - began >= limit:
                # What was asked may still be answered some day: nobody may read that as the answer to the next.
                self.pgconn.finish()
            raise
