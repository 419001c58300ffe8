"""Reads indices: from a query to rows of figures that may be shown."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeVar

from app.access.principals import Reach
from app.directory.listing_store import names_of, office_parents
from app.directory.rules.reach import offices_asked
from app.disclosure.rules.minimum import about_person
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.indices.days_asked import DayRange, period_of
from app.indices.query import IndexQuery
from app.indices.rules.figures import Group, IndexTable, Scoring, disclosed_row
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.status import HELD
from app.ratings.tallies.rules.query_plan import By, Selection, plan
from app.ratings.tallies.store import sheet_counts
from app.screening.held_store import held_reasons
from app.tickets.counts import ticket_sums
from app.tickets.rules.lifecycle import NO_TICKETS, TicketSum

Choice = TypeVar("Choice")


def read_indices(session: Session, reach: Reach, query: IndexQuery, *, now: datetime, longest_days: int) -> IndexTable:
    """The figures of a query, for somebody with this reach.

    A person's figure counts only ratings given at the offices asked for. Raises problems for what is
    unknown or out of scope, and for a period that is none or too long.
    """
    agency_id = reach.agency_id
    period = period_of(query.first, query.last, now, longest_days)
    scoring = _scoring(session, agency_id, query)
    selection = _selection(session, reach, query, period)
    counts = sheet_counts(session, agency_id, selection, plan(selection))
    # Asked only where nothing was found: an office with ratings exists, and its figures cost one query less.
    if not counts and query.office is not None and not names_of(session, agency_id, By.office, [query.office]):
        raise Problem("office-unknown")
    personal = about_person(query.employee, query.by)
    tickets = _tickets(session, agency_id, selection)
    rows = tuple(
        disclosed_row(scoring, group, counts.get(value, {}), personal=personal, tickets=tickets(value))
        for group, value in (
            (each, each.value if each else None) for each in _groups(session, agency_id, query.by, counts)
        )
    )
    # Held sheets are rare, and without one the query for reasons is spared.
    reasons = held_reasons(session, agency_id, selection) if any(HELD in each for each in counts.values()) else {}
    return IndexTable(agency_id, scoring, period, query.by, rows, reasons)


def _tickets(session: Session, agency_id: str, asked: Selection) -> Callable[[str | None], TicketSum | None]:
    """The ticket counts of each row, by group; a ticket has no channel, so a selection by channel has none."""
    if By.channel in asked.distinctions:
        return lambda _: None
    sums = ticket_sums(session, agency_id, asked)
    return lambda value: sums.get(value, NO_TICKETS)


def _scoring(session: Session, agency_id: str, query: IndexQuery) -> Scoring:
    instrument = instrument_of(session, agency_id, query.instrument)
    return Scoring(
        instrument,
        _choice("weights", query.weights, instrument.default_mode, instrument.weight_modes),
        _choice("bands", query.bands, instrument.default_bands, instrument.band_tables),
    )


def instrument_of(session: Session, agency_id: str, identifier: str) -> Instrument:
    """The agency's instrument of this id. Raises `instrument-unknown`."""
    # The agency's own instruments are read only for other ids: almost every query is about a shipped one.
    instrument = shipped().get(identifier) or instruments_of(session, agency_id).get(identifier)
    if instrument is None:
        raise Problem("instrument-unknown")
    return instrument


def _choice(field: str, asked: str | None, default: str, choices: Mapping[str, Choice]) -> str:
    if asked is None or asked in choices:
        return asked or default
    raise Problem("invalid-request", errors=[FieldError(field, "field-invalid", {"expected": ", ".join(choices)})])


def _selection(session: Session, reach: Reach, query: IndexQuery, period: DayRange) -> Selection:
    offices, whole_agency = _offices(session, reach, query)
    for kind, code in ((By.service, query.service), (By.employee, query.employee)):
        if code is not None and not names_of(session, reach.agency_id, kind, [code]):
            raise Problem(f"{kind}-unknown")
    return Selection(
        instrument=query.instrument,
        first=period.first,
        last=period.last,
        offices=offices,
        whole_agency=whole_agency,
        service=query.service,
        employee=query.employee,
        channel=query.channel,
        by=query.by,
    )


def _offices(session: Session, reach: Reach, query: IndexQuery) -> tuple[frozenset[str], bool]:
    """The offices asked for, and whether they are all there are."""
    if query.office is not None and query.include is None and reach.root is None:
        # One office alone, for a key that reaches all of them: the tree need not be read.
        return frozenset({query.office}), False
    parents = office_parents(session, reach.agency_id)
    offices = offices_asked(parents, reach, query.office, children=query.include is not None)
    return offices, len(offices) == len(parents)


def _groups(session: Session, agency_id: str, by: By | None, values: Collection[str | None]) -> list[Group | None]:
    """The groups with ratings, sorted; without a grouping one None, for the single row that is always there."""
    if by is None:
        return [None]
    found = sorted(value for value in values if value is not None)
    names = names_of(session, agency_id, by, found)
    return [Group(value, names.get(value)) for value in found]
