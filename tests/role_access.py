"""Which addresses take persons, in which roles, and what a page asks a fresh proof or the whole agency for."""

from collections.abc import Mapping
from typing import Any

from app.access.principals import Role
from tests.integrity.reporting import PUBLIC_KEY
from tests.route_access import Entry

OVERSEERS = frozenset({Role.supervisor, Role.auditor, Role.administrator})
OFFICE_READERS = OVERSEERS | {Role.viewer}
ANSWERABLE = frozenset({Role.supervisor, Role.administrator})
SUPERVISORS, AUDITORS = frozenset({Role.supervisor}), frozenset({Role.auditor})
ADMINISTRATORS, APPRAISERS = frozenset({Role.administrator}), frozenset({Role.appraiser})
EMPLOYEES = frozenset({Role.employee})
# Which of the guarded addresses take a session instead of a key, and of whom: those that a person's page uses.
ADMITS: Mapping[Entry, frozenset[Role]] = {
    ("GET", "/v1/agency"): OFFICE_READERS,
    ("PUT", "/v1/agency"): ADMINISTRATORS,
    ("GET", "/v1/directory"): ADMINISTRATORS,
    ("POST", "/v1/directory"): ADMINISTRATORS,
    ("POST", "/v1/instruments"): ADMINISTRATORS,
    ("GET", "/v1/offices/{office}/opening"): frozenset({Role.auditor, Role.administrator}),
    ("PUT", "/v1/offices/{office}/opening"): ADMINISTRATORS,
    ("GET", "/v1/offices/{office}/poster"): ANSWERABLE,
    ("GET", "/v1/devices"): ANSWERABLE,
    ("POST", "/v1/devices"): ADMINISTRATORS,
    ("GET", "/v1/devices/{device_id}"): ANSWERABLE,
    ("POST", "/v1/devices/{device_id}/revoke"): ADMINISTRATORS,
    ("POST", "/v1/devices/{device_id}/code"): ADMINISTRATORS,
    ("GET", "/v1/periods"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/close"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/revise"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/finalise"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/publish"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/withdraw"): ANSWERABLE,
    ("GET", "/v1/periods/{code}/follow-ups"): SUPERVISORS,
    ("PUT", "/v1/periods/{code}/follow-ups"): SUPERVISORS,
    ("GET", "/v1/periods/{code}/publications"): SUPERVISORS,
    ("PUT", "/v1/periods/{code}/publications"): SUPERVISORS,
    ("GET", "/v1/targets"): ANSWERABLE,
    ("PUT", "/v1/targets"): ANSWERABLE,
    ("GET", "/v1/promises"): ANSWERABLE,
    ("PUT", "/v1/promises"): ADMINISTRATORS,
    ("GET", "/v1/reports/{report_id}/reply"): frozenset({Role.employee, Role.appraiser}),
    ("POST", "/v1/reports/{report_id}/reply"): EMPLOYEES,
    ("GET", "/v1/readers"): EMPLOYEES,
    ("GET", "/v1/team"): APPRAISERS,
    ("POST", "/v1/periods/{code}/slips"): ANSWERABLE,
    ("GET", "/v1/directory/template"): ADMINISTRATORS,
    ("GET", "/v1/opening"): frozenset({Role.auditor, Role.administrator}),
    ("GET", "/v1/periods/{code}/progress"): ANSWERABLE,
    ("GET", "/v1/targets/offices"): OFFICE_READERS,
    ("GET", "/v1/targets/person"): frozenset({Role.employee, Role.appraiser}),
    ("GET", "/v1/mailbox"): frozenset(Role),
    ("PUT", "/v1/mailbox"): frozenset(Role),
    ("GET", "/v1/subscriptions"): frozenset(Role),
    ("PUT", "/v1/subscriptions"): frozenset(Role),
    ("GET", "/v1/persons"): ADMINISTRATORS,
    ("POST", "/v1/persons"): ADMINISTRATORS,
    ("GET", "/v1/persons/{person_id}"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/link"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/roles"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/roles/{grant_id}/revoke"): ADMINISTRATORS,
    ("GET", "/v1/persons/{person_id}/sessions"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/sessions/end"): ADMINISTRATORS,
    ("GET", "/v1/keys"): ADMINISTRATORS,
    ("POST", "/v1/keys"): ADMINISTRATORS,
    ("POST", "/v1/keys/{key_id}/revoke"): ADMINISTRATORS,
    ("GET", "/v1/webhooks"): ADMINISTRATORS,
    ("POST", "/v1/webhooks"): ADMINISTRATORS,
    ("POST", "/v1/webhooks/{webhook_id}/off"): ADMINISTRATORS,
    ("POST", "/v1/webhooks/{webhook_id}/on"): ADMINISTRATORS,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): ADMINISTRATORS,
    ("POST", "/v1/webhooks/{webhook_id}/replay"): ADMINISTRATORS,
    ("PUT", "/v1/comments/{comment_id}/mark"): SUPERVISORS,
    ("POST", "/v1/findings/{finding_id}/release"): AUDITORS,
    ("POST", "/v1/findings/{finding_id}/confirm"): AUDITORS,
    ("GET", "/v1/offices"): OFFICE_READERS,
    ("GET", "/v1/services"): OFFICE_READERS,
    ("GET", "/v1/counters"): OFFICE_READERS,
    ("GET", "/v1/employees"): OVERSEERS,
    ("GET", "/v1/instruments"): OFFICE_READERS,
    ("GET", "/v1/instruments/{instrument}"): OFFICE_READERS,
    ("GET", "/v1/indices"): OFFICE_READERS,
    ("GET", "/v1/measures/offices"): OFFICE_READERS,
    ("GET", "/v1/measures/recognition"): OVERSEERS,
    ("GET", "/v1/measures/training"): OFFICE_READERS,
    ("GET", "/v1/reports"): frozenset(Role),
    ("POST", "/v1/reports/{report_id}/note"): APPRAISERS,
    ("GET", "/v1/reports/{report_id}"): frozenset(Role),
    ("GET", "/v1/evidence-pack"): OFFICE_READERS,
    ("GET", "/v1/reports/{report_id}/beside"): frozenset(Role),
    ("GET", "/v1/appraisals"): OVERSEERS | {Role.appraiser},
    ("GET", "/v1/appraisals/pack"): OVERSEERS | {Role.appraiser},
    ("GET", "/v1/reports/{report_id}/evidence"): OVERSEERS | {Role.appraiser, Role.employee},
    ("GET", "/v1/findings"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}/timeline"): OVERSEERS,
    ("GET", "/v1/comments"): frozenset({Role.supervisor, Role.administrator}),
    ("GET", "/v1/audit"): AUDITORS,
    ("GET", "/v1/integrity-reports"): AUDITORS,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): AUDITORS,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): AUDITORS,
    ("GET", "/v1/integrity-settings"): AUDITORS | ADMINISTRATORS,
    ("PUT", "/v1/integrity-settings"): ADMINISTRATORS,
    ("GET", "/v1/integrity-keys"): AUDITORS | ADMINISTRATORS,
    ("POST", "/v1/integrity-keys"): ADMINISTRATORS,
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): AUDITORS | ADMINISTRATORS,
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): AUDITORS | ADMINISTRATORS,
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): ADMINISTRATORS,
}
# What a page asks a fresh proof for.
UNPROVEN = {("PUT", "/v1/subscriptions")}
SENSITIVE = {
    entry for entry, roles in ADMITS.items() if entry[0] != "GET" and roles not in (SUPERVISORS, APPRAISERS, EMPLOYEES)
} - UNPROVEN | {("GET", "/v1/directory"), ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over")}
# What only who answers for the whole agency may do, with a body where it takes one.
WHOLE: Mapping[Entry, dict[str, Any] | None] = {
    ("PUT", "/v1/agency"): {"name": "Kota", "period": "quarter"},
    ("GET", "/v1/directory"): None,
    ("POST", "/v1/directory"): None,
    ("POST", "/v1/instruments"): {"source": "x"},
    ("PUT", "/v1/targets"): {
        "targets": [{"period": "2026-11", "instrument": "ikl-1", "office": "upt-makassar", "value": "80.00"}]
    },
    ("PUT", "/v1/promises"): {
        "promises": [{"service": "ktp-el", "valid_from": "2026-12", "amount": 15, "unit": "minutes", "source": "SK"}]
    },
    ("POST", "/v1/periods/{code}/close"): {},
    ("POST", "/v1/periods/{code}/slips"): {},
    ("POST", "/v1/periods/{code}/revise"): None,
    ("POST", "/v1/periods/{code}/finalise"): None,
    ("POST", "/v1/periods/{code}/publish"): None,
    ("POST", "/v1/periods/{code}/withdraw"): None,
    # Reports are never the matter of an office, whoever is its auditor.
    ("GET", "/v1/integrity-reports"): None,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): None,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): None,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): None,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): None,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): None,
    ("GET", "/v1/integrity-settings"): None,
    ("PUT", "/v1/integrity-settings"): {"open": False, "retention_days": 30},
    ("GET", "/v1/integrity-keys"): None,
    ("POST", "/v1/integrity-keys"): {"recipient": "agency", "label": "x", "jwk": PUBLIC_KEY},
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): None,
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): {"word": "x"},
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): None,
}

# What no page of a person uses: what machines send and ask, and figures of persons, which pages read from reports.
NO_PAGE = {
    ("GET", "/v1/volumes"),
    ("POST", "/v1/volumes"),
    ("POST", "/v1/promises/counts"),
    ("POST", "/v1/tickets"),
    ("POST", "/v1/tickets/arm"),
    ("GET", "/v1/tickets/counts"),
    ("GET", "/v1/devices/me"),
    ("POST", "/v1/devices/me/heartbeat"),
    ("POST", "/v1/ratings"),
    ("POST", "/v1/ratings/batch"),
    ("GET", "/v1/measures/employees"),
    # By a person's code; an appraiser notes by the report, below.
    ("POST", "/v1/periods/{code}/notes"),
}
