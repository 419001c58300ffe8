"""Every page stays small, also where there is much to show: 40 kB of HTML, 20 kB of styles, nothing inline."""

from collections.abc import Iterator
from re import findall, search, sub

import pytest

from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import Browser, text_of
from tests.desk.full import PLACES, Place, Walk, full_house, seated, starts_of
from tests.desk.large import EMPLOYEES, KEYS, enlarge
from tests.house import House

MOST_HTML, MOST_CSS = 40_000, 20_000


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An agency with a thousand employees, and names as long as they get."""
    with lend("sqlite") as (url, keys), full_house(url, keys, tmp_path_factory.mktemp("keys") / "key.pem") as opened:
        enlarge(opened)
        yield opened


@pytest.fixture(scope="module")
def seats(house: House) -> Iterator[dict[Place, Browser]]:
    """Somebody at every place."""
    with seated(house) as found:
        yield found


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_page_of_a_large_agency_is_small(seats: dict[Place, Browser], place: Place) -> None:
    seat = seats[place]
    pages = Walk(seat).go(*starts_of(place.role)).pages
    assert len(pages) > 5
    assert {address: len(html.encode()) for address, html in pages.items() if len(html.encode()) > MOST_HTML} == {}
    sheets = {each for html in pages.values() for each in findall(r'href="([^"]+\.css)"', html)}
    assert 0 < sum(len(seat.send("GET", each).content) for each in sheets) <= MOST_CSS
    for address, html in pages.items():
        tags = [sub(r'"[^"]*"', '""', tag) for tag in findall(r"<[^>]*>", html)]
        inline = r'^<style|^<script(?! type="" src)|\s(style|on\w+)='
        assert [tag for tag in tags if search(inline, tag)] == [], address


@pytest.mark.long
def test_a_thousand_people_and_all_keys_are_reached_page_by_page(seats: dict[Place, Browser]) -> None:
    for role, start, most in ((Role.appraiser, "/desk/team", EMPLOYEES), (Role.administrator, "/desk/keys", KEYS)):
        [seat] = [each for place, each in seats.items() if place.role is role]
        seen: set[str] = set()
        page = seat.go(start)
        while True:
            seen |= set(findall(r'<th role="rowheader" scope="row"><a href="([^"]+)"', page.text))
            following = findall(r'<a href="([^"]+)">Halaman berikutnya', page.text)
            if not following:
                break
            page = seat.go(following[0].replace("&amp;", "&"))
        assert len(seen) >= most
    assert "1.002 orang" in text_of(seats[Place(Role.appraiser, employee="E002")].go("/desk/team"))
