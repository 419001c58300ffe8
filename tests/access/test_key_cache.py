"""Keys that a process remembers: for how long a dead one still works, and when one is looked up again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from app.access.authentication import Authenticator
from app.access.keys import rotate
from app.access.principals import Principal
from tests.access.key_requests import end, new_key, refused, row_of
from tests.house import NOW, House

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def remembering(furnished: tuple[str, dict[str, str]]) -> Iterator[tuple[House, House]]:
    """Two processes on one database that remember a checked key for as long as the settings allow."""
    url, keys = furnished
    with (
        House.open(url, keys, key_cache_seconds=55) as one,
        House.open(url, keys, key_cache_seconds=55) as other,
    ):
        yield one, other


def at(houses: tuple[House, House], moment: datetime) -> None:
    """Turn the clocks of both processes."""
    for house in houses:
        house.clock.now = moment


def test_a_revoked_key_is_dead_in_every_process_within_the_time_of_the_key_cache(
    remembering: tuple[House, House],
) -> None:
    key, row = new_key(remembering[0])
    for house in remembering:
        assert house.get("/v1/offices", key).status_code == 200
    end(remembering[0], row)
    # Used all the time: a remembered key must not live longer for that.
    for second in range(0, 60, 10):
        at(remembering, NOW + timedelta(seconds=second))
        for house in remembering:
            response = house.get("/v1/offices", key)
            assert response.status_code == 200 or refused(response, "key-revoked")
    at(remembering, NOW + timedelta(seconds=60))
    for house in remembering:
        refused(house.get("/v1/offices", key), "key-revoked")


def confirm(houses: tuple[House, ...]) -> None:
    """What the job of each process does every few seconds."""
    for house in houses:
        house.services.of(Authenticator).confirm()


def test_a_key_that_is_confirmed_is_not_looked_up_again_and_a_revoked_one_ends_at_the_next_look(
    remembering: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    key, row = new_key(remembering[0])
    lasting = new_key(remembering[0])[0]
    for house in remembering:
        assert house.get("/v1/offices", key).status_code == house.get("/v1/offices", lasting).status_code == 200
    looked_up: list[object] = []
    check = Authenticator.check

    def noted(self: Authenticator, authorization: str | None, address: str) -> Principal:
        looked_up.append(self)
        return check(self, authorization, address)

    monkeypatch.setattr(Authenticator, "check", noted)
    for minutes in range(1, 30):
        at(remembering, NOW + timedelta(minutes=minutes))
        confirm(remembering)
        assert {house.get("/v1/offices", key).status_code for house in remembering} == {200}
    assert looked_up == []
    end(remembering[0], row)
    confirm(remembering)
    for house in remembering:
        refused(house.get("/v1/offices", key), "key-revoked")
        assert house.get("/v1/offices", lasting).status_code == 200
    assert len(looked_up) == len(remembering)
    # Where no look succeeds, a key is looked up as soon as the cache's time is over.
    at(remembering, house.clock.now + timedelta(seconds=55))
    assert house.get("/v1/offices", lasting).status_code == 200
    assert len(looked_up) == len(remembering) + 1


def test_a_confirmed_key_that_is_rotated_ends_with_the_overlap(remembering: tuple[House, House]) -> None:
    house = remembering[1]
    key, row = new_key(house)
    assert house.get("/v1/offices", key).status_code == 200
    with house.database.writing() as session:
        rotate(
            session,
            agency_id="kota",
            key_id=row.key_id,
            actor="test",
            now=NOW,
            overlap=timedelta(minutes=10),
        )
    for minutes, status in ((9, 200), (10, 401)):
        at(remembering, NOW + timedelta(minutes=minutes))
        confirm(remembering)
        assert house.get("/v1/offices", key).status_code == status


def test_a_confirmed_key_is_looked_up_once_a_day_so_that_its_use_is_noted(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    for moment in (NOW, NOW.replace(hour=23, minute=59), NOW + timedelta(days=1)):
        at(remembering, moment)
        confirm(remembering)
        assert house.get("/v1/offices", "reader").status_code == 200
        house.services.of(Authenticator).uses.write()
        assert row_of(house, "reader").last_used_on == moment.date()


def test_a_key_that_was_refused_once_stays_refused(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key, row = new_key(house)
    assert house.get("/v1/offices", key).status_code == 200
    end(house, row)
    house.clock.now = NOW + timedelta(seconds=56)
    for _ in range(3):
        refused(house.get("/v1/offices", key), "key-revoked")


def test_what_is_remembered_of_a_key_never_outlives_the_key(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key, _ = new_key(house, expires_at=NOW + timedelta(seconds=10))
    assert house.get("/v1/offices", key).status_code == 200
    house.clock.now = NOW + timedelta(seconds=10)
    refused(house.get("/v1/offices", key), "key-expired")


def test_a_refusal_is_not_remembered(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key, row = new_key(house)
    with house.database.writing() as session:
        session.delete(row)
    refused(house.get("/v1/offices", key), "key-unknown")
    with house.database.writing() as session:
        session.merge(row)
    assert house.get("/v1/offices", key).status_code == 200


def test_a_remembered_key_is_remembered_by_its_whole_text(remembering: tuple[House, House]) -> None:
    house = remembering[0]
    key = house.keys["reader"]
    assert house.get("/v1/offices", key).status_code == 200
    refused(house.get("/v1/offices", f"{key[:-1]}{'1' if key[-1] == '0' else '0'}"), "key-unknown")
    refused(house.get("/v1/offices", key.replace("_reader_", "_admin_")), "key-unknown")
