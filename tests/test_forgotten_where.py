"""A service whose every statement forgot its agency: on PostgreSQL it answers as if none had."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, make_url

from tests.conftest import Lend
from tests.house import House
from tests.postgres import owners_address
from tests.two_agencies import AGENCIES, everything, fill, furnish_own

pytestmark = [
    pytest.mark.untraced,
]

# A condition by which a statement keeps to its agency; joins on the column are left as they are.
OF_AN_AGENCY = re.compile(r"(?:\w+\.)?agency_id (?:= %\(\w+\)s(?:::\w+)?|IN \(%\(\w+\)s(?:::\w+)?\))")


@contextmanager
def forgetting(house: House) -> Iterator[list[int]]:
    """A service that leaves every such condition out; how many it has left out."""
    forgotten: list[int] = []

    def forget(*given: Any) -> tuple[str, Any]:
        _, __, statement, parameters, *___ = given
        # What is added keeps the agency as a value.
        if not statement.lstrip().upper().startswith("SELECT"):
            return statement, parameters
        changed, n = OF_AN_AGENCY.subn("true", statement)
        forgotten.append(n)
        return changed, parameters

    engine = house.services.database.writer
    event.listen(engine, "before_cursor_execute", forget, retval=True)
    try:
        yield forgotten
    finally:
        event.remove(engine, "before_cursor_execute", forget)


def told(house: House) -> dict[str, list[bytes]]:
    """All that each agency is told."""
    return {agency_id: everything(house, agency_id) for agency_id in AGENCIES}


@pytest.fixture
def addresses(lend: Lend) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The address with the service's role, and with one that row-level security does not bind; the keys."""
    with lend("postgresql") as (url, keys):
        assert make_url(url).username != make_url(owners_address(url)).username
        yield url, owners_address(url), keys


@pytest.mark.long
def test_a_service_that_forgets_every_agency_tells_nothing_of_another(
    addresses: tuple[str, str, dict[str, str]],
) -> None:
    bound, unbound, keys = addresses
    with House.open(bound, keys) as house:
        furnish_own(house)
        fill(house, "kota", 12)
        fill(house, "desa", 31)
        right = told(house)
        with forgetting(house) as forgotten:
            assert told(house) == right
        assert sum(forgotten) > 500
    # The same faults where nothing binds them are seen: the question was asked.
    with House.open(unbound, keys) as house:
        assert told(house) == right
        with forgetting(house):
            wrong = told(house)
    for agency_id in AGENCIES:
        differing = [n for n, answer in enumerate(wrong[agency_id]) if answer != right[agency_id][n]]
        assert len(differing) > 10, agency_id
