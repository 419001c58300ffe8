"""How far a week lies from the usual: z by the exact distribution of the sum of its answers (V14b). Pure.

Answers about somebody excellent are far from normal: ten with a 1 and a 2 among them lie 3.7 standard errors below
their mean, as if one week in 8,000 brought that, and one in 127 does. From the exact chances of the sum, z means the
same for everybody.
"""

from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from app.measures.rules.formulas.levels import LevelCounts, Levels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Chances: TypeAlias = NDArray[np.float64]

# What is rarer counts as this rare: z stays within ±11.5, which alarms by itself.
RAREST = 1e-30
# Of wide distributions sums rarer than this are left out at either end. Together they never reach RAREST; without them
# the distribution is as wide as √n instead of n, so that a week of thousands is as quick as one of hundreds.
FORGOTTEN = 1e-40
WIDE = 1_000


class Sums(NamedTuple):
    """The chances of the sums first, first + 1, …; all others are (almost) impossible."""

    first: int
    chances: "Chances"


class AnswerSums:
    """The exact distribution of the sum of any number of answers that have these chances by place."""

    def __init__(self, chances: Sequence[float]) -> None:
        # Imported where it is needed: it takes a tenth of a second, which neither intake nor start-up should pay.
        import numpy as np

        # Of 1, 2, 4, … answers: every other number is made of these.
        self._doubled = [Sums(0, np.array(chances))]
        self._known: dict[int, Sums] = {}

    def of(self, n: int) -> Sums:
        """The distribution of the sum of n ≥ 1 answers: the n-fold convolution, by repeated squaring.

        All terms are positive, so that also the smallest chances have their digits, which a Fourier transform would
        lose below 1e-16.
        """
        if n not in self._known:
            self._known[n] = self._convolved(n)
        return self._known[n]

    def _convolved(self, n: int) -> Sums:
        found: Sums | None = None
        for place in range(n.bit_length()):
            if place == len(self._doubled):
                self._doubled.append(_sum_of(self._doubled[-1], self._doubled[-1]))
            if n >> place & 1:
                part = self._doubled[place]
                found = part if found is None else _sum_of(found, part)
        assert found, "there is at least one answer"
        return found


class Baseline(NamedTuple):
    """The usual of a unit: what its answers sum to, from N₀ answers on levels at these places."""

    sums: AnswerSums
    n: int
    places: tuple[int, ...]


def baseline_of(counts: LevelCounts, levels: Levels) -> Baseline:
    """The baseline that these answers are: each of K levels has the chance (c + 1/K)/(N₀ + 1).

    The added 1/K (Perks) leaves a chance to what has not been seen yet, also where all answers were the same.
    """
    n, size = sum(counts), len(counts)
    chances = [0.0] * (levels.places[-1] + 1)
    for place, count in zip(levels.places, counts, strict=True):
        chances[place] = (count + 1 / size) / (n + 1)
    return Baseline(AnswerSums(chances), n, levels.places)


def weekly_z(week: LevelCounts, before: Baseline) -> float:
    """z = Φ⁻¹(P(S < s) + ½P(S = s)), s the sum of the week's answers and S that of as many usual ones.

    Finite for every week with answers, AssertionError for one without.
    """
    first, chances = before.sums.of(sum(week))
    reached = sum(place * n for place, n in zip(before.places, week, strict=True)) - first
    below = min(max(reached, 0), len(chances))
    same = float(chances[reached]) if 0 <= reached < len(chances) else 0.0
    lower = float(chances[:below].sum()) + same / 2
    upper = float(chances[max(reached + 1, 0) :].sum()) + same / 2
    # From the smaller tail, whose digits are all there.
    tail = NormalDist().inv_cdf(max(min(lower, upper), RAREST))
    return tail if lower < upper else -tail


def _sum_of(one: Sums, other: Sums) -> Sums:
    import numpy as np

    first, chances = one.first + other.first, np.convolve(one.chances, other.chances)
    if len(chances) <= WIDE:
        return Sums(first, chances)
    kept = np.flatnonzero(chances > FORGOTTEN)
    return Sums(first + int(kept[0]), chances[kept[0] : kept[-1] + 1])
