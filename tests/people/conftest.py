"""The doors for persons, over a database with two agencies on each store."""

from collections.abc import Iterator

import pytest

from tests.people.persons import Door


@pytest.fixture
def door(furnished: tuple[str, dict[str, str]]) -> Iterator[Door]:
    """The doors of one process."""
    with Door.open(furnished[0]) as opened:
        yield opened
