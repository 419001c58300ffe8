"""The demo's plans have every state there is, whatever day it is loaded on."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from app.access.principals import Reach
from app.closing.addressing import asked
from app.closing.rules.follow_up import is_overdue, today
from app.closing.tables import FollowUp, Publication
from app.demo.follow_up import OFFICE, follow_up
from app.demo.loading import create_agency
from app.demo.town import AGENCY_CODE
from app.foundation.storage.database import Database


@pytest.mark.parametrize(
    ("now", "quarter"),
    [
        (datetime(2026, 10, 6, 3, tzinfo=UTC), "2026-Q3"),
        (datetime(2026, 12, 31, 18, tzinfo=UTC), "2026-Q3"),
        (datetime(2027, 2, 28, 3, tzinfo=UTC), "2026-Q4"),
    ],
)
def test_plans_are_done_begun_overdue_and_dropped(database: Database, now: datetime, quarter: str) -> None:
    with database.writing() as session:
        create_agency(session, now)
    follow_up(database, Reach(AGENCY_CODE, None, "cli:demo"), asked(quarter), "ikl-1", now)
    with database.reading() as session:
        rows = session.exec(select(FollowUp).where(FollowUp.agency_id == AGENCY_CODE)).all()
        published = session.exec(select(Publication).where(Publication.agency_id == AGENCY_CODE)).all()
    assert {row.status for row in rows} == {"planned", "started", "done", "dropped"}
    assert {row.office for row in rows} == {OFFICE, ""}
    assert sum(is_overdue(row.status, row.due_on, today(now)) for row in rows) == 2
    assert len(published) == 4
    assert all(row.published_on <= now.date() for row in published)
