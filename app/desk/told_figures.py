"""What is told of an office in figures: by month, by service, by channel; for the pages of who leads it."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from app.access.principals import Principal
from app.access.readings import Readings
from app.desk.offices import reached_name
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import ReleaseState
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.indices.presenting import table_out
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.indices.schemas import IndexTableOut
from app.ratings.rules.selection import By

DEFAULT_INSTRUMENT = "ikl-1"


@dataclass(frozen=True)
class Told:
    """The tables of one questionnaire, in the order in which they were asked for, and which others there are."""

    name: str
    instrument: str
    instruments: tuple[str, ...]
    first: date
    last: date
    tables: tuple[IndexTableOut, ...]


def read_told(
    request: Request, principal: Principal, asked: str | None, by: tuple[By, ...], days: Span | int | None = None
) -> tuple[str, Told | None]:
    """The name of what the role is about, and its figures: of a period, of so many months, or of the newest period.

    None where nothing is told so far. Raises `instrument-unknown`, `not-released`.
    """
    services = services_of(request)
    services.of(Readings).take(principal)
    with services.database.snapshot() as session:
        name = reached_name(session, principal)
        told = told_instruments(session, principal.agency_id)
        try:
            state = release_state(session, principal.agency_id)
        except Problem as problem:
            if problem.code != "nothing-released":
                raise
            return name, None
        if not told:
            return name, None
        instrument = asked or (DEFAULT_INSTRUMENT if DEFAULT_INSTRUMENT in told else told[0])
        first, last = _days(state, days)
        tables = []
        for each in by:
            given = {"instrument": instrument, "from": first, "to": last, "by": each, "office": principal.office}
            query = IndexQuery.model_validate(given)
            longest = services.settings.longest_period_days
            tables.append(
                table_out(read_indices(session, principal.reach, query, now=services.now(), longest_days=longest))
            )
        return name, Told(name, instrument, tuple(told), first, last, tuple(tables))


def _days(state: ReleaseState, asked: Span | int | None) -> tuple[date, date]:
    if isinstance(asked, Span):
        return asked.first, asked.last
    return state.newest_period if asked is None else (_back(state.last, asked), state.last)


def _back(last: date, months: int) -> date:
    """The first day of the month so many months before, this one included."""
    place = last.year * 12 + last.month - months
    return date(place // 12, place % 12 + 1, 1)
