"""PostgreSQL's engine: how connections to its server are made, pooled and bounded in time."""

from typing import Any

import psycopg
from sqlalchemy import URL, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.foundation.storage.agency_scope import current_scope
from app.foundation.storage.bounded_connection import KEEPALIVE, BoundedConnection
from app.foundation.storage.engines import AUTOCOMMIT, POOL_SECONDS, BoundedPool
from app.foundation.storage.server_limits import ServerLimits


def postgresql_address(url: str) -> URL:
    """The address for our driver. Its options are among the limits."""
    return make_url(url).set(drivername="postgresql+psycopg").difference_update_query(["options"])


def limits_of(url: URL, statement_timeout_ms: int, lock_timeout_ms: int) -> ServerLimits:
    """The limits of an address, with the options that the operator gave in it."""
    options = url.query.get("options", "")
    return ServerLimits(
        statement_timeout_ms, lock_timeout_ms, options if isinstance(options, str) else " ".join(options)
    )


def postgresql_arguments(parts: URL) -> dict[str, Any]:
    """What our driver is told beside the address."""
    # What the operator says in the address about keeping connections alive holds.
    keepalive = {name: value for name, value in KEEPALIVE.items() if name not in parts.query}
    return {"connect_timeout": 3, "application_name": "cermin", **keepalive}


def postgresql_engine(url: str, pool_size: int, limits: ServerLimits) -> Engine:
    """No overflow: a storm waits in our bounded queue, not in the server's connection slots."""
    parts = postgresql_address(url)
    engine = create_engine(
        parts,
        poolclass=BoundedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        # The connection used last is the one whose plans and caches are warm.
        pool_use_lifo=True,
        connect_args=postgresql_arguments(parts),
    )

    @event.listens_for(engine, "do_connect")
    def connect_in_time(_: Dialect, __: ConnectionPoolEntry, arguments: Any, parameters: Any) -> BoundedConnection:
        return limits.connect(*arguments, **parameters)

    @event.listens_for(engine, "checkout")
    def check(connection: BoundedConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        # After a restart of the server the pool is full of dead connections; to ask costs less than a failed request.
        # SQLAlchemy's own ping would do so, too, but says nothing beside it.
        try:
            connection.check(None if limits.in_transactions else current_scope())
        except psycopg.Error:
            if connection.closed:
                raise InvalidatePoolError from None
            raise

    @event.listens_for(engine, "begin")
    def limit(connection: Any) -> None:
        if limits.in_transactions and connection.get_execution_options().get("isolation_level") != AUTOCOMMIT:
            for statement in limits.said(current_scope()):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})

    return engine
