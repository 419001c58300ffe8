"""When the ratings around a finding were given, as counts without answers, of ten and more alone."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.access.principals import Reach
from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.storage.database import Session
from app.foundation.wire import WireModel
from app.screening import decisions
from app.screening.rules.timeline import timeline
from app.screening.schemas import FindingOut


class MomentOut(WireModel):
    """One hour, or where `hour` is null one day: how many ratings, how many of them doubted; null: fewer than ten."""

    day: date
    hour: Annotated[int | None, Field(ge=0, le=23)]
    n: int | None
    doubted: int | None


class TimelineOut(WireModel):
    """A finding and the ratings of the same person, or office, in its days; none once hours are forgotten.

    `kept` says that all hours of these days are still remembered.
    """

    finding: FindingOut
    kept: bool
    items: tuple[MomentOut, ...]


def finding_timeline(session: Session, reach: Reach, finding_id: UUID, now: datetime, trace_days: int) -> TimelineOut:
    """The timeline of a finding. Raises `finding-unknown`, `out-of-scope`."""
    finding, moments = decisions.moments_around(session, reach, finding_id)
    # Of the oldest day that has traces some may be gone already.
    kept = finding.first_on > (now - timedelta(days=trace_days)).date()
    items = tuple(
        MomentOut(day=each.day, hour=each.hour, n=_shown_count(each.n), doubted=_shown_count(each.doubted))
        for each in timeline(moments, finding.first_on, finding.days)
    )
    return TimelineOut(finding=decisions.finding_out(finding), kept=kept, items=items if kept else ())


def _shown_count(n: int) -> int | None:
    """The count from ten on. That an hour had one rating and not none would already tell about a single visitor."""
    return n if n >= SMALLEST_N else None
