"""How many shards of a Citus cluster are asked: by what happens most often, one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import event

from app.access.principals import KeyKind, Principal, Role
from app.devices.heartbeats import Heartbeats
from app.devices.schemas import HeartbeatIn
from app.foundation.storage.database import Database
from app.ratings.citus_steps import steps
from app.ratings.loop_store import EXISTING, for_psycopg
from app.ratings.rating import NewRating
from tests.foundation.citus.asking import ON_A_CLUSTER, asked, opened
from tests.house import NOW, House, furnish
from tests.people.persons import PASSPHRASE, Door, visit
from tests.postgres import owners_address
from tests.ratings.test_writer_task import PLACE

pytestmark = ON_A_CLUSTER
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}


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
        to_do, returned = steps("kota", ratings), None
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
