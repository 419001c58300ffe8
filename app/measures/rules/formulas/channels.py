"""One mean from several channels, weighted by the visitors each channel served (V12).

Citizens judge the same service differently on a kiosk and in an app, by more than persons differ (the
HCAHPS mode experiment), so channels are never pooled raw. It waits for served volumes by channel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from app.measures.rules.formulas.moments import Moments


@dataclass(frozen=True)
class PostStratified:
    """The weighted mean of n answers, with the weight of one answer by channel.

    `error` is None if a channel has a single answer; `effective_n` is the number of equally weighted
    answers that would tell as much.
    """

    n: int
    mean: Fraction
    error: float | None
    weights: dict[str, Fraction]
    effective_n: Fraction


def post_stratified(answers: Mapping[str, Moments], served: Mapping[str, int]) -> PostStratified | None:
    """Post-stratification to the visitors served by channel: x̄_w = Σ W x̄ with W = N_c/N.

    SE² = Σ W² s²/n and n_eff = (Σw)²/Σw² (Kish). None if nobody was served, and if a channel that served
    somebody has no answers. Answers of a channel that served nobody have no weight and do not count.
    """
    shares = {channel: Fraction(visitors, sum(served.values())) for channel, visitors in served.items() if visitors}
    used = {channel: answers[channel] for channel in shares if channel in answers and answers[channel].n}
    if not shares or used.keys() != shares.keys():
        return None
    n = sum(part.n for part in used.values())
    weights = {channel: shares[channel] * n / part.n for channel, part in used.items()}
    return PostStratified(
        n=n,
        mean=sum((shares[channel] * part.mean for channel, part in used.items()), Fraction(0)),
        error=_error(shares, used),
        weights=weights,
        # The weights of all answers sum to n.
        effective_n=n**2 / sum((part.n * weights[channel] ** 2 for channel, part in used.items()), Fraction(0)),
    )


def _error(shares: Mapping[str, Fraction], used: Mapping[str, Moments]) -> float | None:
    if any(part.n < 2 for part in used.values()):
        return None
    return sqrt(sum((shares[channel] ** 2 * part.variance / part.n for channel, part in used.items()), Fraction(0)))
