"""The nightly release: once after each night's screening, whichever process looks first."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.disclosure import releasing
from app.disclosure.nightly import NightlyRelease, oldest_release_age
from app.disclosure.reconciliation import reconcile_blocks
from app.disclosure.releasing import ReleaseOrder, ReleaseOutcome, release_agency
from app.foundation.storage.database import Database
from app.foundation.storage.installation import put_fact
from app.ratings.keys import first_key
from app.screening.nightly import NAME as SCREENING
from tests.disclosure.attacker import Town
from tests.house import NOW, House, TurnableClock
from tests.ratings.visits import Visit, put

# On PostgreSQL in the campaign.
pytestmark = pytest.mark.sqlite_daily


def nightly(house: House, clock: TurnableClock) -> NightlyRelease:
    """One process's look, with its own clock in hand."""
    return NightlyRelease(house.database, clock, after_days=5, late_days=35)


def screened(house: House, night: str) -> None:
    """A night's screening is done."""
    with house.database.writing() as session:
        put_fact(session, SCREENING, night)


def test_it_runs_once_after_each_nights_screening(house: House) -> None:
    put(house.database, [Visit(rated_on=NOW.date())] * 10, start=first_key(NOW.date()).int)
    clock = TurnableClock(NOW)
    one, other = nightly(house, clock), nightly(house, clock)
    assert not one.run_if_due()
    screened(house, "2026-11-18")
    assert [each.run_if_due() for each in (one, other, one)] == [True, False, False]
    # November is not over yet.
    asked = {"from": "2026-11-01", "to": "2026-11-30"}
    assert house.get("/v1/indices", params=asked).json()["code"] == "not-released"
    clock.now = datetime(2026, 12, 5, 18, tzinfo=UTC)
    screened(house, "2026-12-06")
    assert [each.run_if_due() for each in (other, one)] == [True, False]
    [row] = house.get("/v1/indices", params=asked).json()["rows"]
    assert (row["n"], row["state"]) == (10, "exact")


def test_a_process_that_ends_begins_no_release(house: House) -> None:
    screened(house, "2026-11-18")
    stopping = nightly(house, TurnableClock(NOW))
    stopping.stop()
    assert not stopping.run_if_due()


def test_a_process_that_lost_its_lease_leaves_the_night_to_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    screened(house, "2026-11-18")
    clock = TurnableClock(NOW)
    one = nightly(house, clock)
    monkeypatch.setattr("app.disclosure.nightly.release", lambda *_: None)
    assert not one.run_if_due()
    monkeypatch.undo()
    assert nightly(house, clock).run_if_due()


