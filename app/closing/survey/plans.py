"""What people enter about a survey: the plan that follows it, its realisation, and where it was published.

What has been entered when a period is finalised becomes part of its signed report: its own plan and publications, and
how far the plan of the period before was carried out. What is entered later becomes part of the next period's report.
"""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from app.access.audit import record
from app.access.principals import Reach
from app.closing import store
from app.closing.addressing import planned_instrument
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
from app.closing.survey.store import Surveyed
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


class Planned(NamedTuple):
    """What somebody asks about: a period, and perhaps an office and a questionnaire."""

    span: Span
    office: str | None = None
    instrument: str | None = None


def put_follow_ups(
    session: Session, reach: Reach, about: Planned, items: Sequence[FollowUpPart], now: datetime
) -> FollowUpsOut:
    """Replace the plan that follows a period. Raises what `surveyed` does, and `plan-signed`.

    Of a plan that a final report holds only the realisation changes, and actions may be added.
    """
    of = surveyed(session, reach, about)
    # The same lock that finalising takes: a plan must not change between the check and the signature.
    lock_agency(session, reach.agency_id)
    if _is_signed(session, of):
        signed = skm_store.follow_ups(session, of)
        if len(items) < len(signed) or any(_is_other(row, item) for row, item in zip(signed, items, strict=False)):
            raise Problem("plan-signed", n=len(signed))
    rows = [FollowUp(**of._asdict(), place=place, **item.model_dump()) for place, item in enumerate(items)]
    skm_store.replace_rows(session, FollowUp, of, rows)
    _audit(session, reach, "period.planned", of, now, len(rows))
    return follow_ups_of(session, reach, about)


def put_publications(
    session: Session, reach: Reach, about: Planned, items: Sequence[PublicationPart], now: datetime
) -> PublicationsOut:
    """Replace the record of a period's publication. Raises what `surveyed` does."""
    of = surveyed(session, reach, about)
    rows = [Publication(**of._asdict(), place=place, **item.model_dump()) for place, item in enumerate(items)]
    skm_store.replace_rows(session, Publication, of, rows)
    _audit(session, reach, "period.published", of, now, len(rows))
    return publications_of(session, reach, about)


def follow_ups_of(session: Session, reach: Reach, about: Planned) -> FollowUpsOut:
    """The plan that follows a period. Raises what `surveyed` does."""
    of = surveyed(session, reach, about)
    rows = skm_store.follow_ups(session, of)
    items = tuple(FollowUpPart.model_validate(row.model_dump(include=set(FollowUpPart.model_fields))) for row in rows)
    return FollowUpsOut(period=of.period, instrument=of.instrument, office=of.office or None, items=items)


def publications_of(session: Session, reach: Reach, about: Planned) -> PublicationsOut:
    """Where a period's results were made public. Raises what `surveyed` does."""
    of = surveyed(session, reach, about)
    rows = skm_store.publications(session, of)
    parts = PublicationPart.model_fields
    items = tuple(PublicationPart.model_validate(row.model_dump(include=set(parts))) for row in rows)
    return PublicationsOut(period=of.period, instrument=of.instrument, office=of.office or None, items=items)


def surveyed(session: Session, reach: Reach, about: Planned) -> Surveyed:
    """What is meant; without an office the reach's root, without a questionnaire the agency's only one.

    Raises `office-unknown`, `out-of-scope`, `instrument-unknown`, `instrument-ambiguous`.
    """
    if about.office is not None:
        require_office(session, reach, about.office)
    unit = reach.root_key if about.office is None else about.office
    instrument = planned_instrument(session, reach.agency_id, about.span, about.instrument)
    return Surveyed(reach.agency_id, unit, about.span.code, instrument)


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
    before = of._replace(period=span.before().code)
    return SurveyRecords(
        follow_ups=tuple(map(_planned, skm_store.follow_ups(session, of))),
        realisation=_realisation(before.period, skm_store.follow_ups(session, before)),
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


def _is_signed(session: Session, of: Surveyed) -> bool:
    """Whether the newest closing that reports about this unit is final."""
    parents = office_parents(session, of.agency_id)
    states = {
        period.root: period.state
        for period in store.periods_of(session, of.agency_id, of.period)
        if period.instrument == of.instrument
        and (period.root in ("", of.office) or (of.office and of.office in subtree(parents, period.root)))
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


def _audit(session: Session, reach: Reach, action: str, of: Surveyed, now: datetime, n: int) -> None:
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=f"{of.office or of.agency_id} {of.period}",
        at=now,
        instrument=of.instrument,
        n=n,
    )
