"""Sheets for the tests of the rules."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.screening.rules.sheets import DaySpan, ScreenedSheet

# A Monday, and five weeks from then on.
FIRST = date(2026, 10, 12)
SPAN = DaySpan(FIRST, FIRST + timedelta(days=34))
NUMBERS = iter(range(1, 10_000_000))


def day(number: int) -> date:
    """The day so many days after the first Monday."""
    return FIRST + timedelta(days=number)


def sheets(n: int, on: date, hour: int, **changed: Any) -> list[ScreenedSheet]:
    """Equal sheets with keys of their own."""
    values: dict[str, Any] = {
        "day": on,
        "hour": hour,
        "employee": "E1",
        "place": "counter:1",
        "channel": "kiosk",
        "ticketed": False,
        "instrument": "ikl-1",
        "answers": "434",
    }
    return [ScreenedSheet(key=UUID(int=next(NUMBERS)), **values | changed) for _ in range(n)]


def workdays() -> Iterator[date]:
    """Monday to Friday of the five weeks."""
    return (day(number) for number in range(35) if day(number).weekday() < 5)


def ordinary(employee: str = "E1", per_hour: int = 3, **changed: Any) -> list[ScreenedSheet]:
    """Five weeks of eight hours, the same number in each; answers as `spread` gives them."""
    found = [
        sheet
        for on in workdays()
        for hour in range(8, 16)
        for sheet in sheets(per_hour, on, hour, employee=employee, place=f"counter:{employee}", **changed)
    ]
    return found if "answers" in changed else spread(found, 0.5, seed=len(employee) + per_hour)


def spread(found: list[ScreenedSheet], straight: float, seed: int) -> list[ScreenedSheet]:
    """The same sheets, of which about this part has nothing but fours."""
    random = Random(seed)
    return [sheet._replace(answers="444" if random.random() < straight else random.choice(("434", "343", "332", "443")))
            for sheet in found]  # fmt: skip
