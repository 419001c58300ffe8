"""A ticket's code: eleven characters of Crockford's base 32 (55 bits) and one that checks them. Pure.

One canonicaliser serves issue and redeem, so that a code typed by hand is the code that was printed.
"""

from app.access.rules import checked_codes
from app.access.rules.checked_codes import ALPHABET, LENGTH, CodeKind, printed

__all__ = ["ALPHABET", "LENGTH", "MARKED", "UNMARKED", "beginning", "canonical", "check_character", "code_digest",
           "mark_in", "new_code", "printed"]  # fmt: skip

# Those from before migration 0020 are valid for a week, and may be rated with for as long as a rating may be late; a
# release after that can leave them out.
MARKED, UNMARKED = CodeKind.ticket, CodeKind.unmarked_ticket


def new_code(pepper: bytes, agency_id: str) -> str:
    """A fresh code of this agency in its canonical form."""
    return checked_codes.new_code(pepper, agency_id, MARKED)


def mark_in(pepper: bytes, text: str) -> int | None:
    """The mark of the agency whose code this is; None for a code from before codes had one."""
    code = canonical(text)
    if code is not None and code[-1] == check_character(code[:-1], UNMARKED):
        return None
    return checked_codes.mark_in(pepper, code)


def check_character(characters: str, kind: int = MARKED) -> str:
    """The character that checks the others."""
    return checked_codes.check_character(characters, kind)


def canonical(text: str) -> str | None:
    """The code as it was issued; None for what never was one."""
    return checked_codes.canonical(text, (MARKED, UNMARKED))


def beginning(text: str) -> str | None:
    """The first four characters of the code, by which tries with it are counted; None for what never was one."""
    code = canonical(text)
    return code and code[:4]


def code_digest(pepper: bytes, text: str) -> str:
    """The digest of the canonical code: all of a code that is ever stored."""
    return checked_codes.code_digest(pepper, canonical(text))
