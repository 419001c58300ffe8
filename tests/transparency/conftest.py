"""Services whose log has something in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.closing.fixtures import key_file, office
from tests.house import House

__all__ = ["house", "key_file", "office"]


@pytest.fixture
def house(furnished: tuple[str, dict[str, str]], key_file: Path) -> Iterator[House]:
    """A service with two agencies and no ratings."""
    url, keys = furnished
    with House.open(url, keys, signing_key_file=key_file) as one:
        yield one
