"""Recognition and training needs in Chromium: the pages are whole with names and tables on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium

from app.access.principals import Role
from tests.browser.desks import served, signed_in
from tests.browser.layout import wrong_with
from tests.closing.staffed import offices, staff
from tests.closing.steps import close, finalise
from tests.conftest import Lend
from tests.desk.browsing import desk
from tests.desk.closed import Seat, seats
from tests.house import House


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October, final, of eight employees and eight offices."""
    key_file: Path = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=key_file) as opened:
        staff(opened)
        offices(opened)
        close(opened)
        finalise(opened, key_file)
        yield opened


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    """Where Chromium reaches it."""
    with served(house) as address:
        yield address


@pytest.fixture(scope="module")
def seat(house: House) -> Iterator[Seat]:
    """A way to seat somebody."""
    with seats(house) as join:
        yield join


def report(house: House, kind: str) -> str:
    """The address of a page with a report of October."""
    items = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "kind": kind}).json()["items"]
    return f"/desk/report?id={items[0]['id']}"


@pytest.mark.parametrize(
    ("role", "office", "employee", "addresses"),
    [
        (Role.supervisor, None, None, ("/desk/recognition?period=2026-10", "/desk/office?period=2026-10", "agency")),
        (Role.employee, None, "S7", ("/desk/mirror",)),
        (Role.appraiser, None, "E002", ("/desk/team/person?employee=S7",)),
    ],
)
def test_the_pages_are_whole_with_what_they_say(
    browser: Chromium,
    house: House,
    url: str,
    seat: Seat,
    role: Role,
    office: str | None,
    employee: str | None,
    addresses: tuple[str, ...],
) -> None:
    person = seat(f"P {role}", role, office, **({"employee": employee} if employee else {}))
    with signed_in(browser, url, person) as context, context.new_page() as page:
        for number, address in enumerate(addresses):
            place = report(house, address) if address == "agency" else address
            assert wrong_with(page, number, f"{url}{place}") == [], place
