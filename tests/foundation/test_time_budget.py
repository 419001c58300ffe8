"""How waits for the database add up, and what becomes of a connection that does not answer."""

import time
from collections.abc import Callable
from typing import Any, cast

import psycopg
import pytest

from app.foundation.storage import bounded_connection, time_budget
from app.foundation.storage.bounded_connection import BoundedConnection, connect
from app.foundation.storage.database import Database, OperationalError
from app.foundation.storage.time_budget import (
    FREE,
    apart,
    budget_of,
    patience,
    seconds_left,
    statement_seconds,
    waiting,
)
from tests.postgres import PostgresServer

SECONDS = 0.2


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds pass."""
    now = [1_000.0]
    monkeypatch.setattr(time_budget, "monotonic", lambda: now[0])

    def pass_seconds(seconds: float) -> None:
        now[0] += seconds

    return pass_seconds


def test_without_a_budget_a_wait_lasts_as_long_as_it_may() -> None:
    with waiting(7) as seconds:
        assert (seconds, seconds_left(7)) == (7, 7)


def test_waits_add_up_and_work_between_them_is_free(pass_time: Callable[[float], None]) -> None:
    with budget_of(2) as budget:
        with waiting(5) as seconds:
            assert seconds == pytest.approx(2 + FREE)
            pass_time(1 + FREE)
        pass_time(60)
        with waiting(5) as seconds:
            assert seconds == pytest.approx(1 + FREE)
            # A wait within a wait is the same wait.
            with waiting(5) as inner:
                assert inner == seconds
                pass_time(0.5 + FREE)
            assert seconds_left(5) == pytest.approx(0.5 + FREE)
        assert budget.used == pytest.approx(1.5)
        with waiting(5):
            pass_time(50)
        # What is left even then is enough to roll back.
        assert seconds_left(5) == FREE
    assert seconds_left(5) == 5


def test_short_waits_are_work(pass_time: Callable[[float], None]) -> None:
    with budget_of(1) as budget:
        for _ in range(1_000):
            with waiting(5):
                pass_time(FREE)
        assert budget.used < 0.001


def test_what_passes_before_the_first_wait_counts_from_the_bodys_end(pass_time: Callable[[float], None]) -> None:
    with budget_of(2) as budget:
        pass_time(30)
        # The body was slow; now a thread is waited for.
        budget.count_from_now()
        pass_time(1 + FREE)
        with waiting(5) as seconds:
            assert seconds == pytest.approx(1 + FREE)


def test_whom_nobody_waits_for_has_an_hour_a_statement() -> None:
    assert statement_seconds(3) == 3
    with patience():
        assert statement_seconds(3) == 3_600
    assert statement_seconds(3) == 3


def test_a_connection_without_an_answer_is_closed_and_is_not_read_again(postgres: PostgresServer) -> None:
    with connect(SECONDS, postgres.admin_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(5)")
        assert connection.closed
    # Other errors of that kind leave it open.
    with connect(60, postgres.admin_url) as connection:
        connection.execute("SET statement_timeout = 1")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT pg_sleep(5)")
        assert not connection.closed


@pytest.mark.parametrize("store", ["postgresql"])
def test_a_background_statement_is_not_cut_off(database: Database) -> None:
    with budget_of(SECONDS), database.reading() as session, pytest.raises(OperationalError):
        session.connection().exec_driver_sql("SELECT pg_sleep(1)")
    with database.unhurried() as session:
        session.connection().exec_driver_sql("SELECT pg_sleep(0.4)")


def test_what_is_tried_apart_has_less_time_and_is_taken_off_all(pass_time: Callable[[float], None]) -> None:
    with budget_of(2.0) as budget:
        with waiting(10):
            pass_time(0.5)
        with apart(0.8):
            assert seconds_left(10) == pytest.approx(0.8 + FREE)
            with waiting(10):
                pass_time(0.7)
        assert budget.used == pytest.approx(0.4 + 0.6)
        assert seconds_left(10) == pytest.approx(2.0 - 1.0 + FREE)
        # Never more than is left of all.
        with waiting(10):
            pass_time(1.0)
        with apart(0.8):
            assert seconds_left(10) == pytest.approx(0.1 + FREE + FREE)


def test_a_connection_that_comes_too_late_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    class Late:
        def close(self) -> None:
            closed.append(True)

    def come_late(*_: object, **__: object) -> BoundedConnection:
        time.sleep(0.1)
        return cast(BoundedConnection, Late())

    monkeypatch.setattr(bounded_connection, "CONNECT_SECONDS", 0.02)
    monkeypatch.setattr(BoundedConnection, "connect", come_late)
    with pytest.raises(psycopg.OperationalError):
        connect(1)
    until = time.monotonic() + 5
    while not closed:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_why_a_connection_was_not_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise psycopg.OperationalError("nobody listens")

    monkeypatch.setattr(BoundedConnection, "connect", refuse)
    with pytest.raises(psycopg.OperationalError, match="nobody listens"):
        connect(1)
