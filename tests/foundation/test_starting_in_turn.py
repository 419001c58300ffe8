"""A start writes little, and waits for those who keep the database from being written to."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app import startup_checks
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database, OperationalError
from app.foundation.storage.installation import claim_secret
from app.startup_checks import in_its_turn
from tests.house import SECRET

LOCKED = OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))


def test_who_finds_the_database_locked_tries_again_and_not_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise LOCKED

    in_its_turn(work)
    assert tries == [0, 1, 2]
    tries.clear()
    monkeypatch.setattr(startup_checks, "LONGEST_TURN", -1.0)
    with pytest.raises(OperationalError):
        in_its_turn(work)
    assert tries == [0]


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_secret_that_is_recorded_is_compared_without_writing(database: Database) -> None:
    claim_secret(database, SECRET.encode())
    assert database.url.database is not None
    with closing(sqlite3.connect(Path(database.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        claim_secret(database, SECRET.encode())
        with pytest.raises(StartupError):
            claim_secret(database, b"another secret, as long as it has to be")
