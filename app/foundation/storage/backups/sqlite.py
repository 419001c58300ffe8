"""Copies SQLite's database while others write to it, looks at a copy, and puts one in an empty place."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from app.foundation.storage.backups.files import BackupFault
from app.foundation.storage.backups.manifest import Facts
from app.foundation.storage.backups.store import FACTS, INTEGRITY
from app.foundation.storage.engines import SQLITE_BESIDE

# How long a copy waits for whoever keeps the whole database locked, in seconds: each time, and in all.
TURN, PATIENCE = 0.5, 10.0


def copy_running(source: Path, draft: Path) -> Facts:
    """Copy a database of which others write, as it is at one moment; what the copy holds. Raises `BackupFault`."""
    if not source.is_file():
        raise BackupFault(f"There is no database {source}.")
    try:
        with _opened(source, "mode=rw", TURN) as running, closing(sqlite3.connect(draft)) as copied:
            # All pages in one step are one read transaction: writers go on, and none of what they write meanwhile is
            # in the copy. In several steps the copy would begin anew with every rating.
            running.backup(copied, pages=-1, progress=_give_up_in_time())
            # One file, without a log beside it that somebody forgets.
            copied.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupFault(f"The database cannot be copied: {error}.") from None
    return examine(draft, source)


def examine(file: Path, name: Path) -> Facts:
    """What a copy at rest holds; `name` is how to call it. Raises `BackupFault` where it is not sound."""
    try:
        # Nobody writes to it: neither a log nor a lock is needed, and its folder may be read-only.
        with _opened(file, "mode=ro&immutable=1") as copied:
            if copied.execute(INTEGRITY).fetchall() != [("ok",)]:
                raise BackupFault(f"{name} is damaged: SQLite's integrity check finds faults in it.")
            return Facts(*copied.execute(FACTS).fetchone())
    except sqlite3.OperationalError:
        raise BackupFault(f"{name} is no database of Cermin, or was never migrated.") from None
    except sqlite3.DatabaseError:
        raise BackupFault(f"{name} is no database, or a damaged one.") from None


def occupied(place: Path) -> bool:
    """Whether there is anything where a database is to be: the file, or the log of one that is gone."""
    return any(each.exists() for each in _files(place))


def set_aside(place: Path, stamp: str) -> Path:
    """Give the database that is there another name, with all that is beside it. Raises `BackupFault` while in use."""
    try:
        # Only whoever is alone with it can end its log, which thereby is brought home.
        with _opened(place, "mode=rw") as alone:
            alone.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        # What cannot be opened is kept as it is.
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise BackupFault(f"{place} is in use. Stop the service first.") from None
    kept = place.with_name(f"{place.name}.before-{stamp}")
    if occupied(kept):
        raise BackupFault(f"{kept} exists already; nothing was written over.")
    for file, other in zip(_files(place), _files(kept), strict=True):
        if file.exists():
            file.rename(other)
    return kept


def _give_up_in_time() -> Callable[[int, int, int], None]:
    """Ends a copy that waits too long; by itself it would wait for ever."""
    end = monotonic() + PATIENCE

    def look(status: int, _: int, __: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() >= end:
            raise BackupFault("Somebody else keeps the whole database locked; nothing was copied.")

    return look


def _files(place: Path) -> list[Path]:
    return [place.with_name(place.name + ending) for ending in ("", *SQLITE_BESIDE)]


@contextmanager
def _opened(file: Path, mode: str, patience: float = 0.0) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{mode}", uri=True, timeout=patience)) as connection:
        yield connection
