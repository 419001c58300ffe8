"""The codes of people: sign-in names, link codes, recovery codes, session secrets, each with its agency. Pure."""

import secrets
from re import ASCII, compile, sub
from typing import NamedTuple
from unicodedata import normalize

from app.access.rules.random_codes import ALPHABET, random_code

LOGIN = compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?", ASCII)
CODE = compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", ASCII)
# 160 and 80 random bits; a recovery code is guessed at like a passphrase, and each is used once.
LINK_LENGTH, RECOVERY_LENGTH, RECOVERY_CODES = 32, 16, 10
# 256 random bits.
SESSION_BYTES = 32
MISREAD = str.maketrans("oil", "011")


class Named(NamedTuple):
    """A secret or a sign-in name, and the agency in which it is to be looked for."""

    agency_id: str
    value: str


def sign_in_name(text: str) -> Named | None:
    """`siti.rahma@kota` apart; None if it does not have that form."""
    login, at, agency = text.strip().rpartition("@")
    login = login.lower()
    return Named(agency, login) if at and is_login(login) and CODE.fullmatch(agency) else None


def is_login(login: str) -> bool:
    """Whether somebody can be called so: small letters, digits, dots and hyphens."""
    return LOGIN.fullmatch(login) is not None


def is_code(text: str) -> bool:
    """Whether an agency can have given this as a code."""
    return CODE.fullmatch(text) is not None


def proposed_login(name: str) -> str:
    """`Siti Rahma, S.Sos.` → `siti.rahma`, at most 40 characters; `person` where no letter is left."""
    # Degrees stand after a comma.
    plain = normalize("NFKD", name.partition(",")[0]).encode("ascii", "ignore").decode().lower()
    return sub(r"[^a-z0-9]+", ".", plain).strip(".")[:40].strip(".") or "person"


def new_link(agency_id: str) -> Named:
    """A fresh code of a link."""
    return Named(agency_id, random_code(LINK_LENGTH))


def link_text(link: Named) -> str:
    """The code as it is printed and stands in the fragment of the link."""
    return f"{link.agency_id}.{link.value}"


def read_link(text: str) -> Named | None:
    """The parts of a pasted code, or of a whole pasted link; None if it does not have that form."""
    agency, dot, code = text.strip().rpartition("#")[2].rpartition(".")
    code = as_written(code)
    known = dot and CODE.fullmatch(agency) and len(code) == LINK_LENGTH and set(code) <= set(ALPHABET)
    return Named(agency, code) if known else None


def new_recovery_codes() -> list[str]:
    """Ten fresh codes, in groups of four for whoever writes them down."""
    return ["-".join(random_code(RECOVERY_LENGTH)[i : i + 4] for i in range(0, 16, 4)) for _ in range(RECOVERY_CODES)]


def read_recovery_code(text: str) -> str | None:
    """A recovery code without what people write between its letters; None if it is none."""
    code = as_written(text)
    return code if len(code) == RECOVERY_LENGTH and set(code) <= set(ALPHABET) else None


def new_session(agency_id: str) -> Named:
    """A fresh secret of a session."""
    return Named(agency_id, secrets.token_urlsafe(SESSION_BYTES))


def session_text(session: Named) -> str:
    """The value of the session's cookie."""
    return f"{session.agency_id}.{session.value}"


def read_session(text: str) -> Named | None:
    """The parts of a cookie's value; None if it does not have that form."""
    agency, dot, secret = text.partition(".")
    known = dot and CODE.fullmatch(agency) and len(secret) == 43 and secret.isascii() and secret.isprintable()
    return Named(agency, secret) if known else None


def as_written(code: str) -> str:
    """A code without what people write between its letters, and with the letters they misread for others."""
    return sub(r"[\s-]", "", code.lower()).translate(MISREAD)
