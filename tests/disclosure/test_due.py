"""What a release may tell: which months are over, and what goes together."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.disclosure.rules.due import (
    RatingGroup,
    ReleaseState,
    Task,
    TaskGroup,
    UntoldCounts,
    first_day,
    last_day,
    last_month_over,
    month_code,
    period_of,
    task_groups,
    tasks,
)

FIVE_DAYS = timedelta(days=5)


def part(month: str, employee: str = "p", office: str = "a") -> RatingGroup:
    return RatingGroup("ikl-1", "counted", office, employee, month, "s", "kiosk")


def task(first: str, last: str | None = None, *offices: str) -> Task:
    return Task("ikl-1", "counted", offices or ("a",), first, last or first)


@pytest.mark.parametrize(
    ("now", "month"),
    [
        # The last day of October ends in WIB at 17:00 UTC, and five days later it is over for good.
        (datetime(2026, 11, 5, 16, 59, tzinfo=UTC), "2026-09"),
        (datetime(2026, 11, 5, 17, 0, tzinfo=UTC), "2026-10"),
        (datetime(2026, 1, 5, 17, 0, tzinfo=UTC), "2025-12"),
        (datetime(2026, 1, 1, 0, 0, tzinfo=UTC), "2025-11"),
    ],
)
def test_a_month_is_over_when_it_ended_in_every_zone_five_days_ago(now: datetime, month: str) -> None:
    assert last_month_over(now, FIVE_DAYS) == month


def test_months_have_days_and_periods() -> None:
    assert (first_day("2026-02"), last_day("2026-02")) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month_code(date(2026, 2, 28)) == "2026-02"
    assert period_of("2026-08", 3) == ("2026-07", "2026-09")
    assert period_of("2026-12", 3) == ("2026-10", "2026-12")
    assert period_of("2026-08", 1) == ("2026-08", "2026-08")


def test_a_period_that_is_over_is_told_as_a_whole() -> None:
    counts = {part("2026-07"): 4, part("2026-09"): 6}
    assert tasks(counts, "2026-09", 3) == [task("2026-07", "2026-09")]
    assert tasks({part("2026-07"): 9}, "2026-09", 3) == []


def test_a_month_of_a_running_period_is_told_if_everybody_has_none_or_ten() -> None:
    counts = {part("2026-10"): 10, part("2026-10", ""): 12, part("2026-11"): 9}
    assert tasks(counts, "2026-11", 3) == [task("2026-10")]
    assert tasks(counts | {part("2026-10", "q"): 9}, "2026-11", 3) == []


def test_what_is_not_over_is_not_looked_at() -> None:
    assert tasks({part("2026-12"): 50}, "2026-11", 3) == []


def test_an_agency_may_have_the_month_for_its_period() -> None:
    assert tasks({part("2026-11"): 6, part("2026-11", "q"): 4}, "2026-11", 1) == [task("2026-11")]


def test_small_offices_are_told_together_if_they_are_ten() -> None:
    counts = {part("2026-07", office="a"): 6, part("2026-08", office="b"): 4}
    assert tasks(counts, "2026-09", 3) == [task("2026-07", "2026-09", "a", "b")]
    assert tasks({part("2026-07", office="a"): 6, part("2026-08", office="b"): 3}, "2026-09", 3) == []


def test_the_newest_period_is_the_newest_that_is_over_as_a_whole() -> None:
    def newest(last: date, months: int) -> tuple[date, date]:
        return ReleaseState(1, datetime(2026, 11, 6, tzinfo=UTC), last, months).newest_period

    assert newest(date(2026, 9, 30), 3) == (date(2026, 7, 1), date(2026, 9, 30))
    assert newest(date(2026, 11, 30), 3) == (date(2026, 7, 1), date(2026, 9, 30))
    assert newest(date(2026, 11, 30), 1) == (date(2026, 11, 1), date(2026, 11, 30))


def test_whole_offices_are_told_together_as_far_as_they_have_few_ratings() -> None:
    counts = {part("2026-07", office=office): n for office, n in (("a", 30), ("b", 40), ("c", 40), ("d", 200))}
    a, b, c, d = (task("2026-07", None, office) for office in "abcd")
    assert list(task_groups([a, b, c, d], counts, 100)) == [
        TaskGroup([a, b], whole=True),
        TaskGroup([c], whole=True),
        # It has more, but at once or not at all.
        TaskGroup([d], whole=True),
    ]
    assert list(task_groups([], counts, 100)) == []


def test_the_tasks_of_a_large_office_and_those_of_several_offices_stand_alone() -> None:
    counts = {part("2026-07", office="a"): 80, part("2026-08", office="a"): 80, part("2026-07", office="b"): 10}
    july, august, b = task("2026-07", None, "a"), task("2026-08", None, "a"), task("2026-07", None, "b")
    pooled = task("2026-07", "2026-09", "c", "d")
    assert list(task_groups([july, august, b, pooled], counts, 100)) == [
        TaskGroup([july], whole=False),
        TaskGroup([august], whole=False),
        TaskGroup([b], whole=True),
        TaskGroup([pooled], whole=False),
    ]
    assert list(task_groups([july, august, b], counts, 200)) == [TaskGroup([july, august, b], whole=True)]


JULY, AUGUST, SEPTEMBER = (part(f"2026-0{month}") for month in (7, 8, 9))


@pytest.mark.parametrize(
    ("told", "rest"),
    [
        ([(JULY, 12)], {AUGUST: 3}),
        # By two blocks.
        ([(JULY, 5), (AUGUST, 3), (JULY, 7)], {}),
        ([], {JULY: 12, AUGUST: 3}),
        # Two were held since they were counted, or another came: it must be counted again.
        ([(JULY, 10)], None),
        ([(JULY, 13)], None),
        ([(SEPTEMBER, 10)], None),
        ([(JULY, 12), (AUGUST, 2)], None),
    ],
)
def test_what_was_told_as_counted_is_left_out_of_what_waits(
    told: list[tuple[RatingGroup, int]], rest: dict[RatingGroup, int] | None
) -> None:
    untold = UntoldCounts({JULY: 12, AUGUST: 3})
    for each, n in told:
        untold.tell(each, n)
    assert untold.rest == rest
