"""The codes of problems: one table maps a code to its status and words, one the code of a wrong field to its words.

Codes never change meaning; new ones may be added.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What one code means: HTTP status, a fixed title, and a sentence with `{named}` values."""

    status: int
    title: str
    detail: str


KINDS: Mapping[str, Kind] = {
    # The request as a whole.
    "malformed-json": Kind(400, "Malformed JSON", "The body is not valid JSON (UTF-8)."),
    "unsupported-media-type": Kind(
        415, "Unsupported content type", "Send the body as application/json in UTF-8, not compressed."
    ),
    "workbook-expected": Kind(
        415,
        "Workbook expected",
        "Send the directory as an XLSX workbook (Content-Type {media_type}), not compressed once more.",
    ),
    "not-acceptable": Kind(406, "Not acceptable", "This address answers {offered}; ask for one of these in Accept."),
    "body-too-large": Kind(413, "Body too large", "The body may have at most {limit} bytes."),
    "body-too-slow": Kind(408, "Body too slow", "The body did not arrive within {seconds} seconds; send it again."),
    "not-found": Kind(404, "Not found", "There is nothing at this address."),
    "method-not-allowed": Kind(405, "Method not allowed", "This address does not take this method."),
    "invalid-request": Kind(422, "Invalid request", "Some fields are wrong; `errors` names each with what to change."),
    "questionnaire-refused": Kind(
        422,
        "Questionnaire refused",
        "The questionnaire has {n} faults, and nothing was added; `errors` names where and what.",
    ),
    "workbook-refused": Kind(
        422, "Workbook refused", "The workbook has {n} faults, and nothing was written; `errors` names where and what."
    ),
    "workbook-too-large": Kind(
        422,
        "Workbook too large",
        "Reading it asks for more memory or time than there is; split it, or import it by `cermin directory import`.",
    ),
    "batch-too-long": Kind(422, "Batch too long", "A batch may hold at most {limit} ratings; split it."),
    "busy": Kind(503, "Busy", "Nothing was stored; send the same request again after {seconds} seconds."),
    "internal-error": Kind(500, "Internal error", "Nothing is promised; send the same request again later."),
    # Who is asking.
    "key-missing": Kind(401, "Key missing", "Send a key as `Authorization: Bearer crm_…`."),
    "key-unknown": Kind(401, "Key unknown", "This key is not valid; check that it was copied whole."),
    "key-expired": Kind(401, "Key expired", "This key has expired; ask an administrator to rotate it."),
    "key-revoked": Kind(401, "Key revoked", "This key was revoked; ask an administrator for a new one."),
    "too-many-keys": Kind(
        429, "Too many wrong keys", "Too many wrong keys came from this address; try again after {seconds} seconds."
    ),
    "key-kind-refused": Kind(403, "Not for this kind of key", "This address takes keys of the kinds {kinds}."),
    "persons-only": Kind(403, "For persons only", "Only people who are signed in may do this; no key is taken."),
    "session-ended": Kind(401, "Session over", "Nobody is signed in in this browser any more; sign in again."),
    "role-refused": Kind(403, "Not for this role", "This address is for the roles {roles}."),
    "cross-site": Kind(403, "From another site", "Only Cermin's own pages may change something for who is signed in."),
    "proof-needed": Kind(
        403,
        "Confirm first",
        "Confirm on the page /desk/confirm that it is you, then send this again within ten minutes.",
    ),
    "too-many-sign-ins": Kind(
        429, "Too many tries", "Too many tries to sign in failed; try again after {seconds} seconds."
    ),
    "logout-token-refused": Kind(400, "Logout token refused", "This logout token is not valid, or was taken already."),
    "about-oneself": Kind(403, "About oneself", "Nobody decides about oneself; somebody else has to do this."),
    "out-of-scope": Kind(403, "Out of scope", "This key does not reach {what}."),
    # What is named.
    "person-unknown": Kind(404, "Unknown person", "The agency has no person with this id."),
    "role-unknown": Kind(404, "Unknown role", "This person was given no role with this id."),
    "api-key-unknown": Kind(404, "No such key", "The agency has no key with this id that can be ended here."),
    "office-unknown": Kind(404, "Unknown office", "The agency has no office with this code."),
    "service-unknown": Kind(404, "Unknown service", "The agency has no service with this code."),
    "counter-unknown": Kind(404, "Unknown counter", "The office has no counter with this code."),
    "employee-unknown": Kind(404, "Unknown employee", "The agency has no employee with this code."),
    "instrument-unknown": Kind(404, "Unknown instrument", "The agency has no instrument with this id."),
    "device-unknown": Kind(404, "Unknown device", "The agency has no device with this id."),
    "finding-unknown": Kind(404, "Unknown finding", "The agency has no finding with this id."),
    "webhook-unknown": Kind(404, "Unknown webhook", "The agency has no webhook with this id."),
    "event-unknown": Kind(404, "Unknown event", "This webhook was not to be told of an event with this id."),
    "mail-off": Kind(409, "No mail", "No server for mail is set up here (CERMIN_SMTP_HOST)."),
    "webhook-off": Kind(409, "Switched off", "This webhook is switched off; switch it on first."),
    "webhooks-many": Kind(
        409, "Too many webhooks", "An agency may have {limit} webhooks; have one that was added pass things on."
    ),
    # What an auditor decides.
    "finding-decided": Kind(
        409, "Already decided", "This finding was decided already ({standing}); a decision is never changed."
    ),
    # Ratings that are past their retention (docs/decisions/0029-partitions.md).
    "month-sealed": Kind(
        409, "Months are sealed", "The months up to {month} are sealed: their ratings are past their retention."
    ),
    # The pairing of a kiosk.
    "device-not-waiting": Kind(
        409, "Not waiting to be paired", "This device was paired or revoked already; add it again instead."
    ),
    "pairing-refused": Kind(
        410, "Code not valid", "This pairing code is wrong, was used already, or has expired; ask for a new one."
    ),
    "too-many-codes": Kind(
        429, "Too many wrong codes", "Too many wrong codes came from this address; try again after {seconds} seconds."
    ),
    # The poster.
    "public-url-missing": Kind(
        409,
        "Public address missing",
        "Set CERMIN_PUBLIC_URL: posters, slips and links show the address by which people get here.",
    ),
    # The period asked for.
    "period-open": Kind(404, "Period open", "This period has not been closed; close it first."),
    "instrument-ambiguous": Kind(
        409,
        "Which questionnaire",
        "There are reports by several questionnaires; name one (`instrument`): {choices}.",
    ),
    "period-not-over": Kind(409, "Period not over", "The period runs until {ends}; close it after that."),
    "period-closed": Kind(409, "Already closed", "This period is closed already (revision {revision}); revise it."),
    "period-empty": Kind(409, "Nothing to report", "The period has no unit with enough ratings to be shown."),
    "period-open-answers": Kind(
        409,
        "Answered openly only",
        "This questionnaire takes open answers only. Their figures stand apart, and no period is closed by them.",
    ),
    "period-draft": Kind(409, "Still a draft", "The newest revision is a draft; finalise it after {until}."),
    "period-final": Kind(409, "Already final", "Revision {revision} is final and never changes; revise the period."),
    "plan-signed": Kind(
        409,
        "The plan is signed",
        "A final report holds the first {n} actions: keep them as they are, change their status, or add others.",
    ),
    "plan-changed": Kind(
        409,
        "The plan was changed",
        "Somebody has changed this plan since you looked at it; look at it again.",
    ),
    "plan-full": Kind(409, "The plan is full", "There are at most {n} entries."),
    "slips-too-many": Kind(
        409, "Too many slips", "Sheets are made for at most {n} employees at a time; choose one office after the other."
    ),
    "done-ahead": Kind(422, "Not done yet", "The day on which an action was done ({day}) has not come yet."),
    "comment-unknown": Kind(404, "Unknown comment", "No comment that is told has this id."),
    "element-unknown": Kind(404, "Unknown element", "The questionnaire has no element with this code."),
    "reply-window-open": Kind(409, "Reply window open", "Employees may reply until {until}; finalise after that."),
    "revision-unchanged": Kind(
        409, "Nothing changed", "Since revision {revision} no unit has ten ratings more; there is nothing to revise."
    ),
    "signing-key-missing": Kind(
        409, "Signing key missing", "Make one with `cermin signing-key new` (CERMIN_SIGNING_KEY_FILE), then finalise."
    ),
    "report-unknown": Kind(404, "Unknown report", "There is no such report."),
    "report-draft": Kind(409, "Still a draft", "This report is not final; only supervisors see drafts."),
    "link-unknown": Kind(404, "Link not valid", "This link is wrong or was replaced; ask for a new one."),
    "too-many-links": Kind(
        429, "Too many wrong links", "Too many wrong links came from this address; try again after {seconds} seconds."
    ),
    "reply-window-over": Kind(409, "Too late to reply", "Replies were taken until {until}."),
    "reply-given": Kind(409, "Already replied", "The reply to this draft was given; it is kept as it is."),
    "period-unknown": Kind(404, "Unknown period", "Periods are named like 2026-09, 2026-Q3, 2026-S2 or 2026."),
    "period-reversed": Kind(422, "Period reversed", "`from` must not be after `to`."),
    "period-too-long": Kind(422, "Period too long", "A period may span at most {days} days."),
    "not-released": Kind(
        422, "Not released", "Figures are told for whole months that are over; ask from {first} to {last}."
    ),
    "nothing-released": Kind(
        404, "Nothing released yet", "The agency has no release of figures; one is made every night."
    ),
    "cut-not-told": Kind(
        422,
        "Not told by this cut",
        "Figures are told by office, month, employee, service or channel, of the last three only one at a time.",
    ),
    "too-many-reads": Kind(
        429, "Too many reads", "This key has asked for as much as it may; ask again after {seconds} seconds."
    ),
    # A ticket.
    "ticket-refused": Kind(
        410, "Ticket not valid", "This ticket was used already, has expired, or its service is not finished yet."
    ),
    "too-many-tickets": Kind(
        429, "Too many wrong tickets", "Too many tickets were refused; send the same again after {seconds} seconds."
    ),
    "too-many-answers": Kind(
        429, "Too many answers", "Too many open answers came from this address; send the same after {seconds} seconds."
    ),
    # An integrity report.
    "integrity-closed": Kind(
        404, "No integrity reports here", "No agency of this code takes integrity reports here; see SP4N-LAPOR!."
    ),
    "too-many-integrity-reports": Kind(
        429, "Too many reports", "Too many reports came from this address; send the same after {seconds} seconds."
    ),
    "integrity-day-full": Kind(
        503,
        "No more reports today",
        "The agency has as many reports of today as it takes; nothing was stored. Send it tomorrow.",
    ),
    "receipt-unknown": Kind(404, "Receipt not known", "There is no report with this receipt; check each character."),
    "too-many-receipts": Kind(
        429, "Too many wrong receipts", "Too many wrong receipts came from this address; try after {seconds} seconds."
    ),
    "integrity-report-unknown": Kind(404, "Unknown report", "The agency has no integrity report with this id."),
    "integrity-state": Kind(
        409,
        "Not at this step",
        "A report is received, forwarded, confirmed, erased, in this order; this one is at another step.",
    ),
    "integrity-erase-early": Kind(409, "Too early to erase", "What this report says is kept until {day}."),
    "integrity-key-unknown": Kind(404, "Unknown key", "The agency has no public key with this thumbprint."),
    "integrity-key-retired": Kind(409, "Key retired", "This public key is retired; add another one."),
    "integrity-keys-many": Kind(409, "Too many keys", "A recipient may have {limit} keys; retire one first."),
    "integrity-proof-refused": Kind(
        410, "Word not valid", "This word is not the last one sealed to the key, or its day is over; ask for a new one."
    ),
    # A rating.
    "id-conflict": Kind(409, "Id already used", "This id is stored with other content; nothing was changed."),
    "id-in-future": Kind(422, "Id from the future", "The id's time is ahead of the server's; correct the clock."),
    "device-too-fast": Kind(
        429, "Too fast", "This device sends ratings faster than it may; send the same again after {seconds} seconds."
    ),
    "id-too-late": Kind(422, "Id too late", "The id's time is older than {days} days; it is no longer taken."),
}

