"""No text gives a 500: NUL, which PostgreSQL keeps nowhere, and half a character, in every path, query and body."""

import json
from collections.abc import Iterator
from copy import deepcopy
from re import sub
from typing import Any

import pytest

from app.access.principals import Role
from tests.effort import sized
from tests.house import House
from tests.people.signed import seats
from tests.role_access import ADMITS
from tests.route_access import BY_PERSONS, HELD, PUBLIC, TAKES, address
from tests.route_problems import DOCUMENTED, TAKE_BODIES

# PostgreSQL is the one that refuses a text; SQLite keeps any.
pytestmark = [pytest.mark.sized, pytest.mark.parametrize("store", ["postgresql"])]

AWKWARD = sized(("\0", "\ud800"), ("\0", "a\0", "\0a", "\ud800", "\udfff\0", "\uffff", "\U0010ffff"))
PATHS = ("%00", "a%00", "%00a", "..%00", "%ff", "%ed%a0%80", "%2e%2e", "%2f", "%")
QUERIES = sized(("dukcapil%00",), ("%00", "a%00", "dukcapil%00", "2026-11-01%00", "1%00", "%ff", "%ed%a0%80", "%"))
ID = "019a9c3e-0000-7000-8000-000000000001"
SHEET = {"id": ID, "office": "dukcapil", "service": "ktp-el", "channel": "mobile", "instrument": "ikl-1",
         "scores": {"speed": 4, "transparency": 3, "friendliness": 4}}  # fmt: skip
FOLLOW_UP = {"element": "u1", "problem": "x", "action": "x", "due_on": "2027-01-01", "owner": "x", "note": "x",
             "proof_address": "x", "proof_sha256": "0" * 64}  # fmt: skip
