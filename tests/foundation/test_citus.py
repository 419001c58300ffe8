"""On a Citus cluster (`CERMIN_TEST_CITUS_URL`): distributing, migrating afterwards, and look-ups that ask one shard."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from typer.testing import CliRunner

from app.access.principals import Role
from app.cli import context
from app.cli.program import program
from app.foundation.startup_errors import StartupError
from app.foundation.storage import distribution_store
from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from app.foundation.storage.distribution import STAYS, planned, steps, take
from app.ratings.loop_store import EXISTING, STORE
from app.ratings.rating import NewRating
from app.ratings.rows import postgresql_values
from tests.citus import CITUS_URL, SHARDS, CitusCluster, distribute
from tests.house import House, furnish_two
from tests.people.persons import PASSPHRASE, Door, visit
from tests.ratings.test_writer_task import PLACE
from tests.test_lending import rows

pytestmark = [
    pytest.mark.skipif(CITUS_URL is None, reason="CERMIN_TEST_CITUS_URL names no Citus cluster"),
    pytest.mark.long,
]
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
_numbers = count()


def new_name() -> str:
    """A database of this process."""
    return f"cermin_ordinary_{os.getpid()}_{next(_numbers)}"


@pytest.fixture
def store() -> str:
    """SQLite has no workers."""
    return "postgresql"


@pytest.fixture
def nodes(postgres: CitusCluster) -> CitusCluster:
    """The cluster that the environment names."""
    return postgres


@pytest.fixture
def ordinary(nodes: CitusCluster) -> Iterator[str]:
    """A migrated database with two agencies, of which nothing is distributed yet."""
    url = nodes.create(new_name())
    migrating.upgrade(url)
    furnish_two(url)
    yield url
    nodes.drop(url.rsplit("/", 1)[1])


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database, closed in the end."""
    database = Database(url, statement_timeout_ms=0)
    yield database
    database.dispose()


def asked(url: str, question: str) -> list[Any]:
    """The first column of the answer."""
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(question.encode())]


KEYS = (
    "SELECT conname || ' ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 1"
)
DISTRIBUTED = "SELECT logicalrelid::text FROM pg_dist_partition ORDER BY 1"
ORDINARY = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = pg_class.oid) ORDER BY relname"
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


