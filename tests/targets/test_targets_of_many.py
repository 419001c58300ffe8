"""Targets are listed however many offices and employees are in reach: no statement binds them all."""

import pytest

from app.directory.listing_store import posted_within
from app.directory.tables import ZONES
from app.foundation.storage.database import Database
from app.targets import store
from app.targets.rules.target import Target, TargetKey
from tests.house import NOW, House

# More than either store takes in one statement: 32,766 variables of SQLite, 65,535 parameters of PostgreSQL.
MANY = [f"X{place:05}" for place in range(40_000)]
SET = (("employee", "E001"), ("employee", "E003"), ("office", "X00500"), ("employee", "X00500"), ("office", "setda"))


def put(database: Database) -> None:
    targets = [
        Target(TargetKey("2026-Q4", "ikl-1", kind, unit, figure), 8_800)
        for kind, unit in SET
        for figure in ("index", "speed")
    ]
    with database.writing() as session:
        store.put(session, "kota", targets, {}, by="test", at=NOW)


@pytest.mark.long
def test_pages_of_eighty_thousand_units_are_those_of_all_units_but_for_who_is_not_reached(house: House) -> None:
    put(house.database)
    units = {(code, kind) for kind in ("office", "employee") for code in (*MANY, "E001", "setda")}
    units |= {(unit, kind) for kind, unit in SET} - {("E003", "employee")}
    told: list[tuple[str, str, str]] = []
    with house.database.reading() as session:
        while True:
            listed = store.Listed("2026-Q4", "ikl-1", units, told[-1] if told else ("", "", ""))
            page = [(row.unit, row.kind, row.figure) for row in store.page(session, "kota", listed, 3)]
            if not page:
                break
            told += page
        everything = store.page(session, "kota", store.Listed("2026-Q4", "ikl-1", None), 100)
    assert told == [(row.unit, row.kind, row.figure) for row in everything if row.unit != "E003"]
    assert len(told) == 8


@pytest.mark.long
def test_who_is_posted_at_one_of_seventy_thousand_offices_is_found(house: House) -> None:
    days = dict.fromkeys(ZONES, NOW.date())
    offices = [*MANY, *(f"Y{place:05}" for place in range(30_000)), "dukcapil"]
    with house.database.reading() as session:
        assert posted_within(session, "kota", offices, days) == {"E001", "E004"}
        assert posted_within(session, "tiada", offices, days) == frozenset()
