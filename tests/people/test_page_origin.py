"""The origin of a page, as the browser says it."""

import pytest

from app.people.rules.channels import is_loopback_origin, page_origin


@pytest.mark.parametrize(
    ("scheme", "host", "origin", "expected"),
    [
        ("http", "10.0.0.5:8000", "http://10.0.0.5:8000", "http://10.0.0.5:8000"),
        # A proxy passed on its own name; the browser says which it was.
        ("http", "cermin:8000", "https://Cermin.Kota.go.id", "https://cermin.kota.go.id"),
        ("https", "cermin.kota.go.id", None, "https://cermin.kota.go.id"),
        ("http", "[::1]:8000", None, "http://[::1]:8000"),
        ("http", "x", "null", "http://x"),
        ("http", "x", "javascript:alert(1)", "http://x"),
        ("http", "x", "https://a.b/path", "http://x"),
        ("http", "x", "https://a@b", "http://x"),
        ("http", "", None, None),
        ("http", "a b", None, None),
        ("http", 'a"><script>', None, None),
        ("http", "a/b#c", None, None),
        ("http", "kötä.id", None, None),
        ("ftp", "a", None, None),
    ],
)
def test_the_origin_of_a_page_is_what_the_browser_says(
    scheme: str, host: str, origin: str | None, expected: str | None
) -> None:
    assert page_origin(scheme, host, origin) == expected


def test_an_origin_of_the_machine_itself_is_known() -> None:
    for origin in ("http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "https://a.localhost"):
        assert is_loopback_origin(origin), origin
    assert not is_loopback_origin("http://10.0.0.5:8000")
