"""A town with a browser in each role, and whatever pages there are: new ones are attacked without being told."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk
from tests.desk.red_team.town import ORIGIN, Town
from tests.people.persons import Door


@pytest.fixture(scope="module")
def town(lend: Lend) -> Iterator[Town]:
    """A service with figures and somebody in each role, who has just proved to be there."""
    with lend("sqlite") as (url, keys), desk(url, keys, public_url=ORIGIN) as house, Door.open(url) as door:
        sheets = [house.sheet(employee=None) for _ in range(30)]
        assert house.post("/v1/ratings/batch", {"ratings": sheets}).status_code == 200
        house.release(now=datetime(2027, 1, 10, 3, tzinfo=UTC))
        seats = {}
        for role in Role:
            seats[role] = Browser(house)
            employee = None if role is Role.auditor else "E003"
            seats[role].join(door, f"P {role}", role, employee=employee)
        yield Town(house, door, seats, Browser(house))
