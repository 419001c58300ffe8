"""What a lane of the event loop does when the database does not behave, and what becomes of what waits too long."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import cast

import psycopg
import pytest
from psycopg import errors

from app.foundation.problems import Problem
from app.foundation.storage.loop_connection import LoopConnection
from app.foundation.storage.time_budget import budget_of
from app.ratings import writer as writer_module
from app.ratings.loop_store import LoopStore
from app.ratings.rating import NewRating, Place, Result, Stored, StoreOutcome
from app.ratings.writer import Writer
from app.ratings.writer_task import TaskWriter, task_lane

DAY = date(2026, 11, 24)
PLACE = Place("dukcapil", None, "ktp-el", None, "mobile", DAY)
Behaviour = Callable[["Connection", Sequence[NewRating]], Awaitable[None]]


def rating(key: str, agency: str = "kota") -> NewRating:
    return NewRating(agency, key, PLACE, "ikl-1", "434", digest="0" * 32)


class Connection:
    """A connection that knows only how to break and how to end."""

    def __init__(self) -> None:
        self.is_lost = self.is_closed = False
        self.until = 0.0

    async def restored(self) -> bool:
        return not self.is_lost

    async def close(self) -> None:
        self.is_closed = True


async def obey(_: Connection, __: Sequence[NewRating]) -> None:
    """Do nothing wrong."""


class Store:
    """Notes the groups it is given and does with each what the test says."""

    def __init__(self, behave: Behaviour = obey, *, refuses_connections: bool = False) -> None:
        self.groups: list[list[str]] = []
        self.connections: list[Connection] = []
        self.trials: list[str | None] = []
        self._behave = behave
        self._refuses = refuses_connections

    async def connect(self, _: float) -> Connection:
        if self._refuses:
            raise psycopg.OperationalError("nobody listens")
        self.connections.append(Connection())
        return self.connections[-1]

    async def try_out(self, connection: Connection, rating: NewRating | None) -> None:
        self.trials.append(rating and rating.key)
        await self._behave(connection, [] if rating is None else [rating])

    async def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        self.groups.append([one.key for one in group])
        await self._behave(connection, group)
        return [Stored(StoreOutcome.stored, one.key, None, DAY) for one in group]


def written(store: Store, *ratings: NewRating, seconds: float = 5.0) -> list[str]:
    async def main() -> list[Result]:
        return await TaskWriter(cast(LoopStore, store)).write(ratings, time.monotonic() + seconds)

    return [_told(result) for result in asyncio.run(main())]


def writer_of(store: Store, lanes: int = 1) -> Writer:
    return Writer([task_lane(cast(LoopStore, store))] * lanes, queue_length=100, group_length=10)


def _told(result: Result) -> str:
    return result.code if isinstance(result, Problem) else result.office


def broken(error: Exception, *, key: str, lost: bool = False) -> Behaviour:
    async def behave(connection: Connection, group: Sequence[NewRating]) -> None:
        if any(one.key == key for one in group):
            connection.is_lost = lost
            raise error

    return behave


def test_a_row_that_the_database_refuses_costs_no_other_and_no_connection() -> None:
    store = Store(broken(errors.DataError(), key="bad"))
    assert written(store, rating("one"), rating("bad"), rating("two")) == ["one", "busy", "two"]
    assert len(store.connections) == 1


def test_what_nobody_foresaw_leaves_nobody_waiting_and_costs_no_other_agency() -> None:
    store = Store(broken(RuntimeError("a bug"), key="bad"))
    assert written(store, rating("bad", "a"), rating("good", "b")) == ["busy", "good"]


def test_a_lost_connection_is_replaced_and_tried_once_more() -> None:
    store = Store(broken(psycopg.OperationalError(), key="bad", lost=True))
    assert written(store, rating("bad")) == ["busy"]
    assert [connection.is_closed for connection in store.connections] == [True, True]
    assert len(store.groups) == 2


def test_a_deadlock_is_tried_once_more_on_the_same_connection_and_a_lock_is_not() -> None:
    deadlocked = Store(broken(errors.DeadlockDetected(), key="bad"))
    assert written(deadlocked, rating("bad")) == ["busy"]
    assert (len(deadlocked.groups), len(deadlocked.connections)) == (2, 1)
    locked = Store(broken(errors.LockNotAvailable(), key="bad"))
    assert written(locked, rating("bad")) == ["busy"]
    assert len(locked.groups) == 1


def test_without_a_connection_everybody_is_refused_at_once() -> None:
    store = Store(refuses_connections=True)
    assert written(store, rating("a"), rating("b")) == ["busy", "busy"]
    assert store.groups == []


def test_after_its_moment_a_group_is_refused_and_nothing_more_is_tried() -> None:
    async def stall(connection: Connection, _: Sequence[NewRating]) -> None:
        await asyncio.sleep(0.05)
        connection.is_lost = True
        raise psycopg.OperationalError

    store = Store(stall)
    assert written(store, rating("a1", "a"), rating("b1", "b"), seconds=0.03) == ["busy", "busy"]
    assert store.groups == [["a1"]]


def test_what_comes_while_a_group_is_written_goes_together_and_draining_waits_for_it() -> None:
    async def main() -> tuple[list[str], Store]:
        released = asyncio.Event()

        async def wait(_: Connection, group: Sequence[NewRating]) -> None:
            if group[0].key == "first":
                await released.wait()

        store = Store(wait)
        writer = writer_of(store)
        first = asyncio.create_task(writer.write([rating("first")]))
        while not store.groups:
            await asyncio.sleep(0)
        later = [asyncio.create_task(writer.write([rating(key)])) for key in "abc"]
        hung_up = asyncio.create_task(writer.write([rating("gone")]))
        await asyncio.sleep(0)
        hung_up.cancel()
        drained = asyncio.create_task(writer.drain())
        await asyncio.sleep(0.01)
        assert not drained.done()
        with pytest.raises(Problem):
            await writer.write([rating("after")])
        released.set()
        told = [_told((await one)[0]) for one in (first, *later)]
        await drained
        assert writer.queued == 0
        return told, store

    told, store = asyncio.run(main())
    assert told == ["first", "a", "b", "c"]
    # Whoever hangs up takes only the own waiting away.
    assert store.groups == [["first"], ["a", "b", "c", "gone"]]
    assert [connection.is_closed for connection in store.connections] == [True]


def test_while_one_lane_waits_another_writes() -> None:
    async def main() -> None:
        released = asyncio.Event()

        async def wait(_: Connection, group: Sequence[NewRating]) -> None:
            if group[0].key == "slow":
                await released.wait()

        writer = writer_of(Store(wait), lanes=2)
        await asyncio.sleep(0)
        slow = asyncio.create_task(writer.write([rating("slow")]))
        await asyncio.sleep(0.01)
        assert _told((await writer.write([rating("quick")]))[0]) == "quick"
        assert not slow.done()
        released.set()
        assert _told((await slow)[0]) == "slow"
        await writer.drain()

    asyncio.run(main())


def test_what_waits_behind_a_stalled_database_is_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "LONGEST_WAIT", 0.05)

    async def main() -> list[str]:
        released = asyncio.Event()

        async def wait(_: Connection, group: Sequence[NewRating]) -> None:
            if group[0].key == "slow":
                await released.wait()

        writer = writer_of(Store(wait))
        slow = asyncio.create_task(writer.write([rating("slow")]))
        await asyncio.sleep(0.01)
        late = asyncio.create_task(writer.write([rating("late")]))
        await asyncio.sleep(0.1)
        # Whoever comes next finds the overdue one and has it refused, while the lane still hangs.
        fresh = asyncio.create_task(writer.write([rating("fresh")]))
        told = [_told((await late)[0])]
        released.set()
        told += [_told((await slow)[0]), _told((await fresh)[0])]
        await writer.drain()
        return told

    assert asyncio.run(main()) == ["busy", "slow", "fresh"]


def test_trials_say_whether_ratings_are_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "FRESH", 0)
    store = Store(broken(psycopg.OperationalError(), key="bad", lost=True))

    async def main() -> None:
        writer = writer_of(store)
        assert await writer.works()
        assert _told((await writer.write([rating("bad")]))[0]) == "busy"
        assert not await writer.works()
        assert _told((await writer.write([rating("good")]))[0]) == "good"
        assert await writer.works()
        await writer.drain()

    asyncio.run(main())
    assert store.trials == [None, "bad", None]


def test_a_connection_is_told_until_when_its_answers_are_awaited() -> None:
    told: list[float] = []

    async def note(connection: Connection, _: Sequence[NewRating]) -> None:
        told.append(connection.until)

    before = time.monotonic()
    written(Store(note), rating("a"), seconds=7.0)
    assert told[0] - before == pytest.approx(7.0, abs=1.0)
    assert LoopConnection.until == float("inf")


def test_who_has_waited_elsewhere_is_not_kept_waiting_behind_a_stalled_lane() -> None:
    # Found by the simulation: nobody looked at the queue until the lane had its answer.
    async def main() -> list[str]:
        released = asyncio.Event()

        async def stall(_: Connection, group: Sequence[NewRating]) -> None:
            if group[0].key == "slow":
                await released.wait()

        store = Store(stall)
        writer = writer_of(store)
        slow = asyncio.create_task(writer.write([rating("slow")]))
        while not store.groups:
            await asyncio.sleep(0)
        fresh = asyncio.create_task(writer.write([rating("fresh")]))
        await asyncio.sleep(0)
        with budget_of(2.0) as budget:
            budget.used = 2.0
            # It stands before the one that has come before it and has waited less, and is answered at once.
            told = [_told((await asyncio.wait_for(writer.write([rating("waited")]), 5))[0])]
        released.set()
        told += [_told((await slow)[0]), _told((await fresh)[0])]
        await writer.drain()
        return told

    assert asyncio.run(main()) == ["busy", "slow", "fresh"]
