"""`cermin backup`: a copy of the database at one moment, read back, with a manifest beside it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.audited_copies import MADE, audit_copy
from app.cli.context import err, fail, out, owners_database, reporting_errors, secret_at_hand, settings
from app.foundation.clock import system_clock
from app.foundation.secret import fingerprint
from app.foundation.storage.backups.files import BackupFault, drafted, put_in_place
from app.foundation.storage.backups.manifest import Facts, Manifest, as_text, manifest_of, place_of
from app.foundation.storage.backups.postgresql import dump
from app.foundation.storage.backups.sqlite import copy_running
from app.foundation.storage.database import address

Place = Annotated[
    Path, typer.Argument(metavar="FILE_OR_FOLDER", help="The file to write; in a folder it is named by the moment.")
]


def back_up(place: Place) -> None:
    """Write a verified backup while the service runs, and its manifest beside it.

    SQLite is copied as it is at one moment; PostgreSQL by its own pg_dump. Nothing is written over.
    """
    url = address(settings().database_url)
    with ending_in_words():
        if url.get_backend_name() == "sqlite":
            file = _named(place, "db")
            manifest = _written(file, lambda draft: copy_running(Path(str(url.database)), draft), "sqlite")
        else:
            file = _named(place, "dump")
            # The partitions of tables are copied by their own names, which nobody else may do.
            with owners_database() as db:
                manifest = _written(file, lambda draft: dump(db, draft, file), "postgresql")
    say(
        f"written and read back: {file}, {manifest.bytes} bytes, {manifest.ratings} ratings, "
        f"schema {manifest.schema_revision}"
    )
    say(f"its manifest: {place_of(file)}")
    audit_copy(MADE, file, manifest)
    _tell_what_is_not_in_it(file, manifest)


@contextmanager
def ending_in_words() -> Iterator[None]:
    """End the command with a sentence if a backup cannot be made or restored."""
    try:
        with reporting_errors():
            yield
    except BackupFault as fault:
        raise fail(str(fault)) from None
    except OSError as error:
        raise fail(f"{error.filename} cannot be written: {error.strerror}.") from None


def stamp_of(moment: datetime) -> str:
    """A moment for the name of a file."""
    return f"{moment:%Y%m%dT%H%M%SZ}"


def say(words: str) -> None:
    """Print a line as it is, however narrow the terminal."""
    out.print(words, markup=False, highlight=False, soft_wrap=True)


def _named(place: Path, ending: str) -> Path:
    file = place / f"cermin-{stamp_of(system_clock())}.{ending}" if place.is_dir() else place
    if not file.parent.is_dir():
        raise BackupFault(f"There is no folder {file.parent}.")
    for each in (file, place_of(file)):
        if each.exists():
            raise BackupFault(f"{each} exists already; nothing was written over.")
    return file


def _written(file: Path, copied: Callable[[Path], Facts], store: Literal["sqlite", "postgresql"]) -> Manifest:
    """Have the copy made and put it in its place, with its manifest."""
    made_at = system_clock()
    with drafted(file) as draft, drafted(place_of(file)) as beside:
        manifest = manifest_of(draft, store, copied(draft), made_at)
        beside.write_text(as_text(manifest))
        put_in_place(draft, file)
        put_in_place(beside, place_of(file))
    return manifest


def _tell_what_is_not_in_it(file: Path, manifest: Manifest) -> None:
    values = settings()
    kept = "CERMIN_SECRET" if values.secret is not None else str(values.secret_file)
    say(f"not in it: the secret ({kept}), without which it is of no use, and the key that signs reports")
    say(f"({values.signing_key_file}). Keep a copy of both apart from backups, where the service is not.")
    if values.secret is None and values.secret_file.parent.resolve() == file.parent.resolve():
        warn(f"This backup lies beside the secret ({kept}): whoever takes the folder has both.")
    own = secret_at_hand()
    if own is not None and manifest.secret_fingerprint not in (None, fingerprint(own)):
        warn("The secret at hand is not the one this database was filled with. Find that one before you need it.")


def warn(words: str) -> None:
    """Print a line on standard error, as it is."""
    err.print(words, style="yellow", markup=False, highlight=False, soft_wrap=True)
