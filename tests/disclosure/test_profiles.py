"""What is told of respondents' profiles and of comments: nothing about one to nine people, also by subtraction."""

from collections import Counter
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.disclosure.rules.comments import MOST, ToldComment, parts_of_ten, quotable
from app.disclosure.rules.profiles import NOT_GIVEN, Months, ProfileCount, merge_small, profile, profile_parts
from tests.effort import times

JULY, AUGUST, SEPTEMBER = (Months(month, month) for month in ("2026-07", "2026-08", "2026-09"))
QUARTER = Months("2026-07", "2026-09")
OVER, RUNNING = "2026-09", "2026-08"


def sexes(months: Months, **values: int) -> list[ProfileCount]:
    """How many gave a sex in some months."""
    return [ProfileCount(months, "sex", value, n) for value, n in values.items()]


def of_sex(parts: list[ProfileCount]) -> dict[tuple[str, bool], int]:
    """What is told of the sex, by value and whether it is merged."""
    return {(each.value, each.merged): each.n for each in parts if each.attribute == "sex"}


@pytest.mark.long
@pytest.mark.parametrize(
    ("counts", "merged"),
    [
        ({"F": 30, "M": 20, NOT_GIVEN: 0}, set()),
        ({"F": 30, "M": 9, NOT_GIVEN: 40}, {"F", "M"}),
        ({"a": 40, "b": 6, "c": 4}, {"b", "c"}),
        ({"a": 40, "b": 12, "c": 1}, {"b", "c"}),
        ({"F": 30, "M": 9}, {"F", "M"}),
        ({"F": 9, "M": 9}, {"F", "M"}),
        ({"F": 3, "M": 5}, None),
        ({"F": 3}, None),
        ({}, set()),
    ],
)
def test_small_values_are_merged_with_as_many_more_as_it_takes(counts: dict[str, int], merged: set[str] | None) -> None:
    assert merge_small(counts) == merged


def test_a_month_is_told_where_nothing_of_it_is_small() -> None:
    given_ = sexes(JULY, F=33, M=12)
    parts = profile_parts(given_, {JULY: 60}, [], RUNNING, 3)
    assert of_sex(parts) == {("F", False): 33, ("M", False): 12, (NOT_GIVEN, False): 15}
    # Fifty-four rated: nine of them told nothing, so the month waits for its quarter.
    assert of_sex(profile_parts(given_, {JULY: 54}, [], RUNNING, 3)) == {}
    parts = profile_parts(given_, {JULY: 54}, [], OVER, 3)
    assert of_sex(parts) == {("F", False): 33, ("M", True): 12, (NOT_GIVEN, True): 9}
    assert {each.months for each in parts if each.attribute == "sex"} == {QUARTER}


def test_what_is_left_of_a_period_is_told_once_it_is_over() -> None:
    given_ = [*sexes(JULY, F=33, M=12), *sexes(AUGUST, F=7, M=4)]
    raters = {JULY: 45, AUGUST: 11}
    july = profile_parts(given_, raters, [], RUNNING, 3)
    assert of_sex(july) == {("F", False): 33, ("M", False): 12}
    rest = profile_parts(given_, raters, july, OVER, 3)
    assert of_sex(rest) == {("F", True): 7, ("M", True): 4}
    assert profile_parts(given_, raters, [*july, *rest], OVER, 3) == []
    sex = profile([*july, *rest])["sex"]
    assert sex == {
        "values": [{"value": "F", "n": 33, "share": 0.5893}, {"value": "M", "n": 12, "share": 0.2143}],
        "others": 11,
    }
    assert profile([])["sex"] is None


def test_a_few_who_come_late_wait_for_ten() -> None:
    before = profile_parts(sexes(JULY, F=33, M=12), {JULY: 45}, [], OVER, 3)
    assert profile_parts(sexes(JULY, F=36, M=12), {JULY: 48}, before, OVER, 3) == []
    later = profile_parts(sexes(JULY, F=40, M=15), {JULY: 55}, before, OVER, 3)
    assert of_sex(later) == {("F", True): 7, ("M", True): 3}
    # Ten more of the month, none of them few: it was told with its quarter, and goes on with it.
    more = profile_parts(sexes(JULY, F=50, M=15), {JULY: 65}, [*before, *later], OVER, 3)
    assert {each.months for each in more if each.attribute == "sex"} == {QUARTER}


def test_held_ratings_take_nobody_out_of_a_profile() -> None:
    before = profile_parts(sexes(JULY, F=33, M=12), {JULY: 60}, [], OVER, 3)
    assert profile_parts(sexes(JULY, F=33, M=12), {JULY: 45}, before, OVER, 3) == []


NIGHTS = st.lists(
    st.tuples(st.sampled_from([JULY, AUGUST, SEPTEMBER]), st.integers(0, 14), st.integers(0, 14), st.integers(-20, 40)),
    min_size=1,
    max_size=12,
)


@given(NIGHTS, st.sampled_from([1, 3]))
@settings(times(1))
def test_every_part_ever_told_is_about_none_or_ten(nights: list[tuple[Months, int, int, int]], months: int) -> None:
    counts: Counter[tuple[Months, str]] = Counter()
    raters: Counter[Months] = Counter()
    told: list[ProfileCount] = []
    for month, women, men, rated in nights:
        counts.update({(month, "F"): women, (month, "M"): men})
        # Whole blocks are told and leave again.
        raters[month] = max(0, raters[month] + (rated if abs(rated) >= 10 else 0))
        given_ = [ProfileCount(each, "sex", value, n) for (each, value), n in counts.items() if n]
        now = profile_parts(given_, {each: n for each, n in raters.items() if n}, told, OVER, months)
        for within in {each.months for each in now}:
            parts = [each for each in now if each.months == within and each.attribute == "sex"]
            assert all(each.n >= 10 for each in parts if not each.merged)
            others = sum(each.n for each in parts if each.merged)
            assert others == 0 or others >= 10
        told = [*now, *told]
    for value in "FM":
        told_of = sum(each.n for each in told if each.value == value)
        assert told_of <= sum(n for (_, each), n in counts.items() if each == value)


@pytest.mark.parametrize("n", [10, 19, 20, 37, 400])
def test_comments_are_told_in_parts_of_ten_to_nineteen(n: int) -> None:
    parts = parts_of_ten(range(n))
    assert sorted(each for part in parts for each in part) == list(range(n))
    assert all(10 <= len(part) <= 19 for part in parts)


def test_a_report_quotes_whole_parts_in_the_order_of_their_random_ids() -> None:
    draw = Random(3)
    blocks = parts_of_ten([UUID(int=draw.getrandbits(128)) for _ in range(500)])
    comments = [ToldComment(place, each, str(each)) for place, block in enumerate(blocks) for each in block]
    quoted = quotable(comments)
    assert MOST - 19 < len(quoted) <= MOST
    assert list(quoted) == sorted(quoted)
    chosen = Counter(each.block for each in comments if each.text in set(quoted))
    assert all(n == len(blocks[block]) for block, n in chosen.items())
    # Without nine of them, the tenth would be quoted alone.
    assert quotable(comments[: len(blocks[0])]) == tuple(sorted(map(str, blocks[0])))
    assert quotable(comments[:9]) == ()
