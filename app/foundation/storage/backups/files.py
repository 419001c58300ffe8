"""Files that appear whole, private, and never in the place of another."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj

from app.foundation.private_files import PRIVATE_FILE

# What SQLite may leave beside a draft whose copying was broken off.
BESIDE = ("", "-journal", "-wal", "-shm")


class BackupFault(Exception):
    """A backup that cannot be made or restored; the message says why, and what to do."""


def told(error: OSError, place: Path, done: str) -> BackupFault:
    """What the system says of a file that could not be read or written."""
    return BackupFault(f"{place} cannot be {done}: {error.strerror}.")


@contextmanager
def drafted(place: Path) -> Iterator[Path]:
    """An empty file beside a place, for its owner alone (0600); what is left of it in the end is deleted."""
    draft = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    except OSError as error:
        raise told(error, place, "written") from None
    try:
        yield draft
    finally:
        for ending in BESIDE:
            with suppress(FileNotFoundError):
                draft.with_name(draft.name + ending).unlink()


def put_in_place(draft: Path, place: Path) -> None:
    """Give a draft its name once it is on the disk. Raises `BackupFault` where there is a file of that name."""
    _sync(draft)
    try:
        # Takes the name; unlike a hard link this works on memory sticks and network shares, too.
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
    except FileExistsError:
        raise BackupFault(f"{place} exists already; nothing was written over.") from None
    except OSError as error:
        raise told(error, place, "written") from None
    draft.replace(place)
    _sync(place.parent)


def copy(source: Path, draft: Path) -> None:
    """Copy the bytes of a file into a draft. Raises `BackupFault`."""
    try:
        with source.open("rb") as content, draft.open("wb") as copied:
            copyfileobj(content, copied, 1024**2)
    except OSError as error:
        raise told(error, source, "copied") from None


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
