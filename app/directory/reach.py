"""Looks up which offices somebody reaches, in the directory as it is now."""

from app.access.principals import Reach
from app.directory.listing_store import office_parents
from app.directory.rules.reach import reached_offices, require_reached
from app.foundation.storage.database import Session


def offices_in_reach(session: Session, reach: Reach) -> frozenset[str] | None:
    """The offices in reach; None for the whole agency, so that nobody need list them."""
    return None if reach.root is None else reached_offices(office_parents(session, reach.agency_id), reach)


def require_office(session: Session, reach: Reach, office: str) -> None:
    """Raises `office-unknown` where the agency has no such office, `out-of-scope` where it is not in reach."""
    require_reached(office_parents(session, reach.agency_id), reach, office)
