"""Nobody but the service's user looks into its files, whatever the umask; an open folder is told, not changed."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.foundation.private_files import make_file, make_folder
from app.foundation.secret import load_secret
from app.foundation.storage import migrations
from app.foundation.storage.database import Database
from app.seals.signing import make_key

# A whole start as an operator makes it, in a folder of its own.
COMMANDS = ["migrate", "check", "tidy"]
PROGRAM = "import os; os.umask(0); from app.cli import main; main()"


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Runs the test under umasks that permit too much, the usual, and nothing."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(place: Path) -> int:
    """The permissions of a folder or file."""
    return stat.S_IMODE(place.stat().st_mode)


@pytest.mark.usefixtures("umask")
def test_the_folder_the_database_and_what_lies_beside_it_are_made_private(tmp_path: Path) -> None:
    file = tmp_path / "var" / "cermin.db"
    migrations.upgrade(f"sqlite:///{file}")
    database = Database(f"sqlite:///{file}")
    with database.writing() as session:
        session.connection().exec_driver_sql("INSERT INTO installation VALUES ('a', 'b')")
        session.flush()
        beside = sorted(file.parent.iterdir())
        assert [each.name for each in beside] == ["cermin.db", "cermin.db-shm", "cermin.db-wal"]
        assert {mode(each) for each in beside} == {0o600}
    assert mode(file.parent) == 0o700
    assert database.open_places() == []
    database.dispose()


@pytest.mark.usefixtures("umask")
def test_the_secret_and_the_signing_key_make_no_open_folder(tmp_path: Path) -> None:
    load_secret(None, tmp_path / "var" / "secret")
    make_key(tmp_path / "keys" / "signing-key.pem")
    assert [mode(tmp_path / name) for name in ("var", "keys")] == [0o700, 0o700]


@pytest.mark.campaign
def test_the_commands_of_an_operator_leave_nothing_open(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(migrations.__file__).parents[3])}
    for command in COMMANDS:
        subprocess.run(
            [sys.executable, "-c", PROGRAM, command], cwd=tmp_path, env=environment, check=True, capture_output=True
        )
    assert mode(tmp_path / "var") == 0o700
    assert {mode(each) for each in (tmp_path / "var").iterdir()} == {0o600}


def test_a_database_of_an_older_version_is_closed_and_a_shared_folder_stays_and_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    file = folder / "cermin.db"
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").touch()
        Path(f"{file}{ending}").chmod(0o644)
    database = Database(f"sqlite:///{file}")
    assert mode(folder) == 0o755
    assert {mode(Path(f"{file}{ending}")) for ending in ("", "-wal", "-shm")} == {0o600}
    assert database.open_places() == [str(folder)]
    database.dispose()


def test_postgresql_has_no_files_of_ours(tmp_path: Path) -> None:
    assert Database("postgresql://nobody@127.0.0.1:1/nothing").open_places() == []


def test_a_file_in_the_place_of_the_folder_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(FileExistsError):
        make_folder(tmp_path / "var")
    with pytest.raises(OSError):
        make_folder(tmp_path / "var" / "deeper" / "still")


def test_what_is_no_regular_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o755)
    make_file(tmp_path / "folder")
    assert mode(tmp_path / "folder") & 0o700 == 0o700
