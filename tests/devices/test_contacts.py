"""What a kiosk's contact costs the database, once a minute: nothing, as long as nothing changed; on both stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from app.access.authentication import Authenticator
from app.devices.heartbeats import BEHIND, Heartbeats
from app.directory.store import renew_version
from app.directory.versions import DirectoryVersions
from app.foundation.storage.database import OperationalError
from tests.house import NOW, House, problem

BEAT = {"app_version": "1.2.0", "queue_depth": 3}


@pytest.fixture
def keeping(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """A running service that keeps keys and versions as it does by default; its jobs run when a test says so."""
    with House.open(*furnished, key_cache_seconds=30, directory_cache_seconds=5) as house:
        yield house


def look(house: House) -> None:
    """What the jobs do every few seconds."""
    house.services.of(Authenticator).confirm()
    house.services.of(DirectoryVersions).look()


def beat(house: House, key: str = "device", **told: Any) -> None:
    """A heartbeat."""
    answer = house.post("/v1/devices/me/heartbeat", BEAT | told, key)
    assert answer.status_code == 200, answer.text


def shown(house: House, tag: str) -> int:
    """How the question what to show is answered."""
    answer = house.get("/v1/devices/me", "device", headers={"If-None-Match": tag})
    assert answer.headers["etag"]
    assert answer.headers["cache-control"] == "private, no-cache"
    return answer.status_code


def stored(house: House) -> dict[str, tuple[datetime, int]]:
    """When each key was seen last, and what it told, by the key's label and agency."""
    query = text(
        "SELECT k.agency_id, k.label, h.seen_at, h.queue_depth FROM heartbeat h "
        "JOIN api_key k ON k.agency_id = h.agency_id AND k.key_id = h.key_id"
    )
    with house.database.reading() as session:
        rows = session.execute(query).all()
    return {f"{agency} {label}": (_moment(seen), depth) for agency, label, seen, depth in rows}


def _moment(seen: datetime | str) -> datetime:
    moment = datetime.fromisoformat(seen) if isinstance(seen, str) else seen
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """The statements that the service sends meanwhile."""
    seen: list[str] = []
    engines = {house.services.database.reader, house.services.database.writer}

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_a_contact_while_nothing_changed_asks_the_database_nothing(keeping: House) -> None:
    tag = keeping.get("/v1/devices/me", "device").headers["etag"]
    for minutes in range(1, 4):
        keeping.clock.now = NOW + timedelta(minutes=minutes)
        look(keeping)
        with statements(keeping) as sent:
            beat(keeping)
            assert shown(keeping, tag) == 304
        assert sent == []
    # Where the job did not look, the database is asked.
    keeping.clock.now += timedelta(seconds=5)
    with statements(keeping) as sent:
        assert shown(keeping, tag) == 304
    assert len(sent) > 0


def test_a_changed_directory_and_a_new_day_are_shown_after_the_next_look(keeping: House) -> None:
    tag = keeping.get("/v1/devices/me", "device").headers["etag"]
    look(keeping)
    with keeping.database.writing() as session:
        renew_version(session, "kota")
    assert shown(keeping, tag) == 304
    look(keeping)
    assert shown(keeping, tag) == 200
    tag = keeping.get("/v1/devices/me", "device").headers["etag"]
    # 23:59 and midnight in WIB.
    for moment, status in ((datetime(2026, 11, 18, 16, 59, tzinfo=UTC), 304),
                           (datetime(2026, 11, 18, 17, 0, tzinfo=UTC), 200),
                           # The day before: a clock that was put back.
                           (datetime(2026, 11, 17, 16, 59, tzinfo=UTC), 200)):  # fmt: skip
        keeping.clock.now = moment
        look(keeping)
        assert shown(keeping, tag) == status


def test_what_one_kiosk_shows_is_not_taken_for_anothers(keeping: House) -> None:
    tag = keeping.get("/v1/devices/me", "device").headers["etag"]
    look(keeping)
    for key in ("device 2", "desa device"):
        assert keeping.get("/v1/devices/me", key, headers={"If-None-Match": tag}).status_code == 200
    problem(keeping.get("/v1/devices/me?x=1", "device"), 422, "field-unknown", "x")
    problem(keeping.get("/v1/devices/me", "app"), 403, "key-kind-refused")
    assert keeping.request("HEAD", "/v1/devices/me", "device", headers={"If-None-Match": tag}).status_code == 304


def test_heartbeats_of_some_seconds_are_written_together_the_last_of_each_kiosk(keeping: House) -> None:
    beat(keeping, queue_depth=9)
    keeping.clock.now += timedelta(seconds=1)
    for key in ("device", "device 2", "desa device"):
        beat(keeping, key)
    assert stored(keeping) == {}
    heartbeats = keeping.services.of(Heartbeats)
    with statements(keeping) as sent:
        heartbeats.write()
    # Executed with one row for each kiosk.
    assert [each for each in sent if "heartbeat" in each] == sent[-1:]
    moment = NOW + timedelta(seconds=1)
    assert stored(keeping) == dict.fromkeys(("kota device", "kota device 2", "desa device"), (moment, 3))
    with statements(keeping) as sent:
        heartbeats.write()
    assert sent == []


def test_of_two_processes_the_one_that_writes_late_overwrites_nothing_newer(
    keeping: House, furnished: tuple[str, dict[str, str]]
) -> None:
    with House.open(*furnished) as other:
        beat(other, queue_depth=1)
        keeping.clock.now = other.clock.now = NOW + timedelta(seconds=4)
        beat(keeping, queue_depth=2)
        keeping.services.of(Heartbeats).write()
        other.services.of(Heartbeats).write()
        assert stored(other) == {"kota device": (NOW + timedelta(seconds=4), 2)}


def test_a_heartbeat_of_a_clock_that_was_ahead_does_not_stay(keeping: House) -> None:
    heartbeats = keeping.services.of(Heartbeats)
    for moment in (NOW + BEHIND + timedelta(seconds=1), NOW):
        keeping.clock.now = moment
        beat(keeping)
        heartbeats.write()
        assert stored(keeping)["kota device"][0] == moment


def test_heartbeats_that_the_database_did_not_take_are_written_the_next_time(
    keeping: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeats = keeping.services.of(Heartbeats)

    def away(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("the database is away"))

    beat(keeping)
    beat(keeping, "device 2")
    with monkeypatch.context() as patched:
        patched.setattr("app.devices.store.put_heartbeats", away)
        with pytest.raises(OperationalError):
            heartbeats.write()
    keeping.clock.now += timedelta(seconds=1)
    beat(keeping, queue_depth=7)
    heartbeats.write()
    assert stored(keeping) == {
        "kota device": (NOW + timedelta(seconds=1), 7),
        "kota device 2": (NOW, 3),
    }


def test_a_service_that_ends_in_peace_writes_what_it_has(furnished: tuple[str, dict[str, str]]) -> None:
    with House.open(*furnished) as house:
        beat(house)
    with House.open(*furnished) as house:
        assert stored(house) == {"kota device": (NOW, 3)}


def test_a_revoked_kiosk_is_told_so_after_the_next_look(keeping: House) -> None:
    beat(keeping)
    keeping.clock.now += timedelta(seconds=29)
    with keeping.database.writing() as session:
        session.execute(text("UPDATE api_key SET revoked_at = :now WHERE label = 'device'"), {"now": str(NOW)})
    look(keeping)
    problem(keeping.post("/v1/devices/me/heartbeat", BEAT, "device"), 401, "key-revoked")
    problem(keeping.get("/v1/devices/me", "device"), 401, "key-revoked")
