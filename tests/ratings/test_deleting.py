"""A clock that is far ahead deletes nothing: by what is known of the present it is wrong."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.disclosure.nightly import NightlyRelease
from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import Rewriting
from app.jobs import jobs_of
from app.ratings.deleting import believe, clock_is_believable
from app.ratings.rules.present import FARTHEST, is_far_ahead
from app.screening.nightly import NightlyScreening
from tests.house import NOW, House

DAY = timedelta(days=1)
TODAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("known", "far"),
    [
        ([], False),
        ([TODAY], False),
        ([TODAY + 10 * DAY], False),
        ([TODAY - FARTHEST], False),
        ([TODAY - FARTHEST - DAY], True),
        ([TODAY - 420 * DAY, TODAY - FARTHEST], False),
        ([TODAY - 420 * DAY, TODAY - 100 * DAY], True),
    ],
)
def test_a_day_is_far_ahead_of_all_that_is_known(known: list[date], far: bool) -> None:
    assert is_far_ahead(TODAY, known) is far


def test_the_newest_rating_of_any_agency_and_the_last_run_tell_the_present(house: House) -> None:
    database = house.database
    # Nothing is known, and nothing could be deleted.
    assert clock_is_believable(database, NOW)
    assert not clock_is_believable(database, NOW + 46 * DAY)
    # A service that runs is believed day by day, though nobody rates.
    for days in range(0, 200, 40):
        assert clock_is_believable(database, NOW + timedelta(days=days))
    believe(database, NOW)
    assert not clock_is_believable(database, NOW + 46 * DAY)
    house.clock.now = NOW + 50 * DAY
    assert house.post("/v1/ratings", house.sheet(), "desa app").status_code == 201
    assert clock_is_believable(database, NOW + 90 * DAY)
    assert not clock_is_believable(database, NOW + 420 * DAY)
    # An operator who says that the clock is right is believed.
    believe(database, NOW + 420 * DAY)
    assert clock_is_believable(database, NOW + 421 * DAY)


def test_no_night_is_screened_by_a_clock_that_is_far_ahead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.post("/v1/ratings", house.sheet()).status_code == 201
    of, ran = house.services.of, list[object]()
    nightly = of(NightlyScreening)
    screening = next(
        job for job in jobs_of(house.services, nightly, of(NightlyRelease), of(Rewriting)) if job.name == "screening"
    )
    monkeypatch.setattr(nightly, "run_if_due", lambda: ran.append(nightly))
    for days, times in ((0, 1), (420, 1), (1, 2)):
        house.clock.now = NOW + timedelta(days=days)
        screening.work()
        assert len(ran) == times


def comments(database: Database) -> int:
    """How many there are."""
    with database.reading() as session:
        return int(session.execute(text("SELECT count(*) FROM comment")).scalar_one())


@pytest.mark.long
def test_the_service_deletes_nothing_by_a_clock_that_is_far_ahead(house: House) -> None:
    assert house.post("/v1/ratings", house.sheet(comment="baik")).status_code == 201
    of = house.services.of
    jobs = jobs_of(house.services, of(NightlyScreening), of(NightlyRelease), of(Rewriting))
    clean_up = next(job for job in jobs if job.name == "tidy")
    for days in (420, 40_000):
        house.clock.now = NOW + timedelta(days=days)
        clean_up.work()
        assert comments(house.database) == 1
    # Day by day the retention ends all the same.
    for days in range(0, 421, 30):
        house.clock.now = NOW + timedelta(days=days)
        clean_up.work()
    assert comments(house.database) == 0
