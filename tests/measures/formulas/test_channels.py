"""One mean from several channels (statistics.md §11)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.channels import post_stratified
from app.measures.rules.formulas.moments import Moments, item_moments, merged

ANSWERS = {"kiosk": item_moments((1, 3, 14, 62)), "mobile": item_moments((4, 6, 8, 12))}

answered = st.lists(st.integers(0, 200), min_size=4, max_size=4).filter(any).map(item_moments)
channels = st.dictionaries(st.sampled_from(["kiosk", "mobile", "web", "qr"]), answered, min_size=1)


def test_v12_post_stratification() -> None:
    assert merged(ANSWERS.values()).mean == Fraction("3.5")
    found = post_stratified(ANSWERS, {"kiosk": 300, "mobile": 700})
    assert found
    assert found.error is not None
    assert (found.n, round(float(found.mean), 6), round(found.error, 6)) == (110, 3.167083, 0.139566)
    assert {channel: round(float(weight), 6) for channel, weight in found.weights.items()} == {
        "kiosk": 0.4125,
        "mobile": 2.566667,
    }
    assert round(float(found.effective_n), 6) == 57.279236


@pytest.mark.parametrize(
    ("answers", "served"),
    [
        ({}, {}),
        (ANSWERS, {}),
        (ANSWERS, {"kiosk": 0, "mobile": 0}),
        (ANSWERS, {"kiosk": 300, "mobile": 700, "web": 1}),
        (ANSWERS | {"web": item_moments((0, 0, 0, 0))}, {"kiosk": 300, "mobile": 700, "web": 1}),
    ],
)
def test_a_served_channel_without_answers_is_refused(answers: dict[str, Moments], served: dict[str, int]) -> None:
    assert post_stratified(answers, served) is None


def test_channels_that_served_nobody_do_not_count() -> None:
    found = post_stratified(ANSWERS | {"qr": item_moments((5, 0, 0, 0))}, {"kiosk": 300, "mobile": 700, "web": 0})
    assert found == post_stratified(ANSWERS, {"kiosk": 300, "mobile": 700})


def test_a_single_answer_has_no_error() -> None:
    found = post_stratified(ANSWERS | {"web": item_moments((0, 1, 0, 0))}, {"kiosk": 3, "mobile": 6, "web": 1})
    assert found
    assert found.error is None
    assert found.mean == Fraction(3, 10) * Fraction("3.7125") + Fraction(6, 10) * Fraction(44, 15) + Fraction(2, 10)


def test_one_channel_is_its_own_mean() -> None:
    found = post_stratified({"kiosk": ANSWERS["kiosk"]}, {"kiosk": 999})
    assert found
    assert (found.n, found.mean, found.effective_n) == (80, Fraction("3.7125"), Fraction(80))
    assert set(found.weights.values()) == {1}


@given(channels)
def test_a_proportional_sample_needs_no_weights(answers: dict[str, Moments]) -> None:
    found = post_stratified(answers, {channel: part.n * 7 for channel, part in answers.items()})
    total = merged(answers.values())
    assert found
    assert (found.n, found.mean, found.effective_n) == (total.n, total.mean, Fraction(total.n))
    assert set(found.weights.values()) == {1}


@given(channels, st.lists(st.integers(1, 10**6), min_size=4, max_size=4))
def test_weights_sum_to_n_and_cost_precision(answers: dict[str, Moments], visitors: list[int]) -> None:
    found = post_stratified(answers, dict(zip(answers, visitors, strict=False)))
    assert found
    assert sum(found.weights[channel] * part.n for channel, part in answers.items()) == found.n
    assert 0 < found.effective_n <= found.n
    assert min(part.mean for part in answers.values()) <= found.mean <= max(part.mean for part in answers.values())
