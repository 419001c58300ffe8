"""A device that is too fast is told to come again, over HTTP on both stores: nothing is lost, nobody else waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.intake.with_key import Intake
from tests.house import NOW, House, problem

RATE, BATCH = "/v1/ratings", "/v1/ratings/batch"
OLD = NOW - timedelta(days=2)
Furnished = tuple[str, dict[str, str]]


@contextmanager
def paced(furnished: Furnished, **changed: Any) -> Iterator[House]:
    """A service with limits for devices."""
    url, keys = furnished
    limits = {"device_per_hour": 60, "device_burst": 3, "device_interval_seconds": 3} | changed
    with House.open(url, keys, key_cache_seconds=55, directory_cache_seconds=60, **limits) as house:
        yield house


def sheet(house: House, **changed: Any) -> dict[str, Any]:
    """A sheet as a kiosk sends it, rated now."""
    return house.sheet(office=None, channel=None, **changed)


def old(house: House) -> dict[str, Any]:
    """A sheet that waited in the kiosk."""
    return sheet(house, id=house.new_id(OLD))


def stored(house: House) -> int:
    """How many ratings are on disk."""
    with house.database.reading() as session:
        n: int = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
        return n


def results(house: House, sheets: list[dict[str, Any]], key: str = "device") -> list[dict[str, Any]]:
    """What a batch gets."""
    found: list[dict[str, Any]] = house.post(BATCH, {"ratings": sheets}, key).json()["results"]
    return found


def test_two_live_ratings_of_one_device_stand_apart(furnished: Furnished) -> None:
    with paced(furnished) as house:
        first, second = sheet(house), sheet(house)
        assert house.post(RATE, first, "device").status_code == 201
        house.clock.now += timedelta(seconds=1)
        refused = house.post(RATE, second, "device", headers={"Accept-Language": "en"})
        told = problem(refused, 429, "device-too-fast")
        assert (refused.headers["retry-after"], told["retry_after"]) == ("2", 2)
        assert "after 2 seconds" in told["detail"]
        assert stored(house) == 1
        # Sent again later it is taken: nothing is lost.
        house.clock.now += timedelta(seconds=2)
        assert house.post(RATE, second, "device").status_code == 201


def test_apps_and_other_devices_never_wait(furnished: Furnished) -> None:
    with paced(furnished) as house:
        assert house.post(RATE, sheet(house), "device").status_code == 201
        assert house.post(RATE, sheet(house), "device").status_code == 429
        assert house.post(RATE, sheet(house, service="kk"), "device 2").status_code == 201
        assert {house.post(RATE, house.sheet()).status_code for _ in range(9)} == {201}
        assert {each["status"] for each in results(house, [house.sheet() for _ in range(9)], "app")} == {201}


def test_a_replay_is_a_replay_however_fast(furnished: Furnished) -> None:
    with paced(furnished, device_burst=1) as house:
        first = sheet(house)
        assert house.post(RATE, first, "device").status_code == 201
        for _ in range(4):
            again = house.post(RATE, first, "device")
            assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
        assert results(house, [first, first]) == [{"id": first["id"], "status": 200}] * 2
        problem(house.post(RATE, first | {"service": "kk"}, "device"), 409, "id-conflict")


def test_replays_and_wrong_sheets_use_up_nothing(furnished: Furnished) -> None:
    with paced(furnished, device_interval_seconds=0, device_burst=3) as house:
        first = old(house)
        assert house.post(RATE, first, "device").status_code == 201
        wrong = old(house) | {"scores": {"speed": 9}}
        for _ in range(5):
            assert house.post(RATE, first, "device").status_code == 200
            assert house.post(RATE, wrong, "device").status_code == 422
        assert [house.post(RATE, old(house), "device").status_code for _ in range(3)] == [201, 201, 429]


def test_a_batch_stores_what_its_device_may_send_and_tells_when_to_send_the_rest(furnished: Furnished) -> None:
    with paced(furnished) as house:
        sheets = [old(house), sheet(house), sheet(house), old(house), old(house), old(house)]
        response = house.post(BATCH, {"ratings": sheets}, "device")
        assert response.status_code == 200
        found = response.json()["results"]
        assert [each["status"] for each in found] == [201, 201, 429, 201, 429, 429]
        assert [each["id"] for each in found] == [each["id"] for each in sheets]
        assert {each["problem"]["code"] for each in found if each["status"] == 429} == {"device-too-fast"}
        assert found[2]["problem"]["retry_after"] == 3
        assert found[4]["problem"]["retry_after"] == 60
        assert response.headers["retry-after"] == "60"
        assert stored(house) == 3
        house.clock.now += timedelta(minutes=3)
        response = house.post(BATCH, {"ratings": sheets}, "device")
        assert [each["status"] for each in response.json()["results"]] == [200, 200, 201, 200, 201, 201]
        assert "retry-after" not in response.headers
        assert stored(house) == 6


def test_a_week_without_network_is_delivered_at_once(furnished: Furnished) -> None:
    with paced(furnished, device_per_hour=600, device_burst=3_000) as house:
        sheets = [old(house) for _ in range(1_000)]
        for start in (0, 500):
            assert {each["status"] for each in results(house, sheets[start : start + 500])} == {201}
        assert stored(house) == 1_000


@pytest.mark.parametrize("store", ["sqlite"])
def test_what_a_full_service_refused_uses_up_nothing(furnished: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    with paced(furnished, device_burst=1) as house:
        writer = house.services.of(Intake)._writer
        monkeypatch.setattr(writer, "queued", 100_000)
        one = sheet(house)
        problem(house.post(RATE, one, "device"), 503, "busy")
        monkeypatch.setattr(writer, "queued", 0)
        assert house.post(RATE, one, "device").status_code == 201
        assert house.post(RATE, sheet(house), "device").status_code == 429


def test_what_was_stored_takes_no_share_from_what_is_new(furnished: Furnished) -> None:
    with paced(furnished, device_interval_seconds=0, device_burst=1) as house:
        known = old(house)
        assert house.post(RATE, known, "device").status_code == 201
        house.clock.now += timedelta(minutes=1)
        found = results(house, [known, old(house), old(house)])
        assert [each["status"] for each in found] == [200, 201, 429]


@pytest.mark.parametrize("store", ["sqlite"])
def test_while_replays_cannot_be_told_from_new_ratings_nothing_is_promised(
    furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception())

    with paced(furnished) as house:
        first, second = sheet(house), sheet(house)
        assert house.post(RATE, first, "device").status_code == 201
        with monkeypatch.context() as broken:
            broken.setattr(house.services.of(Intake)._store, "existing", away)
            problem(house.post(RATE, second, "device"), 503, "busy")
        assert house.post(RATE, first, "device").status_code == 200
        assert house.post(RATE, second, "device").status_code == 429
