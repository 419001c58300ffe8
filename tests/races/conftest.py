"""One service on each store for all races: each does something of its own."""

from collections.abc import Iterator

import pytest

from app.seals.signing import make_key
from tests.closing.steps import rated
from tests.closing.surveys import commented
from tests.conftest import Lend
from tests.desk.closed import closed_house
from tests.people.persons import Door
from tests.races.town import AUGUST, COMMENTED, MAY, Town
from tests.ratings.visits import put


# SQLite lets one writer in at a time from the beginning: every day PostgreSQL is enough.
@pytest.fixture(scope="module", params=[pytest.param("sqlite", marks=pytest.mark.long), "postgresql"])
def town(request: pytest.FixtureRequest, lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """October is a draft, comments of it are told, May and August can be closed."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend(request.param) as (url, given), closed_house(url, given, key_file) as house, Door.open(url) as door:
        make_key(key_file)
        put(house.database, [*rated("E001", 12, day=AUGUST), *rated("E001", 12, day=MAY)], start=5_000)
        commented(house.database, "dukcapil", [f"Cepat {n}" for n in range(12)], COMMENTED, "ikl-1")
        house.release()
        door.clock.now = house.clock.now
        yield Town(house, door, key_file)
