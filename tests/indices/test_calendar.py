"""Codes of periods and their days."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.calendar import periods_with, span_of


@pytest.mark.parametrize(
    ("code", "first", "last", "before"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "2026-01"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
        ("2026-S1", date(2026, 1, 1), date(2026, 6, 30), "2025-S2"),
        ("2026-S2", date(2026, 7, 1), date(2026, 12, 31), "2026-S1"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
    ],
)
def test_a_code_names_its_days_and_the_period_before(code: str, first: date, last: date, before: str) -> None:
    span = span_of(code)
    assert span is not None
    assert (span.code, span.first, span.last, span.before().code) == (code, first, last, before)


@pytest.mark.parametrize(
    "code",
    ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-S3", "2026-1", " 2026", "2026\n", "1999", "٢٠٢٦"],
)
def test_what_is_no_code_is_none(code: str) -> None:
    assert span_of(code) is None


@given(st.integers(2001, 2999), st.sampled_from(["-01", "-12", "-Q1", "-Q3", "-S1", "-S2", ""]))
def test_a_period_begins_the_day_after_the_one_before(year: int, part: str) -> None:
    span = span_of(f"{year}{part}")
    assert span is not None
    assert (span.first - span.before().last).days == 1


def test_a_period_is_over_when_its_last_day_has_ended_in_every_zone() -> None:
    span = span_of("2026-Q3")
    assert span is not None
    assert span.ends_at == datetime(2026, 9, 30, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2026, 1, 1), ("2026-01", "2026-Q1", "2026-S1", "2026")),
        (date(2026, 6, 30), ("2026-06", "2026-Q2", "2026-S1", "2026")),
        (date(2026, 7, 1), ("2026-07", "2026-Q3", "2026-S2", "2026")),
        (date(2026, 12, 31), ("2026-12", "2026-Q4", "2026-S2", "2026")),
    ],
)
def test_every_day_lies_in_four_periods_which_their_codes_name(day: date, codes: tuple[str, ...]) -> None:
    assert tuple(each.code for each in periods_with(day)) == codes
    assert [span_of(each.code) for each in periods_with(day)] == list(periods_with(day))
