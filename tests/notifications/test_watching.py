"""What begins or ends by itself is told once, and again only after it has ended."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.devices.heartbeats import Heartbeats
from app.foundation.ids import new_id
from app.foundation.storage.database import OperationalError
from app.foundation.storage.leases import Lease
from app.notifications import store
from app.notifications.lasting import Seen, note
from app.notifications.watching import LEASE, NAME, Watcher
from app.outbox.rules.kinds import EventKind
from app.screening.rules.opening_hours import OpeningTimes, Week
from app.screening.store import put_week
from tests.closing.fixtures import key_file, office
from tests.closing.steps import close
from tests.closing.surveys import plan
from tests.devices.test_devices_http import BEAT, added, paired
from tests.house import NOW, House
from tests.measures.test_alarms_http import POOR, USUAL, visits
from tests.outbox.test_outbox_events import told
from tests.ratings.visits import put

__all__ = ["key_file", "office"]
HOUR = timedelta(hours=1)


def watcher(house: House) -> Watcher:
    """The watcher of a process that has been up for an hour."""
    found = Watcher(house.database, house.clock, silent_after=HOUR)
    house.clock.now -= HOUR
    found.look()
    house.clock.now += HOUR
    return found


def kinds(house: House, agency_id: str = "kota") -> list[str]:
    return [each.kind for each in told(house, agency_id)]


def test_a_kiosk_that_falls_silent_is_told_once_until_it_is_heard_again(house: House) -> None:
    device = added(house)
    key = paired(house, device["code"])["key"]
    house.clock.now += HOUR - timedelta(minutes=1)
    one = watcher(house)
    assert kinds(house) == []
    house.clock.now += timedelta(minutes=1, seconds=1)
    assert [one.look(), one.look()] == [1, 0]
    [event] = told(house)
    assert (event.kind, event.office, event.about) == ("device.silent", "dukcapil", {"device": device["id"]})
    # Whoever else looks tells nothing again, and nothing of other agencies.
    assert watcher(house).look() == 0
    house.post("/v1/devices/me/heartbeat", BEAT, key)
    house.services.of(Heartbeats).write()
    assert one.look() == 0
    house.clock.now += HOUR + timedelta(seconds=1)
    assert one.look() == 1
    assert kinds(house) == ["device.silent"] * 2
    assert kinds(house, "desa") == []


def test_a_kiosk_of_a_closed_office_is_not_missed(house: House) -> None:
    with house.database.writing() as session:
        put_week(session, "kota", "dukcapil", Week(date(2026, 1, 1), {6: OpeningTimes(480, 960)}))
    paired(house, added(house)["code"])
    house.clock.now += timedelta(hours=3)
    assert watcher(house).look() == 0


@pytest.mark.parametrize("by_another", [False, True])
def test_a_long_look_keeps_its_lease_and_one_that_lost_it_ends(
    house: House, monkeypatch: pytest.MonkeyPatch, by_another: bool
) -> None:
    agencies = ["kab", "kota", "prov"]
    looking, other = watcher(house), Lease(house.database, NAME, "another process", LEASE)
    seen: list[str] = []

    def slow_look(agency_id: str, _: datetime) -> int:
        seen.append(agency_id)
        house.clock.now += LEASE + timedelta(seconds=1) if by_another else LEASE - timedelta(seconds=1)
        assert other.take(house.clock()) is by_another
        return 1

    monkeypatch.setattr("app.notifications.watching.agency_ids", lambda _: agencies)
    monkeypatch.setattr(looking, "_look_at", slow_look)
    assert looking.look() == (1 if by_another else 3)
    assert seen == agencies[: len(seen)]


def test_no_kiosk_is_missed_while_nothing_could_be_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    paired(house, added(house)["code"])
    house.clock.now += HOUR
    fresh = Watcher(house.database, house.clock, silent_after=HOUR)
    assert fresh.look() == 0
    house.clock.now += HOUR - timedelta(seconds=1)

    def full(*_: Any) -> None:
        raise OperationalError("disk full", None, Exception())

    with monkeypatch.context() as patched:
        patched.setattr(Lease, "take", full)
        with pytest.raises(OperationalError):
            fresh.look()
    house.clock.now += timedelta(seconds=1)
    # Kiosks have an hour to be heard from the first look on that could write again.
    assert fresh.look() == 0
    house.clock.now += HOUR
    assert fresh.look() == 1


def test_one_process_looks_at_a_time(house: House) -> None:
    paired(house, added(house)["code"])
    house.clock.now += timedelta(hours=2)
    one = watcher(house)
    other = Lease(house.database, NAME, new_id().hex, LEASE)
    house.clock.now += LEASE
    assert other.take(house.clock.now)
    assert one.look() == 0
    other.drop(house.clock.now)
    assert one.look() == 1


def test_of_two_that_see_the_same_at_once_one_tells(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = [Seen("x", "dukcapil", {"device": "x"})]
    monkeypatch.setattr(store, "going_on", lambda *_: set())
    assert [note(house.database, "kota", EventKind.silent, seen, NOW) for _ in range(2)] == [1, 0]
    assert kinds(house) == ["device.silent"]


def test_the_end_of_a_reply_window_is_told_two_days_before(office: House) -> None:
    period = close(office)
    one = watcher(office)
    assert kinds(office) == ["period.drafted"]
    office.clock.now += timedelta(days=6)
    assert [one.look(), one.look()] == [1, 0]
    assert told(office)[-1].about == {"period": "2026-10", "instrument": "ikl-1", "revision": str(period["revision"])}
    office.clock.now += timedelta(days=5)
    assert one.look() == 0
    assert kinds(office) == ["period.drafted", "reply-window.ending"]


def test_an_overdue_action_is_told_until_it_is_done(office: House) -> None:
    path = "/v1/periods/2026-10/follow-ups"
    due = plan(element="speed", due_on="2026-11-17")

    def enter(**changed: Any) -> None:
        body = {"items": [due | changed], "office": "dukcapil"}
        response = office.put(path, body, "supervisor")
        assert response.status_code == 200, response.text

    close(office)
    enter()
    one = watcher(office)
    assert kinds(office) == ["period.drafted", "follow-up.overdue"]
    assert told(office)[1].about == {"period": "2026-10", "instrument": "ikl-1"}
    enter(status="done", done_on="2026-11-18")
    assert one.look() == 0
    enter()
    assert one.look() == 1


@pytest.mark.sqlite_daily
def test_a_drop_of_an_office_is_told_after_the_release_that_shows_it(house: House) -> None:
    start = date(2025, 9, 1)
    fallen = [*visits(start, 52 * 7, USUAL, employee="E001"), *visits(date(2026, 9, 7), 28, POOR, employee="E001")]
    put(house.database, fallen)
    one = watcher(house)
    assert kinds(house) == []
    house.release(now=house.clock.now)
    assert [one.look(), one.look()] == [1, 0]
    [event] = told(house)
    # The office's alone: what is told of a person is for that person's own report.
    assert (event.kind, event.office, event.about) == (
        "alarm.drop",
        "dukcapil",
        {"period": "2026-Q3", "instrument": "ikl-1"},
    )
    assert watcher(house).look() == 0
