"""Nothing tells that somebody was on the pages of integrity reports: no cookie, no file, no key, no count."""

from re import findall

import httpx
import pytest

from tests.house import House
from tests.integrity.reporting import Holder
from tests.web.integrity_forms import FORM, asked, code_on, holders, see, send

__all__ = ["holders"]
pytestmark = pytest.mark.sqlite_daily


def test_no_page_reads_or_sets_a_cookie_or_says_where_somebody_came_from(
    house: House, holders: tuple[Holder, ...]
) -> None:
    code = code_on(send(house))
    cookie = {"cookie": "cermin_language=en; cermin_session=kota.x; __Host-cermin=y"}
    for page in (
        see(house, FORM, **cookie),
        see(house, f"{FORM}/dukcapil", **cookie),
        see(house, "/integrity", **cookie),
        see(house, "/integrity/tiada", **cookie),
        send(house, headers=cookie),
        send(house, headers=cookie, text=""),
        asked(house, code, **cookie),
        asked(house, "x", **cookie),
    ):
        assert "set-cookie" not in page.headers
        assert page.headers["content-language"] == "id"
        assert page.headers["vary"] == "Accept-Language"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["content-security-policy"].startswith("default-src 'self'; frame-ancestors 'none'")
        assert "<script" not in page.text
        assert "noindex" in page.text


def test_no_file_is_loaded_by_which_a_proxys_log_could_tell_that_these_pages_were_read(
    house: House, holders: tuple[Holder, ...]
) -> None:
    def files(page: httpx.Response) -> set[str]:
        return set(findall(r'(?:src|href)="([^"]*/static/[^"]+)"', page.text))

    code = code_on(send(house))
    elsewhere = files(see(house, "/"))
    for page in (see(house, FORM), see(house, "/integrity"), send(house), send(house, text=""), asked(house, code)):
        assert files(page)
        assert files(page) <= elsewhere


def test_a_key_is_not_looked_at(house: House, holders: tuple[Holder, ...]) -> None:
    for key in ("device", "crm_app_nonsense"):
        assert send(house, headers={"Authorization": f"Bearer {house.keys.get(key, key)}"}).status_code == 200


def test_nothing_counts_that_somebody_was_here(house: House, holders: tuple[Holder, ...]) -> None:
    before = house.get("/metrics", None).text
    see(house, FORM)
    see(house, f"{FORM}/dukcapil")
    asked(house, code_on(send(house)))
    see(house, "/integrity")
    after = house.get("/metrics", None).text
    counted = [line for line in after.splitlines() if "integrity" in line and line not in before]
    assert counted == []
