"""Every problem that an address may answer with, beside its key: what the OpenAPI document has to name."""

from collections.abc import Mapping
from typing import Any

from tests.house import House
from tests.route_access import BY_PERSONS, HELD, Entry

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

# What takes a workbook has tests of its own: tests/directory/test_directory_http.py.
WORKBOOKS = {("POST", "/v1/directory")}
TAKE_BODIES = {
    entry for entry, statuses in DOCUMENTED.items() if 415 in statuses and entry not in WORKBOOKS | BY_PERSONS
} | {entry for entry, status in HELD.items() if status == 415}


def documented(house: House) -> dict[Entry, dict[str, Any]]:
    """The operations of the OpenAPI document."""
    paths: dict[str, dict[str, Any]] = house.get("/openapi.json", None).json()["paths"]
    return {
        (method.upper(), path): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }
