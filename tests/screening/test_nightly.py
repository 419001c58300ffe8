"""The nightly run: due after its hour in WIB, once whoever looks, and caught up on when nobody ran."""

import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

import app.jobs
from app.foundation.storage.database import Database
from app.screening import nightly as room
from app.screening import run as running
from app.screening.nightly import LEASE, NightlyScreening, count_open, due_on
from app.screening.rules.sheets import Block
from app.screening.run import ScreeningOutcome, run
from tests.house import NOW, House, TurnableClock
from tests.screening.office import checked, lunch, ordinary, rows, screen
from tests.threads import thread_of

# 01:00 in WIB of the night after NOW.
NIGHT = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

# Two processes that have loaded everything look at the same moment, and tell whether they ran it.
PROCESSES = """
import os, sys
from datetime import datetime, timedelta
from app.foundation.storage.database import Database
from app.screening.nightly import NightlyScreening
from app.foundation.storage.agency_scope import all_agencies

ready, start = os.pipe()
watchers = []
for _ in range(2):
    watcher = os.fork()
    if watcher == 0:
        os.close(start)
        now = datetime.fromisoformat(sys.argv[2])
        moments = iter([now - timedelta(hours=2)])
        nightly = NightlyScreening(Database(sys.argv[1], statement_timeout_ms=20_000, lock_timeout_ms=20_000),
                          lambda: next(moments, now), hour=1, trace_days=42)
        os.read(ready, 1)
        try:
            with all_agencies():
                ran = nightly.run_if_due()
        except BaseException:
            os._exit(9)
        os._exit(ran)
    watchers.append(watcher)
os.close(start)
statuses = [os.waitstatus_to_exitcode(os.waitpid(watcher, 0)[1]) for watcher in watchers]
print(sorted(statuses))
"""


def watcher(house: House, clock: TurnableClock) -> NightlyScreening:
    """One process's look, with its own clock in hand."""
    return NightlyScreening(house.database, clock, hour=1, trace_days=42)


@pytest.mark.parametrize(
    ("moment", "hour", "day"),
    [
        (NIGHT - timedelta(seconds=1), 1, date(2026, 11, 18)),
        (NIGHT, 1, date(2026, 11, 19)),
        (NIGHT - timedelta(hours=1), 0, date(2026, 11, 19)),
        (NIGHT + timedelta(hours=21), 23, date(2026, 11, 18)),
        (NIGHT + timedelta(hours=22), 23, date(2026, 11, 19)),
    ],
)
def test_a_night_is_due_when_its_hour_has_come_in_wib(moment: datetime, hour: int, day: date) -> None:
    assert due_on(moment, hour) == day


@pytest.mark.long
def test_it_runs_once_a_night_and_not_at_the_start(house: House) -> None:
    ordinary(house)
    lunch(house)
    clock = TurnableClock(NOW)
    first, second = watcher(house, clock), watcher(house, clock)
    assert (first.run_if_due(), second.run_if_due()) == (False, False)
    clock.now = NIGHT
    assert (first.run_if_due(), second.run_if_due(), first.run_if_due()) == (True, False, False)
    assert rows(house, "SELECT count(*) FROM finding") == [(1,)]
    assert rows(house, "SELECT value FROM installation WHERE name = 'screening'") == [("2026-11-19",)]
    assert count_open(house.database) == 1
    clock.now = NIGHT + timedelta(days=1)
    assert (second.run_if_due(), first.run_if_due()) == (True, False)
    checked(house)


@pytest.mark.sqlite_daily
def test_a_night_that_was_missed_is_caught_up_on_at_the_start(house: House) -> None:
    clock = TurnableClock(NOW)
    early = watcher(house, clock)
    clock.now = NIGHT
    assert early.run_if_due()
    clock.now = NIGHT + timedelta(days=3, hours=2)
    assert watcher(house, clock).run_if_due()


@pytest.mark.sqlite_daily
def test_a_machine_that_is_off_every_night_is_screened_by_day(house: House) -> None:
    ordinary(house)
    lunch(house)
    clock = TurnableClock(NOW)
    assert not watcher(house, clock).run_if_due()
    clock.now = NIGHT + timedelta(hours=7)
    assert watcher(house, clock).run_if_due()
    assert rows(house, "SELECT count(*) FROM finding") == [(1,)]
    assert not watcher(house, clock).run_if_due()


