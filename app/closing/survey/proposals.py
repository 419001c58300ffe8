"""What a survey's stored reports say about its plan: which actions are signed, and which elements come first."""

import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from app.closing.rules.documents import WHOLE_UNIT
from app.closing.rules.follow_up import two_lowest
from app.closing.rules.report_documents.reports import SurveyReport, parse_report
from app.closing.survey import store as skm_store
from app.closing.survey.schemas import ProposedOut
from app.closing.survey.store import StoredSurvey, Surveyed
from app.closing.tables import DRAFT, FINAL
from app.foundation.storage.database import Session


def final_plan(session: Session, of: Surveyed) -> Sequence[Mapping[str, str]]:
    """The actions, as planned, that the newest closing's final report about this unit holds; the longest of several."""
    plans = [
        json.loads(each.envelope)["document"].get("follow_ups", ())
        for each in _newest(skm_store.survey_reports(session, of))
        if each.state == FINAL and each.envelope is not None
    ]
    return max(plans, key=len, default=())


def proposed_elements(
    session: Session, of: Surveyed, planned: Collection[str], *, drafts: bool
) -> tuple[ProposedOut, ...]:
    """The two lowest elements of the newest report about this unit, without those that something is planned about."""
    report = newest_survey(session, of, drafts=drafts)
    if report is None or report.survey.results is None:
        return ()
    elements = {each.code: each for each in report.survey.results.elements if each.index is not None}
    lowest = two_lowest((code, Decimal(each.index or "0")) for code, each in elements.items())
    return tuple(
        ProposedOut(element=code, title=found.title, index=found.index or "", grade=found.grade, n=found.n)
        for code, found in ((code, elements[code]) for code in lowest if code not in planned)
    )


def newest_survey(session: Session, of: Surveyed, *, drafts: bool) -> SurveyReport | None:
    """The newest survey report about this unit, of drafts only where they may be seen; None where there is none."""
    stored = [each for each in skm_store.survey_reports(session, of) if drafts or each.state != DRAFT]
    if not stored:
        return None
    # The report about the office itself rather than that of all below it.
    chosen = min(_newest(stored), key=lambda each: (each.unit == WHOLE_UNIT, each.root))
    report = parse_report(json.loads(chosen.document))
    assert isinstance(report, SurveyReport), "its kind was asked for"
    return report


def _newest(stored: Sequence[StoredSurvey]) -> Sequence[StoredSurvey]:
    """Of each closing the newest revision; they come in the order of their revisions."""
    return list({(each.root, each.unit): each for each in stored}.values())
