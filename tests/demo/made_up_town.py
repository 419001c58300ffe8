"""The made-up town of one seed and day, and who its ratings are about: duty is read from the workbook's rows alone."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from statistics import fmean
from zoneinfo import ZoneInfo

from app.demo.rating import DemoRating
from app.demo.simulation import simulate
from app.demo.workbook import Row, directory_sheets

SEED = 2026
TODAY = date(2026, 7, 1)
SHEETS = directory_sheets(TODAY)
ZONES = {office["code"]: ZoneInfo(office["timezone"]) for office in SHEETS["offices"]}
EMPLOYEES = {employee["code"]: employee for employee in SHEETS["employees"]}


@cache
def ratings() -> list[DemoRating]:
    """All ratings of the town."""
    return simulate(SEED, TODAY)


def local(rating: DemoRating) -> datetime:
    """When a rating was given, by the clock of its office."""
    return rating.moment.astimezone(ZONES[rating.office])


def duties_by_counter() -> dict[tuple[str, str], list[Row]]:
    """The roster's rows, by office and counter."""
    by_counter: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for duty in SHEETS["duties"]:
        by_counter[duty["office"], duty["counter"]].append(duty)
    return by_counter


@cache
def rated_employees() -> dict[str, str]:
    """Who each rating is about, by rating id: named by the sheet or, for kiosks, found in the roster."""
    roster = duties_by_counter()
    found: dict[str, str] = {}
    for rating in ratings():
        if rating.employee:
            found[rating.id] = rating.employee
        if rating.counter:
            at = local(rating).replace(tzinfo=None).isoformat(timespec="minutes")
            duties = roster[rating.office, rating.counter]
            (found[rating.id],) = (duty["employee"] for duty in duties if duty["from"] <= at < duty["until"])
    return found


def about(employee: str) -> list[DemoRating]:
    """The ratings about one employee."""
    return [rating for rating in ratings() if rated_employees().get(rating.id) == employee]


def ikl(sheets: Iterable[DemoRating]) -> float:
    """The index of some ratings."""
    return 25 * fmean(fmean(rating.scores) for rating in sheets)
