"""Migrations on a Citus cluster whose tables are distributed already."""

from datetime import date
from itertools import count

import psycopg
import pytest
from sqlalchemy import make_url

from app.foundation.storage import distribution_store
from app.foundation.storage import migrations as migrating
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.distribution import STAYS, planned, steps, take
from app.foundation.storage.roles import fault_of_role
from app.ratings.rating import NewRating, Place, StoreOutcome
from app.ratings.store import RatingStore
from tests.citus import SHARDS, CitusCluster
from tests.foundation.citus.asking import (
    DISTRIBUTED,
    ON_A_CLUSTER,
    ORDINARY,
    UNFORCED,
    asked,
    new_name,
    of_workers,
    opened,
)
from tests.house import NOW, furnish, furnish_two

pytestmark = ON_A_CLUSTER
_numbers = count()


def distributed_at(nodes: CitusCluster, former: str) -> str:
    """A database whose tables were distributed when the schema had come to this version."""
    url = nodes.create(new_name())
    migrating.upgrade(url, former)
    with opened(url) as database:
        with database.reading() as session:
            found = list(steps(distribution_store.tables(session), distribution_store.foreign_keys(session)))
        for step in found:
            take(database, step, shards=SHARDS)
    return url


def test_migrations_go_on_afterwards_and_new_tables_join_the_others(nodes: CitusCluster) -> None:
    url = distributed_at(nodes, "0025_standards")
    few = asked(url, DISTRIBUTED)
    migrating.upgrade(url)
    assert set(few) < set(asked(url, DISTRIBUTED))
    assert asked(url, ORDINARY) == sorted(STAYS)
    with opened(url) as database:
        assert planned(database).steps == ()
    # With their foreign keys, which hold.
    furnish_two(url)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("INSERT INTO occurrence VALUES ('nobody', 'kind', 'subject', now())")
    nodes.drop(url.rsplit("/", 1)[1])


def stored(url: str, agency_id: str, n: int) -> set[str]:
    """Store so many ratings of an agency; their keys."""
    place = Place("dukcapil", None, "ktp-el", None, "web", date(2026, 11, 18), 9)
    ratings = [
        NewRating(agency_id, f"019a95a3e7e18abc{next(_numbers):016x}", place, "ikl-1", "434", "0" * 32, comment="Cepat")
        for _ in range(n)
    ]
    with opened(url) as database, of_agency(agency_id):
        store = RatingStore(database)
        with store.connect() as connection:
            assert {each.outcome for each in store.write(connection, ratings)} == {StoreOutcome.stored}
    return {rating.key for rating in ratings}


# Before row-level security, and when a cluster had none (decisions 33 and 42).
@pytest.mark.parametrize("former", ["0034_sealed_months", "0037_office_comparison"])
def test_a_cluster_of_an_earlier_version_gets_its_policies_and_keeps_its_rows(nodes: CitusCluster, former: str) -> None:
    url = distributed_at(nodes, former)
    name = str(make_url(url).database)
    keys = set[str]()
    with opened(url) as database:
        for agency_id in ("kota", "desa"):
            furnish(database, agency_id, NOW)
    for agency_id in ("kota", "desa"):
        keys |= stored(url, agency_id, 200)
    before = {table: sorted(asked(url, f"SELECT t::text FROM {table} t")) for table in asked(url, DISTRIBUTED)}
    assert any(result for result in of_workers(url, UNFORCED))
    migrating.upgrade(url)
    assert {table: sorted(asked(url, f"SELECT t::text FROM {table} t")) for table in before} == before
    assert of_workers(url, UNFORCED) == ["", ""]
    with opened(url) as database:
        assert planned(database).steps == ()
    # As the service writes and reads from now on.
    nodes.let_service_in(name)
    service = nodes.service_address(name)
    with opened(service) as database:
        assert fault_of_role(database) is None
    later = stored(service, "kota", 50)
    assert {key.hex for key in asked(url, "SELECT key FROM rating")} == keys | later
    with psycopg.connect(service) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="nobody said whose rows these are"):
            connection.execute("SELECT count(*) FROM rating")
        connection.rollback()
        connection.execute("SET LOCAL citus.propagate_set_commands = 'local'")
        connection.execute("SET LOCAL cermin.agency = 'desa'")
        assert connection.execute("SELECT DISTINCT agency_id FROM rating").fetchall() == [("desa",)]
    nodes.drop(name)
