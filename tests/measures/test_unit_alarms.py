"""What asks for a look: drops over weeks and low answers in months, from days of a unit (statistics.md §12)."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.calendar import Span, span_of
from app.disclosure.rules.chart_weeks import ChartedWeek, monday_of
from app.disclosure.rules.released import ReleasedBlock
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures.rules.alarms import Alarms, AlarmState, alarms, drop, first_day_needed, joined_weeks, low_answers
from app.measures.rules.formulas.levels import item_levels
from app.measures.rules.time_series import LowCount, UnitTimeSeries, Weeks, time_series
from tests.cells import block, cell
from tests.effort import sized

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
USUAL = ("444", "344", "434", "443", "333", "444", "434", "444", "343", "444")
POOR = ("222", "323", "233", "332", "222", "323", "232", "223", "333", "222")


def span(code: str) -> Span:
    found = span_of(code)
    assert found
    return found


QUARTER = span("2026-Q3")
MONDAY = date(2026, 6, 29)


Rated = tuple[str, date, str]


def weekly(first: date, weeks: int, sheets: tuple[str, ...], unit: str = "E1", each: int = 1) -> Iterator[Rated]:
    """These sheets every so many weeks, on a Wednesday."""
    for number in range(0, weeks, each):
        for sheet in sheets:
            yield unit, first + timedelta(days=7 * number + 2), sheet


def series(*parts: Iterable[Rated]) -> UnitTimeSeries:
    """The time series of E1, from weeks and blocks of a month that have one sheet each."""
    rated = [each for part in parts for each in part]
    weeks = (ChartedWeek(unit, monday_of(day), cell(IKL, {sheet: 1})) for unit, day, sheet in rated)
    return time_series(SCORING, weeks, map(month_block, rated))["E1"]


def month_block(rated: Rated) -> ReleasedBlock:
    unit, day, sheet = rated
    return block(IKL, {sheet: 1}, office=unit, month=f"{day:%Y-%m}")


def found(*parts: Iterable[Rated], of: Span = QUARTER, office: bool = False) -> Alarms:
    return alarms(series(*parts), of, office=office)


def before(weeks: int, sheets: tuple[str, ...] = USUAL) -> Iterator[Rated]:
    """That many weeks up to the quarter."""
    return weekly(MONDAY - timedelta(weeks=weeks), weeks, sheets)


def test_a_drop_is_told_with_the_first_week_of_its_alarm() -> None:
    fallen = found(before(30), weekly(MONDAY, 4, USUAL), weekly(MONDAY + timedelta(weeks=4), 9, POOR))
    assert fallen.composite.state is AlarmState.alarm
    assert fallen.composite.week in ("2026-W31", "2026-W32")
    assert {item.state for item in fallen.items} == {AlarmState.alarm}
    assert fallen.low is None


def test_where_nothing_changes_or_all_gets_better_there_is_no_alarm() -> None:
    assert found(before(30), weekly(MONDAY, 13, USUAL)).composite.state is AlarmState.none
    assert found(before(30, POOR), weekly(MONDAY, 13, USUAL)).composite.state is AlarmState.none


@pytest.mark.parametrize(("weeks", "state"), [(19, AlarmState.weeks), (20, AlarmState.none)])
def test_twenty_weeks_with_answers_are_needed_before(weeks: int, state: AlarmState) -> None:
    assert found(before(weeks), weekly(MONDAY, 13, USUAL)).composite.state is state


def test_two_who_take_turns_have_their_twenty_weeks_in_a_year() -> None:
    turns = weekly(MONDAY - timedelta(weeks=52), 52, USUAL, each=2)
    assert found(turns, weekly(MONDAY, 13, USUAL, each=2)).composite.state is AlarmState.none


def test_answers_that_never_varied_are_a_usual_too() -> None:
    assert found(before(30, ("444",)), weekly(MONDAY, 13, POOR)).composite.state is AlarmState.alarm
    assert found(before(30, ("444",)), weekly(MONDAY, 13, ("444",) * 10)).composite.state is AlarmState.none


def test_no_ten_answers_in_the_period_are_not_enough() -> None:
    assert found(before(30), weekly(MONDAY, 9, ("222",))).composite.state is AlarmState.weeks
    # What is left of older weeks must not be told as the period's.
    assert found(before(30), of=span("2026-Q4")).composite.state is AlarmState.weeks


def test_a_single_answer_in_a_week_never_sets_an_alarm_off_in_that_week() -> None:
    # The ten lowest possible answers alarm together, when the tenth has come, whoever gave the first.
    low = found(before(30), weekly(MONDAY, 13, ("111",))).composite
    assert (low.state, low.week) == (AlarmState.alarm, "2026-W36")


def test_a_month_runs_in_over_the_weeks_before_it_and_tells_of_its_own_weeks_alone() -> None:
    gone = MONDAY + timedelta(weeks=1)
    recovered = weekly(gone + timedelta(weeks=1), 11, USUAL)
    early = [list(part) for part in (before(40), weekly(MONDAY, 1, USUAL), weekly(gone, 1, POOR), recovered)]
    assert found(*early, of=span("2026-07")).composite.state is AlarmState.alarm
    assert found(*early, of=span("2026-09")).composite.state is AlarmState.none
    slow = tuple(USUAL[:6] + POOR[:2] + USUAL[6:])
    # Enough for an alarm only after weeks: a chart that began in September would not see it in its first week.
    lasting = found(before(40), weekly(MONDAY, 13, slow), of=span("2026-09")).composite
    assert (lasting.state, lasting.week) == (AlarmState.alarm, "2026-W36")


def test_a_week_belongs_to_the_period_in_which_its_sunday_is() -> None:
    split = Weeks(item_levels(1, 4))
    split.update({MONDAY - timedelta(weeks=age): (0, 1, 4, 15) for age in range(1, 40)})
    split.update({date(2026, 9, 28): (40, 0, 0, 0), date(2026, 9, 21): (0, 1, 4, 15)})
    assert drop(split, span("2026-09")).state is AlarmState.none
    october = drop(split, span("2026-10"))
    assert (october.state, october.week) == (AlarmState.alarm, "2026-W40")


@given(st.lists(st.integers(0, 25), max_size=20))
def test_weeks_are_gathered_to_ten_and_none_is_lost_but_the_last(sizes: list[int]) -> None:
    parts = joined_weeks([(MONDAY + timedelta(weeks=place), (0, 0, n, 0)) for place, n in enumerate(sizes)])
    assert all(sum(part) >= 10 for _, part in parts)
    assert sum(sizes) - sum(sum(part) for _, part in parts) in range(10)
    assert [monday for monday, _ in parts] == sorted({monday for monday, _ in parts})
    # A week that has ten by itself, with nothing waiting, stands alone.
    if sizes and sizes[0] >= 10:
        assert parts[0][1] == (0, 0, sizes[0], 0)


OFTEN = LowCount(100, 8)


def months(own: LowCount, usual: LowCount = OFTEN, how_many: int = 12) -> dict[str, LowCount]:
    codes = [f"2025-{month:02}" for month in range(7, 13)] + [f"2026-{month:02}" for month in range(1, 7)]
    return dict.fromkeys(codes[12 - how_many :], usual) | {"2026-08": own}


@pytest.mark.parametrize(
    ("own", "state", "named"),
    [
        # V15: the limit for n = 20 at a usual share of 0.08 is 6.
        (LowCount(20, 6), AlarmState.none, ()),
        (LowCount(20, 7), AlarmState.alarm, ("2026-08",)),
        (LowCount(9, 9), AlarmState.months, ()),
    ],
)
def test_more_low_answers_than_the_limit_are_an_alarm_in_their_month(
    own: LowCount, state: AlarmState, named: tuple[str, ...]
) -> None:
    result = low_answers(months(own), QUARTER)
    assert (result.state, result.months) == (state, named)


def test_six_months_of_ten_answers_are_needed_before() -> None:
    assert low_answers(months(LowCount(20, 20), how_many=5), QUARTER).state is AlarmState.months
    assert low_answers(months(LowCount(20, 20), how_many=6), QUARTER).state is AlarmState.alarm
    assert low_answers(months(LowCount(20, 20), usual=LowCount(9, 1)), QUARTER).state is AlarmState.months


def test_after_a_year_without_any_one_low_answer_is_no_alarm() -> None:
    assert low_answers(months(LowCount(10, 1), usual=LowCount(10, 0)), QUARTER).state is AlarmState.none


@pytest.mark.long
@pytest.mark.sized
def test_false_alarms_of_the_p_chart_are_as_few_as_stated() -> None:
    # One in 500 after six months: of 20,000 months without change 40; 62 or more in one of a thousand such tests.
    # Of 4,000 months 8, and 19 or more in one of a thousand.
    months, most = sized((4_000, 18), (20_000, 61))
    rng = np.random.default_rng(15)
    drawn = rng.binomial(200, 0.08, (months, 7)).tolist()
    codes = [f"2026-{month:02}" for month in range(1, 8)]
    july = span("2026-07")
    found = [low_answers(dict(zip(codes, (LowCount(200, k) for k in row), strict=True)), july) for row in drawn]
    assert 0 < sum(each.state is AlarmState.alarm for each in found) <= most


def test_an_office_has_its_low_answers_by_item() -> None:
    office = found(before(40), weekly(MONDAY, 4, USUAL), weekly(MONDAY + timedelta(weeks=5), 4, POOR), office=True)
    assert office.low
    assert [each.months for each in office.low] == [("2026-08",)] * 3


def test_a_course_is_the_same_however_its_rows_are_cut() -> None:
    rows = [*before(8), *weekly(MONDAY, 3, ("2-4", "111"))]
    whole = series(rows)
    cut = series(rows[1::2], weekly(MONDAY, 1, USUAL, unit="E2"), rows[::2])
    assert (cut.composites, cut.items, cut.low) == (whole.composites, whole.items, whole.low)
    # A skipped answer has no composite and counts nowhere in its item; 2 is in the lower half of 1 to 4.
    assert sum(whole.composites[MONDAY]) == 1
    assert [sum(weeks[MONDAY]) for weeks in whole.items] == [2, 1, 2]
    assert [months["2026-07"] for months in whole.low] == [LowCount(6, 6), LowCount(3, 3), LowCount(6, 3)]
    # What several offices or months tell together is in no chart.
    pooled = [
        block(IKL, {"444": 10}, office=None),
        block(IKL, {"444": 10}, first_month="2026-07", last_month="2026-08"),
    ]
    assert time_series(SCORING, (), pooled) == {}


def test_a_course_of_nothing_is_not_enough() -> None:
    empty = alarms(UnitTimeSeries(SCORING), QUARTER, office=True)
    assert empty.composite.state is AlarmState.weeks
    assert empty.low
    assert {each.state for each in empty.low} == {AlarmState.months}
    assert joined_weeks([(MONDAY, (0, 0, 0, 0))]) == []


@pytest.mark.parametrize(
    ("code", "first"),
    [("2026-Q3", date(2025, 6, 30)), ("2026-09", date(2025, 6, 30)), ("2026", date(2024, 12, 30))],
)
def test_what_must_be_read_begins_a_year_before_the_chart(code: str, first: date) -> None:
    assert first_day_needed(span(code)) == first
