"""A night and its readers find blocks and ratings by an index, however many lie behind them: asked of the stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import pairwise
from re import compile
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from app.access.principals import Reach
from app.disclosure.tables import FigureBlock
from app.foundation.storage.database import Database
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from tests.disclosure.attacker import Town
from tests.house import NOW, furnish

# Blocks of a year of other offices, which no night has to do with: so many that PostgreSQL does not go through them.
OFFICES, PERSONS = 60, 8
CELL = {"n": 10, "items": [[0, 0, 0, 10]] * 3, "composites": [[[1, 1, 1], [[12, 10]]]]}
# The largest number of an agency's blocks is read from the end of the key; nothing else may ask by the agency alone.
NEWEST = "max(block.block)"


@pytest.fixture
def town(database: Database) -> Town:
    furnish(database, "kota", NOW)
    # On a cluster thousands of rows may take longer than a statement of the service.
    with database.unhurried() as session:
        places = ((o, p, m) for o in range(OFFICES) for p in range(PERSONS) for m in range(1, 13))
        rows = [
            {
                "agency_id": "kota",
                "block": 1_000_000 + number,
                "instrument": "ikl-1",
                "standing": "counted",
                "office": f"office-{office}",
                "employee": f"P{office}-{person}",
                "first_month": f"2025-{month:02}",
                "last_month": f"2025-{month:02}",
                "complete": True,
                "service": "ktp-el",
                "service_mode": "ktp-el",
                "channel": "kiosk",
                "released": True,
                "summed": True,
                "charted": True,
                "office_weeks": [],
                "employee_weeks": [],
                "n": 10,
                "cell": CELL,
                "parts": [],
                "release": 0,
            }
            for number, (office, person, month) in enumerate(places)
        ]
        session.execute(insert(FigureBlock), rows)
    if not database.is_sqlite:
        with database.writer.begin() as connection:
            connection.execute(text("ANALYZE block"))
    town = Town(database, "kota", datetime(2026, 8, 1, tzinfo=UTC))
    # So that the next one is not the first, which has to look at everything.
    town.release()
    return town


@contextmanager
def explained(database: Database) -> Iterator[list[tuple[str, str]]]:
    """Each question that is asked meanwhile of blocks or ratings, with how the store looks for the answer."""
    found: list[tuple[str, str]] = []

    def explain(connection: Any, _: Any, statement: str, values: Any, __: Any, many: bool) -> None:
        if many or not statement.startswith(("SELECT", "UPDATE", "DELETE")):
            return
        cursor = connection.connection.cursor()
        if not database.is_sqlite:
            # Of so few rows its statistics, which it takes when it likes, may call for going through all of them.
            cursor.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if database.is_sqlite else ''}{statement}", values)
        lines = [str(row[3] if database.is_sqlite else row[0]).strip() for row in cursor.fetchall()]
        lines += [f"{line} {below}" for line, below in pairwise(lines) if below.startswith("Index Cond")]
        found.extend((" ".join(statement.split()), line) for line in lines)
        if not database.is_sqlite:
            cursor.execute("RESET enable_seqscan; RESET enable_hashjoin; RESET enable_mergejoin")
        cursor.close()

    engines = {id(each): each for each in (database.reader, database.writer)}.values()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", explain)


def gone_through(plans: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The questions for which a store goes through all blocks, or all ratings, of an agency or of everybody."""
    assert plans
    return [
        (statement, line)
        for statement, line in plans
        if NEWEST not in statement and (any(each in line for each in ALL_OF_THEM) or BY_AGENCY_ALONE.search(line))
    ]


ALL_OF_THEM = (
    "SCAN block",
    "SCAN rating",
    "SEARCH block USING PRIMARY KEY (agency_id=?)",
    "SEARCH rating USING PRIMARY KEY (agency_id=?)",
    "_last_month_first_month_office_idx (agency_id=? AND instrument=?)",
    "_instrument_office_first_month_idx (agency_id=?)",
    "_instrument_office_first_month_idx (agency_id=? AND instrument=?)",
    "(ANY(",
    # Ratings are so few here that PostgreSQL does well to go through them.
    "Seq Scan on block ",
)
# By the agency alone, which PostgreSQL says in the line below that of the table.
BY_AGENCY_ALONE = compile(r"\bblock_pkey\b.* Index Cond: \(\(agency_id\)")


def rate(town: Town, office: str, month: int, n: int = 12) -> None:
    """Citizens rate somebody at an office."""
    day = date(2026, month, 10)
    town.rate([(office, "E001", day, "ktp-el", "kiosk", "444")] * n)


def night(town: Town, month: int, day: int) -> list[tuple[str, str]]:
    """How a night finds what it looks for."""
    town.now = datetime(2026, month, day, tzinfo=UTC)
    with explained(town.database) as plans:
        town.release()
    return plans


@pytest.mark.long
def test_a_night_goes_through_no_history(town: Town) -> None:
    rate(town, "dukcapil", 8)
    assert gone_through(night(town, 8, 20)) == []
    # August falls due.
    plans = night(town, 9, 8)
    assert gone_through(plans) == []
    assert any("INSERT INTO block" not in statement and "summed" in statement for statement, _ in plans)
    # So does the quarter, in which an office has a few.
    rate(town, "samsat", 9, 5)
    rate(town, "dukcapil", 9, 7)
    assert gone_through(night(town, 10, 8)) == []


@pytest.mark.long
def test_neither_does_one_after_ratings_were_held_and_let_go_again(town: Town) -> None:
    rate(town, "dukcapil", 8, 30)
    rate(town, "samsat", 8, 30)
    night(town, 10, 8)
    town.hold(sorted(town.ratings)[:20])
    plans = night(town, 10, 9)
    assert gone_through(plans) == []
    assert any("block_left_idx" in line for _, line in plans)
    town.hold(sorted(town.ratings)[30:50])
    assert gone_through(night(town, 10, 10)) == []


@pytest.mark.long
@pytest.mark.parametrize(
    "asked", [{"office": "office-7"}, {"employee": "E001"}, {"office": "office-7", "by": "employee"}]
)
def test_neither_do_readers(town: Town, asked: dict[str, str]) -> None:
    night(town, 9, 8)
    with town.database.writing() as session:
        session.execute(
            text(
                "INSERT INTO office (agency_id, code, name, timezone, active) "
                "VALUES ('kota', 'office-7', 'office-7', 'Asia/Jakarta', true)"
            )
        )
    query = IndexQuery.model_validate({"from": "2025-01-01", "to": "2025-12-31", **asked})
    with explained(town.database) as plans, town.database.snapshot() as session:
        read_indices(session, Reach("kota", None, "test"), query, now=town.now, longest_days=1_000)
    assert gone_through(plans) == []