def test_without_workers_nothing_is_distributed(nodes: CitusCluster) -> None:
    url = nodes.create(new_name())
    migrating.upgrade(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT citus_remove_node(nodename, nodeport) FROM pg_dist_node WHERE groupid <> 0")
    with opened(url) as database, pytest.raises(StartupError, match="knows no worker"):
        planned(database)
    nodes.drop(url.rsplit("/", 1)[1])


def test_migrations_go_on_afterwards_and_new_tables_join_the_others(nodes: CitusCluster) -> None:
    former, url = "0025_standards", nodes.create(new_name())
    migrating.upgrade(url, former)
    with opened(url) as database:
        with database.reading() as session:
            found = list(steps(distribution_store.tables(session), distribution_store.foreign_keys(session)))
        for step in found:
            take(database, step, shards=SHARDS)
        few = asked(url, DISTRIBUTED)
        migrating.upgrade(url)
        assert set(few) < set(asked(url, DISTRIBUTED))
        assert asked(url, ORDINARY) == sorted(STAYS)
        assert planned(database).steps == ()
    # With their foreign keys, which hold.
    furnish_two(url)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("INSERT INTO occurrence VALUES ('nobody', 'kind', 'subject', now())")
    nodes.drop(url.rsplit("/", 1)[1])


def test_settings_that_could_lose_a_rating_are_told_of_workers_too(nodes: CitusCluster, database_url: str) -> None:
    name = database_url.rsplit("/", 1)[1]
    # Of the worker's own accord, not of the coordinator's.
    with psycopg.connect(nodes.at_a_worker(database_url), autocommit=True) as connection:
        connection.execute("SET citus.enable_ddl_propagation = off")
        for change, told in (("SET synchronous_commit = off", True), ("RESET synchronous_commit", False)):
            connection.execute(f'ALTER DATABASE "{name}" {change}'.encode())
            with opened(database_url) as database:
                assert ("synchronous_commit" in database.unsafe_settings()) is told


class Shards(list[tuple[str, int]]):
    """How many shards each statement asked, as PostgreSQL explains it; what asks none is left out."""

    def add(self, statement: str, lines: list[str]) -> None:
        """Read the explanation of a statement."""
        counts = [int(n) for line in lines for n in re.findall(r"Task Count: (\d+)", line)]
        if counts:
            self.append((" ".join(statement.split()), max(counts)))

    @property
    def wide(self) -> list[str]:
        """The statements that asked more than one."""
        assert len(self) > 0
        return [statement for statement, n in self if n > 1]


@contextmanager
def explained(database: Database) -> Iterator[Shards]:
    """How many shards each statement asks meanwhile."""
    found = Shards()

    def explain(connection: Any, _: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        if many or not statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
            return
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN {statement}", values)
        found.add(statement, [str(row[0]) for row in cursor.fetchall()])
        cursor.close()

    event.listen(database.writer, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(database.writer, "before_cursor_execute", explain)


def test_a_rating_with_a_key_asks_one_shard(house: House) -> None:
    with explained(house.services.database) as shards:
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
    assert any("FROM api_key" in statement for statement, _ in shards)
    assert shards.wide == []


def test_the_statement_that_stores_ratings_writes_to_one_shard(house: House) -> None:
    ratings = [
        NewRating("kota", f"0192f0c4a7e18abc9def0123456789{n:02x}", PLACE, "ikl-1", "434", digest="0" * 32)
        for n in range(20)
    ]
    commands: list[str] = []
    with psycopg.connect(house.database.url.render_as_string(hide_password=False)) as connection:
        # What the coordinator tells workers, as it happens: a plan does not show it of every part of the statement.
        connection.execute("SET citus.log_remote_commands = on")
        connection.add_notice_handler(lambda notice: commands.append(str(notice.message_primary)))
        connection.execute(STORE, postgresql_values("kota", ratings))
        connection.execute(EXISTING, {"agency_id": "kota", "keys": f'["{ratings[0].key}"]'})
        connection.rollback()
    shards = {shard for command in commands for shard in re.findall(r"\brating_\d+", command)}
    assert len(shards) == 1, commands


def test_a_ticket_asks_one_shard_from_the_slip_to_the_rating(house: House) -> None:
    # The list of agencies by mark is read once, and kept.
    house.post("/v1/tickets/look", {"ticket": "X" * 12}, None)
    with explained(house.services.database) as shards:
        [ticket] = house.post("/v1/tickets", {"office": "dukcapil", "service": "kk"}, "queue").json()["tickets"]
        house.post("/v1/tickets/arm", {"tickets": [{"ticket": ticket["code"]}]}, "queue")
        assert house.post("/v1/tickets/look", {"ticket": ticket["code"]}, None).status_code == 200
        sheet = {"id": house.new_id(), "ticket": ticket["code"], "scores": SCORES}
        assert house.post("/v1/ratings", sheet, None).status_code == 201
    assert any("FROM ticket" in statement for statement, _ in shards)
    assert shards.wide == []


def test_a_kiosk_is_paired_and_beats_in_one_shard(house: House) -> None:
    house.post("/v1/devices/pair", {"code": "X" * 10}, None)
    with explained(house.services.database) as shards:
        asking = {"office": "dukcapil", "counter": "loket-1", "label": "tablet"}
        added = house.post("/v1/devices", asking, "admin").json()
        assert house.post("/v1/devices/pair", {"code": added["code"]}, None).status_code == 201
    assert any("FROM pairing" in statement for statement, _ in shards)
    assert shards.wide == []


def test_a_person_signs_in_and_a_session_is_found_in_one_shard(furnished: tuple[str, dict[str, str]]) -> None:
    with Door.open(furnished[0]) as door:
        door.join("Ani", Role.supervisor)
        with explained(door.database) as shards:
            browser = visit(door.sign_in.with_passphrase(visit(), "ani@kota", PASSPHRASE))
            assert door.sessions.find(browser) is not None
    assert any("FROM person_session" in statement for statement, _ in shards)
    assert shards.wide == []
