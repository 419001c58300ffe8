"""On a Citus cluster (`CERMIN_TEST_CITUS_URL`): distributing, migrating afterwards, and look-ups that ask one shard."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from typer.testing import CliRunner

from app.access.principals import KeyKind, Principal, Role
from app.cli import context
from app.cli.program import program
from app.devices.heartbeats import Heartbeats
from app.devices.schemas import HeartbeatIn
from app.foundation.startup_errors import StartupError
from app.foundation.storage import distribution_store
from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from app.foundation.storage.distribution import STAYS, join, planned, steps, take
from app.foundation.storage.roles import ABOVE, fault_of_role
from app.ratings.citus_steps import steps as steps_of
from app.ratings.loop_store import EXISTING, for_psycopg
from app.ratings.partitions import make_ahead
from app.ratings.rating import NewRating
from tests.citus import CITUS_URL, SHARDS, CitusCluster, distribute
from tests.house import NOW, House, furnish, furnish_two
from tests.people.persons import PASSPHRASE, Door, visit
from tests.postgres import owners_address
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
    with psycopg.connect(nodes.at_workers(owners_address(database_url))[0], autocommit=True) as connection:
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


def test_what_stores_ratings_writes_to_one_shard(house: House) -> None:
    whole = NewRating("kota", "", PLACE._replace(hour=9), "ikl-1", "434", "0" * 32, "Cepat", {"age": "a"})
    keys = [f"0192f0c4a7e18abc9def0123456789{n:02x}" for n in range(20)]
    ratings = {key: whole._replace(key=key) for key in keys}
    commands: list[str] = []
    with psycopg.connect(house.database.url.render_as_string(hide_password=False)) as connection:
        # What the coordinator tells workers, as it happens: a plan does not show it of every part of a statement.
        connection.execute("SET citus.log_remote_commands = on")
        connection.execute("SET citus.propagate_set_commands = 'local'")
        connection.commit()
        connection.add_notice_handler(lambda notice: commands.append(str(notice.message_primary)))
        connection.execute("SET LOCAL cermin.agency = 'kota'")
        to_do, returned = steps_of("kota", ratings), None
        with suppress(StopIteration):
            while True:
                statement, values = next(to_do) if returned is None else to_do.send(returned)
                cursor = connection.execute(for_psycopg(statement), values)
                returned = [key for (key,) in cursor.fetchall()] if cursor.description else []
        connection.execute(EXISTING, {"agency_id": "kota", "keys": f'["{min(ratings)}"]'})
        connection.rollback()
    told = [command for command in commands if "INSERT" in command or "SELECT" in command]
    for table in ("rating", "trace", "comment", "profile_tally"):
        shards = {shard for command in told for shard in re.findall(rf"\b{table}_\d+", command)}
        assert len(shards) == 1, commands
    # Nothing is brought to the coordinator, and back to the workers from there.
    assert not any("intermediate_result" in command or "COPY" in command for command in commands)


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


# Row-level security (decision 42). The attack on every table through the coordinator is in `test_row_security.py`.
UNFORCED = """
SELECT string_agg(c.oid::regclass::text, ',') FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'agency_id' AND NOT a.attisdropped
LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('partition')) AND c.relkind IN ('r', 'p')
AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND p.polname = 'own_agency' AND p.polcmd = '*'
         AND p.polpermissive AND p.polroles = '{0}' AND p.polwithcheck IS NULL
         AND pg_get_expr(p.polqual, c.oid) LIKE '%agency_in_scope()%')
