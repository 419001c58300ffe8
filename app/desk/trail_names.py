"""The names behind the codes of the audit trail: what was done says who and where, as people call it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from app.directory.listing_store import names_of
from app.foundation.storage.database import Session
from app.people.schemas import ActionOut
from app.ratings.rules.selection import By

# What these actions are about has the code of a service; all others are about offices and employees.
ABOUT_SERVICES = frozenset({"promise.set", "service.added"})
# So many are named with one question to the database.
BATCH = 500


class TrailNames(NamedTuple):
    """Names by code, by what they are of; `agency_id` stands for the whole agency."""

    agency_id: str
    offices: Mapping[str, str]
    employees: Mapping[str, str]
    services: Mapping[str, str]

    def of_subject(self, action: str, code: str) -> str | None:
        """What an action was about; None where its code names nothing."""
        if action in ABOUT_SERVICES:
            return self.services.get(code)
        return self.offices.get(code) or self.employees.get(code)


def trail_names(session: Session, agency_id: str, actions: Iterable[ActionOut]) -> TrailNames:
    """The names of everything that these actions are about."""
    codes, of_services = set[str](), set[str]()
    for each in actions:
        of_subject = of_services if each.action in ABOUT_SERVICES else codes
        of_subject.add(each.subject.partition(" ")[0])
        codes |= {value for name in ("office", "employee") if isinstance(value := each.detail.get(name), str)}
    return TrailNames(
        agency_id,
        names_of(session, agency_id, By.office, codes),
        names_of(session, agency_id, By.employee, codes),
        names_of(session, agency_id, By.service, of_services),
    )


def with_names(
    session: Session, agency_id: str, actions: Iterator[ActionOut]
) -> Iterator[tuple[ActionOut, TrailNames]]:
    """Each action with the names of what it is about, some hundred at a time."""
    while batch := list(islice(actions, BATCH)):
        names = trail_names(session, agency_id, batch)
        yield from ((each, names) for each in batch)
