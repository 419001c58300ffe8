"""The weeks that charts count, in the ledger: from ratings to the door, night by night."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.disclosure import charts_store
from app.disclosure.charts_store import DayRatings
from app.disclosure.reading import read_charts
from app.disclosure.reconciliation import reconcile_blocks
from app.foundation.storage.database import Database
from app.ratings.rules.selection import By
from tests.disclosure.attacker import Town
from tests.house import NOW, furnish

MONDAY = date(2026, 7, 6)


@pytest.fixture
def town(database: Database) -> Town:
    furnish(database, "kota", NOW)
    return Town(database, "kota", datetime(2026, 8, 1, tzinfo=UTC))


def rate(town: Town, sizes: Iterable[int], sheet: str = "444", employee: str | None = "E001") -> None:
    """So many ratings in each week from 6 July on."""
    for place, n in enumerate(sizes):
        day = MONDAY + timedelta(weeks=place, days=2 * place)
        if n:
            town.rate([("dukcapil", employee, day, "ktp-el", "kiosk", sheet)] * n)


def charted(town: Town, by: By = By.employee, offices: frozenset[str] | None = None) -> dict[str, list[int]]:
    """How many ratings the charts count, by unit, of each week from 6 July on that has some."""
    with town.database.snapshot() as session:
        found: dict[str, Counter[date]] = {}
        for unit, monday, cell in read_charts(session, "kota", "ikl-1", MONDAY, date(2026, 12, 31), by, offices):
            assert all(sum(histogram) == cell.n for histogram in cell.items)
            assert all(sum(totals.values()) == cell.n for totals in cell.composites.values())
            found.setdefault(unit, Counter())[monday] += cell.n
    return {unit: [n for _, n in sorted(weeks.items())] for unit, weeks in found.items()}


def night(town: Town, month: int, day: int = 8) -> None:
    town.now = datetime(2026, month, day, tzinfo=UTC)
    town.release()
    assert reconcile_blocks(town.database).faults == ()


def test_a_week_is_judged_when_it_is_over_and_told(town: Town) -> None:
    rate(town, [5, 5, 5, 5])
    night(town, 8)
    # The fourth week ends in August.
    assert charted(town) == {"E001": [5, 5, 5]}
    assert charted(town, By.office) == {"dukcapil": [5, 5, 5]}


@pytest.mark.long
def test_a_few_more_of_a_judged_week_are_in_no_chart_until_ten_have_come(town: Town) -> None:
    rate(town, [6, 6, 6])
    night(town, 8)
    assert charted(town) == {"E001": [6, 6, 6]}
    # Late ratings are told by tens, and then count in every figure; of one week there are fewer than ten.
    rate(town, [7, 3], "111")
    night(town, 8, 9)
    assert charted(town) == {"E001": [6, 6, 6]}
    # Eleven of the first week and nine of the second.
    rate(town, [4, 6], "111")
    night(town, 8, 10)
    assert charted(town) == {"E001": [17, 6, 6]}
    assert charted(town, By.office) == {"dukcapil": [17, 6, 6]}


@pytest.mark.long
def test_what_leaves_the_figures_leaves_the_charts_by_tens(town: Town) -> None:
    rate(town, [12, 3])
    rate(town, [12, 0, 5], "111")
    night(town, 8)
    assert charted(town) == {"E001": [24, 3, 5]}
    town.hold({key for key, rated in town.ratings.items() if rated.sheet == "111"})
    night(town, 8, 9)
    # From the third week fewer than ten would go.
    assert charted(town) == {"E001": [12, 3, 5]}
    town.count_again(town.findings[0])
    night(town, 8, 10)
    assert charted(town) == {"E001": [24, 3, 5]}


def test_what_was_told_before_there_were_charts_is_judged_by_the_next_release(town: Town) -> None:
    rate(town, [12, 9])
    rate(town, [3, 11], employee=None)
    night(town, 8)
    before = charted(town), charted(town, By.office)
    assert before == ({"E001": [12, 9]}, {"dukcapil": [15, 20]})
    with town.database.writing() as session:
        session.execute(text("DELETE FROM chart_month"))
        session.execute(text("UPDATE block SET charted = false, office_weeks = NULL, employee_weeks = NULL"))
    assert charted(town) == {}
    night(town, 8, 9)
    assert (charted(town), charted(town, By.office)) == before


def on(town: Town, *days: date, n: int = 12) -> None:
    """So many ratings on each of these days."""
    for day in days:
        town.rate([("dukcapil", "E001", day, "ktp-el", "kiosk", "444")] * n)


def test_blocks_of_a_month_and_of_its_quarter_count_each_rating_once(town: Town) -> None:
    # July is told with its last week, which is not over, and its late ones with the quarter: then both are judged.
    on(town, date(2026, 7, 8), date(2026, 7, 30))
    night(town, 8)
    on(town, date(2026, 7, 29), date(2026, 8, 19), date(2026, 9, 9), n=5)
    on(town, date(2026, 7, 31), n=6)
    night(town, 10)
    assert charted(town) == {"E001": [12, 23, 5, 5]}
    assert charted(town, By.office) == {"dukcapil": [12, 23, 5, 5]}


def test_of_what_is_told_no_rating_is_read_again_for_the_charts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[date, date]] = []

    def ratings_of(*asked: Any) -> Iterator[DayRatings]:
        read.append(asked[3])
        yield from original(*asked)

    original = charts_store.ratings_of
    monkeypatch.setattr(charts_store, "ratings_of", ratings_of)
    # The last week of July is not over, and in the second nobody rated.
    on(town, date(2026, 7, 8), date(2026, 7, 22), date(2026, 7, 30))
    town.now = datetime(2026, 8, 8, tzinfo=UTC)
    town.release()
    assert read == []
    # Of July the days of its last week alone are read again.
    on(town, date(2026, 8, 19))
    town.now = datetime(2026, 9, 8, tzinfo=UTC)
    town.release()
    assert read == [(date(2026, 7, 27), date(2026, 7, 31))]
    assert charted(town) == {"E001": [12, 12, 12, 12]}
    # Nor are they when nothing waits any more.
    town.now = datetime(2026, 10, 8, tzinfo=UTC)
    town.release()
    assert len(read) == 1
    monkeypatch.undo()
    assert reconcile_blocks(town.database).faults == ()


def test_charts_are_read_within_the_offices_asked_for(town: Town) -> None:
    rate(town, [12, 9])
    night(town, 8)
    assert charted(town, offices=frozenset({"upt-makassar"})) == {}
    assert charted(town, offices=frozenset({"dukcapil", "upt-makassar"})) == {"E001": [12, 9]}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chart_month SET weeks = REPLACE(CAST(weeks AS TEXT), '[0, 0, 0, 21]', '[0, 0, 1, 20]'){json}",
        "DELETE FROM chart_month WHERE employee = 'E001'",
    ],
)
def test_the_check_names_a_chart_that_is_not_what_its_blocks_give(town: Town, statement: str) -> None:
    rate(town, [21])
    night(town, 8)
    json = "" if town.database.is_sqlite else "::json"
    with town.database.writing() as session:
        session.execute(text(statement.format(json=json)))
    assert reconcile_blocks(town.database).faults == (
        "kota: the weekly charts of dukcapil are not what its blocks give",
    )
