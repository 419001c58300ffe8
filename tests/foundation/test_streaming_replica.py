"""A real replica: PostgreSQL's own streaming replication, made by `pg_basebackup`."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree
from time import monotonic, sleep

import psycopg
import pytest
from sqlalchemy import make_url

from app.foundation.storage import migrations as migrating
from tests.closing.steps import rated
from tests.faults.postmaster import Postmaster
from tests.foundation.replica_answers import figures, release_of
from tests.house import House, furnish_two
from tests.ratings.visits import put


@contextmanager
def replicated() -> Iterator[tuple[Postmaster, Postmaster]]:
    """A server with the two agencies, and its replica."""
    with Postmaster.running() as primary:
        migrating.upgrade(primary.url)
        place = primary.own_folder("replica")
        replica = primary.replica(place)
        try:
            replica.start()
            replica.wait_until_up()
            yield primary, replica
        finally:
            replica.kill()
            rmtree(place)


@pytest.mark.campaign
@pytest.mark.one_server
def test_a_streaming_replica_that_stands_still_is_told_by_its_age_and_left_when_it_is_too_old() -> None:
    with replicated() as (primary, replica):
        keys = furnish_two(primary.url)
        with psycopg.connect(primary.url) as connection:
            connection.execute("CREATE ROLE cermin_reader LOGIN IN ROLE pg_read_all_data")
        # As the operating guide says: a role that may only read.
        url = make_url(replica.url).set(username="cermin_reader").render_as_string(hide_password=False)
        with House.open(primary.url, keys, read_database_url=url, read_lag_seconds=5) as house:
            put(house.database, rated("E001", 12))
            house.release()
            until_it_follows(house)
            assert release_of(house)[0] == 1
            with psycopg.connect(replica.url, autocommit=True) as hand:
                hand.execute("SELECT pg_wal_replay_pause()")
                paused = monotonic()
                house.release()
                told: list[tuple[float, int, int]] = []
                while True:
                    release, age = found = release_of(house)
                    if age is None:
                        break
                    told.append((monotonic() - paused, release, age))
                    figures(house).look()
                    sleep(0.2)
                # While it was read it told of the release before, and of an age that grew with the seconds.
                assert {release for _, release, _ in told} == {1}
                assert all(age >= seconds - 0.5 for seconds, _, age in told)
                assert told[-1][2] >= 4
                assert found == (2, None)
                assert house.get("/readyz", None).json()["replica"] == "late"
                assert release_of(house, "supervisor") == (2, None)
                hand.execute("SELECT pg_wal_replay_resume()")
            until_it_follows(house)
            assert release_of(house)[0] == 2
            replica.kill()
            assert release_of(house) == (2, None)
            assert figures(house).standing == "unreachable"
            replica.start()
            replica.wait_until_up()
            until_it_follows(house)


def until_it_follows(house: House) -> None:
    """Look at the replica until it is read and what it shows is less than three seconds old."""
    until = monotonic() + 20
    while True:
        figures(house).look()
        age = release_of(house)[1]
        if age is not None and age < 3:
            return
        assert monotonic() < until, "the replica does not follow"
        sleep(0.2)
