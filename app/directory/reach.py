"""Looks up which offices somebody reaches, in the directory as it is now."""

from app.access.principals import Reach
from app.directory.listing_store import count_offices, office_branches
from app.directory.rules.reach import offices_asked, reached_offices, require_reached
from app.foundation.storage.database import Session


def offices_in_reach(session: Session, reach: Reach) -> frozenset[str] | None:
    """The offices in reach; None for the whole agency, so that nobody need list them."""
    return None if reach.root is None else reached_offices(office_branches(session, reach.agency_id, reach.root), reach)


def require_office(session: Session, reach: Reach, office: str) -> None:
    """Raises `office-unknown` where the agency has no such office, `out-of-scope` where it is not in reach."""
    # Without a root only the office itself is looked for.
    require_reached(office_branches(session, reach.agency_id, office, reach.root or office), reach, office)


def offices_asked_for(
    session: Session, reach: Reach, office: str | None, *, children: bool
) -> tuple[frozenset[str], bool]:
    """The offices that a query is about (`rules.reach.offices_asked`), and whether they are all there are."""
    roots = {office, reach.root} - {None} or {None}
    parents = office_branches(session, reach.agency_id, *roots)
    offices = offices_asked(parents, reach, office, children=children)
    return offices, len(offices) == (len(parents) if None in roots else count_offices(session, reach.agency_id))
