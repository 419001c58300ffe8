"""Reads measures: everything of a period once from the database, then pure rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.access.principals import Reach
from app.directory.listing_store import families_of, names_of, office_codes
from app.directory.reach import offices_asked_for
from app.directory.store import served_volumes
from app.disclosure.reading import read_charts, read_released, release_state, require_released
from app.disclosure.rules.calendar import Span, span_of
from app.disclosure.rules.due import ReleaseState, month_code
from app.disclosure.rules.released import Released, ReleasedBlock, ReleasedSheets, Scope
from app.disclosure.rules.without_answers import shown_count
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import scoring_of
from app.indices.rules.figures import Scoring
from app.measures.cache import MeasuredUnits, MeasuresCache, OfficesQuestion, Question
from app.measures.comparing import kept_among_all, made_among_all
from app.measures.rules.alarms import Alarms, alarms, first_day_needed
from app.measures.rules.office_comparison import OfficeAmongAll
from app.measures.rules.time_series import time_series
from app.measures.rules.unit_measures import MeasuredUnit, measure, measure_offices
from app.measures.standard_schemas import StandardsOut
from app.measures.standards import standards_told
from app.ratings.rules.selection import By, Selection
from app.ratings.status import COUNTED
from app.screening.held_store import held_reasons


@dataclass(frozen=True)
class MeasuresTable:
    """The units with ratings or, offices, with told service standards, by code and with their names.

    Measures are None where too little is told. `standards` are those of offices, by code. `next` is the last office of
    a part after which others follow.
    """

    agency_id: str
    scoring: Scoring
    span: Span
    by: By
    units: MeasuredUnits
    names: Mapping[str, str]
    release: ReleaseState
    standards: Mapping[str, StandardsOut]
    next: str | None = None


class OfficesPart(NamedTuple):
    """Some of the offices that a question is about, and the last of them by code where there are more."""

    codes: Sequence[str]
    next: str | None = None


def part_of_offices(
    session: Session, reach: Reach, office: str | None, *, after: str | None, limit: int
) -> OfficesPart:
    """The offices that follow in the order of codes: whoever asks about tens of thousands is told of some at a time."""
    found = office_codes(session, reach.agency_id, office or reach.root, after=after, limit=limit + 1)
    return OfficesPart(found[:limit], found[limit - 1] if len(found) > limit else None)


def read_measures(
    session: Session,
    reach: Reach,
    by: By,
    *,
    office: str | None,
    period: str,
    instrument: str,
    cache: MeasuresCache | None = None,
    part: OfficesPart | None = None,
) -> MeasuresTable:
    """The measures of the persons (`By.employee`) or offices (`By.office`) in reach; of offices perhaps of a part.

    A person's figures count only what was rated at the offices asked for; peers are those of the whole agency. What is
    read is the same with a cache and without. Raises `period-unknown`, `instrument-unknown`, `office-unknown`,
    `out-of-scope`, `nothing-released` and `not-released`.
    """
    agency_id, span = reach.agency_id, span_of(period)
    if span is None:
        raise Problem("period-unknown")
    scoring = scoring_of(session, agency_id, instrument)
    offices, whole = offices_asked_for(session, reach, office, children=True)
    if part is not None:
        every = len(offices)
        offices &= frozenset(part.codes)
        whole = whole and len(offices) == every
    state = release_state(session, agency_id)
    require_released(state, span.first, span.last)
    selection = Selection(instrument, span.first, span.last, offices, whole_agency=whole, by=by)
    held = held_reasons(session, agency_id, selection)
    question = Question(
        agency_id=agency_id,
        release=(state.number, state.released_at),
        instrument=(instrument, scoring.instrument.digest, scoring.mode),
        span=span,
        by=by,
        # Of the whole agency also what several offices tell together: the same set that an index counts.
        offices=None if whole else offices,
        held=frozenset((code, frozenset(reasons.items())) for code, reasons in held.items()),
        served=frozenset(served_by(session, agency_id, span, by, offices).items()),
        families=frozenset(families_of(session, agency_id).items()) if by is By.employee else None,
    )
    units = cache.find(question) if cache else None
    if units is None:
        units = _measured(session, scoring, question, cache)
        if cache:
            cache.keep(question, units, len(units))
    beside = (
        standards_told(session, agency_id, span, None if whole else offices).of_offices() if by is By.office else {}
    )
    if beside.keys() - units.keys():
        # Queue systems count also where nobody rates.
        units = {code: units.get(code) for code in sorted(units.keys() | beside.keys())}
    names = names_of(session, agency_id, by, list(units))
    following = None if part is None else part.next
    return MeasuresTable(agency_id, scoring, span, by, units, names, state, beside, following)


def _measured(session: Session, scoring: Scoring, question: Question, cache: MeasuresCache | None) -> MeasuredUnits:
    """Every unit at the offices asked for, by code in order, with its measures if they may be shown."""
    agency_id, by, span, within = question.agency_id, question.by, question.span, question.offices
    some = within if by is By.office else None
    # A person's peers outside these offices are read, too; how offices compare is known by itself.
    apart = {By.office, By.service, By.channel, by}
    first, persons = span.before().first, by is By.employee
    sheets = read_released(session, agency_id, scoring.instrument.id, first, span.last, some, apart, persons=persons)
    beside = UnitsBeside(
        held={code: dict(reasons) for code, reasons in question.held},
        served=dict(question.served),
        alarms=alarms_of(session, agency_id, scoring, span, by, within),
    )
    families = None if question.families is None else dict(question.families)
    units = units_of(sheets, span, by, within, beside)
    if families is None:
        measured = measure_offices(scoring, units, _among_all(session, scoring, question, units, cache))
    else:
        measured = measure(scoring, units, families)
    inside = units if some is not None or within is None else sheets.by(by, _scope(span, within))
    return {code: measured.get(code) for code in sorted(inside)}


def _among_all(
    session: Session, scoring: Scoring, question: Question, codes: Collection[str], cache: MeasuresCache | None
) -> Mapping[str, OfficeAmongAll]:
    """How these offices compare with all of the agency; each of them that may be shown."""
    agency_id, span = question.agency_id, question.span
    kept = kept_among_all(session, agency_id, scoring, span, codes)
    if kept is not None:
        return kept
    # A release is at work, or the offices have not been compared since.
    asked = OfficesQuestion(agency_id, question.release, question.instrument, span)
    found = cache.offices.find(asked) if cache else None
    if found is None:
        found = made_among_all(session, agency_id, scoring, span)
        if cache:
            cache.offices.keep(asked, found, len(found))
    return found


@dataclass(frozen=True)
class UnitsBeside:
    """What is known of units beside their answers, by code: sheets held (by reason), people served, alarms."""

    held: Mapping[str | None, Mapping[str, int]]
    served: Mapping[str, int]
    alarms: Mapping[str, Alarms]


def units_of(
    sheets: ReleasedSheets, span: Span, by: By, offices: frozenset[str] | None, beside: UnitsBeside
) -> dict[str, MeasuredUnit]:
    """Every unit's figures in the period and the one before: at these offices, or anywhere for peers outside these.

    Offices have no peers here: how they compare is known by itself.
    None is the whole agency, with what several of its offices tell together.
    """
    earlier = span.before()
    inside, inside_before = (sheets.by(by, _scope(each, offices)) for each in (span, earlier))
    everywhere, everywhere_before = inside, inside_before
    if offices is not None and by is By.employee:
        everywhere, everywhere_before = (sheets.by(by, _scope(each, None)) for each in (span, earlier))
    units = {}
    for code in everywhere:
        now, before = (inside, inside_before) if code in inside else (everywhere, everywhere_before)
        held = beside.held.get(code, {})
        units[code] = MeasuredUnit(
            now=now[code],
            before=before.get(code, Released()),
            held=shown_count(sum(held.values())),
            served=beside.served.get(code),
            alarms=beside.alarms.get(code),
        )
    return units


def _scope(span: Span, offices: frozenset[str] | None) -> Scope:
    return Scope(month_code(span.first), month_code(span.last), offices)


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
    """The alarms of every unit from what is told of these offices (None: of the whole agency)."""
    instrument, first = scoring.instrument.id, first_day_needed(span)
    weeks = read_charts(session, agency_id, instrument, first, span.last, by, offices)
    blocks: Iterable[ReleasedBlock] = ()
    if by is By.office:
        told = read_released(session, agency_id, instrument, first, span.last, offices, (By.office,)).blocks
        blocks = (block for block in told if block.standing == COUNTED)
    made = time_series(scoring, weeks, blocks)
    return {code: alarms(series, span, office=by is By.office) for code, series in made.items()}
