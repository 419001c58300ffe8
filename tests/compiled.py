"""Lets the SQLite databases of a test process share compiled statements: each test's are those of the tests before."""

from typing import Any

from sqlalchemy import Engine, create_engine

from app.foundation.storage import engines


def share_compiled_statements() -> None:
    """From now on every engine for SQLite has one dialect and one cache.

    A service compiles each statement once in its life, a test would once in its own: a quarter of what it costs.
    SQLAlchemy keeps compiled statements by dialect, and a dialect knows nothing of one database but SQLite's version.
    """
    with create_engine("sqlite://").connect() as connection:
        dialect = connection.dialect
    compiled: dict[Any, Any] = {}

    def create(url: Any, **options: Any) -> Engine:
        if not str(url).startswith("sqlite"):
            return create_engine(url, **options)
        engine = create_engine(url, execution_options={"compiled_cache": compiled}, **options)
        engine.dialect = engine.pool._dialect = dialect
        return engine

    setattr(engines, "create_engine", create)  # noqa: B010 - put in the place of what that file imported
