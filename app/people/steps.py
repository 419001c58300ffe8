"""The steps of signing in, and what a browser is given after each."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What comes next for a browser."""

    code = "code"
    enrol = "enrol"
    open = "open"


@dataclass(frozen=True)
class Entered:
    """The cookies a browser gets, and what comes next. `browser` lets it try again while others are slowed."""

    cookie: str
    stage: Stage
    browser: str | None = None
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Enrolment:
    """What an app needs to show codes: the secret to type, and the address in a QR code."""

    secret: str
    address: str
