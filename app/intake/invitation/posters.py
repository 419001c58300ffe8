"""The poster of an office: a QR code that leads to its open page."""

from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import subtree
from app.foundation.problems import Problem
from app.foundation.qr import qr_svg
from app.foundation.storage.database import Session


def poster(session: Session, agency_id: str, root: str | None, office: str, public_url: str | None) -> str:
    """An SVG document, for a key that reaches the subtree under `root` (None: all).

    Raises `office-unknown`, `out-of-scope`, and `public-url-missing` where nobody has said how citizens get here.
    """
    parents = office_parents(session, agency_id)
    if office not in parents:
        raise Problem("office-unknown")
    if root is not None and office not in subtree(parents, root):
        raise Problem("out-of-scope", what="this office")
    if public_url is None:
        raise Problem("public-url-missing")
    return qr_svg(f"{public_url}/o/{agency_id}/{office}")