FIELD_MESSAGES: Mapping[str, str] = {
    "field-missing": "This field is required.",
    "field-unknown": "There is no such field; remove it.",
    "field-type": "The value has the wrong type; expected {expected}.",
    "field-invalid": "The value is not valid; expected {expected}.",
    "id-not-uuid7": "The id must be a UUID of version 7, made at the moment of rating.",
    "comment-too-long": "A comment may have at most {limit} characters.",
    "office-unknown": "The agency has no office with this code.",
    "office-missing": "This key may rate any office of its scope, so the sheet must name one.",
    "office-fixed": "A device rates its own office and counter; leave this field out.",
    "service-unknown": "The agency has no service with this code.",
    "service-missing": "The counter gives several services, so the sheet must name one.",
    "counter-unknown": "The office has no counter with this code.",
    "service-elsewhere": "The counter does not give this service.",
    "employee-unknown": "The agency has no employee with this code.",
    "served-at-refused": "This moment lies ahead, or before the day of issue; correct the clock or leave it out.",
    "employee-not-posted": "This employee was not posted at that office on that day.",
    "out-of-scope": "This key does not reach this office.",
    "day-in-future": "This day has not begun at that office.",
    "entry-repeated": "An entry before this one has the same office, service, employee and date.",
    "instrument-unknown": "The agency has no instrument with this id.",
    "instrument-ticketed-only": "This questionnaire is answered with a ticket only, by people who were served.",
    "instrument-open-only": "This questionnaire is answered openly only, with neither key nor ticket.",
    "channel-missing": "An app must say through which channel the citizen rated: mobile or web.",
    "channel-fixed": "A device always rates through the channel kiosk; leave this field out.",
    "fixed-by-ticket": "The ticket says where and for whom; leave this field out.",
    "ticket-at-device": "A kiosk takes no ticket; a ticket is spent on a citizen's own phone, or through an app.",
    "ticket-in-batch": "A ticket is spent alone; send this rating to POST /v1/ratings.",
    "agency-fixed": "The key says which agency; leave this field out.",
    "channel-not-open": "An answer without key and ticket comes through the channel web; send web.",
    "employee-not-open": "An answer without key and ticket is never about a person; leave this field out.",
    "field-not-open": "An answer without key and ticket takes no comment and no profile; leave this field out.",
    "workbook-fault": "{problem}",
    "questionnaire-fault": "{problem}",
    "entry-refused": "{problem}",
    "public-key-refused": "Send the public half of a P-256 key as a JWK (kty, crv, x, y), without the private one.",
    "public-key-known": "The agency has this key, or had it; make a new one for each holder.",
    "keys-missing": "Reports are taken once two keys of the agency's are proved.",
    "recipient-closed": "Reports to this recipient are not taken here; send it to the agency.",
    "kind-for-persons": "Machines are not told of this kind of event; leave it out.",
    "score-missing": "An answer is missing; send null for a question that was skipped.",
    "score-unknown": "A score was sent for a question that the instrument does not have.",
    "score-out-of-range": "The answer is outside the instrument's scale.",
    "period-unknown": "Periods are named like 2026-09, 2026-Q3, 2026-S2 or 2026.",
    "figure-unknown": "The questionnaire has no such figure; send index, or the code of one of its questions.",
    "target-out-of-range": "A target lies above the lowest answer and is at most 100.",
    "target-repeated": "An entry before this one is about the same figure of the same period.",
    "targets-fixed": "The period is closed; its targets stay as they are.",
    "promise-out-of-range": "A promise is 1 to 600 minutes, 1 to 24 hours, or 1 to 365 working days.",
    "promise-repeated": "An entry before this one is about the same service from the same month on.",
    "promise-counted": "Times of these months are counted already by what was promised; choose a later month.",
    "promise-missing": "Nothing is promised of this service in that month, so no time can be beside it.",
    "month-in-future": "This month has not begun at that office.",
    "steps-too-many": "More steps were done than were due.",
    "counts-repeated": "An entry before this one is about the same office, service and month.",
    "counts-told": "More than this is told already; what is told stays.",
    "counted-by-tickets": "What tickets counted of that month is told already, so whoever had one would count twice.",
    "about-oneself": "Nobody decides about oneself; somebody else has to do this.",
    "webhook-address-refused": (
        "Send an https address with a public host, without user name and fragment; hosts of a private network must "
        "be named in CERMIN_WEBHOOK_HOSTS."
    ),
    "score-all-skipped": "At least one question must be answered.",
}
