"""A database on a Citus cluster of which nothing is distributed yet."""

from collections.abc import Iterator

import pytest

from app.foundation.storage import migrations as migrating
from tests.citus import CitusCluster
from tests.foundation.citus.asking import new_name
from tests.house import furnish_two


@pytest.fixture
def store() -> str:
    """SQLite has no workers."""
    return "postgresql"


@pytest.fixture
def nodes(postgres: CitusCluster) -> CitusCluster:
    """The cluster that the environment names."""
    return postgres


@pytest.fixture
def ordinary(nodes: CitusCluster) -> Iterator[str]:
    """A migrated database with two agencies, of which nothing is distributed yet."""
    url = nodes.create(new_name())
    migrating.upgrade(url)
    furnish_two(url)
    yield url
    nodes.drop(url.rsplit("/", 1)[1])
