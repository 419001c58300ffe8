"""A service whose agency has ratings that periods can be closed over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.closing.steps import SEPTEMBER, rated
from tests.house import House
from tests.ratings.visits import put


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "signing-key.pem"


@pytest.fixture
def office(furnished: tuple[str, dict[str, str]], key_file: Path) -> Iterator[House]:
    """A service whose agency has ratings in September and October."""
    url, keys = furnished
    with House.open(url, keys, signing_key_file=key_file) as house:
        put(house.database, [*rated("E001", 12), *rated("E002", 40, "433"), *rated("E004", 9), *rated(None, 11)])
        put(house.database, [*rated("E001", 15, day=SEPTEMBER)], start=1_000)
        yield house
