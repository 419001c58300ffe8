"""Months past their retention are sealed, then their ratings go: every figure stays, and any change is found."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.foundation.storage.database import Database, OperationalError
from app.foundation.storage.rewriting_store import is_busy
from app.ratings.rules.months import sealable_before
from app.ratings.sealed_store import hold_ratings, sealed_months, sealed_through
from tests.disclosure.attacker import Town
from tests.house import NOW, furnish
from tests.transparency.sealed_town import (
    GROUPS,
    change,
    confirm,
    counts,
    dropped,
    faults,
    hold,
    log,
    night,
    quarter,
    seal,
    told,
)

DAY = timedelta(days=1)
AUGUST, OCTOBER, NEVER = date(2030, 8, 1), date(2030, 10, 1), date(2033, 1, 1)
ALL = sum(group[-1] for group in GROUPS)


@pytest.fixture
def town(database: Database) -> Town:
    """A town whose quarter was told."""
    return quarter(database)


def test_what_stays_is_two_whole_years_and_what_may_still_come() -> None:
    late = timedelta(days=35)
    assert sealable_before(date(2026, 12, 31), 36, late) == date(2023, 12, 1)
    assert sealable_before(date(2026, 1, 1), 36, late) == date(2023, 1, 1)
    # Ratings that may come years late keep their months longer.
    assert sealable_before(date(2026, 12, 31), 36, timedelta(days=3_660)) == date(2016, 9, 1)


@pytest.mark.long
def test_every_figure_is_the_same_when_the_ratings_are_gone(town: Town) -> None:
    before = told(town)
    assert any(reasons for name, reasons in before.items() if name.startswith("held"))
    assert faults(town) == []
    months = seal(town, NEVER)
    assert [(each.month, each.reasons) for each in months] == [("2030-07", ()), ("2030-08", ()), ("2030-09", ())]
    assert sum(each.ratings for each in months) == ALL
    assert faults(town) == []
    assert (told(town), dropped(town, NEVER).faults) == (before, [])
    # Keys lie up to a month before their days: all of the quarter is gone.
    assert counts(town.database, "rating", "block_rating", "trace") == [0, 0, 0]
    assert told(town) == before
    assert faults(town) == []
    [sealed] = log(town).sealed
    assert (sealed.month, sealed.gone) == ("2030-09", ALL)
    # Again does nothing, and so do the nights that follow.
    assert seal(town, NEVER) == []
    assert dropped(town, NEVER).ratings.total() == 0
    for _ in range(2):
        town.now += 40 * DAY
        night(town)
        assert told(town) == before
        assert faults(town) == []
    town.release(whole=True)
    assert told(town) == before


@pytest.mark.long
@pytest.mark.parametrize("store", ["postgresql"])
def test_on_postgresql_whole_partitions_go(town: Town) -> None:
    def parts(table: str) -> set[str]:
        asked = (
            f"SELECT relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '{table}'::regclass"
        )
        with town.database.reading() as session:
            return {name.removeprefix(f"{table}_") for name in session.execute(text(asked)).scalars()}

    july = {"2030_06", "2030_07"}
    assert july <= parts("rating") & parts("trace") & parts("block_rating")
    seal(town, AUGUST)
    # Of keys of July some count in August: their partition stays until that is sealed.
    assert (dropped(town, AUGUST).parts[-1], "2030_07" in parts("rating")) == ("2030_06", True)
    left = counts(town.database, "rating")[0]
    assert 0 < left < ALL
    assert faults(town) == []
    seal(town, NEVER)
    assert dropped(town, NEVER).parts[0] == "2030_07"
    for table in ("rating", "trace", "block_rating"):
        assert parts(table) & {"2030_06", "2030_07", "2030_08", "2030_09"} == set()
        assert "2030_10" in parts(table)


@pytest.mark.long
@pytest.mark.parametrize("store", ["postgresql"])
def test_what_lay_there_before_there_were_partitions_goes_row_by_row(database: Database) -> None:
    town = quarter(database, 2026)
    assert [each.reasons for each in seal(town, date(2027, 1, 1))] == [(), (), ()]
    gone = dropped(town, date(2027, 1, 1))
    assert (gone.ratings["kota"], gone.parts, gone.faults) == (ALL, [], [])
    assert counts(town.database, "rating", "block_rating", "trace") == [0, 0, 0]
    assert faults(town) == []


@pytest.mark.long
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_partition_stays_for_the_agency_that_still_needs_it(town: Town) -> None:
    furnish(town.database, "desa", NOW)
    Town(town.database, "desa", town.now).rate([("dukcapil", None, date(2030, 8, 1), "ktp-el", "web", "111")] * 3)
    seal(town, NEVER)
    gone = dropped(town, NEVER)
    # Of July and August there are keys of the other agency; what is overdue by now goes row by row.
    assert {"2030_07"} & set(gone.parts) == set()
    assert gone.faults == []
    left, others = ratings_of(town, "kota"), ratings_of(town, "desa")
    assert (gone.ratings["kota"], others) == (ALL - left, 3)
    assert 0 < left < ALL
    assert faults(town) == []
    # Years later nothing of the month stays on its account.
    change(town.database, "DELETE FROM rating WHERE agency_id = 'desa'")
    assert dropped(town, NEVER).ratings["kota"] == left
    assert (ratings_of(town, "kota"), faults(town)) == (0, [])


@pytest.mark.long
@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_nothing_goes_while_a_check_looks_at_it(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ratings.partitions.TRIES", 1)
    seal(town, NEVER)
    with town.database.snapshot(hurried=False) as session:
        hold_ratings(session)
        with pytest.raises(OperationalError) as caught:
            dropped(town, NEVER)
        assert is_busy(caught.value)
    # Nothing was kept of what did not go.
    assert counts(town.database, "rating", "sealed_ticket", "sealed_held") == [ALL, 0, 0]
    assert dropped(town, NEVER).ratings.total() == ALL
    assert faults(town) == []


def ratings_of(town: Town, agency_id: str) -> int:
    """How many ratings an agency has."""
    return counts(town.database, f"rating WHERE agency_id = '{agency_id}'")[0]


@pytest.mark.long
def test_a_month_goes_and_the_others_go_on(town: Town) -> None:
    """Blocks of the quarter have ratings of July, and stay as they were told when it is sealed."""
    before = told(town)
    [july] = seal(town, AUGUST)
    assert (july.month, july.reasons) == ("2030-07", ())
    dropped(town, AUGUST)
    assert counts(town.database, "rating")[0] < ALL
    # Late ratings of the other months are told; those of July could not be, and nobody takes them in.
    town.rate([("dukcapil", "E001", date(2030, 9, 3), "ktp-el", "kiosk", "111")] * 12)
    town.now += 3 * DAY
    night(town)
    assert faults(town) == []
    assert told(town) != before
    after = told(town)
    assert [each.month for each in seal(town, OCTOBER)] == ["2030-08", "2030-09"]
    assert dropped(town, OCTOBER).faults == []
    assert (told(town), faults(town)) == (after, [])


@pytest.mark.long
def test_nothing_undecided_or_untold_is_sealed(town: Town) -> None:
    some = sorted(key for key, rated in town.ratings.items() if rated.employee == "E002")[:11]
    hold(town, some)

    def reasons() -> tuple[str, ...]:
        # What would be done is what is done.
        planned = seal(town, NEVER, dry_run=True)
        done = seal(town, NEVER)
        ready = [each for each in done if not each.reasons]
        assert ready == planned[: len(ready)]
        return done[-1].reasons

    assert reasons() == ("1 findings wait for an auditor",)
    confirm(town)
    assert reasons() == ("something waits for the next release",)
    town.now += DAY
    town.release()
    assert reasons() == ("the newest release is in no inventory of the log yet",)
    night(town)
    change(
        town.database,
        "UPDATE block SET n = n + 1 WHERE block = (SELECT min(block) FROM block WHERE first_month = '2030-07')",
    )
    assert reasons() == ("1 of its blocks are not what their ratings give; cermin check names them",)
    assert sealed_of(town) is None
    change(
        town.database,
        "UPDATE block SET n = n - 1 WHERE block = (SELECT min(block) FROM block WHERE first_month = '2030-07')",
    )
    assert reasons() == ()
    assert sealed_of(town) == "2030-09"


def test_what_no_release_has_told_is_not_sealed(town: Town) -> None:
    town.rate([("dukcapil", "E001", date(2030, 10, 3), "ktp-el", "kiosk", "111")] * 12)
    assert [(each.month, each.reasons) for each in seal(town, NEVER)][-1] == (
        "2030-10",
        ("no release has told it yet",),
    )


def sealed_of(town: Town) -> str | None:
    """Up to which month the town is sealed."""
    with town.database.reading() as session:
        return sealed_through(session, "kota")


@pytest.mark.long
def test_what_waits_for_ten_is_never_told(town: Town) -> None:
    """Nine ratings that came late wait; after their month is sealed a tenth cannot bring them in."""
    day = date(2030, 7, 20)
    town.rate([("upt-jayapura", None, day, "kk", "web", "222")] * 9)
    town.now += DAY
    night(town)
    waiting = counts(town.database, "waiting")
    july, *_ = seal(town, NEVER)
    assert july.untold > 0
    before = told(town)
    # Not dropped yet: whoever looks at all days tells none of them.
    town.release(whole=True)
    assert (told(town), counts(town.database, "waiting")) == (before, waiting)
    dropped(town, NEVER)
    town.release(whole=True)
    assert (told(town), counts(town.database, "waiting")) == (before, waiting)
    assert faults(town) == []


CHANGES = {
    "UPDATE block SET service_mode = 'kk' WHERE block = 1": "told of it was changed",
    "DELETE FROM block WHERE block = 1": "what is told of it was changed",
    "UPDATE waiting SET n = n + 1": "what is told of it was changed",
    "UPDATE sealed_month SET untold = untold + 1": "what is told of it was changed",
    "UPDATE sealed_month SET digest = 'f'": "is sealed, and the log does not say so",
    "DELETE FROM sealed_month WHERE month = '2030-09'": "month 2030-09 is sealed, and its seal is gone",
    "UPDATE sealed_month SET dropped = dropped - 1 WHERE month = '2030-07'": "ratings are here, and 1 were left",
    "DELETE FROM sealed_ticket": "14 tickets spent, but 0 ratings with a ticket",
}


@pytest.mark.long
@pytest.mark.parametrize("statement", CHANGES)
def test_what_is_changed_afterwards_is_found(town: Town, statement: str) -> None:
    town.rate([("upt-jayapura", None, date(2030, 7, 20), "kk", "web", "222")] * 9)
    town.now += DAY
    night(town)
    seal(town, NEVER)
    dropped(town, NEVER)
    assert faults(town) == []
    assert change(town.database, statement) > 0
    assert any(CHANGES[statement] in fault for fault in faults(town)), faults(town)


@pytest.mark.long
def test_a_rating_that_comes_into_a_sealed_month_is_found_and_nothing_of_it_goes(town: Town) -> None:
    seal(town, NEVER)
    town.rate([("dukcapil", "E001", date(2030, 7, 3), "ktp-el", "kiosk", "111")])
    gone = dropped(town, NEVER)
    n = counts(town.database, "rating")[0]
    assert (gone.ratings.total(), n) == (0, ALL + 1)
    [fault] = gone.faults
    assert fault.startswith("kota: month 2030-07: ")
    assert fault in faults(town)
    # One that is deleted is missed, too.
    change(town.database, "DELETE FROM rating WHERE agency_id = 'kota' AND sheet = '111'")
    change(town.database, "DELETE FROM rating WHERE rated_on = (SELECT min(rated_on) FROM rating)")
    assert any("ratings are here, and" in fault for fault in faults(town))
    assert any("ratings of sealed months are gone, and 0 were dropped" in fault for fault in faults(town))
    assert dropped(town, NEVER).ratings.total() == 0


def test_the_trail_and_the_seal_say_how_many(town: Town) -> None:
    seal(town, AUGUST)
    dropped(town, AUGUST)
    with town.database.reading() as session:
        [month] = sealed_months(session, "kota")
        lines = session.execute(
            text(
                "SELECT action, subject FROM audit_event WHERE action IN ('month.sealed', 'ratings.dropped') ORDER BY 1"
            )
        ).all()
    assert (month.month, month.sealed_at, len(month.digest)) == ("2030-07", town.now, 64)
    assert lines[0] == ("month.sealed", "2030-07")
    assert set(lines[1:]) == {("ratings.dropped", "2030-07")}
