"""The nightly rewriting: once a night whoever looks, nothing lost whatever goes wrong, and ratings go on meanwhile."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

import app.jobs
from app.foundation.storage import rewriting as room
from app.foundation.storage.database import Database
from app.foundation.storage.rewriting import LATER, LEASE, Busy, Rewriting, unlink
from app.foundation.storage.rewriting_store import sweep
from app.jobs import APART, rewriting_of
from app.ratings.retention import PROFILES
from app.screening.nightly import due_on
from tests.at_rest.scenes import rate
from tests.house import NOW, House, TurnableClock
from tests.postgres import owning
from tests.threads import thread_of

# 02:00 in WIB of the night after NOW, an hour after screening.
NIGHT = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)


def watcher(database: Database, clock: TurnableClock, failed: Callable[[], object] = lambda: None) -> Rewriting:
    """One process's look, which waits for nobody."""
    return Rewriting(database, clock, APART, due_on=lambda now: due_on(now, 2), failed=failed, pause=0.01)


def select(house: House, statement: str) -> list[Any]:
    """What the database says."""
    with house.database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def apart(house: House) -> list[Any]:
    """Everything that stands apart from ratings, without the mark of the night."""
    return [
        select(house, "SELECT agency_id, comment_id, office, written_in, text FROM comment ORDER BY 1, 2"),
        select(house, "SELECT agency_id, office, month, attribute, value, n FROM profile_tally ORDER BY 1, 2, 3, 4, 5"),
        select(house, "SELECT * FROM ticket ORDER BY digest"),
        select(house, "SELECT agency_id, office, issued, armed, spent FROM ticket_count ORDER BY 1, 2, 3"),
        select(house, "SELECT agency_id, office, service, month, what, n FROM standard_count ORDER BY 1, 2, 3, 4, 5"),
    ]


@pytest.mark.long
def test_it_runs_once_a_night_whoever_looks_and_everything_is_still_there(house: House) -> None:
    rate(house, 3)
    rate(house, 2, "desa app")
    before, clock = apart(house), TurnableClock(NIGHT - timedelta(seconds=1))
    first, second = watcher(house.database, clock), watcher(house.database, clock)
    # A night that was missed with the machine off, or before the service knew of nights, is made up for at once.
    assert (first.run_if_due(), second.run_if_due(), first.run_if_due()) == (True, False, False)
    clock.now = NIGHT
    assert (second.run_if_due(), first.run_if_due(), second.run_if_due()) == (True, False, False)
    assert apart(house) == before
    assert select(house, "SELECT DISTINCT mixed FROM comment") == [(True,)]
    assert select(house, "SELECT value FROM installation WHERE name = 'rewriting'") == [("2026-11-19",)]


def test_a_clock_that_is_set_back_before_the_work_begins_has_no_night_done_again(database: Database) -> None:
    # Found by the simulation (seed 2918): a process stood still between its question and its work.
    clock = TurnableClock(NIGHT)
    assert watcher(database, clock).run_if_due()
    ahead = [NIGHT + timedelta(days=1)] * 2

    def set_back() -> datetime:
        return ahead.pop() if ahead else NIGHT

    late = Rewriting(database, set_back, APART, due_on=lambda now: due_on(now, 2))
    assert len(ahead) == 1
    assert not late.run_if_due()
    assert not ahead


def test_what_is_counted_after_a_night_is_rewritten_by_the_next_one(house: House) -> None:
    clock = TurnableClock(NIGHT)
    rate(house, 1)
    assert watcher(house.database, clock).run_if_due()
    rate(house, 1)
    marks = "SELECT DISTINCT mixed FROM profile_tally"
    assert [bool(mixed) for (mixed,) in select(house, marks)] == [False]
    clock.now += timedelta(days=1)
    assert watcher(house.database, clock).run_if_due()
    assert [bool(mixed) for (mixed,) in select(house, marks)] == [True]
    assert select(house, "SELECT DISTINCT n FROM profile_tally") == [(2,)]


@pytest.mark.campaign
def test_ratings_go_on_while_it_runs_and_no_comment_is_lost_or_doubled(house: House) -> None:
    said, ended, did = rate(house, 5), threading.Event(), list[bool]()

    def nights() -> None:
        clock = TurnableClock(NIGHT)
        while not ended.is_set():
            did.append(watcher(house.database, clock).run_if_due())
            clock.now += timedelta(days=1)

    thread = thread_of(nights)
    thread.start()
    try:
        said |= rate(house, 60)
    finally:
        ended.set()
        thread.join()
    assert any(did)
    assert sorted(words for (words,) in select(house, "SELECT text FROM comment")) == sorted(said)
    assert select(house, "SELECT DISTINCT n FROM profile_tally") == [(65,)]


STEPS = {"sqlite": ("mark", "rebuild", "empty_the_log"), "postgresql": ("rewrite", "sweep")}