# A good body for each entry that takes one, with every text it may hold.
BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/volumes"): {
        "volumes": [{"office": "dukcapil", "service": "ktp-el", "date": "2026-11-17", "employee": "E001", "served": 1}]
    },
    ("POST", "/v1/tickets"): {"office": "dukcapil", "service": "ktp-el", "counter": "loket-1", "employee": "E001"},
    ("POST", "/v1/tickets/arm"): {
        "tickets": [{"ticket": "0" * 12, "employee": "E001", "service": "ktp-el", "counter": "loket-1"}]
    },
    ("POST", "/v1/tickets/look"): {"ticket": "0" * 12, "instrument": "ikl-1"},
    ("POST", "/v1/devices"): {"office": "dukcapil", "counter": "loket-1", "label": "x", "instrument": "ikl-1"},
    ("POST", "/v1/devices/pair"): {"code": "0" * 10},
    ("POST", "/v1/devices/me/heartbeat"): {"app_version": "1", "queue_depth": 0, "parked_codes": {"busy": 1}},
    ("POST", "/v1/ratings"): SHEET | {"comment": "x", "profile": {"sex": "F"}, "employee": "E001"},
    ("POST", "/v1/ratings/batch"): {"ratings": [SHEET | {"comment": "x", "profile": {"sex": "F"}}]},
    ("POST", "/v1/findings/{finding_id}/release"): {"note": "x"},
    ("POST", "/v1/findings/{finding_id}/confirm"): {"note": "x"},
    ("PUT", "/v1/offices/{office}/opening"): {"hours": [{"weekday": 0, "opens": "08:00", "closes": "15:00"}]},
    ("POST", "/v1/periods/{code}/close"): {"instrument": "ikl-1", "weights": "x", "bands": "x"},
    ("POST", "/v1/periods/{code}/notes"): {"employee": "E001", "text": "x"},
    ("PUT", "/v1/periods/{code}/follow-ups"): {"office": "dukcapil", "items": [FOLLOW_UP]},
    ("PUT", "/v1/periods/{code}/publications"): {
        "office": "dukcapil",
        "items": [{"medium": "x", "published_on": "2026-11-01", "address": "x"}],
    },
    ("PUT", "/v1/promises"): {
        "promises": [{"service": "kk", "valid_from": "2027-01", "amount": 1, "unit": "hours", "source": "x"}]
    },
    ("POST", "/v1/promises/counts"): {
        "counts": [
            {
                "office": "dukcapil",
                "service": "ktp-el",
                "month": "2026-11",
                "steps": {"services": 1, "due": 1, "done": 1},
            }
        ]
    },
    ("PUT", "/v1/agency"): {"name": "x", "period": "quarter"},
    ("POST", "/v1/instruments"): {"source": "x"},
    ("POST", "/v1/reports/{report_id}/note"): {"text": "x"},
    ("POST", "/v1/webhooks"): {"address": "https://antrean.example.go.id/x", "office": "dukcapil"},
    ("POST", "/v1/webhooks/{webhook_id}/replay"): {"event": ID},
    ("PUT", "/v1/targets"): {
        "targets": [{"period": "2027", "instrument": "ikl-1", "employee": "E001", "figure": "index", "value": "88.00"}]
    },
    ("PUT", "/v1/comments/{comment_id}/mark"): {"handled": True, "element": "speed", "note": "x"},
    ("POST", "/v1/integrity-reports"): {
        "agency": "kota",
        "office": "dukcapil",
        "kind": "partiality",
        "recipient": "agency",
        "text": "x",
        "contact": "x",
    },
    ("POST", "/v1/integrity-receipts"): {"receipt": "0" * 12},
    ("PUT", "/v1/integrity-settings"): {"open": False, "retention_days": 30, "inspectorate": "x"},
    ("POST", "/v1/integrity-keys"): {
        "recipient": "agency",
        "label": "x",
        "jwk": {"kty": "EC", "crv": "P-256", "x": "x" * 43, "y": "x" * 43, "kid": "x"},
    },
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): {"word": "x"},
    ("POST", "/v1/replies/read"): {"token": f"crm_reply_{'0' * 12}_{'0' * 32}"},
    ("POST", "/v1/replies"): {"token": f"crm_reply_{'0' * 12}_{'0' * 32}", "text": "x"},
}
# The same for entries that take no key, only the session of a person.
OF_PERSONS: dict[tuple[str, str], Any] = {
    ("POST", "/v1/persons"): {"name": "x", "login": "x", "employee": "E001", "role": "viewer", "office": "dukcapil"},
    ("POST", "/v1/persons/{person_id}/roles"): {"role": "viewer", "office": "dukcapil"},
    ("POST", "/v1/keys"): {"kind": "reader", "label": "x", "office": "dukcapil", "days": 1},
    ("PUT", "/v1/mailbox"): {"address": "siti@kota.go.id", "language": "id"},
    ("PUT", "/v1/subscriptions"): {"kind": "period.final", "office": "dukcapil", "rhythm": "weekly"},
    ("POST", "/v1/reports/{report_id}/reply"): {"text": "x"},
    ("POST", "/v1/periods/{code}/slips"): {"office": "dukcapil"},
}
# Bodies that need no key.
KEYLESS: dict[tuple[str, str], list[Any]] = {
    ("POST", "/v1/ratings"): [
        SHEET | {"agency": "kota", "channel": "web"},
        {name: value for name, value in SHEET.items() if name in ("id", "instrument", "scores")} | {"ticket": "0" * 12},
    ]
}


def key_of(entry: tuple[str, str]) -> str | None:
    """A key that this entry takes."""
    return next(iter(sorted(TAKES.get(entry, ()))), None)


def altered(body: Any) -> Iterator[Any]:
    """The body with each of its texts, and each of its names, made awkward in turn."""
    for place in _texts(body):
        for text in AWKWARD:
            changed = deepcopy(body)
            holder = changed
            for step in place[:-1]:
                holder = holder[step]
            # At its end, so that whatever looks at its beginning finds nothing wrong.
            holder[place[-1]] += text
            yield changed
    for text in AWKWARD:
        yield body | {text: "x"}


