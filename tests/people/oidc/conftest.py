"""The provider's door over a database on each store, beside the doors of passphrases."""

from collections.abc import Iterator

import pytest

from tests.conftest import Lend
from tests.people.oidc.fake_provider import FakeProvider, fake_provider
from tests.people.oidc.real_provider import SITI, mock_provider
from tests.people.oidc.through import Through
from tests.people.persons import Door


@pytest.fixture
def provider(door: Door) -> Iterator[FakeProvider]:
    """A provider whose clock is the service's."""
    with fake_provider(door.clock) as opened:
        yield opened


@pytest.fixture
def through(door: Door, provider: FakeProvider) -> Through:
    """The door of the provider."""
    return Through(door, provider)


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """A provider that knows two people."""
    with mock_provider(SITI, {"sub": "budi"}) as opened:
        yield opened


@pytest.fixture
def url(lend: Lend) -> Iterator[str]:
    """A database of the test's own."""
    with lend("sqlite") as (found, _):
        yield found
