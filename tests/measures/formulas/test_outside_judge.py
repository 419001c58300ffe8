"""σ², τ², estimates and reliability, judged from outside: restricted maximum likelihood by statsmodels.

The answers are like those of InstEval (73,421 answers of students about 1,128 lecturers, from one to some hundreds
each), which is not ours to ship: as many, on the same scale of five, as unbalanced, with nearly the same variances.
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.formulas.reliability import reliability
from app.measures.rules.formulas.shrinkage import shrinkage
from tests.measures.formulas.peers import group_of

PERSONS, ANSWERS = 1_128, 73_000
SCALE = (1, 2, 3, 4, 5)
# On the scale of the answers, and of the reliability from 0 to 1.
CLOSE = 0.01


@pytest.mark.campaign
def test_unbalanced_answers_about_a_thousand_persons_are_judged_as_by_maximum_likelihood() -> None:
    # Imported here, because it takes seconds that only this test needs.
    from statsmodels.regression.mixed_linear_model import MixedLM

    person, answer = answers()
    histograms = [[int(np.sum(own == score)) for score in SCALE] for own in by_person(person, answer)]
    peers = [item_moments(histogram) for histogram in histograms]
    group = group_of(peers)
    estimates = shrinkage(group)
    assert estimates
    judge = MixedLM(answer, np.ones((len(answer), 1)), groups=person).fit(reml=True)
    assert judge.converged
    within, between, mean = judge.scale, float(judge.cov_re[0, 0]), float(judge.fe_params[0])
    assert group.within == pytest.approx(within, abs=CLOSE)
    assert group.between == pytest.approx(between, abs=CLOSE)
    assert group.mean == pytest.approx(mean, abs=CLOSE)
    effects = judge.random_effects
    for place, (peer, estimate) in enumerate(zip(peers, estimates, strict=True)):
        assert estimate.estimate == pytest.approx(mean + float(effects[place].iloc[0]), abs=CLOSE)
        assert reliability(peer.n, group.icc) == pytest.approx(between / (between + within / peer.n), abs=CLOSE)


def answers() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Whom each answer is about, and the answer; persons with many answers are a little better than the others."""
    draw = np.random.default_rng(2026)
    weights = draw.lognormal(0, 1, PERSONS)
    sizes = 1 + draw.multinomial(ANSWERS - PERSONS, weights / weights.sum())
    effects = draw.normal(3.2, 0.55, PERSONS) + 0.1 * np.log(sizes / sizes.mean())
    person = np.repeat(np.arange(PERSONS), sizes)
    return person, np.clip(np.round(effects[person] + draw.normal(0, 1.2, ANSWERS)), 1, 5)


def by_person(person: NDArray[np.int64], answer: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    return np.split(answer, np.flatnonzero(np.diff(person)) + 1)
