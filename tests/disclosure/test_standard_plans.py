"""A night finds the counts that it has to tell, and readers the blocks of their months, however many lie behind."""

from datetime import date
from random import Random

import pytest
from sqlalchemy import insert, text

from app.disclosure.beside import Telling
from app.disclosure.reading import read_standards
from app.disclosure.standards import tell_standards
from app.disclosure.tables import StandardBlock
from app.foundation.storage.database import Database
from app.standards.counts_store import add_counts
from app.standards.rules.counts import CountKey
from app.standards.tables import StandardCount
from tests.disclosure.test_night_plans import explained
from tests.house import NOW, furnish

# By the agency alone, or not even by that.
ALL_OF_THEM = ("SCAN", "PRIMARY KEY (agency_id=?)", "Seq Scan on standard", "_pkey on standard")
PLACES = [(f"office-{office}", f"2024-{month:02}") for office in range(300) for month in range(1, 13)]


@pytest.fixture
def history(database: Database) -> Database:
    """A year of 300 offices that is told."""
    furnish(database, "kota", NOW)
    base = {"agency_id": "kota", "service": "ktp-el"}
    counted = {"source": "queue", "what": "within", "n": 12, "told": 12, "mixed": True}
    blocks = {"kind": "time", "n": 12, "counts": [0, 12, 0, 0], "parts": [], "release": 1}
    with database.writing() as session:
        session.execute(insert(StandardCount), [base | counted | {"office": o, "month": m} for o, m in PLACES])
        rows = [
            base | blocks | {"block": n, "office": o, "first_month": m, "last_month": m}
            for n, (o, m) in enumerate(PLACES, start=1)
        ]
        session.execute(insert(StandardBlock), Random(1).sample(rows, len(rows)))
    if not database.is_sqlite:
        with database.writer.begin() as connection:
            connection.execute(text("ANALYZE standard_count, standard_block"))
    return database


def test_a_night_looks_for_what_is_not_told_alone(history: Database) -> None:
    key = CountKey("dukcapil", "ktp-el", "2026-10", "ticket", "within")
    with history.writing() as session:
        add_counts(session, "kota", {key: 15, key._replace(service="kk"): 4})
    with explained(history) as plans, history.writing() as session:
        tell_standards(session, Telling("kota", 2, "2026-12", 3, None, None, ()))
    looked = [line for statement, line in plans if "FROM standard_count" in statement]
    assert any("standard_count_untold_idx" in line for line in looked)
    assert [line for line in looked if any(each in line and "Index Cond" not in line for each in ALL_OF_THEM[:3])] == []
    with history.reading() as session:
        assert session.execute(text("SELECT n FROM standard_block WHERE block > 3600")).scalars().all() == [15]


@pytest.mark.parametrize("offices", [None, ["office-7", "office-8"]])
def test_readers_look_at_their_months_alone(history: Database, offices: list[str] | None) -> None:
    with explained(history) as plans, history.reading() as session:
        found = read_standards(session, "kota", date(2024, 3, 1), date(2024, 3, 31), offices)
    assert len(found) == (2 if offices else 300)
    looked = [line for statement, line in plans if "FROM standard_block" in statement]
    assert any("first_month_idx" in line for line in looked)
    assert [line for line in looked if any(each in line for each in ALL_OF_THEM)] == []
