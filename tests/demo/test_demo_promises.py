"""The demo's promises, and what its queue systems tell of everybody whom they served, whatever day it is loaded on."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from app.access.principals import Reach
from app.demo.loading import create_agency
from app.demo.promises import PROMISED, promise_and_tell
from app.demo.town import AGENCY_CODE, SERVICES
from app.directory.volumes.intake import store_volumes
from app.directory.volumes.volume import DayVolume
from app.foundation.storage.database import Database
from app.standards.store import promises_of


@pytest.mark.long
@pytest.mark.parametrize("now", [datetime(2026, 10, 6, 3, tzinfo=UTC), datetime(2027, 2, 28, 3, tzinfo=UTC)])
def test_months_tell_as_many_as_were_served_beside_what_was_promised(database: Database, now: datetime) -> None:
    day = date(now.year, now.month, 1)
    with database.writing() as session:
        create_agency(session, now)
        volumes = [DayVolume("mpp", day, "ktp-el", "", 120, None), DayVolume("mpp", day, "sim", "", 30, None)]
        store_volumes(session, AGENCY_CODE, volumes, actor="test", now=now)
    for _ in range(2):
        promise_and_tell(database, Reach(AGENCY_CODE, None, "cli:demo"), now)
    with database.reading() as session:
        promised = promises_of(session, AGENCY_CODE)
        rows = session.execute(text("SELECT service, what, n FROM standard_count WHERE n > 0")).all()
    assert promised.keys() == PROMISED.keys() <= {service.code for service in SERVICES}
    assert len(promised["sim"].within(f"{now.year - 1}-01", f"{now:%Y-%m}")) == 2
    counted = {(service, what): n for service, what, n in rows}
    for service, n in (("ktp-el", 120), ("sim", 30)):
        assert sum(counted.get((service, what), 0) for what in ("half", "within", "twice", "more")) == n
    assert counted["ktp-el", "due"] == 6 * 120
    assert 0.9 * 720 < counted["ktp-el", "done"] <= 720
    assert ("sim", "due") not in counted
