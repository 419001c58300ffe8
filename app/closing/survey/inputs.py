"""Reads what a survey's report has beside its figures: profiles, comments, former reports, what people entered."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from app.closing.inputs import ClosingInputs
from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, SurveyReport, parse_report
from app.closing.rules.report_documents.survey import FormerIndex
from app.closing.survey import store as skm_store
from app.closing.survey.documents import WHOLE_UNIT, FormerSurvey, Sources
from app.closing.survey.plans import records_about
from app.disclosure import beside_store
from app.disclosure.rules.calendar import Span
from app.foundation.storage.database import Session
from app.instruments.model import Instrument

# How many periods of the same length the trend looks back.
FORMER_PERIODS = 7


def read_sources(session: Session, inputs: ClosingInputs, root: str, offices: Iterable[str | None]) -> Sources:
    """Everything within the period's months, and what was published before.

    Reports about a whole are those of this root. `offices` are those that plans may have been entered about, None
    for the whole.
    """
    agency_id, span = inputs.agency_id, inputs.span
    profiles: dict[str, dict[str, dict[str, int]]] = {}
    for office, attribute, value, n in beside_store.profile_counts(session, agency_id, span.first, span.last):
        profiles.setdefault(office, {}).setdefault(attribute, {})[value] = int(n)
    return Sources(
        profiles=profiles,
        raters=beside_store.raters(session, agency_id, span.first, span.last),
        comments=beside_store.comments(session, agency_id, span.first, span.last),
        former=_former(session, agency_id, root, span),
        trend=_trend(session, agency_id, root, span, inputs.scoring.instrument),
        records={
            office or WHOLE_UNIT: records_about(session, agency_id, office or root, span) for office in set(offices)
        },
    )


def _former(session: Session, agency_id: str, root: str, span: Span) -> dict[str, list[FormerSurvey]]:
    found: dict[str, list[FormerSurvey]] = {}
    for stored in skm_store.surveys_overlapping(session, agency_id, span):
        if stored.unit == WHOLE_UNIT and stored.root != root:
            continue
        report = _parsed(stored)
        assert isinstance(report, SurveyReport), "only surveys were asked for"
        former = FormerSurvey(report.survey, is_same=stored.period == span.code)
        found.setdefault(stored.unit, []).append(former)
    return found


def _trend(
    session: Session, agency_id: str, root: str, span: Span, instrument: Instrument
) -> dict[str, list[FormerIndex]]:
    """The index of former periods of the same length, of the newest final revision, by the same rules."""
    earlier = list(islice(_before(span), FORMER_PERIODS))[::-1]
    newest: dict[tuple[str, str], AnyReport] = {}
    for stored in skm_store.final_reports(session, agency_id, [each.code for each in earlier]):
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
