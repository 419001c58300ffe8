"""The sessions of others: in which browsers somebody is signed in, and ending all of them."""

from datetime import datetime

from app.foundation.storage.database import Session
from app.people import store
from app.people.granting import Granter, refuse_further_reach
from app.people.schemas import SessionOut, SessionsOut
from app.people.sessions import audit, live_sessions
from app.people.tables import Person


def sessions_of(session: Session, person: Person, now: datetime) -> SessionsOut:
    """The browsers in which this person is signed in."""
    return SessionsOut(
        items=tuple(
            SessionOut(
                id=row.session_id,
                browser=row.browser,
                second_factor=row.strong,
                started_at=row.started_at,
                seen_at=row.seen_at,
            )
            for row, _ in live_sessions(session, person.agency_id, person.person_id, now)
        )
    )


def sign_out_everywhere(session: Session, person: Person, by: Granter, now: datetime) -> int:
    """End every session of a person; how many there were. Raises `PeopleFault` for who reaches further than `by`."""
    if by.person_id != person.person_id:
        refuse_further_reach(session, person, by)
    n = store.end_sessions(session, person.agency_id, person.person_id, now)
    audit(session, person.agency_id, person.person_id, "person.signed-out", now, actor=by.actor, sessions=n)
    return n
