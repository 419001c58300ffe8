"""The OpenAPI document as it is served: a body to send for every operation, words for every parameter, and servers."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI

from app.foundation.http import openapi
from app.foundation.ids import new_id
from app.instruments.loading import template_text

JSON = "application/json"
LICENSE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
SHEET = {
    "office": "disdukcapil",
    "service": "ktp-el",
    "employee": "E015",
    "channel": "mobile",
    "scores": {"speed": 4, "transparency": 3, "friendliness": 4},
}
BATCH = ("post", "/v1/ratings/batch")

# Bodies that the demo agency takes as they stand. What is secret (a code, a ticket, a link) cannot stand here: in its
# place stands one of the right form, which is refused.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/ratings"): SHEET,
    ("post", "/v1/volumes"): {
        "volumes": [
            {"office": "disdukcapil", "service": "ktp-el", "date": "2026-11-02", "served": 48, "offered": 45},
            {"office": "disdukcapil", "service": "kk", "date": "2026-11-02", "served": 31},
        ]
    },
    ("put", "/v1/agency"): {"name": "Kabupaten Cermin", "period": "quarter"},
    ("post", "/v1/instruments"): {"source": template_text()},
    ("post", "/v1/devices"): {"office": "disdukcapil", "counter": "loket-1", "label": "Tablet 1", "pin": "2468"},
    ("post", "/v1/devices/pair"): {"code": "KQ7M-2X9R"},
    ("post", "/v1/devices/me/heartbeat"): {"app_version": "1.0.0", "queue_depth": 0},
    ("post", "/v1/tickets"): {"office": "disdukcapil", "service": "ktp-el", "count": 2, "qr": "svg"},
    ("post", "/v1/tickets/arm"): {"tickets": [{"ticket": "7Q4M-X2KD-9RTW", "employee": "E015"}]},
    ("post", "/v1/tickets/look"): {"ticket": "7Q4M-X2KD-9RTW"},
    ("post", "/v1/findings/{finding_id}/release"): {"note": "A school came to visit."},
    ("post", "/v1/findings/{finding_id}/confirm"): {"note": "Nobody was there on that day."},
    ("put", "/v1/offices/{office}/opening"): {
        "hours": [{"weekday": weekday, "opens": "08:00", "closes": "16:00"} for weekday in range(5)]
    },
    ("post", "/v1/periods/{code}/close"): {"instrument": "ikl-1"},
    ("post", "/v1/periods/{code}/notes"): {"employee": "E015", "text": "Three weeks of the quarter in training."},
    ("post", "/v1/reports/{report_id}/note"): {"text": "Three weeks of the quarter in training."},
    ("put", "/v1/periods/{code}/follow-ups"): {
        "items": [
            {
                "element": "speed",
                "problem": "Long queues before noon.",
                "action": "A second counter until 12:00.",
                "due_on": "2026-12-31",
                "owner": "Head of the counter section",
            }
        ]
    },
    ("put", "/v1/promises"): {
        "promises": [
            {
                "service": "pbg",
                "valid_from": "2027-01",
                "amount": 28,
                "unit": "working-days",
                "source": "Peraturan Bupati 12/2026 tentang Standar Pelayanan",
            }
        ]
    },
    ("post", "/v1/promises/counts"): {
        "counts": [
            {
                "office": "dpmptsp",
                "service": "nib",
                "month": "2026-11",
                "steps": {"services": 40, "due": 5, "done": 193},
            }
        ]
    },
    ("put", "/v1/targets"): {
        "targets": [
            {"period": "2027-Q1", "office": "disdukcapil", "value": "85.00"},
            {"period": "2027-Q1", "employee": "E015", "figure": "speed", "value": "88.50"},
        ]
    },
    ("put", "/v1/periods/{code}/publications"): {
        "items": [{"medium": "Notice board", "published_on": "2026-11-02", "address": "Entrance hall"}]
    },
    ("put", "/v1/comments/{comment_id}/mark"): {
        "handled": True,
        "element": "speed",
        "note": "A second counter is open until 12:00.",
    },
    ("post", "/v1/reports/{report_id}/reply"): {"text": "The queue system was down that week."},
    ("post", "/v1/periods/{code}/slips"): {"office": "disdukcapil"},
    ("put", "/v1/mailbox"): {"address": "siti.rahma@kota.example.go.id", "language": "id"},
    ("put", "/v1/subscriptions"): {"kind": "period.final", "office": None, "rhythm": "weekly"},
    ("post", "/v1/persons"): {"name": "Siti Rahma", "role": "supervisor", "office": "disdukcapil"},
    ("post", "/v1/persons/{person_id}/roles"): {"role": "viewer", "office": None},
    ("post", "/v1/keys"): {"kind": "reader", "label": "Dashboard of the mayor", "office": None, "days": 365},
    ("post", "/v1/webhooks"): {"address": "https://antrean.example.go.id/cermin", "kinds": ["finding.raised"]},
    ("post", "/v1/webhooks/{webhook_id}/replay"): {"event": None},
    ("post", "/v1/integrity-reports"): {
        "agency": "kab-cermin",
        "office": "disdukcapil",
        "kind": "demand-for-favours",
        "text": "I was asked for money before my papers were looked at.",
    },
    ("post", "/v1/integrity-receipts"): {"receipt": "7Q4M-X2KD-9RTW"},
    ("put", "/v1/integrity-settings"): {"open": False, "retention_days": 90, "inspectorate": "Inspektorat Daerah"},
    ("post", "/v1/integrity-keys"): {
        "recipient": "agency",
        "label": "Safe of the inspector, first key",
        "jwk": {
            "kty": "EC",
            "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        },
    },
    ("post", "/v1/integrity-keys/{thumbprint}/prove"): {"word": "7q4mx2kd9rtw7q4mx2kd"},
    ("post", "/v1/replies/read"): {"token": "of-a-personal-link"},
    ("post", "/v1/replies"): {"token": "of-a-personal-link", "text": "The queue system was down that week."},
}
# Words for parameters whose route says none.
PARAMETERS = {
    "agency": "Code of the agency.",
    "office": "Code of the office.",
    "service": "Only this service, by its code.",
    "channel": "Only this channel: kiosk, mobile, web or import.",
    "instrument": "Id of the questionnaire, such as `ikl-1`.",
    "code": "Period: 2026-09, 2026-Q3, 2026-S2 or 2026.",
    "period": "Period: 2026-09, 2026-Q3, 2026-S2 or 2026.",
    "kind": "Only reports of this kind.",
    "device_id": "Id of the kiosk, as `GET /v1/devices` lists it.",
    "comment_id": "Id of the comment, as `GET /v1/comments` lists it.",
    "finding_id": "Id of the finding, as `GET /v1/findings` lists it.",
    "integrity_report_id": "Id of the integrity report, as `GET /v1/integrity-reports` lists it.",
    "webhook_id": "Id of the webhook, as `GET /v1/webhooks` lists it.",
    "person_id": "Id of the person, as `GET /v1/persons` lists it.",
    "grant_id": "Id of the role, as `GET /v1/persons` lists it.",
    "key_id": "Id of the key, as `GET /v1/keys` lists it.",
    "report_id": "Id of the report, as `GET /v1/reports` lists it.",
}


def document(app: FastAPI, public_url: str | None) -> dict[str, Any]:
    """The whole document, but for the ids of its examples (`with_fresh_ids`)."""
    found = openapi.document(app)
    found["info"]["license"] = LICENSE
    # Relative first: whoever tries the API at /docs reaches the service that they read about.
    base_path = urlsplit(public_url).path if public_url else ""
    found["servers"] = [{"url": base_path or "/", "description": "This installation"}]
    if public_url:
        found["servers"].append({"url": public_url, "description": "Its public address"})
    _name_ratings_of_batches(found["components"]["schemas"])
    for (method, path), operation in _operations(found):
        # A client would otherwise take what is said nowhere for the rule of the whole document.
        operation.setdefault("security", [])
        for parameter in operation.get("parameters", ()):
            said = parameter.get("description") or parameter["schema"].get("description")
            parameter["description"] = said or PARAMETERS[parameter["name"]]
        if (method, path) in BODIES:
            operation["requestBody"]["content"][JSON]["example"] = BODIES[method, path]
    return found


def with_fresh_ids(found: dict[str, Any]) -> dict[str, Any]:
    """The same document; the ids of its batch are made now: an id tells when its rating was given, and ages."""
    method, path = BATCH
    sheets = [{"id": str(new_id()), **SHEET}, {"id": str(new_id()), **SHEET, "employee": "E017"}]
    found["paths"][path][method]["requestBody"]["content"][JSON]["example"] = {"ratings": sheets}
    return found


def _operations(found: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            yield (method, path), operation


def _name_ratings_of_batches(schemas: dict[str, Any]) -> None:
    """Give a rating of a batch, which needs its id, a schema of its own: generators cannot merge two schemas."""
    rating = deepcopy(schemas["RatingIn"])
    rating["title"] = "BatchRatingIn"
    [rating["properties"]["id"]] = [
        {**kind, "title": "Id", "description": "UUIDv7 made by the client at the moment of rating."}
        for kind in rating["properties"]["id"]["anyOf"]
        if kind["type"] == "string"
    ]
    rating["required"] = ["id", *rating["required"]]
    schemas["BatchRatingIn"] = rating
    schemas["BatchIn"]["properties"]["ratings"]["items"] = {"$ref": "#/components/schemas/BatchRatingIn"}
