"""Every page of the desk, and who may see it: a new one fails `test_every_route.py` until it stands here."""

from collections.abc import Mapping
from typing import Literal

from app.access.principals import Role

Who = Literal["anybody", "halfway", "signed in"] | frozenset[Role]

# Where there is no provider to sign in through, these are not there, either.
THROUGH_A_PROVIDER = frozenset(
    {
        ("GET", "/sign-in/oidc"),
        ("GET", "/sign-in/oidc/callback"),
        ("POST", "/sign-in/oidc/invitation"),
        ("POST", "/sign-in/oidc/proof"),
        ("POST", "/sign-in/oidc/back-channel-logout"),
    }
)
ADMINISTRATORS = frozenset({Role.administrator})
EMPLOYEES = frozenset({Role.employee})
APPRAISERS = frozenset({Role.appraiser})
CLOSERS = frozenset({Role.supervisor, Role.administrator})
SUPERVISORS = frozenset({Role.supervisor})
AUDITORS = frozenset({Role.auditor})
OFFICE_READERS = frozenset({Role.supervisor, Role.auditor, Role.administrator, Role.viewer})

PAGES: Mapping[tuple[str, str], Who] = {
    ("GET", "/setup"): "anybody",
    ("POST", "/setup"): "anybody",
    ("POST", "/setup/agency"): "anybody",
    ("GET", "/sign-in"): "anybody",
    ("POST", "/sign-in"): "anybody",
    ("GET", "/sign-in/link"): "anybody",
    ("POST", "/sign-in/link"): "anybody",
    ("GET", "/sign-in/code"): "halfway",
    ("POST", "/sign-in/code"): "halfway",
    ("GET", "/sign-in/second-factor"): "halfway",
    ("POST", "/sign-in/second-factor"): "halfway",
    ("POST", "/sign-out"): "signed in",
    ("GET", "/desk"): "signed in",
    ("GET", "/desk/account"): "signed in",
    ("POST", "/desk/account/role"): "signed in",
    ("POST", "/desk/account/passphrase"): "signed in",
    ("POST", "/desk/account/sign-out-everywhere"): "signed in",
    ("GET", "/desk/confirm"): "signed in",
    ("POST", "/desk/confirm"): "signed in",
    ("GET", "/sign-in/passkey"): "anybody",
    ("POST", "/sign-in/passkey"): "anybody",
    ("GET", "/desk/confirm/passkey"): "signed in",
    ("POST", "/desk/confirm/passkey"): "signed in",
    ("GET", "/desk/passkeys/add"): "signed in",
    ("POST", "/desk/passkeys/add"): "signed in",
    ("GET", "/desk/passkeys/end"): "signed in",
    ("POST", "/desk/passkeys/end"): "signed in",
    ("GET", "/desk/people"): ADMINISTRATORS,
    ("POST", "/desk/people/invite"): ADMINISTRATORS,
    ("GET", "/desk/person"): ADMINISTRATORS,
    ("POST", "/desk/person/grant"): ADMINISTRATORS,
    ("POST", "/desk/person/link"): ADMINISTRATORS,
    ("GET", "/desk/person/revoke"): ADMINISTRATORS,
    ("POST", "/desk/person/revoke"): ADMINISTRATORS,
    ("GET", "/desk/keys"): ADMINISTRATORS,
    ("POST", "/desk/keys/issue"): ADMINISTRATORS,
    ("GET", "/desk/keys/revoke"): ADMINISTRATORS,
    ("POST", "/desk/keys/revoke"): ADMINISTRATORS,
    ("GET", "/desk/kiosks"): CLOSERS,
    ("POST", "/desk/kiosks/add"): ADMINISTRATORS,
    ("GET", "/desk/kiosk"): CLOSERS,
    ("POST", "/desk/kiosk/code"): ADMINISTRATORS,
    ("GET", "/desk/kiosk/revoke"): ADMINISTRATORS,
    ("POST", "/desk/kiosk/revoke"): ADMINISTRATORS,
    ("GET", "/desk/poster"): CLOSERS,
    ("GET", "/desk/agency"): ADMINISTRATORS,
    ("POST", "/desk/agency/name"): ADMINISTRATORS,
    ("POST", "/desk/agency/period"): ADMINISTRATORS,
    ("GET", "/desk/hours"): frozenset({Role.administrator, Role.auditor}),
    ("GET", "/desk/hours/office"): frozenset({Role.administrator, Role.auditor}),
    ("POST", "/desk/hours/change"): ADMINISTRATORS,
    ("GET", "/desk/office"): OFFICE_READERS,
    ("GET", "/desk/findings"): frozenset({Role.supervisor, Role.auditor}),
    ("GET", "/desk/finding"): frozenset({Role.supervisor, Role.auditor}),
    ("POST", "/desk/finding/release"): AUDITORS,
    ("POST", "/desk/finding/confirm"): AUDITORS,
    ("GET", "/desk/decisions"): AUDITORS,
    ("GET", "/desk/trail"): AUDITORS,
    ("GET", "/desk/trail/file"): AUDITORS,
    ("GET", "/desk/team"): APPRAISERS,
    ("GET", "/desk/team/person"): APPRAISERS,
    ("POST", "/desk/team/note"): APPRAISERS,
    ("GET", "/desk/mirror"): EMPLOYEES,
    ("GET", "/desk/reply"): EMPLOYEES,
    ("POST", "/desk/reply/send"): EMPLOYEES,
    ("GET", "/desk/readers"): EMPLOYEES,
    ("GET", "/desk/report"): "signed in",
    ("GET", "/desk/reports"): OFFICE_READERS,
    ("GET", "/desk/trend"): SUPERVISORS,
    ("GET", "/desk/comments"): SUPERVISORS,
    ("GET", "/desk/comment"): SUPERVISORS,
    ("POST", "/desk/comment/mark"): SUPERVISORS,
    ("GET", "/desk/follow-up"): SUPERVISORS,
    ("GET", "/desk/follow-up/new"): SUPERVISORS,
    ("POST", "/desk/follow-up/add"): SUPERVISORS,
    ("GET", "/desk/follow-up/action"): SUPERVISORS,
    ("POST", "/desk/follow-up/edit"): SUPERVISORS,
    ("POST", "/desk/follow-up/start"): SUPERVISORS,
    ("POST", "/desk/follow-up/done"): SUPERVISORS,
    ("POST", "/desk/follow-up/drop"): SUPERVISORS,
    ("GET", "/desk/publications"): SUPERVISORS,
    ("POST", "/desk/publications/add"): SUPERVISORS,
    ("GET", "/desk/publications/one"): SUPERVISORS,
    ("POST", "/desk/publications/edit"): SUPERVISORS,
    ("POST", "/desk/publications/remove"): SUPERVISORS,
    ("GET", "/desk/period/slips"): CLOSERS,
    ("POST", "/desk/period/slips/make"): CLOSERS,
    ("GET", "/desk/periods"): CLOSERS,
    ("POST", "/desk/periods/close"): CLOSERS,
    ("GET", "/desk/period"): CLOSERS,
    ("POST", "/desk/period/finalise"): CLOSERS,
    ("POST", "/desk/period/revise"): CLOSERS,
    ("GET", "/desk/services"): SUPERVISORS,
}
