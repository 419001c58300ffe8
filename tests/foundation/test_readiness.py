"""A service is ready only where a rating would be stored."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import text

from tests.house import House
from tests.postgres import owning

Fault = Callable[[House], AbstractContextManager[None]]


@contextmanager
def locked(house: House) -> Iterator[None]:
    """The table of ratings is locked; on SQLite, the database."""
    with house.database.writer.connect() as connection, connection.begin():
        if not house.database.is_sqlite:
            connection.execute(text("LOCK TABLE rating IN ACCESS EXCLUSIVE MODE"))
        yield


@contextmanager
def refusing(house: House, table: str = "rating") -> Iterator[None]:
    """This table takes no row, and only who has one to store notices, as where the disk is full."""
    if house.database.is_sqlite:
        made = [f"CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no space'); END"]
        undone = ["DROP TRIGGER refuse"]
    else:
        function = "BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END"
        made = [
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {function} $$",
            f"CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
        ]
        undone = [f"DROP TRIGGER refuse ON {table}", "DROP FUNCTION refuse"]
    _run(house, made)
    yield
    _run(house, undone)


def _run(house: House, statements: list[str]) -> None:
    with owning(house.database) as session:
        for statement in statements:
            session.execute(text(statement))


def readiness(house: House) -> tuple[int, str, str]:
    """Status, and what is said about database and ratings."""
    answer = house.get("/readyz", None)
    told = answer.json()
    assert told["status"] == ("ready" if answer.status_code == 200 else "not ready")
    return answer.status_code, told["database"], told["ratings"]


READY = (200, "ok", "stored")


@pytest.mark.parametrize("fault", [locked, pytest.param(refusing, marks=pytest.mark.one_server)])
def test_where_no_rating_is_stored_the_service_is_not_ready_until_one_would_be(
    furnished: tuple[str, dict[str, str]], fault: Fault
) -> None:
    with House.open(*furnished, lock_timeout_ms=100) as house:
        assert readiness(house) == READY
        before = house.numbers()
        with fault(house):
            assert house.post("/v1/ratings", house.sheet()).status_code == 503
            for _ in range(2):
                assert readiness(house) == (503, "ok", "refused")
            assert house.get("/healthz", None).status_code == 200
        # Without a rating, which nobody sends to a service that is not ready; the one that was tried again is not kept.
        for _ in range(2):
            assert readiness(house) == READY
        assert house.numbers() == before


def test_a_trial_finds_a_lock_before_any_rating_does(furnished: tuple[str, dict[str, str]]) -> None:
    with House.open(*furnished, lock_timeout_ms=100) as house, locked(house):
        assert readiness(house) == (503, "ok", "refused")


def test_a_trial_writes_what_reaches_the_disk(furnished: tuple[str, dict[str, str]]) -> None:
    with House.open(*furnished) as house, refusing(house, "lease"):
        assert readiness(house) == (503, "ok", "refused")


@pytest.mark.quiet
def test_a_trial_leaves_nothing_behind(house: House) -> None:
    for _ in range(3):
        assert readiness(house) == READY
