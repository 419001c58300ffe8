"""Names behind codes are found on both stores, and nothing else is."""

from app.directory.listing_store import names_of
from app.foundation.storage.database import Database
from tests.house import House


def test_a_code_that_nothing_has_has_no_name_whatever_stands_in_it(house: House) -> None:
    database: Database = house.services.database
    with database.reading() as session:
        found = names_of(session, "kota", "office", ["dukcapil", "tiada", "a\x00b", "\x00", ""])
    assert found == {"dukcapil": "Dukcapil"}
