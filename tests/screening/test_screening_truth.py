"""A town whose truth is known: what rates itself is held, what is honest is not, withheld tickets are noticed.

The town is the demo's: 40 people at 24 counters, taking turns by the week, with morning peaks, moods and people who
really are better or worse than others. Six weeks of it, for several seeds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from app.demo.rating import KIOSK, DemoRating
from app.demo.roster import TURNS, on_duty
from app.demo.simulation import simulate
from app.demo.town import OFFICE_BY_CODE
from app.demo.truths import SELF_RATER, SELF_RATING_HOUR, SELF_RATINGS, self_rating_on
from app.screening.rules.all_rules import OfficeContext, screen
from app.screening.rules.coverage import Tickets, coverage_drops
from app.screening.rules.one_device import COUNTER, DutyDay
from app.screening.rules.opening_hours import Week, read_week
from app.screening.rules.sheets import Block, DaySpan, ScreenedSheet, monday
from tests.effort import sized

TODAY = date(2026, 11, 24)
SEEDS = sized((1,), (1, 2, 3, 4, 5))
SIX_WEEKS = timedelta(days=42)
HOURS = read_week("Mon-Fri 08:00-16:00")
# More than 95 of a hundred false sheets must be held, and at most one of a hundred honest ones.
LEAST_FALSE, MOST_HONEST = 0.95, 0.01


class Truth(NamedTuple):
    """Six weeks of one office, and which of its sheets nobody gave but the person rated."""

    office: str
    sheets: Sequence[ScreenedSheet]
    false: frozenset[UUID]


@cache
def town(seed: int) -> Mapping[str, tuple[ScreenedSheet, ...]]:
    """Six weeks of every office, the week of the demo's own self-rater among them; everything as screening reads it."""
    day = self_rating_on(TODAY)
    first, last = monday(day) - timedelta(days=28), monday(day) + timedelta(days=13)
    found: dict[str, list[ScreenedSheet]] = {code: [] for code in OFFICE_BY_CODE}
    for rating in simulate(seed, TODAY):
        sheet = as_sheet(rating)
        if first <= sheet.day <= last:
            found[rating.office].append(sheet)
    return {office: tuple(sheets) for office, sheets in found.items()}


def as_sheet(rating: DemoRating) -> ScreenedSheet:
    """A rating of the demo with the trace that it would leave."""
    local = rating.moment.astimezone(ZoneInfo(OFFICE_BY_CODE[rating.office].timezone))
    is_kiosk = rating.counter is not None
    return ScreenedSheet(
        key=UUID(rating.id),
        day=local.date(),
        hour=local.hour,
        employee=on_duty(rating.office, rating.counter, local.date()) if rating.counter else rating.employee,
        place=f"{COUNTER}{rating.counter}" if is_kiosk else "app",
        channel=rating.channel,
        ticketed=False,
        instrument="ikl-1",
        answers="".join(map(str, rating.scores)),
    )


def found_in(sheets: Sequence[ScreenedSheet], office: str) -> list[Block]:
    """What the rules find in these weeks, with roster and opening hours known."""
    days = sorted({sheet.day for sheet in sheets})
    roster = {
        DutyDay(on_duty(office, counter, day), day, COUNTER + counter)
        for (place, counter) in TURNS
        if place == office
        for day in days
    }
    return screen(sheets, OfficeContext(roster, Week(days[0], HOURS)), DaySpan(days[0], days[-1]))


def held(blocks: Iterable[Block]) -> set[UUID]:
    """Every sheet that is held."""
    return {key for block in blocks for key in block.keys}


@pytest.mark.campaign
@pytest.mark.sized
@pytest.mark.parametrize("seed", SEEDS)
def test_the_demos_self_rater_is_held_and_honest_people_are_not(seed: int) -> None:
    day, found, honest, false = self_rating_on(TODAY), set[UUID](), Counter[str | None](), set[UUID]()
    for office, sheets in town(seed).items():
        if not sheets:
            continue
        found |= held(found_in(sheets, office))
        for sheet in sheets:
            at = (sheet.employee, sheet.day, sheet.hour, sheet.channel)
            if at == (SELF_RATER, day, SELF_RATING_HOUR, KIOSK):
                false.add(sheet.key)
            else:
                honest[sheet.employee] += 1
    assert len(false) == SELF_RATINGS
    wrongly = len(found - false) / honest.total()
    assert len(found & false) >= LEAST_FALSE * len(false)
    assert wrongly <= MOST_HONEST


