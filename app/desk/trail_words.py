"""What the audit trail records, in words; what has none is shown as it is recorded."""

from collections.abc import Callable, Mapping
from datetime import datetime
from re import compile

from app.desk.findings_words import reason_words
from app.desk.hours_words import WEEKDAYS
from app.desk.trail_names import TrailNames
from app.desk.words import called
from app.people.schemas import ActionOut
from app.reports.sections.blocks import Cell
from app.reports.sections.language import Language
from app.reports.sections.standards import amount_words

THINGS = {
    "": "Everything",
    "persons.read": "Reading of figures about persons",
    "finding": "Findings and decisions",
    "period": "Periods: closing, replies, notes, plans, finalising",
    "target": "Targets",
    "promise": "Promises of time",
    "standards": "Counts of service standards",
    "comment": "Comments: marks",
    "person": "Signing in and accounts",
    "grant": "Roles given and taken away",
    "key": "Keys",
    "device": "Kiosks",
    "webhook": "Webhooks",
    "mail": "Mail addresses",
    "directory": "The directory: imports and downloads",
    "opening": "Opening hours",
    "agency": "The agency itself",
    "instrument": "Questionnaires",
    "ratings": "Imports of ratings",
    "integrity-report": "Integrity reports: taken, handed over, confirmed, erased",
    "integrity-key": "Keys of integrity reports",
    "integrity-setting": "Settings of integrity reports",
    "figures": "Releases of figures",
    "log": "The log: witnesses and restoring",
    "backup": "Backups of the whole installation",
    "inventory": "The log: inventories",
}
ACTIONS: Mapping[str, str] = {
    "persons.read": "read figures about persons",
    "finding.raised": "a finding was raised",
    "finding.released": "a finding was released",
    "finding.confirmed": "a finding was confirmed",
    "period.closed": "a period was closed",
    "period.revised": "a period was revised",
    "period.invited": "personal links were made",
    "period.replied": "a reply was given",
    "period.noted": "a note was made",
    "period.planned": "a follow-up plan was entered",
    "period.published": "a publication was entered",
    "period.shown": "figures were shown on the public page",
    "period.hidden": "figures were taken back from the public page",
    "period.finalised": "a period was finalised",
    "target.set": "a target was set",
    "target.removed": "a target was taken away",
    "promise.set": "a promise was set",
    "standards.stored": "counts of service standards were stored",
    "person.invited": "somebody was invited",
    "person.invited-again": "somebody was invited again",
    "person.link-taken": "an invitation was taken",
    "person.linked": "an account elsewhere was linked by its NIP",
    "person.signed-in": "signed in",
    "person.signed-out": "signed out",
    "person.proved": "confirmed to be there",
    "person.refused": "signing in was refused",
    "person.second-factor-set": "a second factor was set up",
    "person.passphrase-changed": "a passphrase was changed",
    "person.recovery-code-used": "a recovery code was used",
    "person.passkey-added": "a passkey was added",
    "person.passkey-ended": "a passkey was ended",
    "grant.given": "a role was given",
    "grant.revoked": "a role was taken away",
    "key.issued": "a key was made",
    "key.rotated": "a key was replaced",
    "key.revoked": "a key was ended",
    "device.added": "a kiosk was added",
    "device.code-renewed": "a kiosk got a new code",
    "device.paired": "a kiosk was connected",
    "device.revoked": "a kiosk was ended",
    "webhook.added": "a webhook was added",
    "webhook.switched-off": "a webhook was switched off",
    "webhook.switched-on": "a webhook was switched on",
    "webhook.replayed": "messages to a webhook were sent again",
    "integrity-report.taken": "the file of an integrity report was taken",
    "integrity-report.forwarded": "an integrity report was handed over",
    "integrity-report.confirmed": "an integrity report was confirmed",
    "integrity-report.erased": "an integrity report was erased",
    "integrity-setting.set": "settings of integrity reports were changed",
    "integrity-key.added": "a key of integrity reports was added",
    "integrity-key.challenged": "a word was sealed to a key of integrity reports",
    "integrity-key.proved": "a key of integrity reports was proved",
    "integrity-key.retired": "a key of integrity reports was retired",
    "mail.entered": "a mail address was entered",
    "mail.confirmed": "a mail address was confirmed",
    "mail.subscribed": "mail was subscribed to",
    "mail.subscription-ended": "a subscription to mail was ended",
    "mail.removed": "a mail address was forgotten",
    "mail.unsubscribed": "all mail was ended by a link",
    "directory.imported": "the directory was imported",
    "directory.exported": "the directory was downloaded",
    "opening.changed": "opening hours were changed",
    "ratings.imported": "ratings were imported",
    "counts.imported": "counts of answers were imported",
    "volumes.stored": "people served were reported",
    "comment.marked": "a comment was marked",
    "comments.purged": "old comments were deleted",
    "figures.released": "figures were released",
    "month.sealed": "a month past its retention was sealed",
    "ratings.dropped": "ratings past their retention were deleted",
    "log.cosigned": "witnesses cosigned the log",
    "log.recovered": "the log was brought back from what was published",
    "backup.made": "a backup of the whole installation was made",
    "backup.restored": "the whole installation was restored from a backup",
    "inventory.accepted": "an inventory accepted strange rows",
    "instrument.added": "a questionnaire was added",
    "agency.added": "the agency was added",
    "agency.renamed": "the agency was given another name",
    "office.added": "an office was added",
    "service.added": "a service was added",
    "counter.added": "a counter was added",
    "employee.added": "an employee was added",
    "agency.period": "the length of the agency's periods was set",
}

