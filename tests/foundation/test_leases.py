"""A lease is held by one at a time and runs out with its holder."""

from datetime import timedelta

from app.foundation.storage.database import Database
from app.foundation.storage.leases import Lease
from tests.house import NOW
from tests.threads import Threads

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
        with Threads(8) as pool:
            assert sum(pool.map(lambda lease, now=now: lease.take(now), leases)) == 1


def test_who_has_lost_it_does_not_go_on_even_when_it_is_free_again(database: Database) -> None:
    one, two = (Lease(database, "work", holder, TEN) for holder in ("one", "two"))
    assert not one.keep(NOW)
    assert one.take(NOW)
    # Nobody else wanted it: who stood still may go on.
    later = NOW + 3 * TEN
    assert one.keep(later)
    assert not two.take(later)
    # Somebody else had it, has done the work and let it go.
    assert two.take(later + TEN)
    assert not one.keep(later + TEN)
    two.drop(later + TEN)
    assert not one.keep(later + TEN)
    assert one.take(later + TEN)
    assert not two.keep(later + TEN)


def test_what_is_recorded_with_it_is_recorded_or_the_lease_is_lost(database: Database) -> None:
    one, two = (Lease(database, "work", holder, TEN) for holder in ("one", "two"))
    assert one.take(NOW)
    with database.writing() as session:
        assert one.keep_in(session, NOW + TEN)
    assert not two.take(NOW + TEN)
    assert two.take(NOW + 2 * TEN)
    with database.writing() as session:
        assert not one.keep_in(session, NOW + 2 * TEN)
