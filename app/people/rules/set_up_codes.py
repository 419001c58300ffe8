"""The code by which an installation without any agency is set up: drawn from its secret and a nonce. Pure."""

import hmac
import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from app.access.rules.random_codes import ALPHABET
from app.people.rules.codes import LINK_LENGTH, as_written
from app.people.rules.lifetimes import LINK

NONCE_BYTES = 16


class Draw(NamedTuple):
    """What a code is drawn from, and when it ends. Without the installation's secret it tells nothing of the code."""

    nonce: str
    ends_at: datetime


def new_draw(now: datetime) -> Draw:
    """A fresh draw, which ends with the links that it is one of."""
    return Draw(secrets.token_hex(NONCE_BYTES), (now + LINK).replace(microsecond=0))


def draw_text(draw: Draw) -> str:
    """The draw as it is kept."""
    return f"{draw.nonce} {int(draw.ends_at.timestamp())}"


def live_draw(text: str | None, now: datetime) -> Draw | None:
    """The draw that was kept; None if there is none, or if it has ended."""
    if text is None:
        return None
    nonce, _, seconds = text.partition(" ")
    draw = Draw(nonce, datetime.fromtimestamp(int(seconds), UTC))
    return draw if now < draw.ends_at else None


def code_of(key: bytes, draw: Draw) -> str:
    """The code of a draw: the same in every process that has this key."""
    drawn = hmac.digest(key, draw.nonce.encode(), sha256)
    # Of each byte five bits, which are as random as the byte.
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn[:LINK_LENGTH])


def read_code(text: str) -> str | None:
    """A pasted code, or that of a whole pasted link; None if it does not have that form."""
    code = as_written(text.strip().rpartition("#")[2])
    return code if len(code) == LINK_LENGTH and set(code) <= set(ALPHABET) else None
