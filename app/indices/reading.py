"""Reads indices: from a query to rows of figures, from what is released alone."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from app.access.principals import Reach
from app.directory.listing_store import names_of
from app.directory.reach import offices_asked_for
from app.disclosure.reading import read_released, release_state, require_released
from app.disclosure.rules.due import month_code
from app.disclosure.rules.minimum import about_person
from app.disclosure.rules.released import Released, ReleasedSheets, Scope
from app.disclosure.rules.without_answers import shown_count, shown_reasons, shown_tickets
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Session
from app.indices.days_asked import DayRange, period_of
from app.indices.query import IndexQuery
from app.indices.rules.figures import Beside, Group, IndexTable, Scoring, index_row, open_answers
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.rules.selection import By, Selection
from app.ratings.status import COUNTED, OPEN
from app.screening.held_store import held_reasons
from app.tickets.counts import ticket_sums
from app.tickets.rules.lifecycle import NO_TICKETS

Choice = TypeVar("Choice")
# Of these, figures are told by one at a time: who served and for what together would be a single citizen's visit.
ONE_AT_A_TIME = frozenset({By.employee, By.service, By.channel})


def read_indices(session: Session, reach: Reach, query: IndexQuery, *, now: datetime, longest_days: int) -> IndexTable:
    """The figures of a query, for somebody with this reach.

    A person's figure counts only ratings given at the offices asked for. Raises problems for what is unknown, out of
    scope or not told, and for a period that is too long or not released.
    """
    agency_id = reach.agency_id
    given = query.first, query.last
    asked = None if given == (None, None) else period_of(*given, now, longest_days)
    scoring = _scoring(session, agency_id, query)
    offices, whole = _offices(session, reach, query)
    _refuse_unknown(session, agency_id, query)
    state = release_state(session, agency_id)
    period = asked or DayRange(*state.newest_period)
    require_released(state, period.first, period.last)
    selection = _selection(query, period, offices, whole=whole)
    if query.by is By.day or len(ONE_AT_A_TIME & selection.distinctions) > 1:
        raise Problem("cut-not-told")
    within = None if whole else offices
    sheets = read_released(
        session,
        agency_id,
        query.instrument,
        period.first,
        period.last,
        within,
        selection.distinctions - {By.month},
        query.employee,
    )
    scope = Scope(
        month_code(period.first),
        month_code(period.last),
        within,
        query.employee,
        query.service,
        query.channel,
    )
    counted, opened = (_by(sheets, scope, query.by, standing) for standing in (COUNTED, OPEN))
    # Asked only where nothing was found: an office with ratings exists, and its figures cost one query less.
    if not counted and query.office is not None and not names_of(session, agency_id, By.office, [query.office]):
        raise Problem("office-unknown")
    reasons = held_reasons(session, agency_id, selection)
    tickets = None if By.channel in selection.distinctions else ticket_sums(session, agency_id, selection)

    def beside(value: str | None) -> Beside:
        held = reasons.get(value, {})
        return Beside(
            open=open_answers(scoring, opened.get(value, Released())),
            held=shown_count(sum(held.values())),
            held_reasons=shown_reasons(held),
            tickets=None if tickets is None else shown_tickets(tickets.get(value, NO_TICKETS)),
        )

    rows = tuple(
        index_row(scoring, group, counted.get(value, Released()), beside(value))
        for group, value in (
            (each, each.value if each else None) for each in _groups(session, agency_id, query.by, {*counted, *opened})
        )
    )
    personal = about_person(query.employee, query.by)
    return IndexTable(agency_id, scoring, period, query.by, personal, state, rows)


def _by(sheets: ReleasedSheets, scope: Scope, by: By | None, standing: str) -> Mapping[Any, Released]:
    if by is None:
        total = sheets.total(scope, standing)
        return {None: total} if total.blocks or total.waiting else {}
    return {**sheets.by(by, scope, standing)}


def _scoring(session: Session, agency_id: str, query: IndexQuery) -> Scoring:
    return scoring_of(session, agency_id, query.instrument, query.weights, query.bands)


def scoring_of(
    session: Session, agency_id: str, identifier: str, weights: str | None = None, bands: str | None = None
) -> Scoring:
    """The instrument as figures see it with a weight mode and a band table; left out, its own.

    Raises `instrument-unknown`.
    """
    instrument = instrument_of(session, agency_id, identifier).measured
    return Scoring(
        instrument,
        _choice("weights", weights, instrument.default_mode, instrument.weight_modes),
        _choice("bands", bands, instrument.default_bands, instrument.band_tables),
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


def _refuse_unknown(session: Session, agency_id: str, query: IndexQuery) -> None:
    for kind, code in ((By.service, query.service), (By.employee, query.employee)):
        if code is not None and not names_of(session, agency_id, kind, [code]):
            raise Problem(f"{kind}-unknown")


def _selection(query: IndexQuery, period: DayRange, offices: frozenset[str], *, whole: bool) -> Selection:
    return Selection(
        instrument=query.instrument,
        first=period.first,
        last=period.last,
        offices=offices,
        whole_agency=whole,
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
    return offices_asked_for(session, reach, query.office, children=query.include is not None)


def _groups(session: Session, agency_id: str, by: By | None, values: Collection[str | None]) -> list[Group | None]:
    """The groups with ratings, sorted; without a grouping one None, for the single row that is always there."""
    if by is None:
        return [None]
    found = sorted(value for value in values if value is not None)
    names = names_of(session, agency_id, by, found)
    return [Group(value, names.get(value)) for value in found]
