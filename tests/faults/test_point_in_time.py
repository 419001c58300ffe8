"""PostgreSQL brought to a chosen second, as the operating guide says: what was answered until then, not after."""

import time
from collections.abc import Iterator
from shutil import rmtree

import psycopg
import pytest

from app.cli import context
from app.foundation.storage import migrations as migrating
from tests.cli.backup_steps import Terminal, answers, rate
from tests.faults.postmaster import Postmaster
from tests.house import House, furnish_two

pytestmark = pytest.mark.fault

LONGEST = 30.0


@pytest.fixture
def archiving() -> Iterator[tuple[Postmaster, str]]:
    """A server that archives its log, and the folder in which it does."""
    with Postmaster.running() as server:
        archive = server.own_folder("archive")
        server.kill()
        server.configure("archive_mode = on", f"archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'")
        server.start()
        server.wait_until_up()
        yield server, str(archive)
        server.kill()
        rmtree(archive)


def asked(url: str, question: str) -> str:
    """What the server answers."""
    with psycopg.connect(url, autocommit=True) as connection:
        return str(connection.execute(question.encode()).fetchone()[0])  # type: ignore[index]  # each has one answer


def wait_for(url: str, question: str) -> None:
    """Wait until the server says yes."""
    until = time.monotonic() + LONGEST
    while asked(url, question) != "True":
        assert time.monotonic() < until
        time.sleep(0.1)


def test_what_was_answered_up_to_the_chosen_second_is_there_and_nothing_after_it(
    archiving: tuple[Postmaster, str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, archive = archiving
    migrating.upgrade(server.url)
    keys = furnish_two(server.url)
    base = server.own_folder("base")
    restored = server.base_backup(base)
    try:
        with House.open(server.url, keys) as house:
            before = rate(house, 50)
            time.sleep(0.1)
            chosen = asked(server.url, "SELECT now()")
            time.sleep(0.1)
            after = rate(house, 30)
        segment = asked(server.url, "SELECT pg_walfile_name(pg_switch_wal())")
        wait_for(server.url, f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver")
        server.kill()
        restored.configure(
            f"restore_command = 'cp {archive}/%f %p'",
            f"recovery_target_time = '{chosen}'",
            "recovery_target_action = 'promote'",
        )
        restored.start()
        restored.wait_until_up()
        wait_for(restored.url, "SELECT NOT pg_is_in_recovery()")
        terminal = Terminal(tmp_path_factory.mktemp("terminal"), monkeypatch)
        terminal.use(DATABASE_URL=restored.url)
        assert "checked 50 ratings" in terminal.run("check")
        with House.open(restored.url, keys) as house:
            assert set(answers(house, before)) == {200}
            assert set(answers(house, after)) == {201}
    finally:
        context.settings.cache_clear()
        restored.kill()
        rmtree(base)
