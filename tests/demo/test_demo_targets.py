"""The demo's targets stand for the periods that are closed and those that run, whatever day it is loaded on."""

from datetime import UTC, datetime

import pytest

from app.access.principals import Reach
from app.closing.addressing import asked
from app.demo.loading import create_agency
from app.demo.people import EMPLOYEES
from app.demo.targets import set_targets
from app.demo.town import AGENCY_CODE, OFFICES
from app.foundation.storage.database import Database
from app.targets.store import targets_of


@pytest.mark.long
@pytest.mark.parametrize("now", [datetime(2026, 10, 6, 3, tzinfo=UTC), datetime(2027, 2, 28, 3, tzinfo=UTC)])
def test_everybody_has_one_in_what_is_closed_and_offices_also_in_what_runs(database: Database, now: datetime) -> None:
    with database.writing() as session:
        create_agency(session, now)
    closed = (asked("2026-Q3"), asked("2026-09"))
    set_targets(database, Reach(AGENCY_CODE, None, "cli:demo"), closed, "ikl-1", now)
    with database.reading() as session:
        of_quarter = targets_of(session, AGENCY_CODE, "2026-Q3", "ikl-1")
        of_year = targets_of(session, AGENCY_CODE, str(now.year), "ikl-1")
    assert len(of_quarter) == 2 * len(OFFICES) + len(EMPLOYEES)
    assert {key.kind for key in of_year} == {"office"}
    assert len(of_year) == 2 * len(OFFICES)
