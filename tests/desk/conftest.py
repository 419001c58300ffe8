"""A service with persons; statements have their tests in tests/people, on both stores."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Lend
from tests.desk.browsing import Browser, desk
from tests.desk.closed import Seat, seats
from tests.house import House
from tests.people.persons import Door


@pytest.fixture
def lent(lend: Lend) -> Iterator[tuple[str, dict[str, str]]]:
    """A database of the test's own."""
    with lend("sqlite") as found:
        yield found


@pytest.fixture
def house(lent: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The service."""
    with desk(*lent) as opened:
        yield opened


@pytest.fixture
def door(lent: tuple[str, dict[str, str]]) -> Iterator[Door]:
    """An operator's terminal beside it."""
    with Door.open(lent[0]) as opened:
        yield opened


@pytest.fixture
def browser(house: House) -> Callable[[], Browser]:
    """A new browser."""
    return lambda: Browser(house)


@pytest.fixture
def seat(house: House) -> Iterator[Seat]:
    """A way to seat somebody at the service of the file."""
    with seats(house) as join:
        yield join
