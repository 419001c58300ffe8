"""Attack: our page lies invisible over another site's button. Attack: a page is kept by a cache that others share."""

import re
from collections.abc import Mapping

import httpx
import pytest

from tests.desk.red_team.town import Town, every_answer, is_page


@pytest.mark.long
@pytest.mark.sized
def test_no_answer_can_stand_within_another_page(town: Town) -> None:
    seen = set()
    for _, path, response in every_answer(town):
        assert response.headers["x-frame-options"] == "DENY", path
        if is_page(response):
            assert "frame-ancestors 'none'" in response.headers["content-security-policy"], path
        seen.add(response.status_code)
    assert seen >= {200, 303, 403, 422}


class SharedCache:
    """A proxy's memory by RFC 9111 for shared caches, as greedy as the standard lets it be."""

    # Kept without being told for how long.
    HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})

    def __init__(self) -> None:
        self.kept: dict[str, tuple[Mapping[str, str], httpx.Response]] = {}

    def offer(self, address: str, headers: Mapping[str, str], response: httpx.Response) -> None:
        """Keep an answer, if that is allowed (section 3)."""
        said = directives(response.headers.get("cache-control", ""))
        fresh = said & {"public", "max-age", "s-maxage"} or response.status_code in self.HEURISTIC
        if fresh and not said & {"no-store", "private"} and response.headers.get("vary") != "*":
            self.kept[address] = (headers, response)

    def find(self, address: str, headers: Mapping[str, str]) -> httpx.Response | None:
        """The kept answer for this request (section 4): the same address, and whatever it varies by."""
        if address not in self.kept:
            return None
        before, response = self.kept[address]
        varies = [each.strip().lower() for each in response.headers.get("vary", "").split(",") if each.strip()]
        return response if all(before.get(each) == headers.get(each) for each in varies) else None


def directives(text: str) -> set[str]:
    """The names of the directives of a Cache-Control header."""
    return {each.partition("=")[0].strip().lower() for each in text.split(",") if each.strip()}


@pytest.mark.long
@pytest.mark.sized
def test_a_shared_cache_keeps_no_page_of_anybody(town: Town) -> None:
    cache = SharedCache()
    # As if all had the same cookie: what it does not keep it cannot mix up.
    for _, path, response in every_answer(town):
        cache.offer(path, {}, response)
        assert cache.find(path, {}) is None, path
    # The cache is one: it keeps what it may.
    page = town.stranger.go("/sign-in")
    style, *_ = re.findall(r'href="([^"]+\.css)"', page.text)
    cache.offer(style, {}, town.stranger.send("GET", style))
    assert cache.find(style, {}) is not None
    for broken in ("", "max-age=60", "public"):
        response = httpx.Response(200, headers={"cache-control": broken} if broken else {}, text="mine")
        cache.offer("/x", {}, response)
        assert cache.find("/x", {}) is response
