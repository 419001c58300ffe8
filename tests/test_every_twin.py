"""Whatever a page lets somebody see or do, the API lets the same person see or do; or there is a reason why not."""

from collections.abc import Mapping

from app.access.principals import Role
from tests.desk.pages import PAGES, THROUGH_A_PROVIDER
from tests.role_access import ADMITS
from tests.route_access import TAKES, Entry

# A page, and the addresses by which its person sees and does the same.
TWINS: Mapping[Entry, tuple[Entry, ...]] = {
    ("GET", "/desk/notices"): (("GET", "/v1/mailbox"), ("GET", "/v1/subscriptions")),
    ("POST", "/desk/notices/address"): (("PUT", "/v1/mailbox"),),
    ("POST", "/desk/notices/subscribe"): (("PUT", "/v1/subscriptions"),),
    ("GET", "/desk/notices/end"): (("GET", "/v1/subscriptions"),),
    ("POST", "/desk/notices/end"): (("PUT", "/v1/subscriptions"),),
    ("POST", "/desk/notices/remove"): (("PUT", "/v1/mailbox"),),
    ("GET", "/desk/webhooks"): (("GET", "/v1/webhooks"),),
    ("POST", "/desk/webhooks/add"): (("POST", "/v1/webhooks"),),
    ("GET", "/desk/webhook"): (("GET", "/v1/webhooks"), ("GET", "/v1/webhooks/{webhook_id}/deliveries")),
    ("POST", "/desk/webhook/replay"): (("POST", "/v1/webhooks/{webhook_id}/replay"),),
    ("POST", "/desk/webhook/switch"): (
        ("POST", "/v1/webhooks/{webhook_id}/off"),
        ("POST", "/v1/webhooks/{webhook_id}/on"),
    ),
    ("GET", "/desk/people"): (("GET", "/v1/persons"),),
    ("POST", "/desk/people/invite"): (("POST", "/v1/persons"),),
    ("GET", "/desk/person"): (("GET", "/v1/persons/{person_id}"), ("GET", "/v1/persons/{person_id}/sessions")),
    ("POST", "/desk/person/grant"): (("POST", "/v1/persons/{person_id}/roles"),),
    ("POST", "/desk/person/link"): (("POST", "/v1/persons/{person_id}/link"),),
    ("POST", "/desk/person/sign-out"): (("POST", "/v1/persons/{person_id}/sessions/end"),),
    ("GET", "/desk/person/revoke"): (("GET", "/v1/persons/{person_id}"),),
    ("POST", "/desk/person/revoke"): (("POST", "/v1/persons/{person_id}/roles/{grant_id}/revoke"),),
    ("GET", "/desk/keys"): (("GET", "/v1/keys"),),
    ("POST", "/desk/keys/issue"): (("POST", "/v1/keys"),),
    ("GET", "/desk/keys/revoke"): (("GET", "/v1/keys"),),
    ("POST", "/desk/keys/revoke"): (("POST", "/v1/keys/{key_id}/revoke"),),
    ("GET", "/desk/kiosks"): (("GET", "/v1/devices"),),
    ("POST", "/desk/kiosks/add"): (("POST", "/v1/devices"),),
    ("GET", "/desk/kiosk"): (("GET", "/v1/devices/{device_id}"),),
    ("POST", "/desk/kiosk/code"): (("POST", "/v1/devices/{device_id}/code"),),
    ("GET", "/desk/kiosk/revoke"): (("GET", "/v1/devices/{device_id}"),),
    ("POST", "/desk/kiosk/revoke"): (("POST", "/v1/devices/{device_id}/revoke"),),
    ("GET", "/desk/poster"): (("GET", "/v1/offices/{office}/poster"),),
    ("GET", "/desk/agency"): (("GET", "/v1/agency"),),
    ("POST", "/desk/agency/name"): (("PUT", "/v1/agency"),),
    ("POST", "/desk/agency/period"): (("PUT", "/v1/agency"),),
    ("GET", "/desk/hours"): (("GET", "/v1/opening"),),
    ("GET", "/desk/hours/office"): (("GET", "/v1/offices/{office}/opening"),),
    ("POST", "/desk/hours/change"): (("PUT", "/v1/offices/{office}/opening"),),
    ("GET", "/desk/instruments"): (("GET", "/v1/instruments"),),
    ("POST", "/desk/instruments/add"): (("POST", "/v1/instruments"),),
    ("GET", "/desk/instrument"): (("GET", "/v1/instruments/{instrument}"),),
    ("GET", "/desk/directory"): (
        ("GET", "/v1/offices"),
        ("GET", "/v1/services"),
        ("GET", "/v1/counters"),
        ("GET", "/v1/employees"),
    ),
    ("GET", "/desk/directory/template"): (("GET", "/v1/directory/template"),),
    ("GET", "/desk/directory/file"): (("GET", "/v1/directory"),),
    ("GET", "/desk/directory/upload"): (("POST", "/v1/directory"),),
    ("POST", "/desk/directory/upload"): (("POST", "/v1/directory"),),
    ("GET", "/desk/directory/upload/file"): (("POST", "/v1/directory"),),
    ("POST", "/desk/directory/upload/import"): (("POST", "/v1/directory"),),
    ("GET", "/desk/office"): (
        ("GET", "/v1/indices"),
        ("GET", "/v1/measures/offices"),
        ("GET", "/v1/measures/training"),
        ("GET", "/v1/targets/offices"),
    ),
    ("GET", "/desk/findings"): (("GET", "/v1/findings"),),
    ("GET", "/desk/finding"): (
        ("GET", "/v1/findings/{finding_id}"),
        ("GET", "/v1/findings/{finding_id}/timeline"),
    ),
    ("POST", "/desk/finding/release"): (("POST", "/v1/findings/{finding_id}/release"),),
    ("POST", "/desk/finding/confirm"): (("POST", "/v1/findings/{finding_id}/confirm"),),
    ("GET", "/desk/decisions"): (("GET", "/v1/findings"),),
    ("GET", "/desk/trail"): (("GET", "/v1/audit"),),
    ("GET", "/desk/trail/file"): (("GET", "/v1/audit"),),
    ("GET", "/desk/team"): (("GET", "/v1/team"), ("GET", "/v1/appraisals"), ("GET", "/v1/appraisals/pack")),
    ("GET", "/desk/team/person"): (
        ("GET", "/v1/reports/{report_id}"),
        ("GET", "/v1/reports/{report_id}/reply"),
        ("GET", "/v1/targets/person"),
    ),
    ("POST", "/desk/team/note"): (("POST", "/v1/reports/{report_id}/note"),),
    ("GET", "/desk/mirror"): (
        ("GET", "/v1/reports"),
        ("GET", "/v1/reports/{report_id}"),
        ("GET", "/v1/targets/person"),
    ),
    ("GET", "/desk/reply"): (("GET", "/v1/reports/{report_id}"), ("GET", "/v1/reports/{report_id}/reply")),
    ("POST", "/desk/reply/send"): (("POST", "/v1/reports/{report_id}/reply"),),
    ("GET", "/desk/readers"): (("GET", "/v1/readers"),),
    ("GET", "/desk/report"): (("GET", "/v1/reports/{report_id}"), ("GET", "/v1/reports/{report_id}/beside")),
    ("GET", "/desk/reports"): (("GET", "/v1/reports"), ("GET", "/v1/evidence-pack")),
    ("GET", "/desk/trend"): (("GET", "/v1/indices"),),
    ("GET", "/desk/services"): (("GET", "/v1/indices"), ("GET", "/v1/counters"), ("GET", "/v1/measures/offices")),
    ("GET", "/desk/comments"): (("GET", "/v1/comments"),),
    ("GET", "/desk/comment"): (("GET", "/v1/comments"),),
    ("POST", "/desk/comment/mark"): (("PUT", "/v1/comments/{comment_id}/mark"),),
    ("GET", "/desk/follow-up"): (("GET", "/v1/periods/{code}/follow-ups"),),
    ("GET", "/desk/follow-up/new"): (("GET", "/v1/periods/{code}/follow-ups"),),
    ("GET", "/desk/follow-up/action"): (("GET", "/v1/periods/{code}/follow-ups"),),
    **{
        ("POST", f"/desk/follow-up/{step}"): (("PUT", "/v1/periods/{code}/follow-ups"),)
        for step in ("add", "edit", "start", "done", "drop")
    },
    ("GET", "/desk/publications"): (("GET", "/v1/periods/{code}/publications"),),
    ("GET", "/desk/publications/one"): (("GET", "/v1/periods/{code}/publications"),),
    **{
        ("POST", f"/desk/publications/{step}"): (("PUT", "/v1/periods/{code}/publications"),)
        for step in ("add", "edit", "remove")
    },
    ("GET", "/desk/period/slips"): (("POST", "/v1/periods/{code}/slips"),),
    ("POST", "/desk/period/slips/make"): (("POST", "/v1/periods/{code}/slips"),),
    ("GET", "/desk/periods"): (("GET", "/v1/periods"),),
    ("POST", "/desk/periods/close"): (("POST", "/v1/periods/{code}/close"),),
    ("GET", "/desk/period"): (("GET", "/v1/periods/{code}/progress"), ("GET", "/v1/reports")),
    ("POST", "/desk/period/finalise"): (("POST", "/v1/periods/{code}/finalise"),),
    ("POST", "/desk/period/revise"): (("POST", "/v1/periods/{code}/revise"),),
    ("POST", "/desk/period/publish"): (("POST", "/v1/periods/{code}/publish"),),
    ("POST", "/desk/period/withdraw"): (("POST", "/v1/periods/{code}/withdraw"),),
    ("GET", "/desk/promises"): (("GET", "/v1/promises"),),
    ("POST", "/desk/promises/set"): (("PUT", "/v1/promises"),),
    ("GET", "/desk/recognition"): (("GET", "/v1/measures/recognition"),),
    ("GET", "/desk/targets"): (("GET", "/v1/targets"),),
    ("POST", "/desk/targets/set"): (("PUT", "/v1/targets"),),
    ("GET", "/desk/integrity"): (("GET", "/v1/integrity-reports"),),
    ("GET", "/desk/integrity/report"): (
        ("GET", "/v1/integrity-reports/{integrity_report_id}"),
        ("GET", "/v1/integrity-settings"),
    ),
    ("GET", "/desk/integrity/file"): (("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"),),
    ("GET", "/desk/integrity/erase"): (("GET", "/v1/integrity-reports/{integrity_report_id}"),),
    **{
        ("POST", f"/desk/integrity/{step}"): (("POST", f"/v1/integrity-reports/{{integrity_report_id}}/{step}"),)
        for step in ("forward", "confirm", "erase")
    },
    ("GET", "/desk/integrity/keys"): (("GET", "/v1/integrity-keys"), ("GET", "/v1/integrity-settings")),
    ("POST", "/desk/integrity/keys/add"): (("POST", "/v1/integrity-keys"),),
    ("POST", "/desk/integrity/settings"): (("PUT", "/v1/integrity-settings"),),
    ("GET", "/desk/integrity/key"): (("GET", "/v1/integrity-keys"),),
    ("GET", "/desk/integrity/key/retire"): (("GET", "/v1/integrity-keys"),),
    ("POST", "/desk/integrity/key/word"): (("POST", "/v1/integrity-keys/{thumbprint}/challenge"),),
    ("POST", "/desk/integrity/key/prove"): (("POST", "/v1/integrity-keys/{thumbprint}/prove"),),
    ("POST", "/desk/integrity/key/retire"): (("POST", "/v1/integrity-keys/{thumbprint}/retire"),),
}

