"""The OpenAPI document: what FastAPI derives, with the key and the problems that every route shares."""

from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.foundation.problem_codes import FIELD_MESSAGES, KINDS
from app.foundation.problems import MEDIA_TYPE

Responses = dict[int | str, dict[str, Any]]

GUARDED = "/v1/"
SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A key `crm_<kind>_…`, as `cermin key issue` shows it once.",
}
SESSION_SCHEME = {
    "type": "apiKey",
    "in": "cookie",
    "name": "__Host-cermin",
    "description": "The session of somebody who has signed in; over plain http on the machine itself it is `cermin`.",
}
# Of an operation that takes no key.
SESSION_ALONE: dict[str, Any] = {"security": [{"session": []}]}
PROBLEM_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. `code` is stable; `errors` names each wrong field.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string", "enum": sorted(FIELD_MESSAGES)},
                    "message": {"type": "string"},
                },
            },
        },
        "faults": {
            "type": "integer",
            "description": "Of a workbook: how many there are; `errors` has a thousand at most.",
        },
        "server_time": {"type": "string", "format": "date-time"},
        "retry_after": {"type": "integer", "description": "Seconds, as in Retry-After."},
    },
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"headers": {"WWW-Authenticate": {"schema": {"type": "string"}}}},
    429: {"headers": {"Retry-After": {"schema": {"type": "integer"}}}},
    503: {"headers": {"Retry-After": {"schema": {"type": "integer"}}}},
}
DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "No valid key.",
    403: "The key does not reach this.",
    404: "The agency has nothing with this code.",
    406: "No format that Accept asks for.",
    408: "The body came too slowly.",
    409: "The id is stored with other content.",
    410: "The code is wrong, used, expired or not ready: nobody tells which.",
    413: "The body or the batch is too large.",
    415: "The body is not declared as what this address takes.",
    422: "Some fields are wrong.",
    429: "Too much at once; try again after `Retry-After` seconds.",
    500: "The service is broken; nothing is promised.",
    503: "Nothing was stored or read; try again after `Retry-After` seconds.",
}


def problems(*statuses: int) -> Responses:
    """The `responses` of a guarded route: 401, 403 and 429, what any may answer, and the problems of its own."""
    return open_problems(401, 403, 429, *statuses)


def open_problems(*statuses: int) -> Responses:
    """The `responses` of a route that asks for no key: a wrong parameter (422), 500, 503, and those of its own."""
    return {status: _problem(status) for status in sorted({422, 500, 503, *statuses})}


@cache
def _problem(status: int) -> dict[str, Any]:
    """What an operation says of this status; one and the same for all, of which there are three hundred."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}} | HEADERS.get(status, {})


def document(app: FastAPI, base_path: str = "") -> dict[str, Any]:
    """The whole OpenAPI document of the application, reached under this path of its host."""
    schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    if base_path:
        schema["servers"] = [{"url": base_path}]
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {"key": SECURITY_SCHEME, "session": SESSION_SCHEME}
    for path, operations in schema["paths"].items():
        if path.startswith(GUARDED):
            for operation in operations.values():
                # Some routes under /v1 take no key; those that do declare 401.
                if "401" in operation["responses"]:
                    operation.setdefault("security", [{"key": []}])
    return schema
