"""A house whose office has three weeks of ordinary ratings, and one person who rates oneself at lunch."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import text

from app.disclosure.reconciliation import reconcile_blocks
from app.ratings.reconciliation import reconcile
from app.screening.run import ScreeningOutcome, run, usual_order
from tests.house import NOW, House

# The Monday three weeks before NOW's week; lunch is on a Tuesday.
MONDAY = date(2026, 10, 26)
LUNCH = date(2026, 11, 10)
WIB_HOURS = 7
SCORES = cycle([(4, 3, 4), (4, 4, 4), (3, 3, 4), (4, 4, 3), (3, 4, 4)])
STUFFED = 40


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a local day in WIB."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=WIB_HOURS)


def sheet(house: House, moment: datetime, scores: tuple[int, int, int], **changed: Any) -> dict[str, Any]:
    """A sheet of an app, rated at a moment."""
    names = ("speed", "transparency", "friendliness")
    given = {"id": house.new_id(moment), "employee": "E001", "scores": dict(zip(names, scores, strict=True))}
    return house.sheet(**given | changed)


def send(house: House, sheets: Iterable[dict[str, Any]], key: str = "app") -> None:
    """Send them in batches; every one must be new."""
    waiting = list(sheets)
    for start in range(0, len(waiting), 500):
        results = house.post("/v1/ratings/batch", {"ratings": waiting[start : start + 500]}, key).json()["results"]
        assert {one["status"] for one in results} == {201}


def ordinary(house: House, key: str = "app") -> None:
    """Fifteen days, seven hours, one or two ratings an hour for two people."""
    days = [MONDAY + timedelta(days=n) for n in range(19) if n % 7 < 5]
    send(
        house,
        (
            sheet(house, at(day, hour, minute), next(SCORES), employee=employee)
            for day in days
            for hour in range(8, 15)
            for employee, minutes in (("E001", (5, 35)), ("E004", (20,)))
            for minute in minutes
        ),
        key,
    )


def lunch(house: House, n: int = STUFFED, key: str = "app", day: date = LUNCH) -> None:
    """One person rates oneself."""
    send(house, (sheet(house, at(day, 12, 1 + i % 58), (4, 4, 4)) for i in range(n)), key)


def screen(house: House, now: datetime = NOW) -> ScreeningOutcome:
    """One run over everything."""
    found = run(house.database, usual_order(now, "test", 42))
    assert found is not None
    return found


def rows(house: House, statement: str) -> list[tuple[Any, ...]]:
    """What a query finds."""
    with house.database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def checked(house: House) -> None:
    """Assert what `cermin check` proves."""
    assert (reconcile(house.database).strays, reconcile_blocks(house.database).faults) == ([], ())
