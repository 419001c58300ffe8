"""Every way in is known: which kinds of key it takes, or that it is meant for everybody."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from app.access.principals import KeyKind
from app.foundation.problems import KINDS, MEDIA_TYPE
from app.pages.files import FOLDER
from tests.conftest import STORES, Lend
from tests.desk.pages import PAGES as DESK
from tests.desk.pages import THROUGH_A_PROVIDER
from tests.house import House, problem

Entry = tuple[str, str]

# Whatever anybody may see without a key, and an address by which to see it.
PUBLIC: Mapping[Entry, str] = {
    ("GET", "/"): "/",
    ("GET", "/r"): "/r",
    ("GET", "/kiosk"): "/kiosk",
    ("GET", "/kiosk-worker.js"): "/kiosk-worker.js",
    ("GET", "/kiosk.webmanifest"): "/kiosk.webmanifest",
    ("GET", "/t"): "/t",
    ("GET", "/o/{office}"): "/o/dukcapil",
    ("GET", "/o/{agency}/{office}"): "/o/kota/dukcapil",
    ("GET", "/log"): "/log",
    ("GET", "/integrity"): "/integrity",
    ("GET", "/static/{version}/{name:path}"): f"{FOLDER}/page.css",
    ("GET", "/static/docs/{name}"): "/static/docs/swagger-ui.css",
    ("GET", "/docs"): "/docs",
    ("GET", "/openapi.json"): "/openapi.json",
    ("GET", "/healthz"): "/healthz",
    ("GET", "/readyz"): "/readyz",
    ("GET", "/metrics"): "/metrics",
}

# Open to whoever holds a report's id or a personal link, and what it answers without one.
HELD: Mapping[Entry, int] = {
    ("GET", "/v1/reports/{report_id}/verification"): 404,
    ("POST", "/v1/replies/read"): 415,
    ("POST", "/v1/replies"): 415,
    ("POST", "/v1/devices/pair"): 415,
    ("POST", "/v1/tickets/look"): 415,
    ("GET", "/v1/open/{agency}/{office}"): 200,
    ("GET", "/v1/integrity-form/{agency}"): 404,
    ("POST", "/v1/integrity-reports"): 415,
    ("POST", "/v1/integrity-receipts"): 415,
}

# Pages for people that are about something, and what they answer where it is not there.
PAGES: Mapping[Entry, int] = {
    ("GET", "/verify/{report_id}"): 404,
    ("GET", "/log/{agency}"): 404,
    ("GET", "/log/{agency}/{name:path}"): 404,
    ("POST", "/integrity"): 415,
    ("GET", "/integrity/{agency}"): 404,
    ("GET", "/integrity/{agency}/{office}"): 404,
    ("POST", "/integrity/{agency}"): 415,
    ("GET", "/p/{agency}"): 404,
    ("GET", "/p/{agency}/data.csv"): 404,
    ("GET", "/p/{agency}/data.json"): 404,
    ("GET", "/p/{agency}/data.jsonld"): 404,
    ("GET", "/p/{agency}/{office}"): 404,
    ("GET", "/p/{agency}/{office}/screen"): 404,
    ("GET", "/p/{agency}/{office}/badge.svg"): 404,
}

EVERY_KIND = frozenset(KeyKind)
ADMINS = frozenset({KeyKind.admin})
KIOSKS = frozenset({KeyKind.device})
RATERS = frozenset({KeyKind.device, KeyKind.app})
READERS = frozenset({KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin})
SUPERVISORS = frozenset({KeyKind.supervisor, KeyKind.admin})
AUDITORS = frozenset({KeyKind.auditor})
OVERSEERS = SUPERVISORS | AUDITORS
COUNTERS = frozenset({KeyKind.queue, KeyKind.admin})
# What gives somebody a way in, and what is somebody's own: for signed-in persons alone (tests/test_every_role.py).
NO_KEY: frozenset[KeyKind] = frozenset()

# Who may do what. A new route fails these tests until somebody has decided whom it is for.
TAKES: Mapping[Entry, frozenset[KeyKind]] = {
    ("GET", "/v1/agency"): EVERY_KIND,
    ("PUT", "/v1/agency"): ADMINS,
    ("GET", "/v1/offices"): EVERY_KIND,
    ("GET", "/v1/services"): EVERY_KIND,
    ("GET", "/v1/counters"): EVERY_KIND,
    ("GET", "/v1/employees"): EVERY_KIND,
    ("GET", "/v1/directory"): ADMINS,
    ("POST", "/v1/directory"): ADMINS,
    ("GET", "/v1/instruments"): EVERY_KIND,
    ("POST", "/v1/instruments"): ADMINS,
    ("GET", "/v1/instruments/{instrument}"): EVERY_KIND,
    ("GET", "/v1/volumes"): READERS | COUNTERS,
    ("POST", "/v1/volumes"): COUNTERS,
    ("POST", "/v1/tickets"): COUNTERS,
    ("POST", "/v1/tickets/arm"): COUNTERS,
    ("GET", "/v1/tickets/counts"): READERS | COUNTERS,
    ("GET", "/v1/offices/{office}/poster"): READERS | COUNTERS,
    ("POST", "/v1/devices"): ADMINS,
    ("GET", "/v1/devices"): SUPERVISORS,
    ("POST", "/v1/devices/{device_id}/revoke"): ADMINS,
    ("POST", "/v1/devices/{device_id}/code"): ADMINS,
    ("GET", "/v1/devices/{device_id}"): SUPERVISORS,
    ("GET", "/v1/devices/me"): KIOSKS,
    ("POST", "/v1/devices/me/heartbeat"): KIOSKS,
    ("POST", "/v1/ratings"): RATERS,
    ("POST", "/v1/ratings/batch"): RATERS,
    ("GET", "/v1/findings"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}"): OVERSEERS,
    ("POST", "/v1/findings/{finding_id}/release"): AUDITORS,
    ("POST", "/v1/findings/{finding_id}/confirm"): AUDITORS,
    ("GET", "/v1/offices/{office}/opening"): READERS,
    ("PUT", "/v1/offices/{office}/opening"): ADMINS,
    ("GET", "/v1/findings/{finding_id}/timeline"): OVERSEERS,
    ("GET", "/v1/audit"): AUDITORS | ADMINS,
    ("GET", "/v1/comments"): SUPERVISORS,
    ("PUT", "/v1/comments/{comment_id}/mark"): SUPERVISORS,
    ("GET", "/v1/indices"): READERS,
    ("GET", "/v1/measures/employees"): READERS,
    ("GET", "/v1/measures/offices"): READERS,
    ("GET", "/v1/measures/recognition"): READERS,
    ("GET", "/v1/measures/training"): READERS,
    ("GET", "/v1/periods"): READERS,
    ("POST", "/v1/periods/{code}/close"): SUPERVISORS,
    ("POST", "/v1/periods/{code}/revise"): SUPERVISORS,
    ("POST", "/v1/periods/{code}/notes"): SUPERVISORS,
    ("POST", "/v1/periods/{code}/finalise"): SUPERVISORS,
    ("GET", "/v1/periods/{code}/follow-ups"): READERS,
    ("PUT", "/v1/periods/{code}/follow-ups"): SUPERVISORS,
    ("GET", "/v1/periods/{code}/publications"): READERS,
    ("PUT", "/v1/periods/{code}/publications"): SUPERVISORS,
    ("POST", "/v1/periods/{code}/publish"): SUPERVISORS,
    ("POST", "/v1/periods/{code}/withdraw"): SUPERVISORS,
    ("GET", "/v1/promises"): READERS | COUNTERS,
    ("PUT", "/v1/promises"): ADMINS,
    ("POST", "/v1/promises/counts"): COUNTERS,
    ("GET", "/v1/targets"): READERS,
    ("PUT", "/v1/targets"): SUPERVISORS,
    ("GET", "/v1/reports/{report_id}/reply"): NO_KEY,
    ("POST", "/v1/reports/{report_id}/reply"): NO_KEY,
    ("GET", "/v1/readers"): NO_KEY,
    ("GET", "/v1/team"): NO_KEY,
    ("POST", "/v1/periods/{code}/slips"): NO_KEY,
    ("GET", "/v1/directory/template"): ADMINS,
    ("GET", "/v1/opening"): READERS,
    ("GET", "/v1/periods/{code}/progress"): READERS,
    ("GET", "/v1/targets/offices"): READERS,
    ("GET", "/v1/targets/person"): NO_KEY,
    ("GET", "/v1/mailbox"): NO_KEY,
    ("PUT", "/v1/mailbox"): NO_KEY,
    ("GET", "/v1/subscriptions"): NO_KEY,
    ("PUT", "/v1/subscriptions"): NO_KEY,
    ("GET", "/v1/persons"): ADMINS,
    ("POST", "/v1/persons"): NO_KEY,
    ("GET", "/v1/persons/{person_id}"): ADMINS,
    ("POST", "/v1/persons/{person_id}/link"): NO_KEY,
    ("POST", "/v1/persons/{person_id}/roles"): NO_KEY,
    ("POST", "/v1/persons/{person_id}/roles/{grant_id}/revoke"): ADMINS,
    ("GET", "/v1/persons/{person_id}/sessions"): ADMINS,
    ("POST", "/v1/persons/{person_id}/sessions/end"): ADMINS,
    ("GET", "/v1/keys"): ADMINS,
    ("POST", "/v1/keys"): NO_KEY,
    ("POST", "/v1/keys/{key_id}/revoke"): ADMINS,
    ("GET", "/v1/integrity-reports"): AUDITORS,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): AUDITORS,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): AUDITORS,
    ("GET", "/v1/integrity-settings"): AUDITORS | ADMINS,
    ("PUT", "/v1/integrity-settings"): ADMINS,
    ("GET", "/v1/integrity-keys"): AUDITORS | ADMINS,
    ("POST", "/v1/integrity-keys"): ADMINS,
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): AUDITORS | ADMINS,
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): AUDITORS | ADMINS,
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): ADMINS,
    ("GET", "/v1/webhooks"): ADMINS,
    ("POST", "/v1/webhooks"): ADMINS,
    ("POST", "/v1/webhooks/{webhook_id}/off"): ADMINS,
    ("POST", "/v1/webhooks/{webhook_id}/on"): ADMINS,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): ADMINS,
    ("POST", "/v1/webhooks/{webhook_id}/replay"): ADMINS,
    ("GET", "/v1/reports"): READERS,
    ("POST", "/v1/reports/{report_id}/note"): SUPERVISORS,
    ("GET", "/v1/appraisals"): READERS,
    ("GET", "/v1/appraisals/pack"): READERS,
    ("GET", "/v1/evidence-pack"): READERS,
    ("GET", "/v1/reports/{report_id}/beside"): READERS,
    ("GET", "/v1/reports/{report_id}/evidence"): READERS,
    ("GET", "/v1/reports/{report_id}"): READERS,
}
# What a right key gets where 200 (GET) or 415 (a body is missing) would need something that is not there.
OTHERWISE: Mapping[Entry, int] = {
    ("GET", "/v1/offices/{office}/poster"): 409,
    ("POST", "/v1/devices/{device_id}/revoke"): 404,
    ("POST", "/v1/devices/{device_id}/code"): 404,
    ("GET", "/v1/devices/{device_id}"): 404,
    ("GET", "/v1/findings/{finding_id}"): 404,
    ("GET", "/v1/findings/{finding_id}/timeline"): 404,
    ("POST", "/v1/periods/{code}/revise"): 404,
    ("POST", "/v1/periods/{code}/finalise"): 404,
    ("POST", "/v1/periods/{code}/publish"): 404,
    ("POST", "/v1/periods/{code}/withdraw"): 404,
    # Nothing says which of the questionnaires is meant.
    ("GET", "/v1/periods/{code}/follow-ups"): 409,
    ("GET", "/v1/periods/{code}/publications"): 409,
    ("GET", "/v1/reports/{report_id}/reply"): 404,
    ("GET", "/v1/periods/{code}/progress"): 404,
    ("GET", "/v1/persons/{person_id}"): 404,
    ("POST", "/v1/persons/{person_id}/link"): 404,
    ("POST", "/v1/persons/{person_id}/roles/{grant_id}/revoke"): 404,
    ("GET", "/v1/persons/{person_id}/sessions"): 404,
    ("POST", "/v1/persons/{person_id}/sessions/end"): 404,
    ("POST", "/v1/keys/{key_id}/revoke"): 404,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): 404,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): 404,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): 404,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): 404,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): 404,
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): 404,
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): 404,
    ("POST", "/v1/webhooks/{webhook_id}/off"): 404,
    ("POST", "/v1/webhooks/{webhook_id}/on"): 404,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): 404,
    ("GET", "/v1/reports"): 404,
    ("GET", "/v1/appraisals"): 404,
    ("GET", "/v1/appraisals/pack"): 404,
    ("GET", "/v1/evidence-pack"): 404,
    ("GET", "/v1/reports/{report_id}/beside"): 404,
    ("GET", "/v1/reports/{report_id}/evidence"): 404,
    ("GET", "/v1/reports/{report_id}"): 404,
}

# Whatever the entry, a parameter may be wrong, the database away or the service broken.
GUARD, BODY, NAMING = {401, 403, 422, 429, 500, 503}, {400, 408, 413, 415}, {404}
DOCUMENTED: Mapping[Entry, set[int]] = {
    ("GET", "/v1/agency"): GUARD,
    ("PUT", "/v1/agency"): GUARD | BODY,
    ("GET", "/v1/offices"): GUARD | {422},
    ("GET", "/v1/services"): GUARD | {422},
    ("GET", "/v1/counters"): GUARD | NAMING,
    ("GET", "/v1/employees"): GUARD | NAMING,
    ("GET", "/v1/directory"): GUARD,
    ("POST", "/v1/directory"): GUARD | BODY - {400},
    ("GET", "/v1/instruments"): GUARD,
    ("POST", "/v1/instruments"): GUARD | BODY,
    ("GET", "/v1/instruments/{instrument}"): GUARD | {404},
    ("GET", "/v1/volumes"): GUARD | NAMING,
    ("POST", "/v1/volumes"): GUARD | BODY,
    ("POST", "/v1/tickets"): GUARD | BODY,
    ("POST", "/v1/tickets/arm"): GUARD | BODY,
    ("GET", "/v1/tickets/counts"): GUARD | NAMING | {429},
    ("GET", "/v1/offices/{office}/poster"): GUARD | NAMING | {409},
    ("POST", "/v1/devices"): GUARD | BODY,
    ("GET", "/v1/devices"): GUARD,
    ("POST", "/v1/devices/{device_id}/revoke"): GUARD | NAMING,
    ("POST", "/v1/devices/{device_id}/code"): GUARD | NAMING | {409},
    ("GET", "/v1/devices/{device_id}"): GUARD | NAMING,
    ("GET", "/v1/devices/me"): GUARD,
    ("POST", "/v1/devices/me/heartbeat"): GUARD | BODY,
    ("POST", "/v1/ratings"): GUARD | BODY | {409, 410, 429},
    ("POST", "/v1/ratings/batch"): GUARD | BODY,
    ("GET", "/v1/findings"): GUARD | NAMING | {429},
    ("GET", "/v1/findings/{finding_id}"): GUARD | NAMING | {429},
    ("GET", "/v1/findings/{finding_id}/timeline"): GUARD | NAMING | {429},
    ("GET", "/v1/audit"): GUARD | NAMING | {429},
    ("GET", "/v1/comments"): GUARD | NAMING,
    ("PUT", "/v1/comments/{comment_id}/mark"): GUARD | BODY | {404},
    ("POST", "/v1/findings/{finding_id}/release"): GUARD | BODY | {404, 409},
    ("POST", "/v1/findings/{finding_id}/confirm"): GUARD | BODY | {404, 409},
    ("GET", "/v1/offices/{office}/opening"): GUARD | NAMING,
    ("PUT", "/v1/offices/{office}/opening"): GUARD | BODY | NAMING,
    ("GET", "/v1/indices"): GUARD | NAMING | {406, 429},
    ("GET", "/v1/measures/employees"): GUARD | NAMING | {429},
    ("GET", "/v1/measures/offices"): GUARD | NAMING | {429},
    ("GET", "/v1/measures/recognition"): GUARD | NAMING | {429},
    ("GET", "/v1/measures/training"): GUARD | NAMING | {429},
    ("GET", "/v1/periods"): GUARD,
    ("POST", "/v1/periods/{code}/close"): GUARD | BODY | {404, 409},
    ("POST", "/v1/periods/{code}/revise"): GUARD | NAMING | {409},
    ("POST", "/v1/periods/{code}/notes"): GUARD | BODY | {404, 409},
    ("POST", "/v1/periods/{code}/finalise"): GUARD | NAMING | {409},
    ("GET", "/v1/periods/{code}/follow-ups"): GUARD | NAMING,
    ("PUT", "/v1/periods/{code}/follow-ups"): GUARD | BODY | {404, 409},
    ("GET", "/v1/periods/{code}/publications"): GUARD | NAMING,
    ("PUT", "/v1/periods/{code}/publications"): GUARD | BODY | {404},
    ("POST", "/v1/periods/{code}/publish"): GUARD | NAMING | {409},
    ("POST", "/v1/periods/{code}/withdraw"): GUARD | NAMING | {409},
    ("GET", "/v1/promises"): GUARD | NAMING,
    ("PUT", "/v1/promises"): GUARD | BODY,
    ("POST", "/v1/promises/counts"): GUARD | BODY,
    ("GET", "/v1/targets"): GUARD | NAMING,
    ("PUT", "/v1/targets"): GUARD | BODY,
    ("GET", "/v1/reports/{report_id}/reply"): GUARD | NAMING,
    ("POST", "/v1/reports/{report_id}/reply"): GUARD | BODY | {404, 409},
    ("GET", "/v1/readers"): GUARD,
    ("GET", "/v1/team"): GUARD,
    ("POST", "/v1/periods/{code}/slips"): GUARD | BODY | {404, 409},
    ("GET", "/v1/directory/template"): GUARD,
    ("GET", "/v1/opening"): GUARD,
    ("GET", "/v1/periods/{code}/progress"): GUARD | NAMING | {409},
    ("GET", "/v1/targets/offices"): GUARD | NAMING | {429},
    ("GET", "/v1/targets/person"): GUARD | NAMING | {429},
    ("GET", "/v1/mailbox"): GUARD,
    ("PUT", "/v1/mailbox"): GUARD | BODY | {409},
    ("GET", "/v1/subscriptions"): GUARD,
    ("PUT", "/v1/subscriptions"): GUARD | BODY,
    ("GET", "/v1/persons"): GUARD,
    ("POST", "/v1/persons"): GUARD | BODY,
    ("GET", "/v1/persons/{person_id}"): GUARD | NAMING,
    ("POST", "/v1/persons/{person_id}/link"): GUARD | NAMING,
    ("POST", "/v1/persons/{person_id}/roles"): GUARD | BODY | NAMING,
    ("POST", "/v1/persons/{person_id}/roles/{grant_id}/revoke"): GUARD | NAMING,
    ("GET", "/v1/persons/{person_id}/sessions"): GUARD | NAMING,
    ("POST", "/v1/persons/{person_id}/sessions/end"): GUARD | NAMING,
    ("GET", "/v1/keys"): GUARD,
    ("POST", "/v1/keys"): GUARD | BODY,
    ("POST", "/v1/keys/{key_id}/revoke"): GUARD | NAMING,
    ("GET", "/v1/integrity-reports"): GUARD,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): GUARD | NAMING,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): GUARD | NAMING | {409},
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): GUARD | NAMING | {409},
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): GUARD | NAMING | {409},
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): GUARD | NAMING | {409},
    ("GET", "/v1/integrity-settings"): GUARD,
    ("PUT", "/v1/integrity-settings"): GUARD | BODY,
    ("GET", "/v1/integrity-keys"): GUARD,
    ("POST", "/v1/integrity-keys"): GUARD | BODY | {409},
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): GUARD | NAMING | {409},
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): GUARD | BODY | {404, 409, 410},
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): GUARD | NAMING,
    ("GET", "/v1/webhooks"): GUARD,
    ("POST", "/v1/webhooks"): GUARD | BODY | {409},
    ("POST", "/v1/webhooks/{webhook_id}/off"): GUARD | NAMING,
    ("POST", "/v1/webhooks/{webhook_id}/on"): GUARD | NAMING,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): GUARD | NAMING,
    ("POST", "/v1/webhooks/{webhook_id}/replay"): GUARD | BODY | {404, 409},
    ("GET", "/v1/reports"): GUARD | NAMING,
    ("POST", "/v1/reports/{report_id}/note"): GUARD | BODY | {404, 409},
    ("GET", "/v1/appraisals"): GUARD | NAMING | {406, 409, 429},
    ("GET", "/v1/appraisals/pack"): GUARD | NAMING | {406, 409, 429},
    ("GET", "/v1/evidence-pack"): GUARD | NAMING | {409, 429},
    ("GET", "/v1/reports/{report_id}/beside"): GUARD | NAMING | {409, 429},
    ("GET", "/v1/reports/{report_id}/evidence"): GUARD | NAMING | {409, 429},
    ("GET", "/v1/reports/{report_id}"): GUARD | NAMING | {409, 429},
}


NEEDS_A_PERIOD = {
    "/v1/measures/employees",
    "/v1/measures/offices",
    "/v1/measures/recognition",
    "/v1/measures/training",
    "/v1/evidence-pack",
    "/v1/reports",
    "/v1/appraisals",
    "/v1/appraisals/pack",
    "/v1/comments",
    "/v1/targets",
    "/v1/targets/offices",
}


@pytest.fixture(scope="module", params=STORES)
def house(request: pytest.FixtureRequest, lend: Lend) -> Iterator[House]:
    """One running service for all these tests, with a release: none of them stores anything."""
    with lend(request.param) as (url, keys), House.open(url, keys) as opened:
        opened.release()
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


def documented(house: House) -> dict[Entry, dict[str, Any]]:
    """The operations of the OpenAPI document."""
    paths: dict[str, dict[str, Any]] = house.get("/openapi.json", None).json()["paths"]
    return {
        (method.upper(), path): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def address(path: str, method: str = "GET") -> str:
    """A path with something in the place of its parameters, and what it cannot be read without."""
    named = {"instrument": "ikl-1", "code": "2026-09", "agency": "kota", "office": "dukcapil", "name": "x"}
    things = ("report", "device", "finding", "comment", "webhook", "person", "grant", "key", "integrity_report")
    named["thumbprint"] = "k" * 43
    ids = dict.fromkeys((f"{thing}_id" for thing in things), UUID(int=7))
    filled = path.replace(":path}", "}").format(**named, **ids)
    return filled + "?period=2026-09" if path in NEEDS_A_PERIOD and method == "GET" else filled


def test_every_route_is_public_by_decision_or_has_kinds_of_key_that_it_takes(house: House) -> None:
    served = sorted(entries(house.app.routes))
    assert len(served) == len(set(served))
    # The desk's pages have a table of their own, with who may see them.
    desk = DESK.keys() | THROUGH_A_PROVIDER
    assert set(served) == PUBLIC.keys() | PAGES.keys() | desk | HELD.keys() | TAKES.keys()
    assert len(PUBLIC) + len(PAGES) + len(desk) + len(HELD) + len(TAKES) == len(served)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_document_lists_exactly_what_is_guarded_and_the_watchers_entries(house: House) -> None:
    watchers = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")}
    assert documented(house).keys() == TAKES.keys() | HELD.keys() | watchers


@pytest.mark.sqlite_daily
def test_schemas_of_the_document_have_names_of_their_own(house: House) -> None:
    names = house.get("/openapi.json", None).json()["components"]["schemas"]
    # Where two models share a name, FastAPI puts the path of their modules before it, which is nobody's contract.
    assert [name for name in names if not name.isalnum()] == []


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


# What takes a workbook has tests of its own: tests/directory/test_directory_http.py.
WORKBOOKS = {("POST", "/v1/directory")}
# What takes no key is asked by persons: tests/test_every_role.py.
BY_PERSONS = {entry for entry, kinds in TAKES.items() if kinds == NO_KEY}
TAKE_BODIES = {
    entry for entry, statuses in DOCUMENTED.items() if 415 in statuses and entry not in WORKBOOKS | BY_PERSONS
} | {entry for entry, status in HELD.items() if status == 415}
BODIES = (
    {"content-type": "text/plain"},
    {"content-type": "application/json; charset=utf-16"},
    {"content-encoding": "gzip"},
)


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
def test_the_document_says_that_guarded_entries_need_a_key_and_the_others_none(house: House) -> None:
    document = house.get("/openapi.json", None).json()
    schemes = document["components"]["securitySchemes"]
    for entry, operation in documented(house).items():
        if entry not in TAKES:
            assert not operation.get("security"), entry
            continue
        [name] = [name for requirement in operation["security"] for name in requirement]
        if entry in BY_PERSONS:
            assert (schemes[name]["type"], schemes[name]["in"]) == ("apiKey", "cookie"), entry
            continue
        assert (schemes[name]["type"], schemes[name]["scheme"]) == ("http", "bearer")


@pytest.mark.sqlite_daily
def test_the_document_names_every_problem_an_entry_may_answer_with(house: House) -> None:
    operations = documented(house)
    missing: dict[Entry, list[int]] = {}
    for entry, statuses in DOCUMENTED.items():
        responses = operations[entry]["responses"]
        absent = [
            status for status in sorted(statuses) if MEDIA_TYPE not in responses.get(str(status), {}).get("content", {})
        ]
        if absent:
            missing[entry] = absent
    assert missing == {}


@pytest.mark.sqlite_daily
def test_every_problem_in_the_document_is_described_as_one(house: House) -> None:
    wrong = [
        (entry, status)
        for entry, operation in documented(house).items()
        for status, response in operation["responses"].items()
        if entry in TAKES and status >= "400" and set(response["content"]) != {MEDIA_TYPE}
    ]
    assert wrong == []


@pytest.mark.sqlite_daily
def test_the_document_tells_what_a_replay_and_a_batch_are(house: House) -> None:
    document = house.get("/openapi.json", None).json()
    schemas = document["components"]["schemas"]
    replayed = documented(house)["POST", "/v1/ratings"]["responses"]["200"]["headers"]["Idempotent-Replayed"]
    assert replayed["schema"] == {"type": "string", "enum": ["true"]}
    assert schemas["ItemResult"]["properties"]["problem"]["allOf"] == [{"$ref": "#/components/schemas/Problem"}]
    assert schemas["BatchIn"]["properties"]["ratings"]["items"] == {"$ref": "#/components/schemas/BatchRatingIn"}
    alone, of_batch = schemas["RatingIn"], schemas["BatchRatingIn"]
    assert [alone["required"], of_batch["required"]] == [["scores"], ["id", "scores"]]
    assert of_batch["properties"]["id"]["format"] == "uuid7"
    assert alone["properties"].keys() == of_batch["properties"].keys()


@pytest.mark.sqlite_daily
def test_the_document_knows_every_code_of_a_problem(house: House) -> None:
    schema = house.get("/openapi.json", None).json()["components"]["schemas"]["Problem"]
    assert set(schema["properties"]["code"]["enum"]) == set(KINDS)


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
