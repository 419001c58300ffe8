"""The databases of a service: the one it writes to, and where figures are read from."""

from app.foundation.settings import Environment, Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database, address
from app.foundation.storage.read_replica import FigureReads
from app.foundation.telemetry import Metrics


def open_database(settings: Settings) -> Database:
    """The database of these settings, not connected yet."""
    is_sqlite = address(settings.database_url).get_backend_name() == "sqlite"
    return Database(
        settings.database_url,
        # The lanes of PostgreSQL have connections of their own.
        pool_size=settings.pool_size if is_sqlite else max(1, settings.pool_size - settings.writers),
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
        owner_url=settings.owner_url,
    )


def figure_reads(settings: Settings, database: Database, metrics: Metrics) -> FigureReads:
    """Where figures are read from: a replica beside the database, if one is set."""
    url = settings.read_database_url
    if url is not None and (database.is_sqlite or address(url).get_backend_name() == "sqlite"):
        raise StartupError("CERMIN_READ_DATABASE_URL is for PostgreSQL: both addresses must lead to it.")
    replica = url and Database(
        url,
        pool_size=settings.pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
    )
    return FigureReads(
        database,
        replica or None,
        settings.read_lag_seconds,
        must_be_bound=settings.environment is Environment.production,
        counted=metrics.read_from,
        aged=metrics.replica_age.set,
    )
