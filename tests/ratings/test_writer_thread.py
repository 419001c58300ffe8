"""What a writer thread does when the database does not behave, and what becomes of what waits too long."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy.exc import DataError, OperationalError

from app.foundation.problems import Problem
from app.foundation.storage import time_budget
from app.foundation.storage.database import Connection
from app.foundation.storage.time_budget import FREE, waiting
from app.ratings import writer as writer_module
from app.ratings import writer_thread
from app.ratings.rating import NewRating, Place, Result, Stored, StoreOutcome
from app.ratings.rows import PARAMETERS, array_literal, columns, postgresql_values, row, trace
from app.ratings.status import OPEN
from app.ratings.store import RatingStore
from app.ratings.writer import Writer
from app.ratings.writer_thread import GroupWriter, thread_lane

PLACE = Place("dukcapil", None, "ktp-el", "NULL", "mobile", date(2026, 11, 24))


def rating(key: str, agency: str = "kota") -> NewRating:
    return NewRating(agency, key, PLACE, "ikl-1", "434", digest="0" * 32)


class Session:
    """A connection that knows only how to end."""

    closed = invalidated = False

    def rollback(self) -> None:
        pass

    def close(self) -> None:
        pass


class Store:
    """Notes the groups it is given and does with each what the test says."""

    def __init__(self, behave: Callable[[Sequence[NewRating]], None] = lambda _: None) -> None:
        self.groups: list[list[str]] = []
        self.connections = 0
        self.trials: list[str | None] = []
        self._behave = behave

    def connect(self) -> Connection:
        self.connections += 1
        return cast(Connection, Session())

    def try_out(self, _: Connection, rating: NewRating | None) -> None:
        self.trials.append(rating and rating.key)
        self._behave([] if rating is None else [rating])

    def write(self, _: Connection, group: Sequence[NewRating]) -> list[Stored]:
        self.groups.append([one.key for one in group])
        self._behave(group)
        return [Stored(StoreOutcome.stored, one.key, None, PLACE.rated_on) for one in group]


def written(store: Store, *ratings: NewRating) -> list[str]:
    return [_told(result) for result in GroupWriter(cast(RatingStore, store)).write(ratings)]


def _told(result: Result) -> str:
    return result.code if isinstance(result, Problem) else result.office


def broken(kind: type[Exception], *, key: str, invalidated: bool = False) -> Callable[[Sequence[NewRating]], None]:
    def behave(group: Sequence[NewRating]) -> None:
        if any(one.key == key for one in group):
            error: Any = (
                kind("INSERT", {}, Exception(), connection_invalidated=invalidated)
                if issubclass(kind, OperationalError | DataError)
                else kind("a bug")
            )
            raise error

    return behave


def test_each_agency_is_a_transaction_of_its_own_and_everybody_gets_the_own_result() -> None:
    store = Store()
    assert written(store, rating("a1", "a"), rating("b1", "b"), rating("a2", "a")) == ["a1", "b1", "a2"]
    assert store.groups == [["a1", "a2"], ["b1"]]


def test_a_row_that_the_database_refuses_costs_no_other() -> None:
    store = Store(broken(DataError, key="bad"))
    assert written(store, rating("one"), rating("bad"), rating("two"), rating("three")) == [
        "one",
        "busy",
        "two",
        "three",
    ]


def test_what_nobody_foresaw_leaves_nobody_waiting_and_costs_no_other_agency() -> None:
    store = Store(broken(RuntimeError, key="bad"))
    assert written(store, rating("bad", "a"), rating("good", "b")) == ["busy", "good"]


def test_a_lost_connection_is_tried_once_more_and_a_lock_is_not() -> None:
    lost = Store(broken(OperationalError, key="bad", invalidated=True))
    assert written(lost, rating("bad")) == ["busy"]
    assert len(lost.groups) == 2
    locked = Store(broken(OperationalError, key="bad"))
    assert written(locked, rating("bad")) == ["busy"]
    assert len(locked.groups) == 1


def test_after_its_moment_a_group_is_refused_and_nothing_more_is_tried() -> None:
    def stall(_: Sequence[NewRating]) -> None:
        time.sleep(0.05)
        raise OperationalError("INSERT", {}, Exception(), connection_invalidated=True)

    store = Store(stall)
    group = [rating("a1", "a"), rating("b1", "b"), rating("c1", "c")]
    results = GroupWriter(cast(RatingStore, store)).write(group, time.monotonic() + 0.03)
    assert [_told(result) for result in results] == ["busy"] * 3
    # Neither another agency's part nor the same on a new connection.
    assert store.groups == [["a1"]]


def test_many_short_waits_leave_no_part_more_than_the_groups_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Found by the simulation: each wait was short enough to be free, and the last one got all of the time.
    now, ends = [0.0], list[float]()
    for module in (writer_thread, time_budget):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])

    def refuse(group: Sequence[NewRating]) -> None:
        with waiting(10.0) as seconds:
            ends.append(now[0] + seconds)
            now[0] += FREE * 0.9
        raise DataError("INSERT", {}, Exception())

    group = [rating(str(number)) for number in range(16)]
    GroupWriter(cast(RatingStore, Store(refuse))).write(group, until=2.4)
    assert len(ends) > len(group)
    assert max(ends) <= 2.4 + FREE


def test_a_code_that_reads_null_is_not_nothing_and_a_value_that_needs_escaping_is_refused() -> None:
    literals = [array_literal(column) for column in columns([rating("k")])]
    assert literals[5] == '{"NULL"}'
    assert literals[3] == "{NULL}"
    assert array_literal(["a", None, "NULL"]) == '{"a",NULL,"NULL"}'
    for evil in ('"', "\\", 'a","b'):
        with pytest.raises(ValueError, match="escaping"):
            array_literal(["ikl-1", evil])
        with pytest.raises(ValueError, match="escaping"):
            array_literal([None, evil])


def test_both_stores_get_the_same_of_a_rating_one_by_row_and_one_by_column() -> None:
    group = [
        rating("a")._replace(place=PLACE._replace(employee=None), ticketed=True),
        rating("b")._replace(place=PLACE._replace(counter="1", hour=7), standing=OPEN, source=uuid4().hex),
        rating("c"),
    ]
    by_row = [(*row(each), *trace(each)) for each in group]
    assert list(zip(*columns(group), strict=True)) == by_row
    assert len(columns([])) == len(PARAMETERS)
    assert {postgresql_values("kota", [])[name] for name in PARAMETERS} == {"{}"}


def test_what_waits_behind_a_stalled_database_is_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "LONGEST_WAIT", 0.05)
    released = threading.Event()
    store = Store(lambda group: None if group[0].key != "slow" else (released.wait(5), None)[1])

    async def main() -> list[str]:
        writer = Writer([thread_lane(cast(RatingStore, store))], queue_length=100, group_length=10)
        slow = asyncio.create_task(writer.write([rating("slow")]))
        while not store.groups:
            await asyncio.sleep(0.001)
        late = asyncio.create_task(writer.write([rating("late")]))
        await asyncio.sleep(0.1)
        # Whoever comes next finds the overdue one and has it refused, while the thread still hangs.
        fresh = asyncio.create_task(writer.write([rating("fresh")]))
        told = [_told((await late)[0])]
        released.set()
        told += [_told((await slow)[0]), _told((await fresh)[0])]
        await writer.drain()
        with pytest.raises(Problem):
            await writer.write([rating("after")])
        return [*told, str(writer.queued)]

    assert asyncio.run(main()) == ["busy", "slow", "fresh", "0"]


def test_the_writer_knows_by_its_last_outcome_and_by_trials_whether_ratings_are_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store(broken(OperationalError, key="bad"))

    async def main() -> None:
        writer = Writer([thread_lane(cast(RatingStore, store))], queue_length=100, group_length=10)
        # Nothing was stored yet: a trial, which all who ask share.
        assert await asyncio.gather(*(writer.works() for _ in range(50))) == [True] * 50
        assert 0 < len(store.trials) < 50
        monkeypatch.setattr(writer_module, "FRESH", 60)
        tried = len(store.trials)
        assert await writer.works()
        assert len(store.trials) == tried
        # Then one was refused, and is as long as no other is stored.
        assert _told((await writer.write([rating("bad")]))[0]) == "busy"
        for _ in range(2):
            assert not await writer.works()
        assert store.trials[tried:] == ["bad", "bad"]
        assert _told((await writer.write([rating("good")]))[0]) == "good"
        assert await writer.works()
        assert len(store.trials) == tried + 2
        await writer.drain()
        monkeypatch.setattr(writer_module, "FRESH", 0)
        assert not await writer.works()

    asyncio.run(main())


def test_a_writer_that_hangs_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "LONGEST_ANSWER", -0.1)
    released = threading.Event()
    store = Store(lambda _: (released.wait(5), None)[1])

    async def main() -> bool:
        writer = Writer([thread_lane(cast(RatingStore, store))], queue_length=100, group_length=10)
        works = await writer.works()
        released.set()
        await writer.drain()
        return works

    assert not asyncio.run(main())


def test_a_replay_proves_nothing() -> None:
    again = Stored(StoreOutcome.replayed, "dukcapil", None, PLACE.rated_on)
    assert writer_module._proof([again]) is None
    assert writer_module._proof([again, Problem("busy")]) is False
    assert writer_module._proof([again, again._replace(outcome=StoreOutcome.stored)]) is True
