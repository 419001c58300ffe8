"""A lease is held by one at a time and runs out with its holder."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from app.foundation.storage.database import Database
from app.foundation.storage.leases import Lease
from tests.house import NOW

TEN = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def test_one_holds_it_until_it_is_dropped_or_runs_out(database: Database) -> None:
    one, two = (Lease(database, "work", holder, TEN) for holder in ("one", "two"))
    other = Lease(database, "other", "two", TEN)
    assert one.take(NOW)
    assert not two.take(NOW)
    assert other.take(NOW)
    # Kept up, it lasts from then on.
    assert one.take(NOW + 9 * SECOND * 60)
    assert not two.take(NOW + TEN)
    two.drop(NOW + TEN)
    assert not two.take(NOW + TEN)
    one.drop(NOW + TEN)
    assert two.take(NOW + TEN)
    # Its holder died.
    assert not one.take(NOW + 2 * TEN - SECOND)
    assert one.take(NOW + 2 * TEN)
    two.drop(NOW + 2 * TEN)
    assert not two.take(NOW + 2 * TEN)


def test_of_many_that_ask_at_once_one_gets_it(database: Database) -> None:
    leases = [Lease(database, "work", str(n), TEN) for n in range(8)]
    for round_number in range(5):
        now = NOW + round_number * TEN
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(lambda lease, now=now: lease.take(now), leases)) == 1
