"""Which time zone an agency as a whole lives in, and what its people are shown."""

import pytest

from app.directory.listing_store import Place, places_of, zone_of_agency
from app.directory.rules.head_zone import head_zone
from app.foundation.storage.database import Database
from tests.conftest import STORES, Lend

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"


@pytest.mark.parametrize(
    ("tops", "zone"),
    [({}, WIB), ({WIT: 1}, WIT), ({WIB: 1, WITA: 2}, WITA), ({WIT: 2, WITA: 2}, WITA), ({WIT: 1, WIB: 1}, WIB)],
)
def test_an_agency_lives_where_most_of_its_top_offices_are(tops: dict[str, int], zone: str) -> None:
    assert head_zone(tops) == zone


@pytest.mark.parametrize("store", STORES)
def test_names_and_zones_are_those_of_the_agency_alone(lend: Lend, store: str) -> None:
    with lend(store) as (url, _):
        database = Database(url)
        with database.reading() as session:
            assert zone_of_agency(session, "kota") == WIB
            assert places_of(session, "kota", {"upt-makassar", "tiada"}) == {
                "upt-makassar": Place("Upt-Makassar", WITA)
            }
            assert places_of(session, "tiada", {"upt-makassar"}) == {}
            assert places_of(session, "kota", set()) == {}
        database.dispose()
