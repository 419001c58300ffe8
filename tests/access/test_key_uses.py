"""On which day a key was last used: written by the minute, once a day, and never while somebody waits."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from app.access.authentication import Authenticator
from app.foundation.storage.database import OperationalError
from tests.access.key_requests import row_of
from tests.house import NOW, House

TODAY = NOW.date()


@pytest.fixture
def house(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """A running service, in which the jobs run when a test says so."""
    with House.open(*furnished) as opened:
        yield opened


def write(house: House) -> None:
    """What the job does every minute."""
    house.services.of(Authenticator).uses.write()


def used(house: House, key: str) -> date | None:
    """The day that the key's row has."""
    return row_of(house, key).last_used_on


def test_the_day_of_the_last_use_is_known_a_minute_later(house: House) -> None:
    assert house.get("/v1/offices", "reader").status_code == 200
    assert used(house, "reader") is None
    write(house)
    assert (used(house, "reader"), used(house, "app"), used(house, "desa reader")) == (TODAY, None, None)
    house.clock.now += timedelta(days=2)
    write(house)
    assert used(house, "reader") == TODAY
    house.get("/v1/offices", "reader")
    house.get("/v1/offices", "desa reader")
    write(house)
    assert used(house, "reader") == used(house, "desa reader") == TODAY + timedelta(days=2)
    # A clock that was set back, or a process that was slow, does not make a day earlier.
    house.clock.now = NOW
    house.get("/v1/offices", "reader")
    write(house)
    assert used(house, "reader") == TODAY + timedelta(days=2)
    listed = house.get("/v1/keys", "admin").json()["items"]
    assert {each["label"]: each["last_used_on"] for each in listed}["reader"] == "2026-11-20"


def test_a_refused_key_is_not_used(house: House) -> None:
    key = house.keys["reader"]
    assert house.get("/v1/offices", key[:-1] + ("1" if key[-1] == "0" else "0")).status_code == 401
    write(house)
    assert used(house, "reader") is None


@pytest.mark.sqlite_daily
def test_what_could_not_be_written_is_written_the_next_time_and_then_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.get("/v1/offices", "reader")

    def broken(*_: object) -> None:
        raise OperationalError("away", None, Exception())

    with monkeypatch.context() as patched:
        patched.setattr("app.access.key_uses.note_use", broken)
        with pytest.raises(OperationalError):
            write(house)
    write(house)
    assert used(house, "reader") == TODAY
    house.get("/v1/offices", "reader")
    # Whoever would write it again would fail here.
    with monkeypatch.context() as patched:
        patched.setattr("app.access.key_uses.note_use", broken)
        write(house)
