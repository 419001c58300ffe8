"""`cermin backup` and `cermin restore` on PostgreSQL, by the server's own tools and without a password in a command."""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from app.cli import context
from app.foundation.storage.backups.files import BackupFault
from app.foundation.storage.backups.manifest import digest_of, place_of
from app.foundation.storage.backups.postgresql import address_of
from app.foundation.storage.database import Database
from tests.cli.backup_steps import ANOTHER, Terminal, answers, changed, rate, under_traffic
from tests.house import SECRET, House
from tests.postgres import PostgresServer, owners_address, wheel

pytestmark = [pytest.mark.parametrize("store", ["postgresql"], indirect=True), pytest.mark.long]
# Of a cluster no dump is made (tests/foundation/citus).
one_server = pytest.mark.one_server

PASSWORD = "sandi-kenari"


def tools(server: PostgresServer) -> Path:
    """The folder of the newest pg_dump that there is for this server; skips where all are older than it."""
    with psycopg.connect(server.admin_url) as connection:
        wanted = connection.info.server_version // 10_000
    in_wheel = sorted(Path(str(wheel().__file__)).parent.glob("pginstall*/bin/pg_dump"))
    found = [*in_wheel, *([Path(given)] if (given := shutil.which("pg_dump")) else [])]
    for each in found:
        version = subprocess.run([each, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.split()[2].partition(".")[0]) >= wanted:
            return each.parent
    pytest.skip(f"no pg_dump for a server of version {wanted}")


@pytest.fixture
def terminal(
    store: str, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    """A terminal in an empty folder, with the tools of the server at hand."""
    monkeypatch.setenv("PATH", f"{tools(postgres)}:{os.environ['PATH']}")
    folder = tmp_path / "terminal"
    folder.mkdir()
    yield Terminal(folder, monkeypatch)
    context.settings.cache_clear()


@pytest.fixture
def empty(postgres: PostgresServer) -> Iterator[str]:
    """The address of a database without anything in it."""
    name = f"cermin_restored_{os.getpid()}"
    yield postgres.create(name)
    postgres.drop(name)


def url_of(house: House) -> str:
    """The address of the running service's database."""
    return house.database.url.render_as_string(hide_password=False)


@one_server
def test_a_dump_holds_what_was_acknowledged_and_is_restored_into_an_empty_database(
    house: House,
    terminal: Terminal,
    empty: str,
    postgres: PostgresServer,
    furnished: tuple[str, dict[str, str]],
) -> None:
    # As the owner, who alone reaches partitions by their names.
    terminal.use(DATABASE_URL=url_of(house), OWNER_URL=owners_address(url_of(house)))
    with under_traffic(house) as acknowledged:
        before = list(acknowledged)
        told = terminal.run("backup", "copy.dump")
    later = rate(house, 3)
    kept = json.loads(place_of(Path("copy.dump")).read_text())["ratings"]
    assert f"{kept} ratings" in told
    assert len(before) <= kept <= len(acknowledged)
    dump = Path("copy.dump")
    assert [stat.S_IMODE(file.stat().st_mode) for file in (dump, place_of(dump))] == [0o600, 0o600]
    assert sorted(each.name for each in terminal.folder.iterdir()) == ["copy.dump", "copy.dump.manifest.json"]
    assert "exists already" in terminal.run("backup", "copy.dump", status=1)
    assert "is not empty" in terminal.run("restore", "copy.dump", status=1)
    assert "is for SQLite" in terminal.run("restore", "copy.dump", "--force", status=1)
    # Restored by whoever owns the tables then, and given to the service.
    service = postgres.service_address(str(make_url(empty).database))
    terminal.use(DATABASE_URL=service, OWNER_URL=empty, SECRET=ANOTHER)
    assert "is not the one this database was filled with" in terminal.run("restore", "copy.dump", status=1)
    terminal.use(SECRET=SECRET)
    assert f"checked {kept} ratings, 0 of them in 0 blocks: all agree" in terminal.run("restore", "copy.dump")
    with House.open(service, furnished[1]) as restored:
        assert set(answers(restored, before)) == {200}
        assert answers(restored, acknowledged).count(201) == len(acknowledged) - kept
        assert set(answers(restored, later)) == {201}


@one_server
def test_a_damaged_dump_leaves_the_database_empty(house: House, terminal: Terminal, empty: str) -> None:
    rate(house, 1)
    terminal.use(DATABASE_URL=url_of(house), OWNER_URL=owners_address(url_of(house)))
    terminal.run("backup", "copy.dump")
    terminal.use(DATABASE_URL=empty, OWNER_URL=empty)
    whole = Path("copy.dump").read_bytes()
    changed(Path("copy.dump"), lambda content: content.pop())
    assert "bytes, but" in terminal.run("restore", "copy.dump", status=1)
    # A file that has a manifest and is no dump: the tool refuses it, and what it says of it is not repeated.
    Path("copy.dump").write_bytes(b"Siti Kenari")
    manifest = place_of(Path("copy.dump"))
    good = manifest.read_text()
    told = json.loads(good) | {"bytes": 11, "sha256": digest_of(Path("copy.dump"))}
    manifest.write_text(json.dumps(told))
    refused = terminal.run("restore", "copy.dump", status=1)
    assert "pg_restore ended with status 1. By hand" in refused
    assert "Siti" not in refused
    Path("copy.dump").write_bytes(whole)
    manifest.write_text(good)
    assert "checked 1 ratings" in terminal.run("restore", "copy.dump")


@one_server
def test_where_the_tool_is_missing_the_command_is_said_without_the_password(
    house: House, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is trusted may say any password.
    url = house.database.url.set(password=PASSWORD).render_as_string(hide_password=False)
    terminal.use(DATABASE_URL=url)
    monkeypatch.setenv("PATH", str(terminal.folder))
    told = terminal.run("backup", "copy.dump", status=1)
    assert "pg_dump is not on this machine" in told
    assert "pg_dump --format=custom --enable-row-security --no-owner --no-privileges --no-password" in told
    assert "--file=copy.dump" in told
    assert PASSWORD not in told
    assert list(terminal.folder.iterdir()) == []


@one_server
def test_a_tool_that_fails_is_quoted_and_leaves_no_file(
    house: House, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = terminal.folder / "bin" / "pg_dump"
    failing.parent.mkdir()
    # Tells what it was called with, and whether the password came by the environment.
    failing.write_text('#!/bin/sh\necho "no: $* ${PGPASSWORD:+given}" >&2\nexit 3\n')
    failing.chmod(0o700)
    monkeypatch.setenv("PATH", f"{failing.parent}:{os.environ['PATH']}")
    terminal.use(DATABASE_URL=house.database.url.set(password=PASSWORD).render_as_string(hide_password=False))
    told = terminal.run("backup", "copy.dump", status=1)
    assert "pg_dump ended with status 3. no: --format=custom" in told
    assert PASSWORD not in told
    assert [each.name for each in terminal.folder.iterdir()] == ["bin"]


def test_a_password_and_options_of_the_address_reach_the_tools_apart(store: str) -> None:
    database = Database(f"postgresql://u:{PASSWORD}@db.example/c?sslmode=require&options=-c%20role%3Dx")
    spoken, password = address_of(database)
    assert password == PASSWORD
    assert PASSWORD not in spoken
    assert {"user=u", "host=db.example", "dbname=c", "sslmode=require"} <= set(spoken.split())
    # A backup is of all agencies.
    assert "options='-c role=x -c cermin.agency=*'" in spoken
    database = Database(f"postgresql://u@db.example/c?sslpassword={PASSWORD}")
    with pytest.raises(BackupFault, match="sslpassword"):
        address_of(database)
