"""What people entered about a survey as parts of its signed report.

What has been entered when a period is finalised becomes part of its report: its own plan and publications, and how far
the plan of the period before was carried out. What is entered later becomes part of the next period's report.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

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
from app.closing.tables import FollowUp, Publication
from app.disclosure.rules.calendar import Span
from app.foundation.rounding import rounded
from app.foundation.storage.database import Session


def records_about(session: Session, of: Surveyed, span: Span) -> SurveyRecords:
    """Plan and publications of a period, realisation and publications of the one before, as parts of a report."""
    return records_of_each(session, of.agency_id, span, of.instrument, [of.office])[of.office]


def records_of_each(
    session: Session, agency_id: str, span: Span, instrument: str, offices: Collection[str]
) -> dict[str, SurveyRecords]:
    """What is entered about the surveys of a few offices ('': of the agency), by their codes."""
    former = span.before()
    about = (session, agency_id, (former.code, span.code), instrument, offices)
    plans: dict[tuple[str, str], list[FollowUp]] = defaultdict(list)
    for action in skm_store.follow_ups_in(*about):
        plans[action.office, action.period].append(action)
    published: dict[tuple[str, str], list[Publication]] = defaultdict(list)
    for publication in skm_store.publications_in(*about):
        published[publication.office, publication.period].append(publication)
    return {
        office: SurveyRecords(
            follow_ups=tuple(map(_planned, plans[office, span.code])),
            realisation=_realisation(former, plans[office, former.code]),
            publications=tuple(
                PublicationLine(
                    period=period, medium=row.medium, published_on=row.published_on.isoformat(), address=row.address
                )
                for period in (span.code, former.code)
                for row in published[office, period]
            ),
        )
        for office in offices
    }


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
