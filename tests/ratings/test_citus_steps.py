"""The statements that store ratings on a cluster do, on one server too, what the one statement does there."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.foundation.storage.database import Database
from app.foundation.storage.loop_connection import LoopConnection
from app.ratings.citus_steps import steps
from app.ratings.loop_store import LoopStore
from app.ratings.outcomes import all_found
from app.ratings.rating import NewRating, Place, Stored, StoreOutcome
from app.ratings.statements import CITUS_COMMENT, CITUS_PROFILE, CITUS_STORE, CITUS_TRACE
from app.ratings.store import RatingStore
from tests.house import NOW, furnish

PLACE = Place("dukcapil", "loket-1", "ktp-el", None, "kiosk", date(2026, 11, 24), 9)
WRITTEN = (
    "SELECT key, sheet, digest FROM rating ORDER BY key",
    "SELECT key, hour, source FROM trace ORDER BY key",
    "SELECT office, instrument, written_in, text, mixed FROM comment ORDER BY text",
    "SELECT office, instrument, month, attribute, value, n, mixed FROM profile_tally ORDER BY attribute, value",
)


def rating(number: int, **changed: Any) -> NewRating:
    made = NewRating("kota", f"0192f0c4a7e18abc9def0123456789{number:02x}", PLACE, "ikl-1", "434", digest="0" * 32)
    return made._replace(**changed)


FIRST = [rating(1, comment="Cepat", profile={"age": "a"}), rating(2, place=PLACE._replace(hour=None)), rating(1)]
# One that is there, one that is there with other content, and new ones.
SECOND = [rating(1, comment="Lain", profile={"age": "b"}), rating(2, digest="1" * 32), rating(3), rating(4)]
SECOND[3] = rating(4, comment="Ramah", profile={"age": "a", "sex": "m"}, source="7" * 32)


def all_steps(ratings: Sequence[NewRating], stored: Sequence[int]) -> tuple[list[str], list[str], list[str]]:
    """The statements, the keys that each but the first is about, and the keys that were there, where these are not."""
    to_do = steps("kota", {each.key: each for each in ratings})
    statement, _ = next(to_do)
    statements, about = [statement], []
    returned = [UUID(rating(number).key) for number in stored]
    try:
        while True:
            statement, values = to_do.send(returned)
            statements.append(statement)
            about.append(values["key"])
            returned = []
    except StopIteration as end:
        return statements, about, end.value


def test_what_was_there_gets_no_trace_comment_or_count_and_what_nobody_needs_is_not_asked() -> None:
    statements, about, there = all_steps(SECOND, [3, 4])
    assert statements == [CITUS_STORE, CITUS_TRACE, CITUS_COMMENT, CITUS_PROFILE]
    assert set(about) == {f'{{"{SECOND[2].key}","{SECOND[3].key}"}}'}
    assert there == [SECOND[0].key, SECOND[1].key]
    assert all_steps(SECOND, []) == ([CITUS_STORE], [], [each.key for each in SECOND])
    bare = [rating(5, place=PLACE._replace(hour=None))]
    assert all_steps(bare, [5]) == ([CITUS_STORE], [], [])


def test_a_rating_that_is_neither_stored_nor_found_is_no_stored_one() -> None:
    with pytest.raises(LookupError):
        all_found(["a" * 32], {})


@pytest.fixture
def store() -> str:
    """SQLite has no workers."""
    return "postgresql"


def by_thread(database: Database, group: Sequence[NewRating]) -> list[Stored]:
    """What the store of threads makes of a group."""
    store = RatingStore(database)
    with store.connect() as connection:
        return store.write(connection, group)


def by_loop(database: Database, group: Sequence[NewRating]) -> list[Stored]:
    """What the store of the event loop makes of it."""

    async def write() -> list[Stored]:
        store = LoopStore(database)
        connection = await store.connect(5.0)
        try:
            await store.try_out(connection, None)
            await store.try_out(connection, group[0])
            return await store.write(connection, group)
        finally:
            await connection.close()

    return asyncio.run(write())


@pytest.mark.parametrize("write", [by_thread, by_loop])
def test_the_steps_write_and_tell_what_the_one_statement_does(
    database: Database, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(database, "kota", NOW)
    found = []
    for in_steps in (False, True):
        with monkeypatch.context() as patched:
            if in_steps:
                patched.setattr(Database, "has_workers", True)
                patched.setattr(LoopConnection, "has_workers", True)
            told = [write(database, FIRST), write(database, SECOND)]
        with database.writing() as session:
            rows = [session.execute(text(question)).all() for question in WRITTEN]
            for table in ("rating", "trace", "comment", "profile_tally"):
                session.execute(text(f"DELETE FROM {table}"))
        found.append((told, rows))
    assert found[0] == found[1]
    told, rows = found[1]
    assert [each.outcome for each in told[0]] == [StoreOutcome.stored, StoreOutcome.stored, StoreOutcome.replayed]
    assert [each.outcome for each in told[1]] == [
        StoreOutcome.replayed,
        StoreOutcome.conflict,
        StoreOutcome.stored,
        StoreOutcome.stored,
    ]
    assert [len(each) for each in rows] == [4, 3, 2, 2]
