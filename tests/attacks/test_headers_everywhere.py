"""Attack: one page or answer, forgotten when headers were given out, is framed, sniffed, cached or read by others."""

import pytest

from tests.desk.pages import PAGES as DESK
from tests.desk.pages import THROUGH_A_PROVIDER
from tests.house import House
from tests.route_access import HELD, PAGES, PUBLIC, TAKES, Entry, address

# As they are sent with every answer, whatever it is.
ALWAYS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}
# What would let pages of other sites read ours, tell who made the server, or keep a promise that nobody made.
NEVER = ("access-control-allow-origin", "access-control-allow-credentials", "server", "x-powered-by")
OF_PAGES = ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action ")


def asked() -> list[tuple[Entry, str, str | None]]:
    """Every entry with an address, without a key and with one that it takes."""
    found: list[tuple[Entry, str, str | None]] = []
    for entry in (*TAKES, *HELD, *PAGES, *DESK, *THROUGH_A_PROVIDER):
        method, path = entry
        where = address(path, method) if path.count("{") else path
        keys = [None, *sorted(str(kind) for kind in TAKES.get(entry, ()))[:1]]
        found += [(entry, where, key) for key in keys]
    return found + [(entry, where, None) for entry, where in PUBLIC.items()]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_every_route_answers_with_the_headers_that_protect_a_browser(house: House) -> None:
    pages, statuses = 0, set[int]()
    for (method, path), where, key in asked():
        answer = house.request(method, where, key, follow_redirects=False)
        for name, value in ALWAYS.items():
            told = answer.headers.get_list(name)
            # Our own forms say from which of our pages they come.
            of_forms = name == "referrer-policy" and (method, path) in {*DESK, *THROUGH_A_PROVIDER}
            assert told in ([value], ["same-origin"] if of_forms else [value]), (method, path, name, told)
        assert len(answer.headers.get_list("cache-control")) == 1, (method, path)
        assert [name for name in NEVER if name in answer.headers] == [], (method, path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            policy = answer.headers["content-security-policy"]
            assert [each for each in OF_PAGES if each not in policy] == [], (path, policy)
            # Swagger UI styles its elements one by one; no script may do so.
            styled = policy.replace("style-src 'self' 'unsafe-inline'", "") if path == "/docs" else policy
            assert "unsafe" not in styled, path
            pages += 1
        statuses.add(answer.status_code)
    assert pages > 10
    assert statuses >= {200, 303, 401, 404, 415}
