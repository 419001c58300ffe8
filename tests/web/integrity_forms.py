"""The form of an integrity report and that of its receipt, as a citizen's browser sends them."""

from re import search
from typing import Any

import httpx
import pytest

from tests.desk.browsing import text_of
from tests.house import House
from tests.integrity.reporting import WORDS, Holder, opened

FORM = "/integrity/kota"
GOOD = {"office": "dukcapil", "kind": "demand-for-favours", "text": WORDS, "contact": "", "recipient": "agency"}


def see(house: House, path: str, **headers: str) -> httpx.Response:
    """A page, as a browser asks for it."""
    return house.get(path, None, headers={"accept": "text/html", **headers})


def send(house: House, path: str = FORM, headers: Any = None, **changed: Any) -> httpx.Response:
    """Send a good report with some fields changed; None leaves one out."""
    sent = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return house.request("POST", path, data=sent, headers=headers or {})


def asked(house: House, code: str, **headers: str) -> httpx.Response:
    """What is told about a receipt."""
    return house.request("POST", "/integrity", data={"code": code}, headers=headers)


def code_on(page: httpx.Response) -> str:
    """The receipt that a page shows."""
    found = search(r"<code>([0-9A-Z-]+)</code>", page.text)
    assert found is not None, text_of(page)
    return found[1]


@pytest.fixture
def holders(house: House) -> tuple[Holder, ...]:
    """The agency takes reports, and these open them."""
    return opened(house)
