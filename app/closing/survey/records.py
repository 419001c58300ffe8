"""What people entered about a survey as parts of its signed report.

What has been entered when a period is finalised becomes part of its report: its own plan and publications, and how far
the plan of the period before was carried out. What is entered later becomes part of the next period's report.
"""

from collections.abc import Sequence
from uuid import UUID

from app.access.principals import Reach
from app.closing.rules.documents import SKM, WHOLE_UNIT
from app.closing.rules.follow_up import Action, days_taken, progress
from app.closing.rules.report_documents.survey import (
    PlannedAction,
    PublicationLine,
    Realisation,
    RealisedAction,
    SurveyRecords,
)
from app.closing.survey import store as skm_store
from app.closing.survey.store import Surveyed
from app.closing.tables import FollowUp, Report
from app.disclosure.rules.calendar import Span
from app.foundation.rounding import rounded
from app.foundation.storage.database import Session


def entered(session: Session, reach: Reach, span: Span, reports: Sequence[Report]) -> dict[UUID, SurveyRecords]:
    """What becomes part of each survey report when it is signed."""
    return {
        report.report_id: records_about(
            session,
            Surveyed(
                reach.agency_id,
                reach.root_key if report.unit == WHOLE_UNIT else report.unit,
                span.code,
                report.instrument,
            ),
            span,
        )
        for report in reports
        if report.kind == SKM
    }


def records_about(session: Session, of: Surveyed, span: Span) -> SurveyRecords:
    """Plan and publications of a period, realisation and publications of the one before, as parts of a report."""
    former = span.before()
    before = of._replace(period=former.code)
    return SurveyRecords(
        follow_ups=tuple(map(_planned, skm_store.follow_ups(session, of))),
        realisation=_realisation(former, skm_store.follow_ups(session, before)),
        publications=tuple(
            PublicationLine(
                period=each.period,
                medium=row.medium,
                published_on=row.published_on.isoformat(),
                address=row.address,
            )
            for each in (of, before)
            for row in skm_store.publications(session, each)
        ),
    )


def _planned(row: FollowUp) -> PlannedAction:
    return PlannedAction(
        element=row.element, problem=row.problem, action=row.action, due_on=row.due_on.isoformat(), owner=row.owner
    )


def _realisation(span: Span, rows: Sequence[FollowUp]) -> Realisation:
    # What is overdue on some day stands in no report: it is the same for ever.
    found = progress([Action(row.status, row.due_on, row.done_on) for row in rows], span.last, on=span.last)
    return Realisation(
        period=span.code,
        items=tuple(_realised(row, span) for row in rows),
        done=found.done,
        share=None if found.share is None else rounded(found.share),
        on_time=found.on_time if rows else None,
        median_days=None if found.median_days is None else rounded(found.median_days, 1),
    )


def _realised(row: FollowUp, span: Span) -> RealisedAction:
    return RealisedAction(
        **dict(_planned(row)),
        status=row.status,
        done_on=row.done_on.isoformat() if row.done_on else None,
        note=row.note,
        days=days_taken(span.last, row.done_on),
        proof_address=row.proof_address,
        proof_sha256=row.proof_sha256,
    )
