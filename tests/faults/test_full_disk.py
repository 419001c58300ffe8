"""The disk of the database is full: refused for now, not ready, and taken again when there is space."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from shutil import copyfile

import psycopg
import pytest

from app.foundation.storage import migrations as migrating
from tests.conftest import Template
from tests.faults.figures import Figures
from tests.faults.postmaster import Postmaster
from tests.faults.service import Nursery, Service
from tests.faults.small_disk import SmallDisk, small_disk
from tests.faults.stalls import endure
from tests.faults.trials import Sizes, Trials
from tests.house import furnish_two

pytestmark = pytest.mark.fault

SECONDS = 1.5
SIZES = Sizes(2, 20, 10)
SQLITE_MEBIBYTES, POSTGRESQL_MEBIBYTES = 64, 320


def test_a_full_disk_under_sqlite_refuses_for_now_and_loses_nothing(
    furnished_sqlite: Template, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        with small_disk(SQLITE_MEBIBYTES) as disk:
            file = disk.folder / "cermin.db"
            copyfile(furnished_sqlite.name, file)
            with Service.running(nursery, f"sqlite:///{file}", log) as service:
                return endure(service, furnished_sqlite.keys, disk.full, SECONDS, times, dice)

    trials.keep("full disk, sqlite", "times", SIZES, attempt)


@contextmanager
def full(disk: SmallDisk, postmaster: Postmaster) -> Iterator[None]:
    """No place for rows, and none for the next segment of the log, without which PostgreSQL ends itself."""
    with psycopg.connect(postmaster.url, autocommit=True) as connection, disk.full():
        try:
            # The log does not fill by itself as long as no row finds a place.
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CREATE TABLE no_place (n integer)")
        except psycopg.Error:
            pass
        yield
    # As the system's service manager does when there is space again.
    postmaster.start_again()


def test_a_full_disk_under_postgresql_refuses_for_now_and_loses_nothing(
    nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        with small_disk(POSTGRESQL_MEBIBYTES) as disk, Postmaster.running(disk.folder) as postmaster:
            migrating.upgrade(postmaster.url)
            keys = furnish_two(postmaster.url)
            with Service.running(nursery, postmaster.url, log) as service:
                return endure(service, keys, lambda: full(disk, postmaster), SECONDS, times, dice)

    trials.keep("full disk, postgresql", "times", SIZES, attempt)
