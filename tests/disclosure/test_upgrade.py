"""The first release fits beside what closings published before there were releases."""

from datetime import date

import pytest
from sqlalchemy import text

from app.closing.tables import Period, Release
from app.disclosure.rules.closed_figures import ClosedCell, ClosedFigures, RatedPlace
from tests.house import NOW, House
from tests.ratings.visits import Visit, put

# On PostgreSQL in the campaign.
pytestmark = pytest.mark.sqlite_daily

QUARTER = frozenset({"2026-07", "2026-08", "2026-09"})
JULY = frozenset({"2026-07"})
DUKCAPIL = frozenset({"dukcapil"})


def closed(house: House, *cells: ClosedCell) -> None:
    """A closing of the third quarter as a version without releases left it."""
    period = Period(
        agency_id="kota",
        root="",
        code="2026-Q3",
        revision=1,
        state="final",
        first_on=date(2026, 7, 1),
        last_on=date(2026, 9, 30),
        instrument="ikl-1",
        weights="exact",
        bands="2017",
        drafted_at=NOW,
        replies_end_at=NOW,
        final_at=NOW,
    )
    told = {
        "counts": [["dukcapil", "E001", "2026-07", 40]],
        "cells": [[sorted(cell.offices), cell.employee, sorted(cell.months)] for cell in cells],
    }
    with house.database.writing() as session:
        session.add(period)
        session.flush()
        session.add(Release(agency_id="kota", root="", code="2026-Q3", instrument="ikl-1", revision=1, told=told))


def rated(employee: str, month: int, n: int) -> list[Visit]:
    """So many ratings of a person in a month."""
    return [Visit(employee=employee, rated_on=NOW.date().replace(month=month, day=10)) for _ in range(n)]


@pytest.mark.long
def test_what_was_published_stays_a_sum_of_whole_blocks(house: House) -> None:
    # Without the closing four of E004's would be filled up with six of E001's.
    put(house.database, [*rated("E001", 7, 40), *rated("E001", 8, 20), *rated("E004", 7, 4)])
    closed(house, ClosedCell(DUKCAPIL, "E001", QUARTER), ClosedCell(DUKCAPIL, "E001", JULY))
    house.release()
    for asked, n in (
        ({"from": "2026-07-01", "to": "2026-09-30"}, 60),
        ({"from": "2026-07-01", "to": "2026-07-31"}, 40),
    ):
        [row] = house.get("/v1/indices", params={**asked, "employee": "E001"}).json()["rows"]
        assert row["n"] == n
    with house.database.reading() as session:
        assert session.execute(text("SELECT sum(n) FROM waiting")).scalar_one() == 4


def test_offices_without_figures_of_their_own_are_told_in_the_agencys(house: House) -> None:
    put(
        house.database,
        [
            Visit(office=office, rated_on=NOW.date().replace(month=7))
            for office in ("dukcapil", "setda")
            for _ in range(8)
        ],
    )
    closed(house, ClosedCell(frozenset({"dukcapil", "setda"}), None, QUARTER))
    assert house.release().told == 16
    [row] = house.get("/v1/indices", params={"from": "2026-07-01", "to": "2026-09-30"}).json()["rows"]
    assert row["n"] == 16


@pytest.mark.parametrize(
    ("place", "signature"),
    [
        (("dukcapil", "E001", "2026-07"), {0, 1, 2}),
        (("dukcapil", "E001", "2026-08"), {0, 1}),
        (("dukcapil", "E004", "2026-08"), {1}),
        (("dukcapil", "", "2026-10"), set()),
        (("setda", "E001", "2026-07"), set()),
    ],
)
def test_a_rating_is_known_by_the_figures_that_count_it(place: tuple[str, str, str], signature: set[int]) -> None:
    figures = ClosedFigures(
        [ClosedCell(DUKCAPIL, "E001", QUARTER), ClosedCell(DUKCAPIL, None, QUARTER), ClosedCell(DUKCAPIL, "E001", JULY)]
    )
    assert figures.signature(RatedPlace(*place)) == signature
    assert figures.is_of_one_office(frozenset(signature)) is (1 in signature)
    assert figures.months == ("2026-07", "2026-09")


def test_without_closings_nothing_is_known() -> None:
    none = ClosedFigures([])
    assert none.months is None
    assert none.classes([]) == {}
