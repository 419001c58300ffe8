"""Has PostgreSQL's own tools copy the database at one moment, and put a copy into an empty database."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from psycopg.conninfo import make_conninfo

from app.foundation.storage.agency_scope import STARRED
from app.foundation.storage.backups import store
from app.foundation.storage.backups.files import BackupFault
from app.foundation.storage.backups.manifest import Facts
from app.foundation.storage.database import Database
from app.foundation.storage.distribution import is_distributed

# Whoever restores owns what is restored; a password is never asked for, as a nightly job would wait for it for ever.
OPTIONS = ("--no-owner", "--no-privileges", "--no-password")
DUMP, RESTORE = "pg_dump", "pg_restore"
LONGEST_WORDS = 300
DISTRIBUTED = (
    "The tables of this database are distributed over a cluster, and its workers have no moment in common for pg_dump: "
    "a rating that comes meanwhile might be in one table and not in the next. Back up every node by itself, all as of "
    "one restore point (docs/citus.md)."
)


class Address(NamedTuple):
    """Where a database is: what may stand on a command line, and what may not."""

    spoken: str
    password: str | None


def address_of(database: Database) -> Address:
    """The address for PostgreSQL's tools."""
    engine = database.writer
    _, words = engine.dialect.create_connect_args(engine.url)
    # Our driver's own, which no other program knows.
    words.pop("context", None)
    options = database.url.query.get("options", "")
    # A backup is of all agencies; whom row-level security does not bind, this changes nothing for.
    given = options if isinstance(options, str) else " ".join(options)
    words["options"] = f"{given} {STARRED}".strip()
    if "sslpassword" in words:
        raise BackupFault(
            "The address has an sslpassword, which these tools take from a command line only; use .pgpass."
        )
    password = words.pop("password", None)
    return Address(make_conninfo("", **words), None if password is None else str(password))


def dump(database: Database, draft: Path, place: Path) -> Facts:
    """Dump the database into a draft and read it back whole; what it holds. Raises `BackupFault`."""
    with database.reading() as session:
        if is_distributed(session.connection()):
            raise BackupFault(DISTRIBUTED)
    with store.exported(database) as (moment, facts):
        address = address_of(database)
        command = [*_dump_command(address, draft), f"--snapshot={moment}"]
        _run(command, address, by_hand=_dump_command(address, place))
    _run([RESTORE, f"--file={os.devnull}", str(draft)], address, by_hand=[RESTORE, "--list", str(place)])
    return facts


def restore(database: Database, backup: Path) -> Facts:
    """Restore a dump into the empty database, all or nothing; what it holds then. Raises `BackupFault`."""
    if not store.is_empty(database):
        raise BackupFault(
            "The database is not empty. Make another one (createdb) and name it in CERMIN_DATABASE_URL; the one that "
            "is there stays as it is."
        )
    address = address_of(database)
    command = [RESTORE, "--exit-on-error", "--single-transaction", *OPTIONS, f"--dbname={address.spoken}", str(backup)]
    # Its errors may quote rows.
    _run(command, address, by_hand=command, quote=False)
    return store.facts_now(database)


def _dump_command(address: Address, file: Path) -> list[str]:
    return [DUMP, "--format=custom", "--enable-row-security", *OPTIONS, f"--dbname={address.spoken}", f"--file={file}"]


def _run(command: Sequence[str], address: Address, *, by_hand: Sequence[str], quote: bool = True) -> None:
    """Run one of the tools, with the password where other users of the machine do not see it."""
    advice = f"By hand, with the password in ~/.pgpass or PGPASSWORD and never in the command:\n{shlex.join(by_hand)}"
    tool = shutil.which(command[0])
    if tool is None:
        raise BackupFault(f"{command[0]} is not on this machine; install PostgreSQL's client programs. {advice}")
    environment = dict(os.environ) | ({} if address.password is None else {"PGPASSWORD": address.password})
    done = subprocess.run(  # noqa: S603 - a tool found by its name, with arguments of our own
        [tool, *command[1:]], env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0][:LONGEST_WORDS] if quote else ""
        raise BackupFault(f"{command[0]} ended with status {done.returncode}. {said} {advice}".replace("  ", " "))