"""
SHARDS_THERE = "SELECT count(*)::text FROM pg_class WHERE relname ~ '^rating_.*[0-9]{5,}$' AND relkind IN ('r', 'p')"
MOVE = """
SELECT citus_move_shard_placement(s.shardid, s.nodename, s.nodeport, n.nodename, n.nodeport, 'block_writes')
FROM citus_shards s JOIN pg_dist_node n ON n.groupid <> 0 AND (n.nodename, n.nodeport) <> (s.nodename, s.nodeport)
WHERE s.table_name = 'rating'::regclass ORDER BY s.shardid LIMIT 1
"""
OF_WORKERS = "SELECT success, result FROM run_command_on_workers(%s)"


def of_workers(url: str, question: str) -> list[str]:
    """What every worker answers."""
    with psycopg.connect(owners_address(url)) as connection:
        found = connection.execute(OF_WORKERS, (question,)).fetchall()
    assert all(success for success, _ in found), found
    return [result for _, result in found]


def test_every_shard_has_the_policy_forced_also_one_that_was_moved_and_of_a_month_that_was_added(
    nodes: CitusCluster, database_url: str
) -> None:
    owner = owners_address(database_url)
    assert all(int(n) > SHARDS for n in of_workers(database_url, SHARDS_THERE))
    assert of_workers(database_url, UNFORCED) == ["", ""]
    with opened(owner) as database:
        assert make_ahead(database, date(2027, 6, 1)) != []
    # A table that a migration adds later.
    with opened(owner) as database, database.writing() as session:
        session.execute(text('CREATE TABLE added (agency_id varchar(40) COLLATE "C" PRIMARY KEY)'))
        join(session.connection(), "added")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(MOVE)
    assert of_workers(database_url, UNFORCED) == ["", ""]
    assert asked(owner, "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'rating_2027_06'") == [True]
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("DROP TABLE added")


def test_a_shard_asked_by_its_own_name_shows_an_agency_its_own_rows_and_nobody_any(
    nodes: CitusCluster, furnished: tuple[str, dict[str, str]]
) -> None:
    found: list[str] = []
    for worker in nodes.at_workers(furnished[0]):
        with psycopg.connect(worker, autocommit=True) as connection:
            connection.execute("SET citus.override_table_visibility = off")
            for name in connection.execute("SELECT relname FROM pg_class WHERE relname ~ '^office_[0-9]+$'").fetchall():
                question = f"SELECT agency_id FROM {name[0]}".encode()
                connection.execute("SET cermin.agency = 'kota'")
                rows_there = connection.execute(question).fetchall()
                found.extend(agency_id for (agency_id,) in rows_there)
                connection.execute("SET cermin.agency = '*'")
                if connection.execute(question).fetchall():
                    connection.execute("SET cermin.agency = ''")
                    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="nobody said whose rows these are"):
                        connection.execute(question)
    assert found
    assert set(found) == {"kota"}


def test_what_is_said_at_the_coordinator_alone_reaches_no_row(furnished: tuple[str, dict[str, str]]) -> None:
    with psycopg.connect(furnished[0], autocommit=True) as connection:
        for said in ("SELECT set_config('cermin.agency', 'kota', false)", "SET cermin.agency = '*'"):
            connection.execute(said.encode())
            for question in ("SELECT count(*) FROM office", "SELECT count(*) FROM office WHERE agency_id = 'kota'"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="nobody said whose rows these are"):
                    connection.execute(question.encode())


def test_production_refuses_a_table_whose_policy_was_taken_away(nodes: CitusCluster, database_url: str) -> None:
    def fault() -> str | None:
        with opened(database_url) as database:
            return fault_of_role(database)

    assert fault() is None
    owner = owners_address(database_url)
    with opened(owner) as database:
        assert fault_of_role(database) == ABOVE
    with psycopg.connect(owner) as connection:
        connection.execute("ALTER TABLE comment NO FORCE ROW LEVEL SECURITY")
    assert "comment" in str(fault())
    with psycopg.connect(owner) as connection:
        connection.execute("SELECT keep_agencies_apart('comment')")
    assert fault() is None


def test_heartbeats_of_several_agencies_are_one_transaction_over_their_workers(
    furnished: tuple[str, dict[str, str]],
) -> None:
    owner = owners_address(furnished[0])
    with opened(owner) as database:
        for n in range(6):
            furnish(database, f"agency-{n}", NOW)
    with psycopg.connect(owner) as connection:
        keys = connection.execute(
            "SELECT agency_id, min(key_id::text)::uuid FROM api_key GROUP BY agency_id"
        ).fetchall()
    with opened(furnished[0]) as database:
        beats = Heartbeats(database)
        for seconds, queued in ((0, 3), (60, 5), (30, 4)):
            for agency_id, key_id in keys:
                beats.take(
                    Principal(agency_id, KeyKind.device, key_id),
                    HeartbeatIn(app_version="1", queue_depth=queued),
                    NOW + timedelta(seconds=seconds),
                )
            beats.write()
    # Of each the newest, and on more than one worker.
    assert len(keys) == 8
    assert asked(owner, "SELECT queue_depth FROM heartbeat") == [5] * len(keys)
    ports = "SELECT DISTINCT nodeport FROM citus_shards WHERE table_name = 'heartbeat'::regclass"
    where = "shardid IN (SELECT get_shard_id_for_distribution_column('heartbeat', agency_id) FROM heartbeat)"
    assert len(asked(owner, f"{ports} AND {where}")) > 1
