"""A week of a chart is judged once it is over, and again only when ten have joined or left."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.chart_weeks import BlockWeek, monday_of, mondays_between, open_weeks, turning

FIRST = date(2026, 7, 6)
LAST = date(2026, 12, 31)


def monday(place: int) -> date:
    return FIRST + timedelta(weeks=place)


def weeks(sizes: dict[int, int], *, joins: bool = True, block: int = 1) -> list[BlockWeek]:
    return [BlockWeek(block, monday(place), n, joins) for place, n in sizes.items()]


def turned(waiting: list[BlockWeek], charted: dict[int, int], last: date = LAST) -> list[int]:
    found = turning(waiting, {monday(place): n for place, n in charted.items()}, last)
    return [(week.monday - FIRST).days // 7 for week in found]


@pytest.mark.parametrize(
    ("joining", "charted", "joined"),
    [
        # Judged for the first time: weeks that follow one another, once they have ten.
        ({0: 3, 1: 3, 2: 4}, {}, [0, 1, 2]),
        ({0: 3, 1: 3, 2: 3}, {}, []),
        ({0: 3, 4: 7}, {}, [0, 4]),
        # Between weeks that are judged only those in between follow one another.
        ({0: 5, 2: 5}, {1: 12}, []),
        ({0: 5, 1: 5, 3: 9}, {2: 12}, [0, 1]),
        # Into a judged week ten come at once.
        ({1: 9}, {1: 12}, []),
        ({1: 10}, {1: 12}, [1]),
        ({1: 9, 2: 11}, {1: 12, 2: 1}, [2]),
        ({1: 9, 2: 3}, {1: 12}, []),
    ],
)
def test_ratings_join_by_tens(joining: dict[int, int], charted: dict[int, int], joined: list[int]) -> None:
    assert turned(weeks(joining), charted) == joined


@pytest.mark.parametrize(
    ("leaving", "charted", "left"),
    [
        ({1: 9}, {1: 30}, []),
        ({1: 10}, {1: 30}, [1]),
        # Weeks of which nothing is left go together.
        ({0: 4, 1: 6}, {0: 4, 1: 6, 2: 20}, [0, 1]),
        ({0: 4, 2: 6}, {0: 4, 1: 20, 2: 6}, []),
        ({0: 4, 1: 6}, {0: 4, 1: 7}, []),
    ],
)
def test_ratings_leave_by_tens(leaving: dict[int, int], charted: dict[int, int], left: list[int]) -> None:
    assert turned(weeks(leaving, joins=False), charted) == left


def test_a_week_waits_until_its_sunday_is_told() -> None:
    sunday = monday(1) + timedelta(days=6)
    assert turned(weeks({0: 10, 1: 30}), {}, sunday - timedelta(days=1)) == [0]
    assert turned(weeks({1: 30}), {0: 10}, sunday) == [1]


@given(st.lists(st.dictionaries(st.integers(0, 6), st.integers(1, 14), max_size=4), max_size=12), st.randoms())
def test_a_chart_never_changes_by_one_to_nine_ratings(blocks: list[dict[int, int]], draw: Random) -> None:
    charted: Counter[date] = Counter()
    told: dict[int, set[date]] = {}
    for number, sizes in enumerate(blocks):
        waiting = weeks(sizes, block=number)
        # Those of blocks before that still wait, and some that leave again.
        waiting += [
            BlockWeek(block, monday(place), n, monday(place) not in told[block])
            for block in told
            for place, n in blocks[block].items()
            if monday(place) not in told[block] or draw.random() < 0.2
        ]
        told[number] = set()
        found = turning(waiting, +charted, LAST)
        for joins in (True, False):
            assert sum(week.n for week in found if week.joins is joins) not in range(1, 10)
        for each in {week.monday for week in found}:
            joined, left = (sum(w.n for w in found if w.monday == each and w.joins is joins) for joins in (True, False))
            # Fewer than ten only where a week has nothing, or nothing is left of it.
            assert joined not in range(1, 10) or charted[each] == 0
            assert left not in range(1, 10) or charted[each] == left
        for week in found:
            charted[week.monday] += week.n if week.joins else -week.n
            (set.add if week.joins else set.remove)(told[week.block], week.monday)
        assert min(charted.values(), default=0) >= 0


def test_a_week_begins_on_monday() -> None:
    assert [monday_of(FIRST + timedelta(days=days)) for days in (0, 6, 7)] == [FIRST, FIRST, FIRST + timedelta(days=7)]


def test_the_weeks_between_two_days_are_all_that_have_one_of_them() -> None:
    assert mondays_between(date(2026, 7, 5), date(2026, 7, 13)) == [
        date(2026, 6, 29),
        date(2026, 7, 6),
        date(2026, 7, 13),
    ]
    assert mondays_between(date(2026, 7, 12), date(2026, 7, 12)) == [date(2026, 7, 6)]


def test_the_open_weeks_of_a_block_are_those_that_a_chart_lacks_or_still_has() -> None:
    first, second, third = (FIRST + timedelta(weeks=weeks) for weeks in range(3))
    charts = [{first, second}, {second}]
    assert open_weeks([first, second, third], charts, joins=True) == {first, third}
    assert open_weeks([first, second, third], charts, joins=False) == {first, second}
    assert open_weeks([first], [[first]], joins=True) == set()
