"""What people enter about a survey: the plan that follows it, its realisation, and where it was published.

What has been entered when a period is finalised becomes part of its signed report: its own plan and publications, and
how far the plan of the period before was carried out. What is entered later becomes part of the next period's report.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from app.access.audit import record
from app.access.principals import Reach
from app.closing import store
from app.closing.rules.report_documents.survey import (
    PlannedAction,
    PublicationLine,
    Realisation,
    RealisedAction,
    SurveyRecords,
)
from app.closing.survey import store as skm_store
from app.closing.survey.documents import SKM, WHOLE_UNIT
from app.closing.survey.schemas import FollowUpPart, FollowUpsOut, PublicationPart, PublicationsOut
from app.closing.tables import FINAL, FollowUp, Publication, Report
from app.directory.listing_store import office_parents
from app.directory.reach import require_office
from app.directory.rules.office_tree import subtree
from app.directory.store import lock_agency
from app.disclosure.rules.calendar import Span
from app.foundation.problems import Problem
from app.foundation.rounding import rounded
from app.foundation.storage.database import Session

# What was planned, apart from how it was carried out.
PLANNED = ("element", "problem", "action", "due_on", "owner")


def put_follow_ups(
    session: Session, reach: Reach, span: Span, office: str | None, items: Sequence[FollowUpPart], now: datetime
) -> FollowUpsOut:
    """Replace the plan that follows a period. Raises `office-unknown`, `out-of-scope`, `plan-signed`.

    Of a plan that a final report holds only the realisation changes, and actions may be added.
    """
    unit = office_within(session, reach, office)
    # The same lock that finalising takes: a plan must not change between the check and the signature.
    lock_agency(session, reach.agency_id)
    if _is_signed(session, reach.agency_id, unit, span):
        signed = skm_store.follow_ups(session, reach.agency_id, unit, span.code)
        if len(items) < len(signed) or any(_is_other(row, item) for row, item in zip(signed, items, strict=False)):
            raise Problem("plan-signed", n=len(signed))
    rows = [
        FollowUp(agency_id=reach.agency_id, office=unit, period=span.code, place=place, **item.model_dump())
        for place, item in enumerate(items)
    ]
    skm_store.replace_rows(session, FollowUp, reach.agency_id, unit, span.code, rows)
    _audit(session, reach, "period.planned", f"{unit or reach.agency_id} {span.code}", now, len(rows))
    return follow_ups_of(session, reach, span, office)


def put_publications(
    session: Session, reach: Reach, span: Span, office: str | None, items: Sequence[PublicationPart], now: datetime
) -> PublicationsOut:
    """Replace the record of a period's publication. Raises `office-unknown`, `out-of-scope`."""
    unit = office_within(session, reach, office)
    rows = [
        Publication(agency_id=reach.agency_id, office=unit, period=span.code, place=place, **item.model_dump())
        for place, item in enumerate(items)
    ]
    skm_store.replace_rows(session, Publication, reach.agency_id, unit, span.code, rows)
    _audit(session, reach, "period.published", f"{unit or reach.agency_id} {span.code}", now, len(rows))
    return publications_of(session, reach, span, office)


def follow_ups_of(session: Session, reach: Reach, span: Span, office: str | None) -> FollowUpsOut:
    """The plan that follows a period. Raises `office-unknown`, `out-of-scope`."""
    unit = office_within(session, reach, office)
    rows = skm_store.follow_ups(session, reach.agency_id, unit, span.code)
    items = tuple(FollowUpPart.model_validate(row.model_dump(include=set(FollowUpPart.model_fields))) for row in rows)
    return FollowUpsOut(period=span.code, office=unit or None, items=items)


def publications_of(session: Session, reach: Reach, span: Span, office: str | None) -> PublicationsOut:
    """Where a period's results were made public. Raises `office-unknown`, `out-of-scope`."""
    unit = office_within(session, reach, office)
    rows = skm_store.publications(session, reach.agency_id, unit, span.code)
    parts = PublicationPart.model_fields
    items = tuple(PublicationPart.model_validate(row.model_dump(include=set(parts))) for row in rows)
    return PublicationsOut(period=span.code, office=unit or None, items=items)


def office_within(session: Session, reach: Reach, office: str | None) -> str:
    """The office meant; left out, the reach's root ('' for the agency). Raises `office-unknown`, `out-of-scope`."""
    if office is None:
        return reach.root_key
    require_office(session, reach, office)
    return office


def entered(session: Session, reach: Reach, span: Span, reports: Sequence[Report]) -> dict[UUID, SurveyRecords]:
    """What becomes part of each survey report when it is signed."""
    return {
        report.report_id: records_about(
            session, reach.agency_id, reach.root_key if report.unit == WHOLE_UNIT else report.unit, span
        )
        for report in reports
        if report.kind == SKM
    }


def records_about(session: Session, agency_id: str, office: str, span: Span) -> SurveyRecords:
    """Plan and publications of a period, realisation and publications of the one before, as parts of a report."""
    earlier = span.before()
    return SurveyRecords(
        follow_ups=tuple(map(_planned, skm_store.follow_ups(session, agency_id, office, span.code))),
        realisation=_realisation(earlier.code, skm_store.follow_ups(session, agency_id, office, earlier.code)),
        publications=tuple(
            PublicationLine(
                period=each.code,
                medium=row.medium,
                published_on=row.published_on.isoformat(),
                address=row.address,
            )
            for each in (span, earlier)
            for row in skm_store.publications(session, agency_id, office, each.code)
        ),
    )


def _is_signed(session: Session, agency_id: str, unit: str, span: Span) -> bool:
    """Whether the newest closing that reports about this unit is final."""
    parents = office_parents(session, agency_id)
    states = {
        period.root: period.state
        for period in store.periods_of(session, agency_id, span.code)
        if period.root in ("", unit) or (unit and unit in subtree(parents, period.root))
    }
    return FINAL in states.values()


def _is_other(row: FollowUp, item: FollowUpPart) -> bool:
    return any(getattr(row, name) != getattr(item, name) for name in PLANNED)


def _planned(row: FollowUp) -> PlannedAction:
    return PlannedAction(
        element=row.element, problem=row.problem, action=row.action, due_on=row.due_on.isoformat(), owner=row.owner
    )


def _realisation(period: str, rows: Sequence[FollowUp]) -> Realisation:
    items = tuple(
        RealisedAction(
            **dict(_planned(row)),
            status=row.status,
            done_on=row.done_on.isoformat() if row.done_on else None,
            note=row.note,
        )
        for row in rows
    )
    done = sum(each.status == "done" for each in items)
    return Realisation(
        period=period, items=items, done=done, share=rounded(Fraction(done, len(items))) if items else None
    )


def _audit(session: Session, reach: Reach, action: str, subject: str, now: datetime, n: int) -> None:
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=subject,
        at=now,
        n=n,
    )
