"""Reads measures: everything of a period once from the database, then pure rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.access.principals import Reach
from app.directory.listing_store import families_of, names_of, office_parents
from app.directory.rules.reach import offices_asked
from app.directory.store import served_volumes
from app.disclosure.rules.measured_units import at_enough_offices, publishable_units
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.indices.rules.calendar import Span, span_of
from app.indices.rules.figures import Scoring
from app.measures.rules.alarms import Alarms, alarms, first_day_needed
from app.measures.rules.time_series import time_series
from app.measures.rules.unit_measures import UnitMeasures, measure
from app.ratings.tallies.rules.query_plan import By, Selection
from app.ratings.tallies.rules.sheet_rows import SheetRow, by_unit
from app.ratings.tallies.store import days_of_units, sheet_rows


@dataclass(frozen=True)
class MeasuresTable:
    """The units with ratings, by code and with their names; measures are None where too few rated to show any."""

    agency_id: str
    scoring: Scoring
    span: Span
    by: By
    units: Mapping[str, UnitMeasures | None]
    names: Mapping[str, str]


def read_measures(
    session: Session, reach: Reach, by: By, *, office: str | None, period: str, instrument: str
) -> MeasuresTable:
    """The measures of the persons (`By.employee`) or offices (`By.office`) in reach.

    A person's figures count only what was rated at the offices asked for, and of these only those where at
    least ten rated; peers are those of the whole agency. No figure is shown from which, beside those of
    all offices, one to nine ratings could be computed. Raises `period-unknown`, `instrument-unknown`,
    `office-unknown` and `out-of-scope`.
    """
    agency_id, span = reach.agency_id, span_of(period)
    if span is None:
        raise Problem("period-unknown")
    scoring = scoring_of(session, agency_id, instrument)
    parents = office_parents(session, agency_id)
    offices = offices_asked(parents, reach, office, children=True)
    rows = sheet_rows(session, agency_id, instrument, span.first, span.last)
    earlier = span.before()
    before = sheet_rows(session, agency_id, instrument, earlier.first, earlier.last)
    served = served_by(session, agency_id, span, by, offices)
    families = families_of(session, agency_id) if by is By.employee else None
    within, units = _units(rows, by, offices)
    now, then = publishable_units(by, units, _units(before, by, offices)[1], rows, before)
    whole = len(offices) == len(parents)
    found = alarms_of(session, agency_id, scoring, span, by, None if whole else offices)
    measured = measure(scoring, now, then, served, families, found)
    return MeasuresTable(
        agency_id,
        scoring,
        span,
        by,
        {code: measured.get(code) for code in within},
        names_of(session, agency_id, by, within),
    )


def scoring_of(session: Session, agency_id: str, instrument: str) -> Scoring:
    """The instrument with its default weights and bands. Raises `instrument-unknown`."""
    found = instrument_of(session, agency_id, instrument)
    return Scoring(found, found.default_mode, found.default_bands)


def served_by(session: Session, agency_id: str, span: Span, by: By, offices: frozenset[str]) -> Mapping[str, int]:
    """How many people each unit served, as far as queue systems reported it; other units are absent."""
    served: dict[str, int] = {}
    for volume in served_volumes(session, agency_id, span.first, span.last):
        unit = volume.office if by is By.office else volume.employee
        if unit and volume.office in offices:
            served[unit] = served.get(unit, 0) + volume.served
    return served


def alarms_of(
    session: Session, agency_id: str, scoring: Scoring, span: Span, by: By, offices: frozenset[str] | None
) -> Mapping[str, Alarms]:
    """The alarms of every unit from the ratings at these offices (None: in the whole agency), read in one query."""
    selection = Selection(
        instrument=scoring.instrument.id,
        first=first_day_needed(span),
        last=span.last,
        offices=offices or frozenset(),
        whole_agency=offices is None,
        by=by,
    )
    days = days_of_units(session, agency_id, selection)
    made = time_series(scoring, days)
    return {code: alarms(series, span, office=by is By.office) for code, series in made.items()}


def _units(rows: Sequence[SheetRow], by: By, offices: frozenset[str]) -> tuple[list[str], dict[str, list[SheetRow]]]:
    """The codes in reach, and every unit's sheets: at the offices asked for, or anywhere for peers outside these."""
    every = by_unit(rows, by)
    inside = {code: [row for row in unit if row.office in offices] for code, unit in every.items()}
    within = sorted(code for code, unit in inside.items() if unit)
    return within, {code: at_enough_offices(inside[code] or unit) for code, unit in every.items()}
