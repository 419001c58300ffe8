"""What is said, refused and audited when somebody signs in."""

from typing import Any

import pytest
from sqlmodel import select

from app.access.tables import AuditEvent
from app.foundation.problems import Problem
from app.people import store
from app.people.faults import PeopleFault
from app.people.tables import Person
from tests.people.persons import Door


def said(call: Any, *arguments: Any) -> str:
    """The sentence with which something is refused."""
    with pytest.raises(PeopleFault) as caught:
        call(*arguments)
    return str(caught.value)


def refused(call: Any, *arguments: Any) -> str:
    """The code of the problem with which something is refused."""
    with pytest.raises(Problem) as caught:
        call(*arguments)
    return caught.value.code


def person(door: Door, login: str = "ani") -> Person:
    """The person as the database has it."""
    with door.database.reading() as session:
        found = store.person_called(session, "kota", login)
    assert found is not None
    return found


def events(door: Door) -> list[str]:
    """The actions in the audit trail about signing in, oldest first."""
    with door.database.reading() as session:
        found = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()  # type: ignore[arg-type]  # a column
    return [event.action for event in found if event.action.startswith("person.")]
