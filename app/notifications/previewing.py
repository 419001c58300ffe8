"""The digest that a person would get about what happened lately: written to be looked at, and sent to nobody."""

from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple
from uuid import UUID

from app.directory.listing_store import agency_name, names_of, office_parents
from app.foundation.ids import new_id
from app.foundation.storage.database import Session
from app.notifications.letters import Envelope, Told, digest
from app.notifications.subscriptions import role_told
from app.outbox.rules.kinds import EventKind
from app.outbox.store import newest_events
from app.people.store import grants_of
from app.ratings.rules.selection import By
from app.reports.sections.language import Language

MOST_EVENTS = 200
# Names that are nobody's (RFC 2606): no mail program sends anything there.
NOBODY, LINK = "somebody@example.invalid", "preview"


class Looked(NamedTuple):
    """From whom it would come, when, and where its links lead."""

    sender: str
    at: datetime
    public_url: str


def digest_for(
    session: Session, agency_id: str, person_id: UUID, looked: Looked, tell: Language
) -> EmailMessage | None:
    """What somebody who wants to be told of everything would get about the newest events; None where it is nothing."""
    grants = grants_of(session, agency_id, [person_id])
    parents, events = office_parents(session, agency_id), newest_events(session, agency_id, limit=MOST_EVENTS)
    names = names_of(session, agency_id, By.office, {event.office for event in events if event.office is not None})
    told = [
        Told(event, role, None if event.office is None else names.get(event.office, event.office))
        for event in events
        if (role := role_told(grants, EventKind(event.kind), event.office, parents)) is not None
    ]
    if not told:
        return None
    envelope = Envelope(looked.sender, NOBODY, new_id(), looked.at, looked.public_url)
    return digest(envelope, told, agency_name(session, agency_id), LINK, tell)
