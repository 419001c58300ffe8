"""`cermin backup` and `cermin restore` on SQLite: what was acknowledged is in the copy, and nothing bad is restored."""

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from app.cli import context
from app.foundation.storage.backups import sqlite
from app.foundation.storage.backups.manifest import place_of
from app.foundation.storage.migrations import head
from tests.cli.backup_steps import ANOTHER, Terminal, answers, changed, rate, under_traffic
from tests.downgrading import downgrade
from tests.house import SECRET, House

pytestmark = [pytest.mark.parametrize("store", ["sqlite"], indirect=True), pytest.mark.long]


@pytest.fixture
def terminal(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal in an empty folder."""
    folder = tmp_path / "terminal"
    folder.mkdir()
    yield Terminal(folder, monkeypatch)
    context.settings.cache_clear()


@pytest.fixture
def backup(house: House, terminal: Terminal) -> Path:
    """A backup with five ratings; the settings name an empty place, to which it may be restored."""
    rate(house, 5)
    terminal.use(DATABASE_URL=str(house.database.url))
    terminal.run("backup", "copy.db")
    terminal.use(DATABASE_URL="sqlite:///new/cermin.db")
    return terminal.folder / "copy.db"


def mode(file: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(file.stat().st_mode)


def test_what_was_acknowledged_before_a_backup_under_traffic_began_is_restored(
    house: House, terminal: Terminal, furnished: tuple[str, dict[str, str]]
) -> None:
    terminal.use(DATABASE_URL=str(house.database.url))
    with under_traffic(house) as acknowledged:
        before = list(acknowledged)
        told = terminal.run("backup", "copy.db")
        n = len(acknowledged)
        while len(acknowledged) < n + 5:
            sleep(0.01)
        meanwhile = list(acknowledged)
    kept = json.loads(place_of(Path("copy.db")).read_text())["ratings"]
    assert f"{kept} ratings" in told
    assert len(before) <= kept <= len(meanwhile)
    terminal.use(DATABASE_URL="sqlite:///elsewhere/cermin.db")
    told = terminal.run("restore", "copy.db")
    # It ends with `cermin check`, whose log and blocks hold what the copy holds.
    assert f"checked {kept} ratings, 0 of them in 0 blocks: all agree" in told
    with House.open("sqlite:///elsewhere/cermin.db", furnished[1]) as restored:
        assert set(answers(restored, before)) == {200}
        assert answers(restored, meanwhile).count(201) == len(meanwhile) - kept


def test_a_backup_is_for_its_owner_alone_and_names_what_is_not_in_it(
    house: House, backup: Path, terminal: Terminal
) -> None:
    assert [mode(file) for file in (backup, place_of(backup))] == [0o600, 0o600]
    # One file and its manifest; no log beside it that somebody forgets, no draft.
    assert sorted(each.name for each in terminal.folder.iterdir()) == ["copy.db", "copy.db.manifest.json"]
    content = backup.read_bytes() + place_of(backup).read_bytes()
    assert SECRET.encode() not in content
    assert json.loads(place_of(backup).read_text())["schema_revision"] == head()
    terminal.use(DATABASE_URL=str(house.database.url), SECRET=None, SECRET_FILE="kept/secret")
    Path("kept").mkdir()
    told = terminal.run("backup", "kept/copy.db")
    assert "not in it: the secret (kept/secret)" in told
    assert "lies beside the secret" in told
    assert not Path("kept/secret").exists()
    terminal.use(SECRET=ANOTHER)
    assert "The secret at hand is not the one" in terminal.run("backup", "other.db")


def test_a_folder_gets_backups_by_their_moment_and_nothing_is_written_over(
    house: House, backup: Path, terminal: Terminal
) -> None:
    terminal.use(DATABASE_URL=str(house.database.url))
    Path("nightly").mkdir()
    terminal.run("backup", "nightly")
    (made,) = Path("nightly").glob("*.db")
    assert made.name.startswith("cermin-20")
    before = backup.read_bytes()
    rate(house, 1)
    assert "exists already" in terminal.run("backup", "copy.db", status=1)
    backup.rename("moved.db")
    assert "copy.db.manifest.json exists already" in terminal.run("backup", "copy.db", status=1)
    assert Path("moved.db").read_bytes() == before
    assert "There is no folder none" in terminal.run("backup", "none/copy.db", status=1)


def test_what_is_no_database_of_cermin_is_not_backed_up(terminal: Terminal) -> None:
    def refusal(name: str) -> str:
        terminal.use(DATABASE_URL=f"sqlite:///{name}")
        told = terminal.run("backup", "copy.db", status=1)
        assert not Path("copy.db").exists()
        return told

    assert "There is no database none.db" in refusal("none.db")
    assert not Path("none.db").exists()
    Path("text.db").write_text("This is no database, however long it is. " * 200)
    assert "file is not a database" in refusal("text.db")
    with closing(sqlite3.connect("other.db")) as other:
        other.execute("CREATE TABLE other (number INTEGER)")
    assert "no database of Cermin" in refusal("other.db")


def half(content: bytearray) -> None:
    """Cut a file short."""
    del content[len(content) // 2 :]


def flip(content: bytearray) -> None:
    """Change one bit in the middle."""
    content[len(content) // 2] ^= 1


@pytest.mark.parametrize(("damage", "words"), [(half, "bytes, but"), (flip, "its SHA-256 is not that")])
def test_a_damaged_backup_is_not_restored(backup: Path, terminal: Terminal, damage: Any, words: str) -> None:
    changed(backup, damage)
    assert words in terminal.run("restore", "copy.db", status=1)
    assert not Path("new").exists()


def test_a_backup_that_is_not_what_its_manifest_says_is_not_restored(backup: Path, terminal: Terminal) -> None:
    manifest = place_of(backup)
    whole = manifest.read_text()
    for values, words in [
        ({"ratings": 6}, "is not what its manifest says"),
        ({"store": "postgresql"}, "This is a backup of postgresql"),
        ({"kind": "another"}, "is no manifest"),
        ({"ratings": -1}, "is no manifest"),
    ]:
        manifest.write_text(json.dumps(json.loads(whole) | values))
        assert words in terminal.run("restore", "copy.db", status=1)
    manifest.write_text("{")
    assert "is no manifest" in terminal.run("restore", "copy.db", status=1)
    manifest.unlink()
    assert "copy.db.manifest.json is missing" in terminal.run("restore", "copy.db", status=1)
    assert not Path("new/cermin.db").exists()
    manifest.write_text(whole)
    backup.unlink()
    assert "copy.db cannot be" in terminal.run("restore", "copy.db", status=1)


@pytest.mark.parametrize(
    ("secret", "words"), [(ANOTHER, "is not the one this database"), (None, "its file is missing")]
)
def test_a_wrong_secret_is_told_before_anything_is_restored(
    backup: Path, terminal: Terminal, secret: str | None, words: str
) -> None:
    terminal.use(SECRET=secret, SECRET_FILE="none/secret")
    assert words in terminal.run("restore", "copy.db", status=1)
    # Neither a database nor a secret of its own was made.
    assert not Path("new").exists()
    assert not Path("none").exists()


def test_a_backup_of_a_newer_program_is_refused_and_one_of_an_older_one_is_to_be_migrated(
    house: House, backup: Path, terminal: Terminal
) -> None:
    manifest = place_of(backup)
    whole = manifest.read_text()
    manifest.write_text(json.dumps(json.loads(whole) | {"schema_revision": "9999"}))
    assert "the schema of a newer version of Cermin (9999" in terminal.run("restore", "copy.db", status=1)
    assert not Path("new").exists()
    manifest.write_text(whole)
    terminal.run("restore", "copy.db")
    downgrade("sqlite:///new/cermin.db", "-1")
    terminal.run("backup", "older.db")
    terminal.use(DATABASE_URL="sqlite:///another/cermin.db")
    assert "Its schema is older" in terminal.run("restore", "older.db")
    terminal.run("migrate")
    assert "checked 5 ratings" in terminal.run("check")


def test_a_database_that_is_there_is_only_replaced_when_asked_and_is_kept(
    furnished: tuple[str, dict[str, str]], terminal: Terminal
) -> None:
    url, keys = furnished
    place = Path(url.removeprefix("sqlite:///"))
    terminal.use(DATABASE_URL=url)
    with House.open(url, keys) as house:
        rate(house, 5)
        terminal.run("backup", "copy.db")
        rate(house, 2)
        assert "There is a database already" in terminal.run("restore", "copy.db", status=1)
        assert "is in use. Stop the service first." in terminal.run("restore", "copy.db", "--force", status=1)
        assert "checked 7 ratings" in terminal.run("check")
    told = terminal.run("restore", "copy.db", "--force")
    assert "checked 5 ratings" in told
    (kept,) = place.parent.glob(f"{place.name}.before-*")
    assert kept.name in told
    terminal.use(DATABASE_URL=f"sqlite:///{kept}")
    assert "checked 7 ratings" in terminal.run("check")


def test_a_log_without_its_database_is_not_taken_for_an_empty_place(backup: Path, terminal: Terminal) -> None:
    Path("new").mkdir()
    Path("new/cermin.db-wal").write_bytes(b"of another database")
    assert "There is a database already" in terminal.run("restore", "copy.db", status=1)
    told = terminal.run("restore", "copy.db", "--force")
    assert "checked 5 ratings" in told
    (kept,) = Path("new").glob("cermin.db.before-*-wal")
    assert kept.read_bytes() == b"of another database"


def test_a_database_that_somebody_keeps_locked_is_not_waited_for_for_ever(
    house: House, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path / "whole.db"
    terminal.use(DATABASE_URL=str(house.database.url))
    terminal.run("backup", str(whole))
    monkeypatch.setattr(sqlite, "PATIENCE", 0.0)
    terminal.use(DATABASE_URL=f"sqlite:///{whole}")
    with closing(sqlite3.connect(whole, isolation_level=None)) as alone:
        alone.execute("BEGIN EXCLUSIVE")
        assert "keeps the whole database locked" in terminal.run("backup", "copy.db", status=1)
    assert list(terminal.folder.iterdir()) == []
    assert "0 ratings" in terminal.run("backup", "copy.db")


def trail(file: Path) -> list[tuple[str, ...]]:
    """What the audit trail of a database says about copies, but for who was at the terminal."""
    question = "SELECT agency_id, action, subject, detail ->> 'sha256' FROM audit_event WHERE action LIKE 'backup.%'"
    with closing(sqlite3.connect(file)) as opened:
        return sorted(opened.execute(question))


def test_every_agency_finds_in_its_trail_that_a_copy_was_made_or_restored(
    house: House, backup: Path, terminal: Terminal
) -> None:
    digest = json.loads(place_of(backup).read_text())["sha256"]
    running = Path(house.database.url.database or "")
    assert trail(running) == [(agency, "backup.made", "copy.db", digest) for agency in ("desa", "kota")]
    assert trail(backup) == []
    terminal.run("restore", "copy.db")
    restored = [(agency, "backup.restored", "copy.db", digest) for agency in ("desa", "kota")]
    assert trail(Path("new/cermin.db")) == restored


def test_a_copy_that_cannot_be_recorded_is_made_and_says_so(house: House, backup: Path, terminal: Terminal) -> None:
    with closing(sqlite3.connect(Path(house.database.url.database or ""))) as running:
        running.execute("CREATE TRIGGER no BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no'); END")
    terminal.use(DATABASE_URL=str(house.database.url))
    assert "This is not in the audit trail" in terminal.run("backup", "another.db")
    assert Path("another.db").exists()


def test_a_place_that_cannot_be_written_is_told(backup: Path, terminal: Terminal) -> None:
    Path("new").write_text("a file where a folder should be")
    assert "new cannot be written" in terminal.run("restore", "copy.db", status=1)
    terminal.use(DATABASE_URL=f"sqlite:///{backup}")
    long = "x" * 250
    assert "cannot be written: File name too long." in terminal.run("backup", long, status=1)
