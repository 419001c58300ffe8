"""How the offices of an agency compare: kept for every period that is told, and worked out where nothing is kept."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from app.directory.listing_store import office_parents
from app.disclosure.comparison_store import (
    ComparedPeriod,
    begin_comparing,
    compared_offices,
    compared_periods,
    keep_compared,
    shared_of,
)
from app.disclosure.reading import (
    every_agency,
    read_released,
    release_state,
    told_instruments,
    told_months,
    unfinished_months,
)
from app.disclosure.rules.calendar import Span, periods_with
from app.disclosure.rules.due import first_day, month_code
from app.disclosure.rules.released import Scope
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.indices.reading import scoring_of
from app.indices.rules.figures import Scoring
from app.measures.rules.kept_comparisons import (
    office_among_all,
    own_part,
    rules_compared_by,
    same_kept,
    shared_part,
)
from app.measures.rules.unit_measures import OfficeAmongAll, OfficeSummary, among_all, summary_of
from app.ratings.rules.selection import By

# A report of more lines would not be read.
LONGEST_REPORT = 200
# Offices whose figures are read together to be compared.
READ_TOGETHER = 500


class _Told(NamedTuple):
    """A period of which something is told by one questionnaire."""

    period: ComparedPeriod
    span: Span
    scoring: Scoring


def kept_among_all(
    session: Session, agency_id: str, scoring: Scoring, span: Span, offices: Collection[str] | None
) -> dict[str, OfficeAmongAll] | None:
    """How each of these offices (None: every one) compares with all; None where nothing is kept by these rules."""
    period = _period(agency_id, scoring, span)
    shared = shared_of(session, period)
    if shared is None or shared.get("by") != rules_compared_by(scoring):
        return None
    return {code: office_among_all(shared, own) for code, own in compared_offices(session, period, offices).items()}


def made_among_all(session: Session, agency_id: str, scoring: Scoring, span: Span) -> dict[str, OfficeAmongAll]:
    """How all offices of the agency compare; each of them that may be shown."""
    summaries: dict[str, OfficeSummary] = {}
    # Some offices at a time: of thousands all that is told of a year does not fit into memory.
    offices = sorted(office_parents(session, agency_id))
    for start in range(0, len(offices), READ_TOGETHER):
        batch = offices[start : start + READ_TOGETHER]
        scope = Scope(month_code(span.first), month_code(span.last), frozenset(batch))
        sheets = read_released(
            session, agency_id, scoring.instrument.id, span.first, span.last, batch, (By.office, By.service)
        )
        for code, told in sheets.by(By.office, scope).items():
            if (summary := summary_of(scoring, told)) is not None:
                summaries[code] = summary
    return among_all(scoring, summaries)


def compare_offices(database: Database, agency_id: str) -> int:
    """Compare the agency's offices in every period of which a release has left nothing kept; how many periods.

    What is kept is whole, and as it is told: a release that changes something meanwhile has it done once more.
    """
    with database.reading() as session:
        due = [each for each in _told_periods(session, agency_id) if not _is_kept(session, each)]
    for told in due:
        token = new_id().hex
        with database.unhurried() as session:
            begin_comparing(session, told.period, token)
        with database.snapshot(hurried=False) as session:
            found = made_among_all(session, agency_id, told.scoring, told.span)
        shared, own = shared_part(told.scoring, found.values()), {code: own_part(each) for code, each in found.items()}
        with database.unhurried() as session:
            keep_compared(session, told.period, token, shared, own)
    return len(due)


def reconcile_comparisons(database: Database, agency_id: str | None = None) -> list[str]:
    """What is kept and is not what the sums give, as sentences, of one agency or of all; in one snapshot of each."""
    with database.reading() as session:
        agencies = [agency_id] if agency_id else every_agency(session)
    faults: list[str] = []
    for each in agencies:
        with database.snapshot(hurried=False) as session:
            faults += _faults(session, each)
    return faults[:LONGEST_REPORT]


def _faults(session: Session, agency_id: str) -> Iterator[str]:
    kept, unfinished = compared_periods(session, agency_id), unfinished_months(session, agency_id)
    for period, span, scoring in _told_periods(session, agency_id):
        shared = kept.get(period)
        if shared is None or shared.get("by") != rules_compared_by(scoring):
            continue
        if any(
            name == period.instrument and first <= period.last and last >= period.first
            for name, first, last in unfinished
        ):
            # An interrupted release is still to add up what it has told.
            continue
        found, stored = made_among_all(session, agency_id, scoring, span), compared_offices(session, period, None)
        expected = {code: own_part(each) for code, each in found.items()} | {"": shared_part(scoring, found.values())}
        stored[""] = shared
        for code in sorted(expected.keys() | stored.keys()):
            if not same_kept(expected.get(code), stored.get(code)):
                where = f"{code or 'all offices'}, {period.first} to {period.last}"
                yield f"{agency_id}: how offices compare is not what the sums give: {where}"


def _told_periods(session: Session, agency_id: str) -> list[_Told]:
    """Every month, quarter, semester and year that is over and of which something is told, by questionnaire."""
    try:
        through = release_state(session, agency_id).last
    except Problem:
        return []
    found = []
    for instrument in told_instruments(session, agency_id):
        scoring = scoring_of(session, agency_id, instrument)
        spans = {
            span.code: span
            for month in told_months(session, agency_id, instrument)
            for span in periods_with(first_day(month))
            if span.last <= through
        }
        found += [_Told(_period(agency_id, scoring, span), span, scoring) for span in spans.values()]
    return found


def _is_kept(session: Session, told: _Told) -> bool:
    shared = shared_of(session, told.period)
    return shared is not None and shared.get("by") == rules_compared_by(told.scoring)


def _period(agency_id: str, scoring: Scoring, span: Span) -> ComparedPeriod:
    return ComparedPeriod(agency_id, scoring.instrument.id, month_code(span.first), month_code(span.last))
