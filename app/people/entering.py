"""What comes after a way in: the next stage for a browser, and what a link replaces."""

from datetime import datetime

from app.foundation.storage.database import Session
from app.people import store
from app.people.openings import Provided
from app.people.passkeys.store import forget_passkeys
from app.people.signed_in import grants_through, needs_second_factor
from app.people.steps import Stage
from app.people.tables import Person


def stage_of(session: Session, person: Person, provided: Provided | None) -> Stage:
    """What comes next for somebody of whom one factor is known."""
    if person.totp is not None:
        return Stage.code
    grants = grants_through(provided, store.grants_of(session, person.agency_id, [person.person_id]))
    return Stage.enrol if needs_second_factor(grants) else Stage.open


def forget_ways_in(session: Session, person: Person, now: datetime) -> None:
    """Whoever takes a link chooses anew how to sign in: what was before opens nothing any more."""
    person.passphrase, person.totp, person.totp_next, person.totp_step = None, None, None, None
    session.add(person)
    store.put_recovery_codes(session, person, ())
    store.forget_identities(session, person.agency_id, person.person_id)
    forget_passkeys(session, person.agency_id, person.person_id)
    store.end_sessions(session, person.agency_id, person.person_id, now)
