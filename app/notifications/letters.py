"""The words of mail: a digest of what happened, the worst first, and the letter that asks for a confirmation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.principals import Role
from app.notifications.rules.readers import WORST_FIRST, page_of
from app.outbox.rules.kinds import EventKind
from app.outbox.tables import OutboxEvent
from app.reports.sections.blocks import Number
from app.reports.sections.language import Language

# More lines than anybody reads; the pages have them all.
MOST_LINES = 40
WIB = ZoneInfo("Asia/Jakarta")
# What each kind is called, in lists and before counts.
NAMES: Mapping[EventKind, str] = {
    EventKind.drop: "Figures that dropped",
    EventKind.finding: "Findings of screening",
    EventKind.silent: "Kiosks that are silent",
    EventKind.overdue: "Overdue actions",
    EventKind.ending: "Reply windows that end soon",
    EventKind.drafted: "Drafts of reports",
    EventKind.final: "Signed reports",
    EventKind.integrity_received: "Integrity reports that came",
    EventKind.integrity_forwarded: "Integrity reports that were handed over",
}


class Told(NamedTuple):
    """An event as a person is told of it: in which role, and what its office is called (None: the agency)."""

    event: OutboxEvent
    role: Role
    office: str | None


class Envelope(NamedTuple):
    """What a letter is sent with: from whom, to whom, by which id, when, and the service's public address."""

    sender: str
    recipient: str
    letter_id: UUID
    at: datetime
    public_url: str


def summary(told: Sequence[Told], tell: Language) -> str:
    """One sentence, the worst first: `Findings of screening: 2; Signed reports: 1.`"""
    counts = Counter(EventKind(each.event.kind) for each in told)
    found = [f"{tell(NAMES[kind])}: {tell.number(Number(counts[kind]))}" for kind in WORST_FIRST if counts[kind]]
    return f"{'; '.join(found)}."


def digest(envelope: Envelope, told: Sequence[Told], agency: str, unsubscribe: str, tell: Language) -> EmailMessage:
    """The letter about these events; `unsubscribe` is the code of the link that ends all mail."""
    ordered = sorted(told, key=lambda each: (WORST_FIRST.index(EventKind(each.event.kind)), each.event.event_id))
    said = summary(ordered, tell)
    lines = [_line(each, envelope.public_url, tell) for each in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        lines.append(tell("and {n} more", n=str(len(ordered) - MOST_LINES)))
    leave = f"{envelope.public_url}/unsubscribe?t={unsubscribe}"
    words = (
        said,
        "\n\n".join(lines),
        tell("You get this mail because you asked for it in your account at {agency}.", agency=_plain(agency)),
        tell("No more mail, without signing in: {address}", address=leave),
    )
    letter = _letter(envelope, f"Cermin: {said.rstrip('.')}", words, tell)
    letter["List-Unsubscribe"] = f"<{leave}>"
    # RFC 8058: mail programs may end it with one press.
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return letter


def confirmation(envelope: Envelope, agency: str, code: str, tell: Language) -> EmailMessage:
    """The letter that asks whether an address is right."""
    words = (
        tell("Somebody with an account at {agency} wants Cermin's messages at this address.", agency=_plain(agency)),
        tell("If it was you, open this page within three days and confirm it: {address}",
             address=f"{envelope.public_url}/mail/confirm?t={code}"),
        tell("If it was not you, do nothing: no further mail comes."),
    )  # fmt: skip
    return _letter(envelope, tell("Cermin: confirm this address"), words, tell)


def _letter(envelope: Envelope, subject: str, words: Sequence[str], tell: Language) -> EmailMessage:
    # Here, because most installations send no mail.
    from email.policy import SMTP

    letter = EmailMessage(policy=SMTP)
    letter["From"] = f"Cermin <{envelope.sender}>"
    letter["To"] = envelope.recipient
    letter["Subject"] = subject
    letter["Date"] = format_datetime(envelope.at)
    letter["Message-ID"] = f"<{envelope.letter_id}@{urlsplit(envelope.public_url).hostname}>"
    # No answers of machines to a machine.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content("\n\n".join(words) + "\n")
    # Afterwards: setting the content takes away what is said of it.
    letter["Content-Language"] = tell.code
    return letter


def _line(told: Told, public_url: str, tell: Language) -> str:
    event, kind = told.event, EventKind(told.event.kind)
    day = tell.day(event.happened_at.astimezone(WIB).date().isoformat())
    where = tell("the whole agency") if told.office is None else _plain(told.office)
    return f"- {tell(NAMES[kind])}: {where}, {day}\n  {public_url}{page_of(kind, told.role, event.about)}"


def _plain(name: str) -> str:
    """A name of the directory as one line."""
    return " ".join(name.split())
