"""What stands in for the SQL of the leases gives and takes as the SQL does."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.foundation.storage import store
from app.foundation.storage.database import Database
from tests.simulation import nights
from tests.simulation.connections import SimulatedDatabase
from tests.simulation.fibers import FiberAsyncio, FiberEvent, in_fiber, wait_for
from tests.simulation.memory_store import MemoryStore, State
from tests.simulation.virtual_loop import VirtualLoop
from tests.simulation.weather import Weather

BEGIN = datetime(2027, 1, 1, tzinfo=UTC)


class AtOnce:
    """A session whose requests are done at once."""

    def __init__(self) -> None:
        self.state = State()

    def ask(self, _: str, do: Any) -> Any:
        return do(self.state)


def test_nobody_takes_a_lease_before_the_transaction_is_over_that_kept_it() -> None:
    """Otherwise a night is recorded without its lease, as seed 251 once said of a service that does not."""
    loop, said = VirtualLoop(), list[str]()
    weather = Weather(Random(1))
    weather.is_calm = True
    store = MemoryStore(weather, said.append, lambda what, asker, outcome: None)
    one, other = (SimulatedDatabase(store, cast(Any, SimpleNamespace(name=n, is_alive=True))) for n in ("one", "other"))
    over = BEGIN + timedelta(hours=1)

    def record() -> None:
        with one.session() as session:
            nights.take_lease(session, "release", "one", BEGIN, BEGIN)
        with one.session() as session:
            nights.keep_lease(session, "release", "one", BEGIN)
            begun.set()
            wait_for(asyncio.sleep(1))
            nights.put_fact(session, "release", "2027-01-01")

    def take() -> bool:
        begun.wait()
        with other.session() as session:
            return nights.take_lease(session, "release", "other", over, over)

    async def both() -> bool:
        return (await asyncio.gather(in_fiber(record), in_fiber(take)))[1]

    begun = FiberEvent()
    assert loop.run_until_complete(both())
    loop.close()
    assert said[-1] == "other takes the lease release: fine"
    assert said.index("one records release 2027-01-01: fine") > said.index(said[-1])
    assert not store.state.locks


def test_what_a_thread_has_begun_on_its_own_loop_ends_with_that_loop() -> None:
    loop, done = VirtualLoop(), []

    async def one(seconds: float) -> None:
        await asyncio.sleep(seconds)
        done.append(seconds)
        if seconds == 1:
            raise ValueError

    async def several() -> None:
        await asyncio.gather(one(1), one(2))

    async def later() -> None:
        with pytest.raises(ValueError):
            await in_fiber(lambda: FiberAsyncio.run(several()))
        await asyncio.sleep(3)

    loop.run_until_complete(later())
    loop.close()
    assert done == [1]


def test_leases_are_lent_as_the_database_lends_them(database: Database) -> None:
    dice, session = Random(1), AtOnce()
    lent = []
    for _ in range(60):
        name, holder = dice.choice("ab"), dice.choice("xyz")
        # Clocks differ, so a later step may come at an earlier moment.
        now = BEGIN + timedelta(seconds=dice.randint(0, 10))
        until = now + timedelta(seconds=dice.choice((0, 3, 5)))
        with database.writing() as real:
            if dice.random() < 0.3:
                store.drop_lease(real, name, holder, now)
                nights.drop_lease(cast(Any, session), name, holder, now)
            else:
                lent.append(nights.take_lease(cast(Any, session), name, holder, now, until))
                assert store.take_lease(real, name, holder, now, until) is lent[-1]
    assert set(lent) == {True, False}
