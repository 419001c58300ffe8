"""How often somebody is recognised who is no better than the peers, and how often a need for training is none.

Groups are made up: the six distributions of the table of coverage (statistics.md §2), tilted so that persons differ by
normal effects, each with 30 to 160 answers; and groups of all six, since persons differ in spread, too.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from scipy import stats

from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures.rules.comparison import compare
from app.measures.rules.differences import SMALLEST_DIFFERENCE
from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.recognition import is_recognised
from app.measures.rules.training import Reason, training_needs
from tests.effort import sized

MOST = 0.025
# Of one exactly at the mean, where nearly all answers are the best one: chance falls further down than up.
MOST_AT_MEAN = 0.03
GROUPS = sized(12, 400)
SCORES = np.arange(1, 5)
TRUTHS = {
    "good": (0.01, 0.03, 0.16, 0.80),
    "excellent": (0.005, 0.01, 0.05, 0.935),
    "middling": (0.05, 0.10, 0.35, 0.50),
    "split": (0.10, 0.05, 0.05, 0.80),
    "even": (0.25, 0.25, 0.25, 0.25),
    "poor": (0.30, 0.40, 0.20, 0.10),
    "all six": None,
}
IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
Group = tuple[list[list[int]], np.ndarray]


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("persons", [8, 20])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("kind", list(TRUTHS))
def test_who_is_no_better_than_the_peers_is_recognised_in_no_more_than_one_of_forty(
    kind: str, spread: float, persons: int
) -> None:
    """Of everybody at or below the mean of the peers; and of one who is exactly there, the hardest to tell."""
    no_better = wrong = at_mean = 0
    for answers, means in groups(kind, spread, persons):
        found = recognised(answers)
        below = means <= means[1:].mean()
        no_better, wrong = no_better + int(below.sum()), wrong + int((found & below).sum())
        at_mean += bool(found[0])
    assert wrong <= stats.binom.ppf(0.999, no_better, MOST)
    assert at_mean <= stats.binom.ppf(0.999, GROUPS, MOST)


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("offices", [8, 20])
@pytest.mark.parametrize("spread", [0.0, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("kind", list(TRUTHS))
def test_a_question_no_worse_than_at_the_peers_is_hardly_ever_named(kind: str, spread: float, offices: int) -> None:
    no_worse = wrong = at_mean = 0
    for answers, means in groups(kind, spread, offices):
        found = below_peers(answers)
        above = means >= means[1:].mean()
        no_worse, wrong = no_worse + int(above.sum()), wrong + int((found & above).sum())
        at_mean += bool(found[0])
    assert wrong <= stats.binom.ppf(0.999, no_worse, MOST)
    assert at_mean <= stats.binom.ppf(0.999, GROUPS, MOST_AT_MEAN)


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize(("persons", "share"), [(8, 0.5), (20, 0.8)])
def test_who_really_is_much_better_is_recognised_mostly(persons: int, share: float) -> None:
    """Half a point above peers who differ by two tenths."""
    found = sum(bool(recognised(answers)[0]) for answers, _ in groups("middling", 0.2, persons, first=0.5))
    assert found >= stats.binom.ppf(0.001, GROUPS, share)


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("spread", [0.05, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("kind", ["good", "middling", "all six"])
def test_of_thousands_of_answers_hardly_anybody_is_named_for_a_point_or_two(kind: str, spread: float) -> None:
    """Who is nearer to the mean than three points of the index, below or above it, is neither weak nor recognised."""
    near = wrong = deep = found = 0
    for answers, means in groups(kind, spread, 20, first=-0.2, answers=(1_000, 5_000)):
        named, rewarded = below_peers(answers), recognised(answers)
        points = 25 * (means - means[1:].mean())
        near += int((points > -SMALLEST_DIFFERENCE).sum() + (points < SMALLEST_DIFFERENCE).sum())
        wrong += int((named & (points > -SMALLEST_DIFFERENCE)).sum())
        wrong += int((rewarded & (points < SMALLEST_DIFFERENCE)).sum())
        deep, found = deep + 1, found + bool(named[0])
    assert wrong <= stats.binom.ppf(0.999, near, MOST)
    # Five points below is seen.
    assert found >= stats.binom.ppf(0.001, deep, 0.9)


def recognised(answers: Sequence[list[int]]) -> np.ndarray:
    units = {f"E{place:02}": {"ktp-el": item_moments(each)} for place, each in enumerate(answers)}
    return np.array([is_recognised(each, IKL.high) for _, each in sorted(compare(units).items())])


def below_peers(answers: Sequence[list[int]]) -> np.ndarray:
    """Where the first question of three is a need because of the peers; to the others nobody answered."""
    units = {f"O{place:02}": (each, (0, 0, 0, 0), (0, 0, 0, 0)) for place, each in enumerate(answers)}
    needs = training_needs(SCORING, units, [units])
    return np.array([Reason.peers in next((each.reasons for each in needs.get(code, ())), ()) for code in units])


def groups(
    kind: str, spread: float, size: int, first: float = 0.0, answers: tuple[int, int] = (30, 160)
) -> Iterator[Group]:
    """Groups with their true means; the first one lies so far from the mean of the others."""
    for number in range(GROUPS):
        draw = np.random.default_rng([list(TRUTHS).index(kind), round(100 * spread), size, number])
        several = [each for each in TRUTHS.values() if each is not None]
        bases = [TRUTHS[kind] or several[draw.integers(6)] for _ in range(size)]
        centre = 3.2 if TRUTHS[kind] is None else float(np.dot(bases[0], SCORES))
        wanted = centre + draw.normal(0, spread, size)
        truths = [tilted(base, mean) for base, mean in zip(bases, wanted, strict=True)]
        means = np.array([truth @ SCORES for truth in truths])
        truths[0] = tilted(bases[0], means[1:].mean() + first)
        means[0] = means[1:].mean() + first
        sizes = draw.integers(answers[0], answers[1] + 1, size)
        yield [draw.multinomial(n, truth).tolist() for n, truth in zip(sizes, truths, strict=True)], means


def tilted(base: Sequence[float], mean: float) -> np.ndarray:
    """The distribution nearest to a base that has this mean (as far as the scale has room), by Newton's steps."""
    found, wanted, power = np.array(base), min(max(mean, 1.05), 3.95), 0.0
    while abs(found @ SCORES - wanted) > 1e-9:
        now = found @ SCORES
        power += float(np.clip((wanted - now) / (found @ SCORES**2 - now**2), -1, 1))
        found = np.array(base) * np.exp(power * (SCORES - 2.5))
        found /= found.sum()
    return found