SIGNING_IN = "makes the session: a program has a key instead"
OF_THE_SESSION = "is about this browser's own session"
SECRETS = "a passphrase, code or passkey is given to a browser alone, never to a program"
BY_MAIL = "is where a link in a mail leads"
# What has no address in the API, and why.
NO_TWIN: Mapping[Entry, str] = {
    **dict.fromkeys((("GET", "/setup"), ("POST", "/setup"), ("POST", "/setup/agency")), "comes before any key"),
    **dict.fromkeys(((method, "/sign-in") for method in ("GET", "POST")), SIGNING_IN),
    **dict.fromkeys(((method, "/sign-in/passkey") for method in ("GET", "POST")), SIGNING_IN),
    **dict.fromkeys(((method, "/sign-in/link") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(((method, "/sign-in/code") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(((method, "/sign-in/second-factor") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(THROUGH_A_PROVIDER, SIGNING_IN),
    ("POST", "/sign-out"): OF_THE_SESSION,
    ("GET", "/desk"): "leads to the first page of the role",
    ("GET", "/desk/account"): OF_THE_SESSION,
    ("POST", "/desk/account/role"): OF_THE_SESSION,
    ("POST", "/desk/account/sign-out-everywhere"): OF_THE_SESSION,
    ("POST", "/desk/account/passphrase"): SECRETS,
    **dict.fromkeys(((method, "/desk/confirm") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(((method, "/desk/confirm/passkey") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(((method, "/desk/passkeys/add") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(((method, "/desk/passkeys/end") for method in ("GET", "POST")), SECRETS),
    **dict.fromkeys(((method, "/mail/confirm") for method in ("GET", "POST")), BY_MAIL),
    **dict.fromkeys(((method, "/unsubscribe") for method in ("GET", "POST")), BY_MAIL),
    ("GET", "/desk/instruments/template"): "stands in /openapi.json, as the example of POST /v1/instruments",
    ("POST", "/desk/directory/upload/erase"): "the API keeps no file that could be erased",
}


def test_every_page_has_a_twin_or_a_reason() -> None:
    assert TWINS.keys() | NO_TWIN.keys() == PAGES.keys() | THROUGH_A_PROVIDER
    assert TWINS.keys() & NO_TWIN.keys() == set()
    assert all(len(reason) > 15 for reason in NO_TWIN.values())


def test_whoever_may_open_a_page_may_use_its_twins() -> None:
    refused = {}
    for page, twins in TWINS.items():
        who = PAGES[page]
        roles = who if isinstance(who, frozenset) else frozenset(Role)
        for twin in twins:
            assert twin in TAKES, twin
            if left_out := roles - ADMITS[twin]:
                refused[page, twin] = sorted(left_out)
    assert refused == {}


def test_what_a_page_changes_its_twin_changes_and_does_not_only_read() -> None:
    for (method, page), twins in TWINS.items():
        if method == "POST":
            assert all(twin[0] != "GET" for twin in twins), page
