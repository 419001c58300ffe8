"""`cermin distribute` on a Citus cluster: all with their rows and keys, after an interruption the rest, or nothing."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.foundation.startup_errors import StartupError
from app.foundation.storage import distribution_store
from app.foundation.storage import migrations as migrating
from app.foundation.storage.backups.files import BackupFault
from app.foundation.storage.backups.postgresql import dump
from app.foundation.storage.distribution import STAYS, planned, take
from tests.citus import SHARDS, CitusCluster, distribute
from tests.foundation.citus.asking import DISTRIBUTED, ON_A_CLUSTER, ORDINARY, asked, new_name, opened
from tests.postgres import owners_address
from tests.test_lending import rows

pytestmark = ON_A_CLUSTER
KEYS = (
    "SELECT conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1"
)
REMAINS = "SELECT logicalrelid::text FROM pg_dist_partition WHERE pg_relation_size(logicalrelid) > 0"


def test_the_command_distributes_all_with_their_rows_and_keys_and_again_does_nothing(
    ordinary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_DATABASE_URL", ordinary)
    context.settings.cache_clear()

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(program, ["distribute", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    before, keys = rows(ordinary), asked(ordinary, KEYS)
    rehearsed = run("--dry-run")
    assert "1. distribute agency, api_key" in rehearsed
    assert asked(ordinary, DISTRIBUTED) == []
    done = run("--shards", str(SHARDS))
    assert "on the coordinator alone: 3" in done
    assert rows(ordinary) == before
    assert asked(ordinary, KEYS) == keys
    assert asked(ordinary, ORDINARY) == sorted(STAYS)
    # An office has its rows where its agency has, and none is left behind.
    assert asked(ordinary, "SELECT count(DISTINCT colocationid) FROM pg_dist_partition WHERE partmethod = 'h'") == [1]
    assert asked(ordinary, "SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'rating'::regclass") == [SHARDS]
    assert asked(ordinary, REMAINS) == []
    assert run() == done.splitlines()[-1] + "\n"
    assert "nothing to do" in run("--dry-run")
    context.settings.cache_clear()


def test_after_an_interruption_the_next_one_does_the_rest(ordinary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, keys = rows(ordinary), asked(ordinary, KEYS)
    real = distribution_store.distribute_table

    def dies_at(table: str) -> None:
        def or_dies(connection: Any, name: str, **how: Any) -> None:
            if name == table:
                raise KeyboardInterrupt
            real(connection, name, **how)

        monkeypatch.setattr(distribution_store, "distribute_table", or_dies)

    # In the middle of what foreign keys join: none of it is done, and no key is missing.
    for table, done in (("office", False), ("rating", True)):
        dies_at(table)
        with pytest.raises(KeyboardInterrupt):
            distribute(ordinary)
        assert ("agency" in asked(ordinary, DISTRIBUTED)) is done
        assert "rating" not in asked(ordinary, DISTRIBUTED)
        assert asked(ordinary, KEYS) == keys
        assert rows(ordinary) == before
    monkeypatch.undo()
    distribute(ordinary)
    assert asked(ordinary, ORDINARY) == sorted(STAYS)
    assert rows(ordinary) == before


def test_what_citus_refuses_is_told_in_its_words(ordinary: str) -> None:
    with psycopg.connect(ordinary) as connection:
        # As a migration that broke the rules would.
        connection.execute("ALTER TABLE block ADD CONSTRAINT alone UNIQUE (block)")
    with opened(ordinary) as database:
        alone = next(step for step in planned(database).steps if step.tables == ("block",))
        with pytest.raises(StartupError, match=r"block\. The reason: cannot create constraint on"):
            take(database, alone, shards=SHARDS)


def test_a_table_that_has_no_place_stops_everything(ordinary: str) -> None:
    with psycopg.connect(ordinary) as connection:
        connection.execute("CREATE TABLE astray (name text PRIMARY KEY)")
    with opened(ordinary) as database, pytest.raises(StartupError, match=r"belong.*astray"):
        planned(database)


def test_no_backup_is_made_of_a_moment_that_the_workers_do_not_share(database_url: str, tmp_path: Path) -> None:
    with opened(owners_address(database_url)) as database, pytest.raises(BackupFault, match="every node by itself"):
        dump(database, tmp_path / "draft", tmp_path / "copy.dump")
    assert list(tmp_path.iterdir()) == []


def test_without_workers_nothing_is_distributed(nodes: CitusCluster) -> None:
    url = nodes.create(new_name())
    migrating.upgrade(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid <> 0")
    with opened(url) as database, pytest.raises(StartupError, match="knows no worker"):
        planned(database)
    nodes.drop(url.rsplit("/", 1)[1])
