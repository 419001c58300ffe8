"""A questionnaire whose figure is a share of answers: how its file says so, and what can be wrong with that."""

from pathlib import Path

import pytest

from app.instruments.faults import InstrumentFault
from app.instruments.loading import load_instrument, shipped, template_text

A11, CSM, IKL = shipped()["a11-2024"], shipped()["csm-2022"], shipped()["ikl-1"]
FILES = Path(__file__).parents[2] / "app" / "instruments" / "definitions"


def faults(text: str) -> tuple[str, ...]:
    """What is wrong with a file."""
    with pytest.raises(InstrumentFault) as caught:
        load_instrument(text)
    return caught.value.faults


def test_the_drivers_of_the_circular_and_the_dimensions_of_the_authority() -> None:
    assert [item.dimension for item in A11.items] == [
        "satisfaction", "trust", "effectiveness", "ease", "speed", "transparency", "helpfulness",
    ]  # fmt: skip
    assert CSM.codes == tuple(f"SQD{number}" for number in range(9))
    for one in (A11, CSM):
        assert {item.answers["en"] for item in one.items} == {
            ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
        }
    assert (A11.pooled, CSM.pooled) == (False, True)
    assert (A11.not_applicable, CSM.not_applicable) == (None, {"id": "Tidak berlaku", "en": "Not applicable"})


def test_agreement_counts_and_nothing_else() -> None:
    assert dict(CSM.points) == {1: 0, 2: 0, 3: 0, 4: 1, 5: 1}
    assert dict(IKL.points) == {1: 1, 2: 2, 3: 3, 4: 4}


def test_figures_see_two_scores_and_everything_else_as_it_is() -> None:
    seen = CSM.measured
    assert (seen.low, seen.high, seen.positive_from) == (0, 1, None)
    assert (seen.id, seen.digest, seen.codes, seen.pooled) == (CSM.id, CSM.digest, CSM.codes, True)
    assert {item.answers["id"] for item in seen.items} == {("Tidak positif", "Positif")}
    assert IKL.measured is IKL
    assert seen.measured is seen


@pytest.mark.parametrize(("score", "wrong"), [(1, True), (2, False), (5, False), (6, True)])
def test_a_positive_answer_lies_within_the_scale_and_is_not_every_answer(score: int, wrong: bool) -> None:
    text = (FILES / "a11-2024.toml").read_text("utf-8").replace("positive_from = 4", f"positive_from = {score}")
    if wrong:
        assert faults(text) == ("share.positive_from: must lie above 1 and not above 5, as the scale does",)
    else:
        assert load_instrument(text).positive_from == score


def test_all_answers_together_have_no_weights() -> None:
    text = (FILES / "csm-2022.toml").read_text("utf-8")
    text = text.replace('exact = ["1/9", "1/9", "1/9",', 'exact = ["1/18", "1/9", "1/6",')
    assert faults(text) == ("share.pooled: all answers together have no weights; give every question the same",)


@pytest.mark.parametrize(("name", "index"), [("ikl-1", "IKL"), ("skm-2017", "IKM")])
def test_an_index_that_the_rules_define_as_a_mean_is_no_share(name: str, index: str) -> None:
    text = (
        (FILES / f"{name}.toml")
        .read_text("utf-8")
        .replace("[weight_modes]", "[share]\npositive_from = 3\n[weight_modes]")
    )
    assert faults(text) == (f"share: {index} is a mean and no share of answers",)


def test_the_template_says_how_and_is_a_mean_as_it_stands() -> None:
    text = template_text()
    one = load_instrument(text)
    assert (one.positive_from, one.not_applicable, one.collected) == (None, None, None)
    for line in (
        'collected = "ticketed"',
        "[share]",
        "positive_from = 3",
        "pooled = false",
        "[not_applicable]",
        'id = "Tidak berlaku"',
        'en = "Not applicable"',
    ):
        text = text.replace(f"# {line}\n", f"{line}\n")
    other = load_instrument(text)
    assert (other.positive_from, other.pooled, other.not_applicable) == (3, False, CSM.not_applicable)
    assert other.collected == "ticketed"
