"""Reads what a survey's report has beside its figures: profiles, comments, former reports, what people entered."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from app.closing.inputs import ClosingInputs
from app.closing.rules.documents import WHOLE_UNIT
from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, parse_report
from app.closing.rules.report_documents.survey import FormerIndex
from app.closing.survey import store as skm_store
from app.closing.survey.documents import Sources
from app.closing.survey.records import records_about
from app.closing.survey.store import Surveyed
from app.disclosure import beside_store
from app.disclosure.beside_store import Respondents
from app.disclosure.rules.calendar import Span
from app.disclosure.rules.due import month_code
from app.disclosure.rules.profiles import Months
from app.foundation.storage.database import Session
from app.instruments.model import Instrument

# How many periods of the same length the trend looks back.
FORMER_PERIODS = 7


def read_sources(session: Session, inputs: ClosingInputs, root: str, offices: Iterable[str | None]) -> Sources:
    """Everything within the period's months, and what was published before.

    Reports about a whole are those of this root. `offices` are those that plans may have been entered about, None
    for the whole.
    """
    agency_id, span, instrument = inputs.agency_id, inputs.span, inputs.scoring.instrument
    months = Months(month_code(span.first), month_code(span.last))
    surveyed = [Respondents(instrument.id, office) for office in inputs.offices]
    profiles = beside_store.told_profiles(session, agency_id, surveyed, months)
    return Sources(
        profiles={of.office: counts for of, counts in profiles.items()},
        comments=beside_store.told_comments(session, agency_id, instrument.id, months),
        trend=_trend(session, agency_id, root, span, instrument),
        records={
            office or WHOLE_UNIT: records_about(
                session, Surveyed(agency_id, office or root, span.code, instrument.id), span
            )
            for office in set(offices)
        },
    )


def _trend(
    session: Session, agency_id: str, root: str, span: Span, instrument: Instrument
) -> dict[str, list[FormerIndex]]:
    """The index of former periods of the same length, of the newest final revision, by the same rules."""
    earlier = list(islice(_before(span), FORMER_PERIODS))[::-1]
    newest: dict[tuple[str, str], AnyReport] = {}
    for stored in skm_store.final_reports(session, agency_id, instrument.id, [each.code for each in earlier]):
        report = _parsed(stored)
        whole = isinstance(report, AgencyReport)
        if not whole or stored.root == root:
            newest[WHOLE_UNIT if whole else stored.unit, stored.period] = report
    found: dict[str, list[FormerIndex]] = {}
    for (unit, period), report in sorted(newest.items(), key=lambda each: each[1].period.first):
        index = report.figures.index
        # Figures of another version of the questionnaire are no former ones of these.
        if index and report.method.digest == instrument.digest:
            line = FormerIndex(period=period, n=report.n, index=index.value, grade=index.grade)
            found.setdefault(unit, []).append(line)
    return found


def _parsed(stored: skm_store.StoredReport) -> AnyReport:
    return parse_report(json.loads(stored.document))


def _before(span: Span) -> Iterator[Span]:
    while True:
        span = span.before()
        yield span
