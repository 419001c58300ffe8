"""The three words about a target, and what is wrong with targets that somebody sends."""

from decimal import Decimal

import pytest

from app.instruments.loading import shipped
from app.targets.rules.attainment import Word, word_for
from app.targets.rules.periods import is_period
from app.targets.rules.target import INDEX, Flaw, Known, Target, TargetKey, flaws_of

KEY = TargetKey("2026-Q4", "ikl-1", "employee", "E001", INDEX)


@pytest.mark.parametrize(
    ("n", "lower", "upper", "word"),
    [
        (30, "88.00", "95.00", Word.attained),
        (30, "87.99", "95.00", Word.uncertain),
        (30, "80.00", "88.00", Word.uncertain),
        (30, "80.00", "87.99", Word.not_attained),
        # However far away: too few answers.
        (29, "99.00", "100.00", Word.uncertain),
        (29, "25.00", "30.00", Word.uncertain),
    ],
)
def test_the_whole_interval_decides_and_thirty_answers_are_needed(n: int, lower: str, upper: str, word: Word) -> None:
    assert word_for(Decimal("88.00"), n, Decimal(lower), Decimal(upper)) is word


def known(**changed: object) -> Known:
    base = {
        "periods": {"2026-Q4", "2026", "2027"},
        "offices": {"dukcapil"},
        "employees": {"E001"},
        "instruments": shipped(),
    }
    return Known(**(base | changed))  # type: ignore[arg-type]  # each test changes what it is about


@pytest.mark.parametrize(
    ("changed", "hundredths", "field", "code"),
    [
        ({"period": "2026-Q5"}, 8_800, "period", "period-unknown"),
        ({"unit": "E999"}, 8_800, "employee", "employee-unknown"),
        ({"kind": "office", "unit": "E001"}, 8_800, "office", "office-unknown"),
        ({"instrument": "tiada-1"}, 8_800, "instrument", "instrument-unknown"),
        ({"figure": "tiada"}, 8_800, "figure", "figure-unknown"),
        ({}, 2_500, "value", "target-out-of-range"),
        ({}, 10_001, "value", "target-out-of-range"),
    ],
)
def test_each_thing_that_does_not_exist_is_named(
    changed: dict[str, str], hundredths: int, field: str, code: str
) -> None:
    assert flaws_of([Target(KEY._replace(**changed), hundredths)], known()) == [Flaw(0, field, code)]


def test_right_targets_of_index_and_questions_have_no_flaw() -> None:
    keys = [KEY, KEY._replace(figure="speed"), KEY._replace(kind="office", unit="dukcapil")]
    assert flaws_of([*(Target(key, 10_000) for key in keys), Target(KEY._replace(period="2026"), None)], known()) == []


def test_of_two_for_one_figure_neither_is_taken() -> None:
    assert flaws_of([Target(KEY, 8_800), Target(KEY, 8_900)], known()) == [Flaw(1, None, "target-repeated")]


def test_nobody_sets_their_own_and_nothing_is_set_once_the_period_is_closed() -> None:
    fixed = known(fixed={("2026-Q4", "ikl-1")}, own="E001", stored={KEY: 8_800})
    refused = [Flaw(0, "period", "targets-fixed"), Flaw(0, "employee", "about-oneself")]
    assert flaws_of([Target(KEY, 8_900)], fixed) == refused
    assert flaws_of([Target(KEY, None)], fixed) == refused
    # What is there already may be sent again.
    assert flaws_of([Target(KEY, 8_800)], fixed) == []
    assert flaws_of([Target(KEY._replace(kind="office", unit="dukcapil", period="2027"), 8_800)], fixed) == []


def test_a_target_is_written_with_two_decimals() -> None:
    assert str(Target(KEY, 8_850).value) == "88.50"
    assert Target(KEY, None).value is None


@pytest.mark.parametrize("code", ["2026", "2026-01", "2026-12", "2026-Q4", "2026-S2"])
def test_codes_of_periods_are_known_by_their_form(code: str) -> None:
    assert is_period(code)
    assert not any(is_period(wrong) for wrong in (f"{code}0", f"{code}-1", code.replace("2", "٢"), code[1:], ""))


def test_months_quarters_and_semesters_that_are_none_are_no_periods() -> None:
    assert not any(map(is_period, ("2026-00", "2026-13", "2026-Q0", "2026-Q5", "2026-S3", "1926", "2026-q1")))
