"""A service that may tell hosts of this machine."""

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.notifications.messages import HOSTS


@pytest.fixture
def teller(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The service; nothing of it runs by itself."""
    with House.open(*furnished, **HOSTS) as opened:
        yield opened
