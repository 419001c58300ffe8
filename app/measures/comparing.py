"""How the offices of an agency compare: kept for every period that is told, and worked out where nothing is kept."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, islice
from typing import Any, NamedTuple

from app.disclosure.comparison_store import (
    ComparedPeriod,
    begin_comparing,
    compared_codes,
    compared_offices,
    compared_periods,
    keep_offices,
    keep_shared,
    shared_of,
)
from app.disclosure.reading import (
    every_agency,
    release_state,
    told_instruments,
    told_months,
    unfinished_months,
)
from app.disclosure.rules.calendar import Span, periods_with
from app.disclosure.rules.due import first_day, month_code
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.indices.reading import scoring_of
from app.indices.rules.figures import Scoring
from app.measures.office_summaries import office_summaries
from app.measures.rules.kept_comparisons import (
    office_among_all,
    own_part,
    rules_compared_by,
    same_kept,
    shared_part,
)
from app.measures.rules.office_comparison import OfficeAmongAll, each_among_all

# A report of more lines would not be read.
LONGEST_REPORT = 200
# Offices of which what is compared is kept by one transaction.
KEPT_TOGETHER = 500


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
    with office_summaries(session, agency_id, scoring, [span]) as [summaries]:
        return dict(each_among_all(scoring, summaries))


def compare_offices(database: Database, agency_id: str) -> int:
    """Compare the agency's offices in every period of which a release has left nothing kept; how many periods.

    What is kept is whole, and as it is told: a release that changes something meanwhile has it done once more.
    """
    with database.reading() as session:
        due = [each for each in _told_periods(session, agency_id) if not _is_kept(session, each)]
    for together in _by_year(due):
        token = new_id().hex
        with database.unhurried() as session:
            for told in together:
                begin_comparing(session, told.period, token)
        with ExitStack() as files:
            # The sums of a year are read once, and what is compared of them waits on disk: of tens of thousands of
            # offices it would not fit into memory.
            with database.snapshot(hurried=False) as session:
                scoring, spans = together[0].scoring, [each.span for each in together]
                found = files.enter_context(office_summaries(session, agency_id, scoring, spans))
            for told, summaries in zip(together, found, strict=True):
                _keep(database, told, token, each_among_all(scoring, summaries))
    return len(due)


def _keep(database: Database, told: _Told, token: str, offices: Iterator[tuple[str, OfficeAmongAll]]) -> None:
    """Keep how offices compare, some at a time: thousands at once would keep everybody else from writing."""
    compared: list[OfficeAmongAll] = []
    while some := list(islice(offices, KEPT_TOGETHER)):
        compared = compared or _one_compared(some)
        with database.unhurried() as session:
            if not keep_offices(session, told.period, token, [(code, own_part(each)) for code, each in some]):
                return
    with database.unhurried() as session:
        keep_shared(session, told.period, token, shared_part(told.scoring, compared))


def reconcile_comparisons(database: Database, agency_id: str | None = None) -> list[str]:
    """What is kept and is not what the sums give, as sentences, of one agency or of all; in one snapshot of each."""
    with database.reading() as session:
        agencies = [agency_id] if agency_id else every_agency(session)
    faults: list[str] = []
    for each in agencies:
        with database.snapshot(hurried=False) as session:
            faults += islice(_faults(session, each), LONGEST_REPORT - len(faults))
    return faults


def _faults(session: Session, agency_id: str) -> Iterator[str]:
    kept, unfinished = compared_periods(session, agency_id), unfinished_months(session, agency_id)
    for together in _by_year(
        told
        for told in _told_periods(session, agency_id)
        if kept.get(told.period, {}).get("by") == rules_compared_by(told.scoring)
        # An interrupted release is still to add up what it has told.
        and not any(
            name == told.period.instrument and first <= told.period.last and last >= told.period.first
            for name, first, last in unfinished
        )
    ):
        scoring = together[0].scoring
        with office_summaries(session, agency_id, scoring, [each.span for each in together]) as found:
            for told, summaries in zip(together, found, strict=True):
                for code in sorted(_differing(session, told, each_among_all(scoring, summaries), kept[told.period])):
                    where = f"{code or 'all offices'}, {told.period.first} to {told.period.last}"
                    yield f"{agency_id}: how offices compare is not what the sums give: {where}"


def _differing(
    session: Session, told: _Told, offices: Iterator[tuple[str, OfficeAmongAll]], shared: dict[str, Any]
) -> Iterator[str]:
    """The offices of which something else is kept, and '' where it is what they share."""
    unexpected, compared = compared_codes(session, told.period), list[OfficeAmongAll]()
    while some := list(islice(offices, KEPT_TOGETHER)):
        compared = compared or _one_compared(some)
        stored = compared_offices(session, told.period, [code for code, _ in some])
        unexpected -= stored.keys()
        yield from (code for code, each in some if not same_kept(own_part(each), stored.get(code)))
    yield from unexpected
    if not same_kept(shared_part(told.scoring, compared), shared):
        yield ""


def _one_compared(offices: list[tuple[str, OfficeAmongAll]]) -> list[OfficeAmongAll]:
    """One of these that is compared with others, if there is one: it knows what all of them share."""
    return [each for _, each in offices if each.comparison][:1]


def _by_year(periods: Iterable[_Told]) -> Iterator[list[_Told]]:
    """The periods of one questionnaire and year together: all of them are made of the same sums."""
    ordered = sorted(periods, key=_year_of)
    return (list(group) for _, group in groupby(ordered, _year_of))


def _year_of(told: _Told) -> tuple[str, int]:
    return told.period.instrument, told.span.first.year


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
