"""Reliability among peers, and the ladder of what a person's score may be used for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import fsum

from app.measures.rules.formulas.moments import Moments, merged

COACHING_N = 10
# The General Medical Council asks for 34 patients a doctor; .70 is the usual limit for publishing physicians' scores.
APPRAISAL_N = 30
APPRAISAL_RELIABILITY = 0.70
CONSEQUENCE_RELIABILITY = 0.80


class Use(StrEnum):
    """What the score of a person may be used for; each includes those before it."""

    nothing = "nothing"
    coaching = "coaching"
    appraisal = "appraisal"
    # Only after human review, and with the right of the employee to reply.
    consequence = "consequence"


@dataclass(frozen=True)
class Anova:
    """One-way analysis of variance between and within peers.

    `size` is n₀, the typical number of answers per peer; `icc` is the intraclass correlation as estimated,
    which chance can make negative. `within` is None when no peer has a second answer, `f` and `icc` also
    when all answers of each peer agree: then nothing tells differences between peers from chance.
    """

    peers: int
    n: int
    mean: Fraction
    between: float
    within: float | None
    size: Fraction
    f: float | None
    icc: float | None


def anova(peers: Sequence[Moments]) -> Anova | None:
    """The analysis of variance of Fisher (1925) over peers of one service family; None below two peers (V6).

    MSB = Σn(x̄ᵢ - x̄)²/(k - 1), MSW = ΣSS/(N - k), n₀ = (N - Σn²/N)/(k - 1), F = MSB/MSW, and
    ICC = (MSB - MSW)/(MSB + (n₀ - 1)MSW). ZeroDivisionError for a peer without answers.
    """
    k, total = len(peers), merged(peers)
    if k < 2:
        return None
    # Exact per peer, then rounded once each: one denominator for hundreds of peers would have thousands of
    # digits. fsum makes the result the same for any order.
    between = fsum(peer.n * (peer.mean - total.mean) ** 2 for peer in peers) / (k - 1)
    within = fsum(peer.squares for peer in peers) / (total.n - k) if total.n > k else None
    size = (total.n - Fraction(sum(peer.n**2 for peer in peers), total.n)) / (k - 1)
    return Anova(
        peers=k,
        n=total.n,
        mean=total.mean,
        between=between,
        within=within,
        size=size,
        f=between / within if within else None,
        icc=(between - within) / (between + float(size - 1) * within) if within else None,
    )


def reliability(n: int, icc: float | None) -> float | None:
    """The reliability of a mean of n answers, n ICC/(1 + (n - 1) ICC) (Spearman and Brown 1910).

    It is the same as τ²/(τ² + σ²/n) (Adams, RAND TR-653). A negative ICC counts as 0; None stays None.
    """
    if icc is None:
        return None
    # Peers that differ less than chance lets them tell nothing about persons, so nothing is reliable.
    used = max(icc, 0.0)
    return n * used / (1 + (n - 1) * used)


def use_of(n: int, reliability: float | None, *, flagged: bool = False) -> Use:
    """The highest step of the ladder that n answers of this reliability reach.

    Below 10 answers nothing; below 30 or below a reliability of 0.70 coaching; then appraisal; from 0.80
    and if `flagged` by the false discovery rate over the over-dispersed funnel, consequence. An unknown
    reliability never goes beyond coaching.
    """
    if n < COACHING_N:
        return Use.nothing
    if n < APPRAISAL_N or reliability is None or reliability < APPRAISAL_RELIABILITY:
        return Use.coaching
    # A reliable score alone is no reason to act: the person must also stand out among many comparisons.
    if flagged and reliability >= CONSEQUENCE_RELIABILITY:
        return Use.consequence
    return Use.appraisal
