"""Rows that are written whatever is there: of two writers at once neither meets the other's key as an error."""

from typing import Any, TypeVar, cast

from sqlalchemy import Table, inspect
from sqlmodel import Session, SQLModel

Row = TypeVar("Row", bound=SQLModel)


def put(session: Session, row: Row) -> Row:
    """Insert a row, or overwrite the one that has its primary key; the row as the session knows it then.

    `Session.merge` looks first and inserts afterwards: of two at once on PostgreSQL the second meets the key of the
    first, or finds the row deleted that it was to change.
    """
    table, values = _table(row), _values(row)
    kept = {column.name for column in table.primary_key}
    insert = _insert(session, type(row)).values(values)
    changed = {name: insert.excluded[name] for name in values.keys() - kept}
    if _is_sqlite(session):
        upsert = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
    else:
        # By name: a list of columns may match no index while one is rebuilt.
        upsert = insert.on_conflict_do_update(constraint=table.primary_key, set_=changed)
    # What the session has read of this row before is replaced.
    written = session.scalars(upsert.returning(type(row)), execution_options={"populate_existing": True})
    return cast("Row", written.one())


def add_unless_there(session: Session, row: SQLModel) -> bool:
    """Insert a row; False where one is there that has a key or a unique value of it, which then stays as it is."""
    statement = _insert(session, type(row)).values(_values(row)).on_conflict_do_nothing()
    return session.execute(statement.returning(*_table(row).primary_key)).first() is not None


def _insert(session: Session, table: type[SQLModel]) -> Any:
    """The INSERT of the session's database, whose dialect is read already; that of the other one takes two MiB."""
    if _is_sqlite(session):
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def _is_sqlite(session: Session) -> bool:
    return bool(session.get_bind().dialect.name == "sqlite")


def _table(row: SQLModel) -> Table:
    return cast("Table", inspect(type(row)).local_table)


def _values(row: SQLModel) -> dict[str, Any]:
    columns = inspect(type(row)).column_attrs
    return {each.columns[0].name: getattr(row, each.key) for each in columns}
