"""`cermin restore`: a backup into an empty place, after it was found whole and the secret fits; then `cermin check`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.audited_copies import RESTORED, audit_copy
from app.cli.backing_up import ending_in_words, say, stamp_of, warn
from app.cli.context import owners_database, secret_at_hand, settings
from app.cli.maintenance import check
from app.foundation.clock import system_clock
from app.foundation.private_files import make_folder
from app.foundation.storage.backups import postgresql, sqlite
from app.foundation.storage.backups.files import BackupFault, copy, drafted, put_in_place
from app.foundation.storage.backups.manifest import Facts, Manifest, compare, read_manifest
from app.foundation.storage.database import address
from app.foundation.storage.installation import fault_of
from app.foundation.storage.migrations import head, known
from app.foundation.storage.roles import let_in

Backup = Annotated[
    Path, typer.Argument(metavar="FILE", help="What `cermin backup` wrote; its manifest lies beside it.")
]
Force = Annotated[
    bool, typer.Option("--force", help="SQLite: give the database that is there another name, and keep it.")
]


def restore(file: Backup, force: Force = False) -> None:
    """Restore a backup into an empty place and check it.

    Nothing is written before the file is found whole, its schema known, and the secret the one that it was filled with.
    """
    url = address(settings().database_url)
    with ending_in_words():
        manifest = read_manifest(file)
        compare(file, manifest, file)
        _refuse_what_does_not_fit(manifest, url.get_backend_name())
        if manifest.store == "sqlite":
            _restore_sqlite(file, manifest, Path(str(url.database)), force=force)
        else:
            _restore_postgresql(file, manifest, force=force)
    say(f"restored: {manifest.ratings} ratings as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    say("If it takes the place of a service that went on after that: `cermin log recover` (docs/log.md).")
    audit_copy(RESTORED, file, manifest)
    if manifest.schema_revision != head():
        warn(f"Its schema is older ({manifest.schema_revision}). Run `cermin migrate`, then `cermin check`.")
        return
    check()


def _refuse_what_does_not_fit(manifest: Manifest, store: str) -> None:
    if manifest.store != store:
        raise BackupFault(f"This is a backup of {manifest.store}, but CERMIN_DATABASE_URL names {store}.")
    if manifest.schema_revision not in known():
        raise BackupFault(
            f"This backup has the schema of a newer version of Cermin ({manifest.schema_revision}, written by "
            f"{manifest.program}); restore it with that one."
        )
    if wrong := fault_of(manifest.secret_fingerprint, secret_at_hand()):
        raise BackupFault(wrong)


def _restore_sqlite(file: Path, manifest: Manifest, place: Path, *, force: bool) -> None:
    if sqlite.occupied(place) and not force:
        raise BackupFault(
            f"There is a database already: {place}. Name another place in CERMIN_DATABASE_URL, or stop the service "
            "and say --force: the one that is there is kept under another name."
        )
    make_folder(place.parent)
    with drafted(place) as draft:
        copy(file, draft)
        # What was copied, not what lay there a moment ago.
        compare(draft, manifest, file)
        _compare_facts(sqlite.examine(draft, file), manifest)
        if sqlite.occupied(place):
            say(f"kept: {sqlite.set_aside(place, stamp_of(system_clock()))}")
        put_in_place(draft, place)


def _restore_postgresql(file: Path, manifest: Manifest, *, force: bool) -> None:
    if force:
        raise BackupFault("--force is for SQLite. Make another database (createdb) and name it in CERMIN_DATABASE_URL.")
    with owners_database() as db:
        _compare_facts(postgresql.restore(db, file), manifest)
        let_in(db, settings().database_url)


def _compare_facts(found: Facts, manifest: Manifest) -> None:
    """What is restored holds what the manifest tells of, the ratings to the last one."""
    if found != manifest.facts:
        raise BackupFault("What the backup holds is not what its manifest says; do not use it.")
