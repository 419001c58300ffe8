"""An auditor and an administrator who have just proved to be there, and where integrity reports and keys lie."""

from collections.abc import Callable

import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser
from tests.house import House
from tests.integrity.reporting import listed
from tests.people.persons import Door

LIST, KEYS = "/desk/integrity", "/desk/integrity/keys"
Open = Callable[[], Browser]


@pytest.fixture
def auditor(door: Door, browser: Open) -> Browser:
    """Somebody who has just proved to be there."""
    one = browser()
    one.join(door, "Auditor", Role.auditor)
    return one


@pytest.fixture
def administrator(door: Door, browser: Open) -> Browser:
    """Likewise."""
    one = browser()
    one.join(door, "Administrator", Role.administrator)
    return one


def at(house: House, n: int = 0) -> str:
    """The address of a report's page."""
    return f"{LIST}/report?id={listed(house)[n]['id']}"
