"""When the ratings around a finding were given: without a gap, in hours or in days."""

from datetime import date

import pytest

from app.screening.rules.timeline import Moment, timeline

DAY, NEXT = date(2026, 11, 10), date(2026, 11, 11)


@pytest.mark.parametrize(
    ("given", "hours"),
    [
        ([], range(8, 16)),
        ([Moment(DAY, 12, 42, 40)], range(8, 16)),
        ([Moment(DAY, 6, 1, 0), Moment(DAY, 21, 2, 2)], range(6, 22)),
    ],
)
def test_one_day_is_told_by_the_hour(given: list[Moment], hours: range) -> None:
    told = timeline(given, DAY, 1)
    assert [each.hour for each in told] == list(hours)
    assert [each for each in told if each.n] == given


def test_several_days_are_told_each_as_a_whole() -> None:
    given = [Moment(DAY, 8, 3, 1), Moment(DAY, 9, 4, 4), Moment(NEXT, 9, 5, 0)]
    assert timeline(given, DAY, 3) == [
        Moment(DAY, None, 7, 5),
        Moment(NEXT, None, 5, 0),
        Moment(date(2026, 11, 12), None, 0, 0),
    ]