def test_a_dead_holder_is_followed_after_its_lease(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary(house)
    lunch(house)
    clock = TurnableClock(NOW)
    dying, heir = watcher(house, clock), watcher(house, clock)
    clock.now = NIGHT

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(room, "run", killed)
        patch.setattr(dying._lease, "drop", lambda _: None)
        with pytest.raises(Killed):
            dying.run_if_due()
    clock.now = NIGHT + LEASE - MINUTE
    assert not heir.run_if_due()
    clock.now = NIGHT + LEASE
    assert heir.run_if_due()
    assert rows(house, "SELECT count(*) FROM finding") == [(1,)]


def test_who_loses_the_lease_stops_and_does_not_call_the_night_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = TurnableClock(NOW)
    slow, heir = watcher(house, clock), watcher(house, clock)
    clock.now = NIGHT
    whole = run

    def slowly(*arguments: object) -> object:
        clock.now = NIGHT + LEASE
        assert heir._lease.take(clock.now)
        return whole(*arguments)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(room, "run", slowly)
    assert not slow.run_if_due()
    # The night before: where this installation began.
    assert rows(house, "SELECT value FROM installation WHERE name = 'screening'") == [("2026-11-18",)]


def test_a_service_that_ends_stops_screening_and_another_goes_on(house: House) -> None:
    ordinary(house)
    lunch(house)
    clock = TurnableClock(NOW)
    ending, heir = watcher(house, clock), watcher(house, clock)
    clock.now = NIGHT
    ending.stop()
    assert not ending.run_if_due()
    assert heir.run_if_due()
    assert rows(house, "SELECT count(*) FROM finding") == [(1,)]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_an_office_that_fails_stops_no_other_and_is_screened_again_next_night(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ordinary(house)
    lunch(house)
    clock, failures, seen = TurnableClock(NOW), list[int](), list[tuple[str, str]]()
    nightly = NightlyScreening(house.database, clock, hour=1, trace_days=42, failed=failures.append)
    clock.now = NIGHT
    whole = running._doubted_blocks

    def doubted_blocks(database: Database, agency: str, office: str, *rest: Any) -> list[Block]:
        seen.append((agency, office))
        if office == "dukcapil":
            raise RuntimeError("of E001")
        return whole(database, agency, office, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(running, "_doubted_blocks", doubted_blocks)
        assert nightly.run_if_due()
    assert seen == rows(house, "SELECT agency_id, code FROM office ORDER BY agency_id, code")
    n = sum(office == "dukcapil" for _, office in seen)
    assert failures == [n]
    assert rows(house, "SELECT value FROM installation WHERE name = 'screening'") == [("2026-11-19",)]
    told = capsys.readouterr()
    assert "E001" not in told.out + told.err
    assert not nightly.run_if_due()
    clock.now = NIGHT + timedelta(days=1)
    assert nightly.run_if_due()
    assert failures == [n, 0]
    assert rows(house, "SELECT reason, n FROM finding") == [("burst", 42)]
    checked(house)


@pytest.mark.long
def test_what_cannot_be_written_keeps_no_other_office_from_its_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordinary(house)
    lunch(house)

    def missing(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(running, "move", missing)
        assert screen(house) == ScreeningOutcome(failed=1)
        assert rows(house, "SELECT count(*) FROM doubt") == [(0,)]
    assert screen(house) == ScreeningOutcome(findings=1, held=42)
    checked(house)


@pytest.mark.long
def test_one_of_several_threads_runs_it(house: House) -> None:
    ordinary(house)
    lunch(house)
    clock = TurnableClock(NOW)
    watchers = [watcher(house, clock) for _ in range(4)]
    clock.now = NIGHT
    did: list[bool] = []

    def look(each: NightlyScreening) -> None:
        did.append(each.run_if_due())

    threads = [thread_of(partial(look, each)) for each in watchers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(did) == [False, False, False, True]
    checked(house)


@pytest.mark.campaign
def test_one_of_two_processes_runs_it(house: House) -> None:
    ordinary(house)
    lunch(house)
    url = house.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", PROCESSES, url, NIGHT.isoformat()]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.splitlines()[-1:] == ["[0, 1]"], ended
    assert rows(house, "SELECT count(*) FROM finding") == [(1,)]
    checked(house)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_service_tells_how_many_findings_wait(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    url = house.database.url.render_as_string(hide_password=False)
    with House.open(url, house.keys, jobs=True) as again:
        for _ in range(100):
            if "cermin_findings_open 1.0" in again.get("/metrics", None).text:
                break
            threading.Event().wait(0.05)
        assert "cermin_findings_open 1.0" in again.get("/metrics", None).text


@pytest.mark.long
def test_the_service_screens_when_the_night_has_come(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.jobs, "MINUTE", 0.05)
    with House.open(*furnished, jobs=True) as house:
        ordinary(house)
        lunch(house)
        assert rows(house, "SELECT count(*) FROM finding") == [(0,)]
        house.clock.now = NIGHT
        for _ in range(1_200):
            if "cermin_findings_open 1.0" in house.get("/metrics", None).text:
                break
            threading.Event().wait(0.05)
        assert rows(house, "SELECT reason, standing FROM finding") == [("burst", "held")]
        assert rows(house, "SELECT actor FROM audit_event WHERE action = 'finding.raised'") == [("service",)]
        checked(house)
