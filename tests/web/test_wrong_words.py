"""What a public page says of a parameter or a form that it cannot read: what is wrong, and nothing else."""

from re import DOTALL, search
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.web.integrity_words import CATALOGUES
from app.web.routes import routers
from tests.house import House
from tests.integrity.reporting import opened

pytestmark = pytest.mark.sqlite_daily

TOO_LONG = "x" * 200
# In the place of what stands in an address.
NAMED = {"agency": "kota", "office": "dukcapil", "report_id": "00000000-0000-7000-8000-000000000000", "path": "x",
         "version": "x", "name": "x"}  # fmt: skip
SHOWN = ("", "/dukcapil", "/dukcapil/screen", "/data.csv", "/data.json", "/data.jsonld", "/dukcapil/badge.svg")
# Bodies that no form sends.
BODIES: tuple[dict[str, Any], ...] = (
    {"json": {"code": "x"}},
    {"content": b"\xff=1", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    {"data": {f"f{number}": "x" for number in range(50)}},
    {"files": {"file": b"x"}},
)


def public_pages() -> list[str]:
    """The address of every public page, also of those that come."""
    routes = (each for router in routers for each in router.routes if isinstance(each, APIRoute))
    paths = [each.path for each in routes if "GET" in (each.methods or ())]
    return [path.replace(":path", "").format(**NAMED) for path in paths]


def heading(html: str) -> str:
    """What stands above a page."""
    found = search(r"<h1[^>]*>(.*?)</h1>", html, DOTALL)
    return "" if found is None else found[1].strip()


def test_a_language_that_is_none_is_the_readers_own(house: House) -> None:
    opened(house)
    pages = public_pages()
    assert len(pages) > 15
    for path in pages:
        asked = {"accept": "text/html", "accept-language": "en"}
        own = house.get(path, None, headers=asked)
        for none in ("xx", TOO_LONG):
            other = house.get(f"{path}?lang={none}", None, headers=asked)
            assert (other.status_code, heading(other.text)) == (own.status_code, heading(own.text)), path


@pytest.mark.parametrize("path", SHOWN)
def test_what_is_no_period_and_no_questionnaire_is_a_page_that_is_not_there(house: House, path: str) -> None:
    for wrong in (f"period={TOO_LONG}", f"instrument={TOO_LONG}", "period=%00", "instrument=%2F"):
        answer = house.get(f"/p/kota{path}?{wrong}", None, headers={"accept": "text/html", "accept-language": "en"})
        assert (answer.status_code, heading(answer.text)) == (404, "Page not found"), wrong


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("path", ["/integrity", "/integrity/kota"])
def test_a_body_that_is_no_form_is_said_to_be_none_and_the_form_is_led_to(
    house: House, path: str, language: str
) -> None:
    opened(house)
    words = CATALOGUES[language].words
    for body in BODIES:
        headers = {"accept-language": language} | body.get("headers", {})
        answer = house.request("POST", path, **body | {"headers": headers})
        assert answer.status_code in (415, 422), body
        assert heading(answer.text) == words["unreadable_title"], body
        assert words["unreadable"] in answer.text
        assert f'href="{path}?lang={language}"' in answer.text
