"""Tables move while ratings come in, to shards or to another worker: what is confirmed is stored, and once."""

import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from app.foundation.storage import migrations as migrating
from app.foundation.storage.distribution import STAYS
from tests.citus import CitusCluster, distribute
from tests.conftest import Template
from tests.foundation.citus.asking import ON_A_CLUSTER, ORDINARY, UNFORCED, asked, new_name, of_workers
from tests.house import NOW, House, furnish_two, uuid7
from tests.postgres import owners_address
from tests.threads import Threads

pytestmark = ON_A_CLUSTER
SENDERS = ("app", "app", "desa app", "desa app")
WHERE = "SELECT DISTINCT nodeport FROM citus_shards WHERE table_name = 'rating'::regclass"
LONGEST = 300


class Sender:
    """Posts one rating after the other, each until it is confirmed, as a kiosk does."""

    def __init__(self, house: House, number: int, key: str) -> None:
        self._house, self._number, self._key = house, number, key
        self.confirmed = list[dict[str, Any]]()
        self.statuses = set[int]()

    def run(self, ended: Event) -> None:
        """Post until somebody says that it is enough."""
        while not ended.is_set() and self.statuses <= {201, 503}:
            sheet = self._house.sheet(id=uuid7(NOW, (self._number << 32) + len(self.confirmed)))
            until = time.monotonic() + LONGEST
            while self.post(sheet) == 503:
                assert time.monotonic() < until, "refused for too long"
            self.confirmed.append(sheet)

    def post(self, sheet: dict[str, Any]) -> int:
        """Post it once; the status of the answer."""
        status = self._house.post("/v1/ratings", sheet, self._key).status_code
        self.statuses.add(status)
        return status


def rebalance(url: str) -> None:
    """What an operator says to the coordinator when a worker was added, and waits for."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT citus_rebalance_start()")
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            # Not `citus_rebalance_status()`, which may look for a shard that has just gone.
            [state] = connection.execute("SELECT state::text FROM pg_dist_background_job").fetchall()
            if state not in (("scheduled",), ("running",)):
                assert state == ("finished",)
                return
            time.sleep(0.5)
    pytest.fail("the rebalancing did not end")


def rated_while(house: House, work: Callable[[], object]) -> list[Sender]:
    """Do this while senders post; the senders, each of which was confirmed something meanwhile."""
    senders = [Sender(house, number, key) for number, key in enumerate(SENDERS, 1)]
    ended = Event()
    with Threads(len(senders)) as pool:
        posting = [pool.submit(sender.run, ended) for sender in senders]
        try:
            work()
            assert all(sender.confirmed for sender in senders)
        finally:
            ended.set()
        for each in posting:
            each.result()
    return senders


def check(house: House, senders: list[Sender]) -> None:
    """What was confirmed is there once, and nobody was told anything else but to come again."""
    url = owners_address(house.database.url.render_as_string(hide_password=False))
    # While a shard or a table moves, the moment in which it belongs to nobody may be told as 503.
    assert all(sender.statuses <= {201, 503} for sender in senders)
    assert asked(url, "SELECT count(*) FROM rating") == [sum(len(sender.confirmed) for sender in senders)]
    assert {sender.post(sheet) for sender in senders for sheet in sender.confirmed} == {200}


@pytest.fixture
def house(nodes: CitusCluster, furnished_postgres: Template) -> Iterator[House]:
    """A service with its own role and a database of its own, whose shards are elsewhere afterwards."""
    with nodes.copy_of(furnished_postgres.name) as url:
        service = nodes.service_address(str(make_url(url).database))
        with House.open(service, furnished_postgres.keys) as opened:
            yield opened


def test_what_is_confirmed_while_shards_move_is_stored_with_the_policies_in_force(house: House) -> None:
    url = owners_address(house.database.url.render_as_string(hide_password=False))
    with psycopg.connect(url, autocommit=True) as connection:
        nodes = connection.execute(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 ORDER BY 2"
        ).fetchall()
        # The worker that will be added.
        connection.execute("SELECT citus_drain_node(%s, %s)", nodes[0])
        assert asked(url, WHERE) == [nodes[1][1]]
        connection.execute("SELECT citus_set_node_property(%s, %s, 'shouldhaveshards', true)", nodes[0])
    senders = rated_while(house, lambda: rebalance(url))
    assert len(asked(url, WHERE)) == 2
    assert of_workers(url, UNFORCED) == ["", ""]
    check(house, senders)


def test_what_is_confirmed_while_tables_become_distributed_is_stored(nodes: CitusCluster) -> None:
    name = new_name()
    url = nodes.create(name)
    migrating.upgrade(url)
    keys = furnish_two(url)
    nodes.let_service_in(name)
    with House.open(nodes.service_address(name), keys) as house:
        senders = rated_while(house, lambda: distribute(url))
        assert asked(url, ORDINARY) == sorted(STAYS)
        assert of_workers(url, UNFORCED) == ["", ""]
        check(house, senders)
    nodes.drop(name)