def test_one_agencys_trouble_keeps_no_other_from_its_figures(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(database: Database, agency_id: str, order: ReleaseOrder) -> ReleaseOutcome:
        if agency_id == "desa":
            raise KeyError("a questionnaire that is gone")
        return release_agency(database, agency_id, order)

    monkeypatch.setattr("app.disclosure.releasing.release_agency", failing)
    screened(house, "2026-11-18")
    assert nightly(house, TurnableClock(NOW)).run_if_due()
    assert house.get("/v1/indices").status_code == 200
    assert house.get("/v1/indices", "desa reader").json()["code"] == "nothing-released"


def test_the_age_of_the_oldest_release_is_known(house: House) -> None:
    assert oldest_release_age(house.database, NOW) == 0
    house.release(now=NOW)
    house.release("desa", NOW + timedelta(hours=2))
    assert oldest_release_age(house.database, NOW + timedelta(hours=3)) == 3 * 3_600


def rated(house: House, day: date) -> None:
    """Twenty-five ratings of a day."""
    put(house.database, [Visit(rated_on=day)] * 25, start=first_key(day).int)


def released_at(house: House, now: datetime) -> ReleaseOutcome:
    """A release as by night."""
    return release_agency(house.database, "kota", ReleaseOrder(now, "test", timedelta(days=5), timedelta(days=35)))


@pytest.mark.parametrize("is_at", ["renew_sums", "renew_charts"])
def test_who_stood_still_over_the_end_of_a_month_takes_no_month_back(
    house: House, monkeypatch: pytest.MonkeyPatch, is_at: str
) -> None:
    november, december = datetime(2026, 11, 12, tzinfo=UTC), datetime(2026, 12, 12, tzinfo=UTC)
    rated(house, date(2026, 10, 8))
    rated(house, date(2026, 11, 10))
    step = getattr(releasing, is_at)

    def stand_still(*values: Any) -> None:
        monkeypatch.setattr(releasing, is_at, step)
        released_at(house, december)
        step(*values)

    monkeypatch.setattr(releasing, is_at, stand_still)
    outcome = released_at(house, november)
    assert (outcome.number, outcome.through) == (2, "2026-11")
    assert not reconcile_blocks(house.database).faults
    [row] = house.get("/v1/indices", params={"from": "2026-11-01", "to": "2026-11-30"}).json()["rows"]
    assert row["n"] == 25


def test_a_release_by_a_clock_that_was_set_back_takes_no_month_back(house: House) -> None:
    rated(house, date(2026, 11, 10))
    assert released_at(house, datetime(2026, 12, 12, tzinfo=UTC)).through == "2026-11"
    assert released_at(house, datetime(2026, 11, 12, tzinfo=UTC)).through == "2026-11"
    assert not reconcile_blocks(house.database).faults


def test_a_release_again_tells_nothing_twice(house: House) -> None:
    put(house.database, [Visit(employee="E001")] * 12)
    first, second = house.release(), house.release()
    assert first == ReleaseOutcome(1, "2027-03", told=12, left=0, waiting=0)
    assert second == ReleaseOutcome(2, "2027-03", told=0, left=0, waiting=0)


@pytest.mark.long
def test_of_an_office_and_a_period_that_is_over_at_most_nine_wait_however_few_come_at_once(house: House) -> None:
    first, later = NOW.replace(year=2026, month=10, day=8), timedelta(days=1)
    town = Town(house.database, "kota", first)
    waited = []
    for night, (n, office) in enumerate([(12, "dukcapil"), (3, "dukcapil"), (4, "setda")] * 6):
        town.rate([(office, f"E{night % 4:03}", first.date() - timedelta(days=20), "ktp-el", "kiosk", "434")] * n)
        town.now = first + night * later
        town.release()
        said, true = town.waits()
        assert said == true
        waited.append(true)
    # Of two offices: nine of each at most.
    assert max(waited) <= 18
    assert 0 < waited[-1] <= 18


@pytest.mark.long
def test_what_is_held_after_telling_leaves_by_tens_and_comes_back_by_tens(house: House) -> None:
    town = Town(house.database, "kota", NOW)
    town.rate(("dukcapil", "E001", NOW.date(), "ktp-el", "kiosk", "434") for _ in range(30))
    house.release()
    keys = sorted(town.ratings)
    for held, counted in ((keys[:9], 30), (keys[9:10], 20), (keys[10:15], 20)):
        town.hold(held)
        house.release()
        assert told(house) == counted
    for finding, counted in zip(town.findings, (20, 30, 30), strict=True):
        town.count_again(finding)
        house.release()
        assert told(house) == counted


@pytest.mark.long
def test_of_a_block_that_ten_leave_fewer_than_ten_do_not_stay(house: House) -> None:
    town = Town(house.database, "kota", NOW)
    town.rate(("dukcapil", "E001", NOW.date(), "ktp-el", "kiosk", "434") for _ in range(25))
    house.release()
    keys = sorted(town.ratings)
    town.hold(keys[:19])
    house.release()
    # Nineteen are doubted; the six others wait, and that is said by whoever counts them.
    assert told(house) is None
    assert waiting(house) == 6
    # Nor do ten that count again bring the others back with them.
    town.hold(keys[19:])
    town.count_again(town.findings[0])
    house.release()
    assert (told(house), waiting(house)) == (None, 19)
    town.count_again(town.findings[1])
    house.release()
    assert (told(house), waiting(house)) == (25, 0)


def test_what_waited_and_was_held_months_later_waits_no_more(house: House) -> None:
    town = Town(house.database, "kota", NOW)
    sheets = [("dukcapil", "E001", NOW.date(), "ktp-el", "kiosk", "434")]
    town.rate(sheets * 3)
    for days, hold, waits in ((40, 0, 3), (130, 0, 3), (200, 2, 1), (260, 1, 0)):
        town.now = NOW + timedelta(days=days)
        town.hold(sorted(town.ratings)[3 - hold - waits : 3 - waits])
        town.release()
        assert town.waits() == (waits, waits)


def test_what_came_back_with_its_block_months_later_waits_no_more(house: House) -> None:
    # Three offices have too few for themselves: their ratings are one block. Nothing at setda is ever doubted.
    town = Town(house.database, "kota", NOW)
    for office, n in (("dukcapil", 9), ("upt-makassar", 4), ("setda", 4)):
        town.rate([(office, None, NOW.date(), "ktp-el", "kiosk", "434")] * n)
    months_later(town)
    town.hold(key for key, rated in town.ratings.items() if rated.office != "setda")
    assert months_later(town) == (4, 4)
    town.count_again(town.findings[0])
    assert months_later(town) == (0, 0)


def months_later(town: Town) -> tuple[int, int]:
    """A release long after; how many ratings are said to wait, and how many truly do."""
    town.now += timedelta(days=140)
    town.release()
    return town.waits()


def test_answers_of_one_to_nine_to_a_question_do_not_leave_alone(house: House) -> None:
    town = Town(house.database, "kota", NOW)
    sheets = ["-41"] * 3 + ["4-1"] * 9 + ["34-"] * 13
    town.rate(("dukcapil", "E001", NOW.date(), "ktp-el", "kiosk", sheet) for sheet in sheets)
    house.release()
    town.ask(**{"from": "2026-11-01", "to": "2026-11-30"})
    # Twelve leave and thirteen could stay; but nine of those who leave answered the first question.
    town.hold(sorted(town.ratings)[:12])
    house.release()
    town.ask(**{"from": "2026-11-01", "to": "2026-11-30"})
    assert told(house) is None
    assert town.smallest_class() >= 10


def waiting(house: House) -> int:
    """How many ratings wait."""
    with house.database.reading() as session:
        return int(session.execute(text("SELECT coalesce(sum(n), 0) FROM waiting")).scalar_one())


def told(house: House) -> int | None:
    """How many ratings of November are told."""
    [row] = house.get("/v1/indices", params={"from": "2026-11-01", "to": "2026-11-30"}).json()["rows"]
    n: int | None = row["n"]
    return n
