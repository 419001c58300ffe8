"""Draws the visits: a morning peak, a dip at lunch, Monday the busiest day."""

from datetime import UTC, date, datetime
from functools import cache
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.demo.roster import CLOSES_HOUR
from app.demo.town import OFFICES, TownOffice
from app.demo.urn import urn
from app.demo.weeks import WEEKS

EXPECTED_RATINGS = 60_000
WEEKDAYS = (1.2, 1.05, 1.0, 0.95, 0.8)

MINUTE = 60_000
HOUR = 60 * MINUTE
QUARTER = 15 * MINUTE
# Two citizens cannot answer at one counter in the same minute, and an honest kiosk must not look stuffed.
GAP = 45_000

# Quarters of an hour, in milliseconds after local midnight, by how many visitors leave the counter then.
# The last quarter before closing stays empty, so that moments pushed apart by GAP still fall before it.
_PER_HALF_HOUR = (5, 9, 12, 13, 12, 10, 7, 4, 2, 2, 5, 7, 7, 5, 4)
QUARTERS = urn(
    {8 * HOUR + (2 * n + k) * QUARTER: share for n, share in enumerate(_PER_HALF_HOUR) for k in (0, 1)}
    | {15 * HOUR + 2 * QUARTER: 2}
)


class TownVisit(NamedTuple):
    """A citizen served: the truth behind one answer sheet, of which the sheet shows only a part.

    `at` is in milliseconds since 1970; `employee` is who really served, whether or not the sheet says so.
    """

    at: int
    week: int
    office: str
    counter: str
    service: str
    employee: str
    channel: str


@cache
def midnight(day: date, timezone: str) -> int:
    """Local midnight in milliseconds since 1970."""
    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp()) * 1000


def moment(at: int) -> datetime:
    """Milliseconds since 1970 as aware UTC."""
    return datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)


def expected_at_counter(office: TownOffice, day: date) -> float:
    """How many sheets a counter of this office expects on a working day."""
    share = office.visitors / sum(each.visitors for each in OFFICES) / len(office.counters)
    return EXPECTED_RATINGS / WEEKS * share * WEEKDAYS[day.weekday()] / sum(WEEKDAYS)


def time_of_day(rng: Random) -> int:
    """One moment of an office day, in milliseconds after local midnight."""
    return rng.choice(QUARTERS) + int(rng.random() * QUARTER)


def arrivals(rng: Random, expected: float) -> list[int]:
    """The moments of one counter's day, sorted, at least GAP apart, all before closing."""
    # The normal approximation of a Poisson number; the standard library draws no Poisson.
    count = max(0, round(rng.gauss(expected, expected**0.5)))
    apart: list[int] = []
    earliest = 0
    for drawn in sorted(time_of_day(rng) for _ in range(count)):
        apart.append(max(drawn, earliest))
        earliest = apart[-1] + GAP
    return [each for each in apart if each < CLOSES_HOUR * HOUR]
