"""Every address and who may use it: which kinds of key it takes, or that it is meant for everybody."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from app.access.principals import KeyKind
from app.pages.files import FOLDER
from tests.conftest import Lend
from tests.house import House

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
# What takes no key is asked by persons: tests/test_every_role.py.
BY_PERSONS = {entry for entry, kinds in TAKES.items() if kinds == NO_KEY}

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


def address(path: str, method: str = "GET") -> str:
    """A path with something in the place of its parameters, and what it cannot be read without."""
    named = {"instrument": "ikl-1", "code": "2026-09", "agency": "kota", "office": "dukcapil", "name": "x"}
    things = ("report", "device", "finding", "comment", "webhook", "person", "grant", "key", "integrity_report")
    named["thumbprint"] = "k" * 43
    ids = dict.fromkeys((f"{thing}_id" for thing in things), UUID(int=7))
    filled = path.replace(":path}", "}").format(**named, **ids)
    return filled + "?period=2026-09" if path in NEEDS_A_PERIOD and method == "GET" else filled


@contextmanager
def released(lend: Lend, store: str) -> Iterator[House]:
    """One running service for all tests of a file, with a release: none of them stores anything."""
    with lend(store) as (url, keys), House.open(url, keys) as opened:
        opened.release()
        yield opened