# What may be asked for about persons.
READ: Mapping[str, str] = {
    "indices": "Satisfaction index",
    "measures": "Measures",
    "report": "Report",
    "appraisals": "File for performance appraisal",
    "tickets": "Counts of tickets",
    "findings": "Findings of screening",
}
# Parts of what is recorded about an action; those without a name here are codes of programs, and shown as they are.
PARTS: Mapping[str, str] = {
    "employee": "Employee",
    "office": "Office",
    "counter": "Counter",
    "period": "Period",
    "valid_from": "Valid from",
    "source": "Document",
    "instrument": "Questionnaire",
    "role": "Role",
    "kind": "Kind",
    "revision": "Revision",
    "second_factor": "Second factor",
    "sees_nip": "Sees whole NIPs",
    "offices": "Office",
    "services": "Services",
    "counters": "Counters",
    "employees": "Employees",
    "duties": "Duties",
    "targets": "Targets (SKP)",
    "promises": "Promises",
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "stored": "stored",
    "reason": "Reason",
    "through": "through",
    "told": "told",
    "left": "taken back",
    "figure": "Figure",
    "recipient": "Recipient",
    "retention_days": "Days kept",
    "as_of": "as of",
    "was": "before",
    "now": "now",
    "reports": "Reports",
    "element": "Element",
    "handled": "followed up",
    "invitations": "Links",
    "sessions": "Browsers",
    "weekdays": "Weekdays",
    "key": "Key",
    "months": "Months",
    "n": "How many",
}
# Parts that hold a period's code.
PERIODS = ("period", "through", "valid_from")
A_REVISION = compile(r"r([1-9][0-9]*)")
A_PROMISE = compile(r"([1-9][0-9]*) (minutes|hours|working_days)")

AN_ID = compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def titles(tell: Language) -> tuple[str, ...]:
    """The columns of page and file."""
    return tell("When"), tell("Who"), tell("What"), tell("On what"), tell("Details")


def row(action: ActionOut, names: TrailNames, at: Callable[[datetime], str], tell: Language) -> tuple[Cell, ...]:
    """One action, alike on the page and in the file but for how its moment is written."""
    return (
        at(action.at),
        actor_words(action.actor, action.name, tell),
        tell(ACTIONS.get(action.action, action.action)),
        action.subject_name or _subject(action, names, tell),
        ", ".join(_part(name, value, names, tell) for name, value in action.detail.items() if _says(value)) or None,
    )


def actor_words(actor: str, name: str | None, tell: Language) -> str:
    """`Ratna Puspita (auditor)`; without a name an operator's command, or what kind of thing it was."""
    kind, _, who = actor.partition(":")
    if name is not None:
        return f"{name} ({tell(called(kind))})"
    if kind == "cli":
        return tell("command of the operator ({who})", who=who)
    return tell(called(kind)) if AN_ID.fullmatch(who) else actor


def _subject(action: ActionOut, names: TrailNames, tell: Language) -> str:
    """`Dinas Sosial, Triwulan III 2026, revisi 1`."""
    code, *more = action.subject.split(" ")
    name = names.of_subject(action.action, code) or (tell("the whole agency") if code == names.agency_id else code)
    revisions = (A_REVISION.fullmatch(each) for each in more)
    said = (
        tell("revision {n}", n=found[1]) if found else tell.period(each)
        for each, found in zip(more, revisions, strict=True)
    )
    return ", ".join((name, *said))


def _says(value: object) -> bool:
    """Whether a part of what is recorded tells people anything: an id does not, `GET /v1/audit` has it."""
    return value is not None and not (isinstance(value, str) and AN_ID.fullmatch(value))


def _part(name: str, value: object, names: TrailNames, tell: Language) -> str:
    """`Laporan`, `Pegawai E015`, `n 40`: one part of what is recorded."""
    if name == "what":
        return tell(READ.get(str(value), str(value)))
    return f"{tell(PARTS.get(name, name))} {_value(name, value, names, tell)}"


def _value(name: str, value: object, names: TrailNames, tell: Language) -> str:
    match value:
        case bool():
            return tell("yes" if value else "no")
        case dict():
            # Of a sheet of a workbook: how many rows were new, how many changed.
            return f"({', '.join(_part(each, n, names, tell) for each, n in value.items())})"
        case list() if name == "weekdays":
            days = tuple(WEEKDAYS.values())
            return " ".join(tell(days[each]) for each in value)
    match name:
        case "office":
            return names.offices.get(str(value), str(value))
        case "employee":
            return names.employees.get(str(value), str(value))
        case "was" | "now" if found := A_PROMISE.fullmatch(str(value)):
            return amount_words(int(found[1]), found[2], tell)
        case "role" | "kind":
            return tell(called(str(value)))
        case "reason":
            return reason_words(str(value), tell)
    return tell.period(str(value)) if name in PERIODS else str(value)
