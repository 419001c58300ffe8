"""What every address makes of a request: its method, its body, its parameters."""

from collections.abc import Iterator

import pytest

from tests.conftest import STORES, Lend
from tests.house import House, problem
from tests.route_access import BY_PERSONS, HELD, PAGES, PUBLIC, TAKES, address, released
from tests.route_problems import TAKE_BODIES, documented

BODIES = (
    {"content-type": "text/plain"},
    {"content-type": "application/json; charset=utf-16"},
    {"content-encoding": "gzip"},
)


@pytest.fixture(scope="module", params=STORES)
def house(request: pytest.FixtureRequest, lend: Lend) -> Iterator[House]:
    """One running service for all these tests."""
    with released(lend, request.param) as opened:
        yield opened


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("headers", BODIES)
def test_every_body_is_json_in_utf_8(house: House, headers: dict[str, str]) -> None:
    assert len(TAKE_BODIES) >= 7
    for method, path in TAKE_BODIES:
        kind = next(iter(TAKES.get((method, path), [None])))
        sent = {"content": b"{}", "headers": {"content-type": "application/json"} | headers}
        problem(house.request(method, address(path, method), kind, **sent), 415, "unsupported-media-type")


@pytest.mark.sqlite_daily
def test_a_body_that_is_not_utf_8_is_no_json(house: House) -> None:
    for method, path in TAKE_BODIES:
        kind = next(iter(TAKES.get((method, path), [None])))
        for body in (b"\xff\xfe\x1f", b'{"code": "\xe9"}'):
            sent = {"content": body, "headers": {"content-type": "application/json"}}
            problem(house.request(method, address(path, method), kind, **sent), 400, "malformed-json")


def methods_of(path: str) -> set[str]:
    """What the tables above say an address takes, and HEAD wherever there is GET."""
    known = [*TAKES, *HELD, *PAGES, *((method, shown) for (method, _), shown in PUBLIC.items())]
    taken = {method for method, each in known if address(each) == path}
    return taken | ({"HEAD"} if "GET" in taken else set())


ADDRESSES = sorted({address(path) for _, path in (*TAKES, *HELD, *PAGES)} | set(PUBLIC.values()))


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_other_methods_are_refused_whoever_asks(house: House) -> None:
    for path in ADDRESSES:
        taken = methods_of(path)
        for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - taken:
            for key in (None, "admin"):
                response = house.request(method, path, key)
                assert response.status_code == 405, (method, path)
                assert {each.strip() for each in response.headers["allow"].split(",")} == taken, path
                if method != "HEAD":
                    problem(response, 405, "method-not-allowed")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_head_is_answered_as_get_without_the_body(house: House) -> None:
    for path in ADDRESSES:
        if "GET" not in methods_of(path):
            continue
        for key in (None, "admin", "device", "crm_admin_x_y"):
            full, bare = house.get(path, key), house.request("HEAD", path, key)
            assert (bare.status_code, bare.content) == (full.status_code, b""), path
            assert bare.headers.keys() == full.headers.keys(), path
            # What is measured differs from one moment to the next.
            if path != "/metrics":
                assert bare.headers == full.headers, path


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_a_parameter_that_is_unknown_or_repeated_is_refused_at_every_entry(house: House) -> None:
    document = documented(house)
    for method, path in [*TAKES.keys() - BY_PERSONS, *HELD]:
        key = next((str(kind) for kind in TAKES.get((method, path), ())), None)
        joined = "&" if "?" in address(path, method) else "?"
        for query in ("tiada=1", "tiada", "x=1&tiada=2", "tiada=1&tiada=1", "=1&tiada="):
            response = house.request(method, f"{address(path, method)}{joined}{query}", key)
            problem(response, 422, "field-unknown", "tiada")
        for parameter in document[method, path].get("parameters", ()):
            if parameter["in"] == "query":
                name = parameter["name"]
                twice = f"{address(path, method)}{joined}{name}=1&{name}=1"
                problem(house.request(method, twice, key), 422, "field-invalid", name)


def test_an_empty_query_is_none(house: House) -> None:
    for query in ("?", "?&"):
        assert house.get(f"/v1/offices{query}", "admin").status_code == 200
        assert house.post(f"/v1/ratings{query}", house.sheet(office="tiada")).json()["code"] == "invalid-request"


@pytest.mark.sqlite_daily
def test_a_very_long_query_is_answered_shortly(house: House) -> None:
    response = house.get("/v1/offices?" + "&".join(f"{'x' * 70}{n}=1" for n in range(400)), "admin")
    errors = problem(response, 422, "invalid-request")["errors"]
    assert len(errors) <= 100
    assert max(len(error["field"]) for error in errors) <= 60
