"""The poster of an office: a QR code that leads to its open page, alone or on a sheet of A4 to be hung up."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.access.principals import Reach
from app.directory.reach import require_office
from app.directory.store import find_agency, find_office
from app.foundation.problems import Problem
from app.foundation.qr import qr_svg
from app.foundation.storage.database import Session
from app.foundation.translations import translator
from app.foundation.typefaces import breakable, typeset
from app.instruments.model import Collected
from app.intake.invitation.asked_instrument import asked_instrument
from app.tickets.rules.slips import ASKED_UNNAMED, asking

TITLE = "How was our service?"
SCAN = "Scan this code with the camera of your phone and rate the service you received."
PROMISE = "Without your name and voluntary; it does not change how you are served."
TEXTS = frozenset({TITLE, SCAN, PROMISE})


@dataclass(frozen=True)
class Poster:
    """What a poster shows; `address` is where its code leads, `asks` what is asked there, by language."""

    agency: str
    office: str
    address: str
    asks: Mapping[str, str]

    def svg(self) -> str:
        """The QR code alone."""
        return qr_svg(self.address)


def poster(
    session: Session, reach: Reach, office: str, public_url: str | None, instrument: str | None = None
) -> Poster:
    """The poster of an office in reach, for a questionnaire (None: that which is asked where none is named).

    Raises `office-unknown`, `out-of-scope`, `public-url-missing` where nobody has said how citizens get here,
    `instrument-unknown`, and `invalid-request` for a questionnaire that takes no open answers.
    """
    require_office(session, reach, office)
    asks = asked_instrument(session, reach.agency_id, instrument or ASKED_UNNAMED, Collected.open)
    if public_url is None:
        raise Problem("public-url-missing")
    agency, shown = find_agency(session, reach.agency_id), find_office(session, reach.agency_id, office)
    assert agency is not None, "a reach is of an agency"
    assert shown is not None, "an office in reach exists"
    address = f"{public_url}/o/{reach.agency_id}/{office}{asking(instrument)}"
    return Poster(agency.name, shown.name, address, asks.titles)


def poster_pdf(shown: Poster, language: str) -> bytes:
    """The poster on a sheet of A4: title, code, two sentences and the address for those who type it."""
    tell = translator(language)
    data = {
        "language": language,
        "agency": breakable(shown.agency),
        "office": breakable(shown.office),
        "title": tell(TITLE),
        "sentences": [tell(SCAN), tell(PROMISE)],
        "address": shown.address,
        # Not breakable: who copies it must get no character that cannot be seen. It has slashes to break at.
        "asks": breakable(shown.asks[language]),
        "printed": shown.address.partition("://")[2],
        "qr": shown.svg(),
    }
    return typeset("app.intake.invitation", "poster.typ", "poster", data)
