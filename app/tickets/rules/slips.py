"""The printed slip of a ticket: the address with the code in its fragment, lines of text, a QR code. Pure."""

from datetime import date
from typing import Literal

from app.foundation.qr import qr_png, qr_svg
from app.foundation.translations import Translate
from app.tickets.rules.codes import printed

# What citizens' pages ask whose address names no questionnaire.
ASKED_UNNAMED = "ikl-1"

INVITATION, PLACE, CODE = "Rate the service you receive today.", "Open {address}", "Code: {code}"
VALIDITY = "Valid until {day}. It works once, after your service."
TEXTS = frozenset({INVITATION, PLACE, CODE, VALIDITY})


def address(public_url: str | None, code: str, instrument: str | None = None) -> str | None:
    """The address where to rate. A fragment stays in the browser: no server, proxy or log ever sees it."""
    return f"{public_url}/t{asking(instrument)}#{code}" if public_url else None


def asking(instrument: str | None) -> str:
    """What of a page's address names the questionnaire; nothing for the one that is asked where none is named."""
    return "" if instrument in (None, ASKED_UNNAMED) else f"?instrument={instrument}"


def slip(code: str, where: str | None, expires_on: date, translate: Translate) -> str:
    """The lines of a slip, for a printer that knows only text."""
    # The address without its fragment: the code stands below in groups, for those who type it.
    lines = [
        translate(INVITATION),
        *([translate(PLACE, address=where.partition("#")[0])] if where else []),
        translate(CODE, code=printed(code)),
        translate(VALIDITY, day=expires_on.isoformat()),
    ]
    return "\n".join(lines)


def qr_code(where: str, kind: Literal["svg", "png"]) -> str:
    """The address as a QR code: an SVG element, or a PNG in base64."""
    return qr_png(where) if kind == "png" else qr_svg(where)
