"""A plan reads every day of the period exactly once, from the coarsest counts that still answer."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.ratings.tallies.rules.grains import AGENCY_MONTH, GRAINS, OFFICE_DAY, OFFICE_MONTH, Grain
from app.ratings.tallies.rules.query_plan import By, Segment, Selection, distinguished_by, plan

DAY = timedelta(days=1)
days = st.dates(date(2000, 1, 1), date(2999, 12, 31))
lengths = st.integers(0, 1_100)
codes = st.none() | st.just("x")


def selection(
    first: date,
    last: date,
    *,
    by: By | None = None,
    whole: bool = False,
    service: str | None = None,
    employee: str | None = None,
    channel: str | None = None,
) -> Selection:
    """A selection of office `a`, or of an agency that has no other."""
    return Selection("ikl-1", first, last, frozenset({"a"}), whole, service, employee, channel, by)


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any selection at all, of up to 1,100 days."""
    first = draw(days)
    last = first + draw(lengths) * DAY
    assume(last.year < 3000)
    return selection(
        first,
        last,
        by=draw(st.none() | st.sampled_from(By)),
        whole=draw(st.booleans()),
        service=draw(codes),
        employee=draw(codes),
        channel=draw(codes),
    )


def every_day(first: date, last: date) -> list[date]:
    return [first + offset * DAY for offset in range((last - first).days + 1)]


def is_first_of_month(day: date) -> bool:
    return day.day == 1


def is_last_of_month(day: date) -> bool:
    return (day + DAY).day == 1


@given(selections())
def test_segments_cover_the_period_exactly_once_in_order(asked: Selection) -> None:
    covered = [day for segment in plan(asked) for day in every_day(segment.first, segment.last)]
    assert covered == every_day(asked.first, asked.last)


@given(selections())
def test_no_segment_is_read_from_counts_that_have_merged_away_what_is_asked(asked: Selection) -> None:
    for segment in plan(asked):
        if segment.grain is not None:
            assert asked.distinctions <= distinguished_by(segment.grain)
            if segment.grain.by_month:
                assert is_first_of_month(segment.first)
                assert is_last_of_month(segment.last)


@given(selections())
def test_rows_are_read_only_where_no_tally_answers(asked: Selection) -> None:
    for segment in plan(asked):
        if segment.grain is None:
            assert not asked.distinctions <= distinguished_by(OFFICE_DAY)
            if asked.distinctions <= distinguished_by(OFFICE_MONTH):
                months = every_day(segment.first, segment.last)
                assert not any(is_first_of_month(day) and _end(day) <= segment.last for day in months)


@given(selections())
def test_a_plan_has_at_most_three_segments(asked: Selection) -> None:
    assert len(plan(asked)) <= 3


def _end(first: date) -> date:
    return (first + 31 * DAY).replace(day=1) - DAY


YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("asked", "grain"),
    [
        (selection(*YEAR), OFFICE_MONTH),
        (selection(*YEAR, whole=True), AGENCY_MONTH),
        (selection(*YEAR, whole=True, by=By.office), OFFICE_MONTH),
        (selection(*YEAR, whole=True, by=By.service), AGENCY_MONTH),
        (selection(*YEAR, whole=True, by=By.month, channel="kiosk"), AGENCY_MONTH),
        (selection(*YEAR, by=By.channel, service="ktp-el"), OFFICE_MONTH),
        (selection(*YEAR, by=By.day), OFFICE_DAY),
        (selection(*YEAR, whole=True, by=By.day), OFFICE_DAY),
        (selection(*YEAR, by=By.day, service="ktp-el"), None),
        (selection(*YEAR, by=By.day, channel="kiosk"), None),
        (selection(*YEAR, by=By.employee), None),
        (selection(*YEAR, employee="E017"), None),
        (selection(*YEAR, employee="E017", by=By.month, whole=True), None),
    ],
)
def test_a_whole_year_is_one_segment(asked: Selection, grain: Grain | None) -> None:
    assert plan(asked) == (Segment(grain, *YEAR),)


def test_broken_months_are_read_by_day_at_both_ends() -> None:
    assert plan(selection(date(2026, 1, 15), date(2026, 4, 10))) == (
        Segment(OFFICE_DAY, date(2026, 1, 15), date(2026, 1, 31)),
        Segment(OFFICE_MONTH, date(2026, 2, 1), date(2026, 3, 31)),
        Segment(OFFICE_DAY, date(2026, 4, 1), date(2026, 4, 10)),
    )


def test_broken_months_of_one_service_are_read_from_the_rows() -> None:
    assert plan(selection(date(2026, 1, 15), date(2026, 2, 28), service="ktp-el", whole=True)) == (
        Segment(None, date(2026, 1, 15), date(2026, 1, 31)),
        Segment(AGENCY_MONTH, date(2026, 2, 1), date(2026, 2, 28)),
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 2, 3), date(2026, 2, 20)),
        (date(2026, 2, 3), date(2026, 3, 20)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_period_without_a_whole_month_is_one_segment_of_days(first: date, last: date) -> None:
    assert plan(selection(first, last)) == (Segment(OFFICE_DAY, first, last),)


def test_what_the_grains_tell_apart_is_told_by_their_own_list() -> None:
    told = {grain.name: distinguished_by(grain) for grain in GRAINS}
    assert told == {
        "agency-month": {By.month, By.service, By.channel},
        "office-month": {By.month, By.service, By.channel, By.office},
        "office-day": {By.month, By.day, By.office},
    }
