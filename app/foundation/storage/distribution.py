"""Distributes the tables over the workers of a Citus cluster, by agency; what is distributed already stays as it is."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from app.foundation.startup_errors import StartupError
from app.foundation.storage import distribution_store as store
from app.foundation.storage.database import Connection, Database, DBAPIError, Session
from app.foundation.storage.distribution_store import DISTRIBUTION_COLUMN, ForeignKey, Table
from app.foundation.storage.migrations import LOCK, current, head

# The tables that stay on the coordinator alone, and why. No statement joins them with an agency's rows.
STAYS: Mapping[str, str] = {
    "alembic_version": "one row, which migrations write through the coordinator",
    "installation": "facts about the whole, written by a start or a night and read by nobody else",
    "lease": "a row a job, changed every minute: on every worker each change would be a commit in two phases",
}
NOT_POSTGRESQL = "SQLite cannot be distributed. Cermin distributes a PostgreSQL database that has the extension Citus."
NO_EXTENSION = (
    "This database has no Citus: the extension is not there. On the coordinator and on every worker, in this very "
    "database, run CREATE EXTENSION citus, and tell the coordinator of its workers. docs/citus.md has every step."
)
NO_WORKERS = "Citus knows no worker. On the coordinator run SELECT citus_add_node('worker-1', 5432) for each of them."
NOT_MIGRATED = "The schema is not the newest one. Run `cermin migrate` first."


class Step(NamedTuple):
    """Tables that become distributed in one transaction, because foreign keys hold them together, and these keys."""

    tables: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]


class Plan(NamedTuple):
    """What is to be done, and what is done already."""

    steps: tuple[Step, ...]
    distributed: tuple[str, ...]
    stays: tuple[str, ...]
    workers: int


def planned(database: Database) -> Plan:
    """What a distribution has to do. Raises `StartupError` where it cannot be done, with the reason."""
    if database.is_sqlite:
        raise StartupError(NOT_POSTGRESQL)
    if current(database) != head():
        raise StartupError(NOT_MIGRATED)
    with database.reading() as session:
        if store.citus_version(session) is None:
            raise StartupError(NO_EXTENSION)
        workers = store.workers(session)
        if not workers:
            raise StartupError(NO_WORKERS)
        tables, keys = store.tables(session), store.foreign_keys(session)
    if faults := [table.name for table in tables if not _has_a_place(table)]:
        raise StartupError(f"Nobody said where these tables belong, so nothing was distributed: {', '.join(faults)}.")
    return Plan(
        tuple(steps(tables, keys)),
        tuple(table.name for table in tables if table.kind is not None),
        tuple(table.name for table in tables if table.name in STAYS),
        workers,
    )


def steps(tables: Sequence[Table], keys: Sequence[ForeignKey]) -> Iterator[Step]:
    """The steps in their order: the tables that foreign keys join first, then every other one by itself."""
    local = {table.name for table in tables if table.kind is None and table.name not in STAYS}
    waiting = [key for key in keys if key.table in local or key.refers_to in local]
    joined = sorted(({key.table for key in waiting} | {key.refers_to for key in waiting}) & local)
    if joined:
        yield Step(tuple(joined), tuple(waiting))
    for name in sorted(local - set(joined)):
        yield Step((name,), ())


def take(database: Database, step: Step, *, shards: int | None = None) -> None:
    """Distribute the tables of a step: all of them, or after an interruption none.

    Raises `StartupError` with Citus's own words where it refuses.
    """
    try:
        with database.unhurried() as session:
            store.take_turns(session, LOCK)
            done = _distributed(session)
            # Somebody else may have done it while we waited.
            if not done.issuperset(step.tables):
                _distribute(session, step, done, shards)
    except DBAPIError as error:
        # Not its details, which may show a row.
        reason = getattr(getattr(error.orig, "diag", None), "message_primary", None) or type(error).__name__
        raise StartupError(
            f"These tables were not distributed: {', '.join(step.tables)}. The reason: {reason}. What was distributed "
            "before stays so. Mend what is wrong and run `cermin distribute` again."
        ) from None


def is_distributed(connection: Connection) -> bool:
    """Whether tables of this database are distributed."""
    return store.citus_version(connection) is not None and bool(_distributed(connection))


def join(connection: Connection, table: str) -> None:
    """Distribute a table that was just made in a database whose other tables are distributed."""
    if table in STAYS:
        return
    keys = tuple(key for key in store.foreign_keys(connection) if key.table == table)
    _distribute(connection, Step((table,), keys), _distributed(connection), None)


def _distributed(connection: Session | Connection) -> set[str]:
    return {table.name for table in store.tables(connection) if table.kind is not None}


def _distribute(connection: Session | Connection, step: Step, done: set[str], shards: int | None) -> None:
    has_policies = store.knows_policies(connection)
    if has_policies:
        store.spread_scope(connection)
    # Citus takes no foreign key between a table that is distributed and one that is not, whichever comes first.
    for key in step.foreign_keys:
        store.drop_foreign_key(connection, key)
    beside = min(done, default=None)
    for name in step.tables:
        store.take_policies_away(connection, name)
        store.distribute_table(connection, name, beside=beside, shards=None if beside else shards)
        # Citus would leave the former rows on the coordinator, hidden, and what is to be erased one day with them.
        store.take_out_remains(connection, name)
        if has_policies:
            store.put_policies_back(connection, name)
        beside = beside or name
    for key in step.foreign_keys:
        store.add_foreign_key(connection, key)


def _has_a_place(table: Table) -> bool:
    if table.name in STAYS:
        return table.kind is None
    return table.first == DISTRIBUTION_COLUMN and table.kind in (None, "distributed")
