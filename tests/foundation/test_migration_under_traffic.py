"""The migration to partitions while ratings come in: nothing acknowledged is lost, and who writes waits but briefly."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import text

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database, DBAPIError
from app.ratings.keys import first_key, key_day
from app.ratings.partitions import make_ahead
from app.ratings.rating import NewRating, Place, StoreOutcome
from app.ratings.store import RatingStore
from tests.effort import sized
from tests.house import NOW, furnish
from tests.postgres import PostgresServer

BEFORE, WRITERS, GROUP = "0032_no_employee_index", 3, 5
ROWS = sized(20_000, 1_000_000)
TODAY = date(2026, 11, 18)
FILL = (
    "INSERT INTO rating "
    "(agency_id, key, rated_on, office, service, channel, ticketed, standing, instrument, sheet, digest) "
    "SELECT 'kota', CAST(lpad(to_hex(20000 * CAST(86400000 AS bigint) + n % 700 * CAST(86400000 AS bigint)), 12, '0') "
    "|| lpad(to_hex(n), 20, '0') AS uuid), DATE '2024-10-04' + n % 700, 'dukcapil', 'ktp-el', 'web', false, 'counted', "
    "'ikl-1', '434', 'd' FROM generate_series(1, :rows) AS n"
)


class Writer:
    """Stores groups of ratings one after the other, each once more as a retry, and remembers what was acknowledged."""

    def __init__(self, url: str, number: int) -> None:
        self._url = url
        self._serials = count(number * 10_000_000)
        self.acknowledged: list[NewRating] = []
        self.refused = 0
        self.repeated = 0
        # When each answer came and how long it took.
        self.answers: list[tuple[float, float]] = []
        self.faults: list[str] = []

    def run(self, ended: threading.Event) -> None:
        """Write until somebody says that it is enough."""
        database = Database(self._url)
        store = RatingStore(database)
        connection = store.connect()
        try:
            while not ended.is_set():
                group = [self._rating() for _ in range(GROUP)]
                for again in (False, True):
                    self._write(store, connection, group, again=again)
        finally:
            connection.close()
            database.dispose()

    def _write(self, store: RatingStore, connection: object, group: list[NewRating], *, again: bool) -> None:
        while True:
            began = time.monotonic()
            try:
                outcomes = {each.outcome for each in store.write(connection, group)}  # type: ignore[arg-type]  # the store's own
            except DBAPIError:
                # As a client does: nothing was promised, so it is sent again.
                self.refused += 1
                continue
            finally:
                self.answers.append((time.monotonic(), time.monotonic() - began))
            if again and outcomes != {StoreOutcome.replayed}:
                self.faults.append(f"a retry was {outcomes}")
            if not again:
                self.acknowledged += group
            self.repeated += again
            return

    def _rating(self) -> NewRating:
        serial = next(self._serials)
        day = TODAY - timedelta(days=serial % 30)
        place = Place("dukcapil", None, "ktp-el", None, "web", day, 9)
        key = UUID(int=first_key(day).int + (0x8 << 76) + (2 << 62) + serial).hex
        return NewRating("kota", key, place, "ikl-1", "434", digest=f"{serial:032}", source=UUID(int=serial).hex)


@pytest.fixture
def filled(postgres: PostgresServer) -> Iterator[str]:
    """A database of the version before, with ratings of two years."""
    with postgres.copy_of("template0") as url:
        migrating.upgrade(url, BEFORE)
        database = Database(url, statement_timeout_ms=0)
        furnish(database, "kota", NOW)
        with database.writing() as session:
            session.execute(text(FILL), {"rows": ROWS})
        database.dispose()
        yield url


def under_traffic(url: str, work: Callable[[], object]) -> tuple[list[Writer], tuple[float, float]]:
    """Do this while writers write; the writers, and from when until when it was done."""
    ended, writers = threading.Event(), [Writer(url, number) for number in range(1, WRITERS + 1)]
    threads = [threading.Thread(target=each.run, args=(ended,)) for each in writers]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1)
        began = time.monotonic()
        work()
        done = time.monotonic()
        time.sleep(1)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    return writers, (began, done)


@pytest.mark.sized
@pytest.mark.one_server
def test_what_is_acknowledged_while_the_schema_changes_is_stored_once(
    filled: str, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    database = Database(filled, statement_timeout_ms=0)

    def change() -> None:
        migrating.upgrade(filled)
        # And the first night's work.
        make_ahead(database, key_day(NOW) + timedelta(days=400))

    writers, (began, done) = under_traffic(filled, change)
    acknowledged = [rating for writer in writers for rating in writer.acknowledged]
    meanwhile = [took for writer in writers for at, took in writer.answers if began <= at <= done]
    assert [fault for writer in writers for fault in writer.faults] == []
    assert meanwhile
    assert all(writer.repeated for writer in writers)
    keys = {rating.key for rating in acknowledged}
    assert len(keys) == len(acknowledged)
    with database.reading() as session:
        stored = session.execute(text("SELECT key FROM rating WHERE digest <> 'd'")).scalars().all()
        traced = session.execute(text("SELECT count(*) FROM trace")).scalar_one()
        former = session.execute(text("SELECT count(*) FROM rating WHERE digest = 'd'")).scalar_one()
        parts = session.execute(
            text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'rating'::regclass")
        ).scalar_one()
    # What a writer had under way in the end may be stored and not acknowledged; it had none.
    assert {key.hex for key in stored} >= keys
    assert len(stored) == len(set(stored)) == traced
    assert former == ROWS
    assert parts > 2
    database.dispose()
    # Timings tell of the machine: they are said, not asserted.
    said = (
        f"{ROWS} ratings, {WRITERS} writers: the change took {done - began:.1f} s; meanwhile {len(meanwhile)} groups, "
        f"the longest wait {max(meanwhile) * 1_000:.0f} ms, {sum(each.refused for each in writers)} sent again"
    )
    record_property("migration under traffic", said)
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")


@pytest.mark.long
@pytest.mark.one_server
def test_who_holds_the_table_for_long_is_waited_for_and_nobody_behind_waits_for_long(filled: str) -> None:
    """A reader of a night holds what the change needs for some seconds; writers go on all the while."""
    reader = Database(filled, statement_timeout_ms=0)

    def change() -> None:
        with reader.writer.connect() as connection:
            connection.execute(text("SELECT count(*) FROM rating"))
            changing = threading.Thread(target=migrating.upgrade, args=(filled,))
            changing.start()
            time.sleep(3)
        changing.join()

    writers, (began, done) = under_traffic(filled, change)
    reader.dispose()
    for writer in writers:
        assert writer.faults == []
        # A lock that is asked for without an end would have stopped all of them for three seconds.
        assert sum(began <= at <= done for at, _ in writer.answers) > 3
    database = Database(filled)
    assert migrating.current(database) == migrating.head()
    with database.reading() as session:
        stored = set(session.execute(text("SELECT key FROM rating WHERE digest <> 'd'")).scalars())
    assert stored >= {UUID(rating.key) for writer in writers for rating in writer.acknowledged}
    database.dispose()
