"""What stands in for the SQL of the leases gives and takes as the SQL does."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

from app.foundation.storage import store
from app.foundation.storage.database import Database
from tests.simulation import nights
from tests.simulation.memory_store import State

BEGIN = datetime(2027, 1, 1, tzinfo=UTC)


class AtOnce:
    """A session whose requests are done at once."""

    def __init__(self) -> None:
        self.state = State()

    def ask(self, _: str, do: Any) -> Any:
        return do(self.state)


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
