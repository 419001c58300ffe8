"""An attempt to use a passkey: the challenge, what for, until when; the browser keeps it sealed. Pure."""

import json
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256

SECONDS = 300
# The challenge's size, as the standard wants it at least: 16 bytes; this is as much as a session has.
CHALLENGE_BYTES = 32
COOKIE = "cermin_passkey_"


class Purpose(StrEnum):
    """What for: to sign in, to prove to be there, or to add a passkey."""

    sign_in = "sign-in"
    proof = "proof"
    adding = "adding"


@dataclass(frozen=True)
class Attempt:
    """What a passkey shall sign, and what for. `session` is the session that asked, empty before signing in."""

    purpose: Purpose
    challenge: str
    until: float
    session: str = ""


def new_attempt(purpose: Purpose, now: float, session: str = "") -> Attempt:
    """An attempt with a challenge of its own, 256 random bits."""
    return Attempt(purpose, secrets.token_hex(CHALLENGE_BYTES), now + SECONDS, session)


def name_of(attempt: Attempt) -> str:
    """What the page calls the attempt: it finds the cookie and tells nothing of the challenge."""
    return sha256(attempt.challenge.encode()).hexdigest()[:16]


def is_for(attempt: Attempt, purpose: Purpose, session: str, now: float) -> bool:
    """Whether an attempt was begun for this, in this session, and is not over."""
    return attempt.purpose is purpose and attempt.session == session and now < attempt.until


def written(attempt: Attempt) -> str:
    """The attempt as text."""
    return json.dumps(asdict(attempt), separators=(",", ":"))


def read(text: str) -> Attempt:
    """The attempt of a text that was written here."""
    values = json.loads(text)
    return Attempt(**{**values, "purpose": Purpose(values["purpose"])})