def _texts(body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(body, str):
        yield place
    for step, part in body.items() if isinstance(body, dict) else enumerate(body if isinstance(body, list) else ()):
        yield from _texts(part, (*place, step))


def check(house: House, method: str, path: str, key: str | None, **options: Any) -> None:
    """Ask, and be answered without a 500."""
    answer = house.request(method, path, key, **options)
    assert answer.status_code < 500, (method, path, options, answer.text)
    for result in answer.json().get("results", ()) if path.endswith("batch") and answer.status_code == 200 else ():
        assert result["status"] < 500, options


@pytest.mark.long
def test_no_text_of_a_body_breaks_anything(house: House) -> None:
    assert BODIES.keys() == TAKE_BODIES
    assert KEYLESS.keys() <= BODIES.keys()
    for entry, body in BODIES.items():
        method, path = entry
        for key, good in ((key_of(entry), body), *((None, other) for other in KEYLESS.get(entry, ()))):
            for sent in (good, *altered(good)):
                content = json.dumps(sent).encode()
                check(
                    house,
                    method,
                    address(path, method),
                    key,
                    content=content,
                    headers={"content-type": "application/json"},
                )


@pytest.mark.long
def test_no_text_that_a_person_sends_breaks_anything(furnished: tuple[str, dict[str, str]]) -> None:
    assert OF_PERSONS.keys() == {entry for entry in BY_PERSONS if 415 in DOCUMENTED[entry]}
    mail: dict[str, Any] = {"smtp_host": "127.0.0.1", "smtp_security": "none", "smtp_from": "cermin@kota.go.id"}
    with seats(*furnished, public_url="http://localhost", **mail) as town:
        for role in Role:
            town.join(role, role, employee=None if role is Role.auditor else "E003")
        for entry in BY_PERSONS:
            method, path = entry
            who, body = min(ADMITS[entry]), OF_PERSONS.get(entry)
            headers = {"content-type": "application/json"}
            for sent in () if body is None else (body, *altered(body)):
                content = json.dumps(sent).encode()
                answer = town.ask(who, method, address(path, method), content=content, headers=headers)
                assert answer.status_code < 500, (entry, sent, answer.text)
            for text in PATHS if "{" in path else ():
                filled = sub(r"\{[^}]*\}", text, path)
                assert town.ask(who, method, filled, body).status_code < 500, (entry, text)
            for text in QUERIES:
                assert town.ask(who, method, f"{address(path, method)}?x={text}", body).status_code < 500, entry


@pytest.mark.long
def test_no_text_of_a_path_breaks_anything(house: House) -> None:
    entries = {entry: key_of(entry) for entry in (*TAKES, *HELD, *PUBLIC) if "{" in entry[1]}
    for (method, template), key in entries.items():
        filled = address(template.replace("{version}/{name:path}", "v/x")).split("?")[0].split("/")
        for place, part in enumerate(template.replace("{version}/{name:path}", "{version}/{name}").split("/")):
            if part.startswith("{"):
                for text in PATHS:
                    path = "/".join([*filled[:place], text, *filled[place + 1 :]])
                    body = BODIES.get((method, template))
                    check(house, method, path, key, **({"json": body} if body else {}))


@pytest.mark.long
def test_no_text_of_a_query_breaks_anything(house: House) -> None:
    names = {
        (method.upper(), path): [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
        for path, operations in house.get("/openapi.json", None).json()["paths"].items()
        for method, operation in operations.items()
    }
    tried = 0
    for entry, known in (names | {("GET", "/"): ["lang"], ("GET", "/r"): ["lang"]}).items():
        method, path = entry
        for name in (*known, "tiada", "%00"):
            for text in QUERIES:
                address_of = address(path)
                mark = "&" if "?" in address_of else "?"
                # The period that some need is there already; a second one is a fault of its own.
                address_of = address_of.split("?")[0] if name == "period" else address_of
                mark = "?" if name == "period" else mark
                check(house, method, f"{address_of}{mark}{name}={text}", key_of(entry))
                tried += 1
    assert tried > 100
