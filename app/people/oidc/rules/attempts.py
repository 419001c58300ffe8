"""An attempt to sign in through the provider: what the browser keeps until it comes back. Pure."""

import json
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum

SECONDS = 600
COOKIE = "cermin_oidc_"
# The provider's clock and ours.
LEEWAY = 60


class Purpose(StrEnum):
    """What for: to sign in, to take an invitation, or to prove to be there."""

    sign_in = "sign-in"
    link = "link"
    proof = "proof"


@dataclass(frozen=True)
class Attempt:
    """What was asked of the provider, and what for. `fresh`: the person must sign in there anew.

    `code` is that of an invitation, `session` the session to be proven, `target` a name of the page to go on to.
    """

    purpose: Purpose
    state: str
    nonce: str
    verifier: str
    started: float
    fresh: bool = False
    code: str = ""
    session: str = ""
    target: str = ""


def new_attempt(
    purpose: Purpose, now: float, *, fresh: bool = False, code: str = "", session: str = "", target: str = ""
) -> Attempt:
    """An attempt with secrets of its own, 256 random bits each."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(purpose, state, nonce, verifier, now, fresh, code, session, target)


def is_over(attempt: Attempt, now: float) -> bool:
    """Whether the person took too long."""
    return not attempt.started - LEEWAY <= now < attempt.started + SECONDS


def is_fresh(auth_time: float | None, started: float) -> bool:
    """Whether somebody signed in at the provider after an attempt had begun."""
    return auth_time is not None and auth_time >= started - LEEWAY


def written(attempt: Attempt) -> str:
    """The attempt as text."""
    return json.dumps(asdict(attempt), separators=(",", ":"))


def read(text: str) -> Attempt:
    """The attempt of a text that was written here."""
    values = json.loads(text)
    return Attempt(**{**values, "purpose": Purpose(values["purpose"])})
