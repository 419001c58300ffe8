"""Using up what somebody typed as a second factor: a code of the app, or a recovery code."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.foundation.storage.database import Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.rules.codes import read_recovery_code
from app.people.rules.totp import read_code
from app.people.second_factor import SecondFactor
from app.people.sessions import audit
from app.people.tables import Person

WRONG_CODE = (
    "This code is wrong or was used already. Codes hang on the clock: here it is {time}; compare that with your phone."
)


def uses_code(session: Session, factor: SecondFactor, person: Person, text: str, now: datetime) -> bool:
    """Whether this was one of the person's codes, which is used up by it."""
    code = read_code(text)
    if code is not None and person.totp is not None:
        step = step_of_code(factor, person, person.totp, code, now)
        return step is not None and store.use_step(session, person, step)
    recovery = read_recovery_code(text)
    if recovery is None or not store.take_recovery_code(session, person, factor.recovery_digest(recovery)):
        return False
    audit(session, person.agency_id, person.person_id, "person.recovery-code-used", now)
    return True


def step_of_code(factor: SecondFactor, person: Person, sealed: str, code: str, now: datetime) -> int | None:
    """The time step of a code by a sealed secret of this person; None where it belongs to none of now."""
    secret = factor.opened(person.agency_id, person.person_id, sealed)
    return None if secret is None else factor.step_of(secret, code, now.timestamp())


def wrong_code(now: datetime, zone: str) -> PeopleFault:
    """What whoever typed a wrong code reads, with the time as this person's phone should show it."""
    return PeopleFault(WRONG_CODE, "code", time=f"{now.astimezone(ZoneInfo(zone)):%H:%M:%S %Z}")
