"""What is sealed of an integrity report: what was written and what it is about, of a length that says little. Pure."""

import json
from datetime import date
from typing import NamedTuple

from app.integrity.rules.kinds import ReportKind, ReportRecipient

LONGEST_TEXT, LONGEST_CONTACT = 4_000, 200
# A sealed text is as long as what was sealed; so there are three lengths. The last holds the longest report there can
# be: every character takes six bytes at most, as \u0001.
LENGTHS = (2_048, 8_192, 28_672)


class Written(NamedTuple):
    """What a citizen wrote: the report, and how the citizen can be reached (None: not at all)."""

    text: str
    contact: str | None


class About(NamedTuple):
    """What a report is about; it stands inside the seal, too, so that nobody can put another's words in its place."""

    agency: str
    office: str
    kind: ReportKind
    recipient: ReportRecipient
    received_on: date


def plaintext(written: Written, about: About) -> bytes:
    """The report as JSON, followed by spaces (which JSON allows) up to one of three lengths."""
    told = {
        "about": {**about._asdict(), "received_on": about.received_on.isoformat()},
        "text": written.text,
        "contact": written.contact,
    }
    whole = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return whole.ljust(next(length for length in LENGTHS if len(whole) <= length))


def readable(text: str) -> str:
    """The text without anything but letters, spaces and line breaks: what a stranger wrote commands no terminal."""
    return "".join(each for each in text if each.isprintable() or each == "\n")


def read_plaintext(opened: bytes) -> dict[str, object]:
    """What was sealed, without the spaces. Raises ValueError for something else."""
    found = json.loads(opened)
    if not isinstance(found, dict):
        raise ValueError("what was sealed is no report")
    return found
