"""What waits for who leads an office: actions that are overdue, and drafts on their way to a final report."""

from datetime import datetime

from app.access.principals import Reach
from app.closing.rules.follow_up import today
from app.closing.survey import store as skm_store
from app.closing.survey.store import OpenAction
from app.directory.reach import offices_in_reach
from app.foundation.storage.database import Session


def overdue_actions(session: Session, reach: Reach, now: datetime) -> list[OpenAction]:
    """The actions of all plans in reach that are open after the day they were due, the longest overdue first."""
    within = offices_in_reach(session, reach)
    found = skm_store.open_actions_due_before(session, reach.agency_id, today(now))
    return [each for each in found if within is None or each.office in within]
