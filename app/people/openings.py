"""How a session begins, and what it keeps of the provider through which it did."""

from dataclasses import dataclass
from datetime import datetime

from app.people.rules.channels import Channel
from app.people.rules.linking import LinkedBy


@dataclass(frozen=True)
class Provided:
    """What a session keeps of the provider through which it began.

    How the account was linked, when the person signed in there, the session there, and the sealed ID token.
    """

    linked_by: LinkedBy
    proven_at: datetime
    sid: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Opening:
    """How a session begins: over which connection, in which browser, after how much of signing in, through whom."""

    channel: Channel
    browser: str
    complete: bool
    strong: bool
    provided: Provided | None = None