@pytest.mark.long
@pytest.mark.sized
def test_anybody_who_rates_oneself_at_lunch_is_held() -> None:
    """Each time another person on another day, in the midst of that hour's honest sheets."""
    caught, wrongly, honest = 0, 0, 0
    for number in range(sized(8, 24)):
        random = Random(number)
        truth = with_self_ratings(random, town(SEEDS[number % len(SEEDS[:2])]))
        blocks = held(found_in(truth.sheets, truth.office))
        assert len(blocks & truth.false) >= LEAST_FALSE * SELF_RATINGS, (number, truth.office)
        caught += len(blocks & truth.false)
        wrongly += len(blocks - truth.false)
        honest += len(truth.sheets) - len(truth.false)
    assert wrongly <= MOST_HONEST * honest


def with_self_ratings(random: Random, offices: Mapping[str, Sequence[ScreenedSheet]]) -> Truth:
    """Forty perfect sheets more for somebody on duty, on some day that is not the demo's own."""
    office = random.choice([code for code, sheets in offices.items() if len(sheets) >= 200])
    sheets = [sheet for sheet in offices[office] if sheet.day != self_rating_on(TODAY)]
    at = random.choice([sheet for sheet in sheets if sheet.channel == KIOSK])
    keys = [UUID(int=random.getrandbits(128)) for _ in range(SELF_RATINGS)]
    false = [at._replace(key=key, hour=SELF_RATING_HOUR, answers="444") for key in keys]
    return Truth(office, [*sheets, *false], frozenset(keys))


WEEKS = 14
FROM_WEEK = 7
CLERKS = 8


def tickets(seed: int, withholding: Mapping[str, int]) -> list[Tickets]:
    """Fourteen weeks of an office: who gives slips to whom, and who of these rates.

    Honest clerks give nine of ten, `withholding` ones four of ten from that week on. Of those who have a slip about
    two of three rate, more on some days than on others; services differ a little by clerk.
    """
    random = np.random.default_rng(seed)
    habit = {f"E{n}": random.normal(0.65, 0.03) for n in range(CLERKS)}
    found = []
    for who, usual in habit.items():
        for day in range(7 * WEEKS):
            if day % 7 < 5:
                armed = int(random.poisson(12))
                gives = 0.4 if day >= 7 * withholding.get(who, WEEKS) else 0.9
                rates = min(max(random.normal(usual, 0.05), 0.05), 0.95)
                found.append(
                    Tickets(who, monday(TODAY) + timedelta(days=day), armed, int(random.binomial(armed, gives * rates)))
                )
    return found


def flagged(given: Sequence[Tickets]) -> dict[str, int]:
    """On which day, counted from the first, a nightly look first notes each person."""
    first = given[0].day
    noted: dict[str, int] = {}
    for night in range(7 * WEEKS):
        today = first + timedelta(days=night)
        known = [each for each in given if first + timedelta(days=night - 42) <= each.day < today]
        for block in coverage_drops(known, DaySpan(today - SIX_WEEKS, today), today):
            noted.setdefault(block.employee or "", night)
    return noted


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("seed", range(sized(2, 6)))
def test_withheld_tickets_are_noticed_within_four_weeks_and_honest_clerks_are_not(seed: int) -> None:
    noted = flagged(tickets(seed, {"E3": FROM_WEEK, "E5": 0}))
    assert noted.keys() == {"E3", "E5"}
    assert 0 < noted["E3"] - 7 * FROM_WEEK <= 28
    assert noted["E5"] <= 28


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("seed", range(100, sized(102, 106)))
def test_of_many_honest_clerks_nobody_is_noted(seed: int) -> None:
    assert flagged(tickets(seed, {})) == {}
