"""No page of the desk changes when the ratings behind it are sealed and gone, but for the trail, which tells of it."""

from collections.abc import Iterator
from datetime import date

import pytest

from app.transparency.dropping import drop_sealed
from app.transparency.rules.inventories import Marker
from app.transparency.sealing import SealingOrder, seal_months
from tests.conftest import Lend
from tests.desk.browsing import Browser
from tests.desk.full import Place, Walk, full_house, seated, starts_of
from tests.house import SECRET, House
from tests.transparency.houses import LATE, inventory
from tests.transparency.sealed_town import counts

NOVEMBER = date(2026, 11, 1)


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An agency with something on every page."""
    with lend("sqlite") as (url, keys), full_house(url, keys, tmp_path_factory.mktemp("keys") / "key.pem") as opened:
        yield opened


def pages(seats: dict[Place, Browser]) -> dict[tuple[Place, str], str]:
    """Every page that anybody gets to, but for those that tell who did or read what."""
    return {
        (place, address): html
        for place, seat in seats.items()
        for address, html in Walk(seat).go(*starts_of(place.role)).pages.items()
        if not address.startswith(("/desk/trail", "/desk/readers"))
    }


@pytest.mark.long
def test_no_page_changes_when_the_ratings_behind_it_are_gone(house: House) -> None:
    house.release()
    inventory(house, accept=True)
    order = SealingOrder(house.clock.now, "test", NOVEMBER, LATE)
    with seated(house) as seats:
        before = pages(seats)
        [ratings] = counts(house.database, "rating")
        sealed = seal_months(house.database, "kota", Marker(SECRET.encode(), "kota"), order)
        assert [(each.month, each.reasons) for each in sealed] == [("2026-09", ()), ("2026-10", ())]
        gone = drop_sealed(house.database, order)
        assert (gone.faults, gone.ratings["kota"]) == ([], sum(each.ratings for each in sealed))
        assert counts(house.database, "rating")[0] < ratings
        after = pages(seats)
    assert len(before) > 50
    assert [address for address in before.keys() | after.keys() if before.get(address) != after.get(address)] == []
