"""Who looked: every reading of figures about one employee within a year, from the audit trail, by name."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.access.readings import Reading, readings_about
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import at_and_above
from app.foundation.storage.database import Session
from app.people import store
from app.people.trail import names_of_actors

SHOWN_FOR = timedelta(days=366)


class Readers(NamedTuple):
    """The newest hundred readings, and the names of the persons and keys behind them."""

    readings: Sequence[Reading]
    names: Mapping[str, str | None]


def readers_of(session: Session, agency_id: str, employee: str, now: datetime) -> Readers:
    """Who has read figures about this employee, alone or among the offices of the posting."""
    posted = store.offices_of_employee(session, agency_id, employee, now.date())
    parents = office_parents(session, agency_id)
    above = frozenset(code for office in posted for code in at_and_above(parents, office))
    readings = readings_about(session, agency_id, employee, above, now - SHOWN_FOR)
    return Readers(readings, names_of_actors(session, agency_id, {each.actor for each in readings}))
