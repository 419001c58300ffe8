"""An administrator at the pages of kiosks: adding one, and looking at it."""

from collections.abc import Callable
from re import search
from typing import Any

import httpx
import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser
from tests.house import House
from tests.people.persons import PASSPHRASE, Door

Open = Callable[[], Browser]
ADD = "/desk/kiosks/add"


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def add(admin: Browser, label: str = "Tablet pintu masuk", **filled: str) -> httpx.Response:
    """Send the form of a new kiosk."""
    return admin.submit(admin.go("/desk/kiosks"), ADD, counter="dukcapil/loket-1", label=label, **filled)


def pair(house: House, code: str) -> dict[str, Any]:
    """What a kiosk gets for its code."""
    answer = house.post("/v1/devices/pair", {"code": code}, None)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def kiosk_page(admin: Browser, label: str) -> httpx.Response:
    """The page of one kiosk, by the link in the list."""
    found = search(rf'href="(/desk/kiosk\?id=[^"]+)">{label}<', admin.go("/desk/kiosks").text)
    assert found is not None
    return admin.go(found[1])


def confirm(admin: Browser) -> None:
    """Prove to be there."""
    admin.submit(admin.go("/desk/confirm?to=kiosks"), "/desk/confirm", passphrase=PASSPHRASE, code=admin.code())