def test_a_night_that_dies_at_any_step_leaves_everything_and_is_made_up_for(
    house: House, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, clock = rate(house, 4), TurnableClock(NIGHT)
    before = apart(house)

    class Killed(BaseException):
        pass

    for step in STEPS[store]:
        whole = getattr(room, step)

        def killed(*given: Any, whole: Any = whole) -> None:
            whole(*given)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(room, step, killed)
            dying = watcher(house.database, clock)
            patch.setattr(dying._lease, "drop", lambda _: None)
            with pytest.raises(Killed):
                dying.run_if_due()
        assert apart(house) == before
        assert not watcher(house.database, clock).run_if_due(), "its lease holds"
        clock.now += LEASE
    assert watcher(house.database, clock).run_if_due()
    assert apart(house) == before
    assert len(before[0]) == len(said)


def test_a_night_that_fails_is_counted_and_tried_again_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rate(house, 1)
    clock, failures = TurnableClock(NIGHT), list[int]()
    watching = watcher(house.database, clock, lambda: failures.append(1))
    step = "rebuild" if house.database.is_sqlite else "sweep"

    def full(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(room, step, full)
        with pytest.raises(OSError, match="no space"):
            watching.run_if_due()
        clock.now += LATER - timedelta(seconds=1)
        assert not watching.run_if_due()
    clock.now += timedelta(seconds=1)
    assert watching.run_if_due()
    assert failures == [1]


@pytest.mark.campaign
def test_who_reads_for_long_is_waited_for_and_then_left_alone(house: House, store: str) -> None:
    rate(house, 2)
    before, clock = apart(house), TurnableClock(NIGHT)
    watching = watcher(house.database, clock)
    with house.database.snapshot() as session:
        session.execute(text("SELECT count(*) FROM comment")).scalar_one()
        if store == "sqlite":
            # It waits longer than a test may for a reader's log; the file's own patience is cut short.
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("app.foundation.storage.rewriting_store.BACKGROUND_LOCK_MS", 10)
                with pytest.raises(Busy):
                    watching.run_if_due()
        else:
            with pytest.raises(Busy):
                watching.run_if_due()
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
    clock.now += LATER
    assert watching.run_if_due()
    assert apart(house)[0] == before[0]


def test_a_service_that_ends_waits_for_nobody(house: House) -> None:
    rate(house, 1)
    ending = watcher(house.database, TurnableClock(NIGHT))
    ending.stop()
    assert not ending.run_if_due()
    assert watcher(house.database, TurnableClock(NIGHT)).run_if_due()


def test_something_else_that_goes_wrong_is_no_reason_to_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = list[int]()

    def broken(*_: object) -> None:
        tried.append(1)
        raise sqlite3.OperationalError("disk I/O error") if house.database.is_sqlite else ValueError

    monkeypatch.setattr(room, "rebuild" if house.database.is_sqlite else "sweep", broken)
    with pytest.raises((sqlite3.OperationalError, ValueError)):
        watcher(house.database, TurnableClock(NIGHT)).run_if_due()
    assert tried == [1]


def test_the_service_does_it_by_itself_in_the_night(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.jobs, "MINUTE", 0.05)
    with House.open(*furnished, jobs=True) as house:
        rate(house, 1)
        house.clock.now = NIGHT
        for _ in range(400):
            if select(house, "SELECT value FROM installation WHERE name = 'rewriting'") == [("2026-11-19",)]:
                break
            threading.Event().wait(0.05)
        assert select(house, "SELECT mixed FROM comment") == [(True,)]
        assert "cermin_rewriting_failures_total 0.0" in house.get("/metrics", None).text


def test_the_hour_is_the_one_after_screening(database: Database) -> None:
    for screen_at, moment in ((1, NIGHT), (23, NOW.replace(hour=17) + timedelta(days=1))):
        clock = TurnableClock(moment - timedelta(seconds=1))
        watching = rewriting_of(database, clock, screen_at)
        assert watching.now()
        assert not watching.run_if_due()
        clock.now = moment
        assert watching.run_if_due()


def test_an_import_does_not_wait_for_the_night_on_postgresql(house: House, store: str) -> None:
    rate(house, 1)
    unlink(house.database, PROFILES)
    mixed = [bool(each) for (each,) in select(house, "SELECT DISTINCT mixed FROM profile_tally")]
    assert mixed == [store == "postgresql"]


@pytest.mark.long
@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_large_table_takes_longer_than_the_service_waits_for_an_answer(house: House) -> None:
    rate(house, 3)
    with owning(house.database) as session:
        # To write the table anew is to fill its index anew.
        slowly = "CREATE FUNCTION slowly(text) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN {} RETURN 1; END $$"
        session.execute(text(slowly.format("")))
        session.execute(text("CREATE INDEX slow ON comment (slowly(text))"))
        session.execute(text(slowly.format("PERFORM pg_sleep(0.5);").replace("CREATE", "CREATE OR REPLACE")))
    hurried = Database(house.database.url.render_as_string(hide_password=False), statement_timeout_ms=100)
    sweep(hurried, next(each for each in APART if each.table == "comment"))
    hurried.dispose()
