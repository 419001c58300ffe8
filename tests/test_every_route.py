"""Every way in is known: which kinds of key it takes, or that it is meant for everybody."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from app.access.principals import KeyKind
from tests.conftest import STORES, Lend
from tests.desk.pages import PAGES as DESK
from tests.desk.pages import THROUGH_A_PROVIDER
from tests.house import House, problem
from tests.route_access import HELD, NO_KEY, OTHERWISE, PAGES, PUBLIC, TAKES, Entry, address, released
from tests.route_problems import DOCUMENTED


@pytest.fixture(scope="module", params=STORES)
def house(request: pytest.FixtureRequest, lend: Lend) -> Iterator[House]:
    """One running service for all these tests."""
    with released(lend, request.param) as opened:
        yield opened


def entries(routes: Iterable[BaseRoute]) -> Iterator[Entry]:
    """Method and path of everything that is served."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from entries(included.routes)
            continue
        methods = {"GET"} if isinstance(route, Mount) else getattr(route, "methods", None)
        assert methods, f"{route!r} is of a kind that this test does not know"
        # Starlette's own routes answer HEAD as they answer GET.
        for method in methods - {"HEAD"}:
            # As the document names it: that a parameter is an id says its schema.
            yield method, getattr(route, "path", "").replace(":uuid}", "}")


def test_every_route_is_public_by_decision_or_has_kinds_of_key_that_it_takes(house: House) -> None:
    served = sorted(entries(house.app.routes))
    assert len(served) == len(set(served))
    # The desk's pages have a table of their own, with who may see them.
    desk = DESK.keys() | THROUGH_A_PROVIDER
    assert set(served) == PUBLIC.keys() | PAGES.keys() | desk | HELD.keys() | TAKES.keys()
    assert len(PUBLIC) + len(PAGES) + len(desk) + len(HELD) + len(TAKES) == len(served)


@pytest.mark.long
def test_a_readers_key_can_save_nothing() -> None:
    # So it misses nothing of its own where figures are read from a replica (app/foundation/storage/read_replica.py).
    assert not [entry for entry, kinds in TAKES.items() if entry[0] != "GET" and KeyKind.reader in kinds]


def test_whoever_has_no_key_gets_in_at_the_public_entries_only(house: House) -> None:
    for method, path in TAKES:
        response = house.request(method, address(path, method))
        if TAKES[method, path] == NO_KEY:
            problem(response, 401, "session-ended")
            continue
        problem(response, 401, "key-missing")
        assert response.headers["www-authenticate"] == 'Bearer realm="cermin"'
    for (method, _), path in PUBLIC.items():
        assert house.request(method, path).status_code == 200, path
    for (method, path), status in [*HELD.items(), *PAGES.items()]:
        assert house.request(method, address(path, method)).status_code == status, path


def test_an_invalid_key_opens_nothing_and_disturbs_no_public_entry(house: House) -> None:
    for method, path in TAKES:
        problem(house.request(method, address(path, method), "crm_admin_x_y"), 401, "key-unknown")
    for (method, _), path in PUBLIC.items():
        assert house.request(method, path, "crm_admin_x_y").status_code == 200, path


@pytest.mark.long
def test_every_kind_of_key_gets_in_where_the_table_says_and_nowhere_else(house: House) -> None:
    for (method, path), kinds in TAKES.items():
        for kind in KeyKind:
            response = house.request(method, address(path, method), kind)
            if kind in kinds:
                usual = 200 if method == "GET" else 415
                assert response.status_code == OTHERWISE.get((method, path), usual), (path, kind)
                continue
            if kinds == NO_KEY:
                problem(response, 403, "persons-only")
                continue
            document = problem(response, 403, "key-kind-refused")
            assert all(taken in document["detail"] for taken in kinds), (path, kind)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_key_is_looked_at_before_anything_else_of_the_request(house: House) -> None:
    for method, path in TAKES:
        wrong: dict[str, Any] = {"params": {"limit": "x", "from": "x", "tiada": "x"}}
        if 413 in DOCUMENTED[method, path]:
            wrong |= {"content": b"\xff" * 2_000, "headers": {"content-type": "text/plain"}}
        options = [dict(wrong) for _ in range(2)]
        alone = TAKES[method, path] == NO_KEY
        missing, wrong_kind = ("session-ended", "persons-only") if alone else ("key-missing", "key-kind-refused")
        problem(house.request(method, address(path, method), None, **options[0]), 401, missing)
        refused = next((kind for kind in KeyKind if kind not in TAKES[method, path]), None)
        if refused is not None:
            problem(house.request(method, address(path, method), refused, **options[1]), 403, wrong_kind)


@pytest.mark.sqlite_daily
def test_there_is_nothing_at_any_other_address(house: House) -> None:
    for path in ("/v1", "/v1/", "/v1/ratings/x", "/v1/key", "/admin", "/static/", "/redoc", "/docs/x"):
        for key in (None, "admin"):
            problem(house.get(path, key), 404, "not-found")


@pytest.mark.sqlite_daily
def test_a_slash_too_many_leads_nowhere_and_sends_no_key_elsewhere(house: House) -> None:
    for method, path in TAKES:
        response = house.request(
            method, f"{address(path).partition('?')[0]}/", "admin", headers={"host": "elsewhere.test"}
        )
        problem(response, 404, "not-found")


@pytest.mark.sqlite_daily
def test_a_file_outside_the_packages_is_not_served(house: House) -> None:
    for path in ("%2e%2e/%2e%2e/pyproject.toml", "..%2f__init__.py", "..%2f..%2fmain.py", "%2fetc%2fpasswd"):
        problem(house.get(f"/static/docs/{path}", None), 404, "not-found")


@pytest.mark.sqlite_daily
def test_one_pass_routes_are_guarded_on_the_short_way_and_on_the_long_one(house: House) -> None:
    # Behind the fast path lies FastAPI's own route; it must ask for the key as well.
    for path in ("/v1/ratings", "/v1/ratings/batch", "/v1/volumes"):
        route = next(
            route
            for included in house.app.routes
            for route in getattr(getattr(included, "original_router", None), "routes", ())
            if isinstance(route, APIRoute) and (route.path, route.methods) == (path, {"POST"})
        )
        assert route.dependant.dependencies, path
