"""The poster of an office: a QR code that leads to its open page."""

from app.access.principals import Reach
from app.directory.reach import require_office
from app.foundation.problems import Problem
from app.foundation.qr import qr_svg
from app.foundation.storage.database import Session


def poster(session: Session, reach: Reach, office: str, public_url: str | None) -> str:
    """An SVG document with the QR code of an office in reach.

    Raises `office-unknown`, `out-of-scope`, and `public-url-missing` where nobody has said how citizens get here.
    """
    require_office(session, reach, office)
    if public_url is None:
        raise Problem("public-url-missing")
    return qr_svg(f"{public_url}/o/{reach.agency_id}/{office}")
