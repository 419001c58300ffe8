"""Reliability among peers, and the ladder of what a person's score may be used for."""

from enum import StrEnum

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


def reliability(n: int, icc: float | None) -> float | None:
    """The reliability of a mean of n answers, n ICC/(1 + (n - 1) ICC) (Spearman and Brown 1910).

    It is the same as τ²/(τ² + σ²/n) (Adams, RAND TR-653), with the ICC of `PeerGroup` (V6). None stays None; peers that
    differ no more than chance lets them tell nothing about persons, so nothing is reliable.
    """
    return None if icc is None else n * icc / (1 + (n - 1) * icc)


def use_of(n: int, reliability: float | None, *, flagged: bool = False) -> Use:
    """The highest step of the ladder that n answers of this reliability reach.

    Below 10 answers nothing; below 30 or below a reliability of 0.70 coaching; then appraisal; from 0.80
    and if `flagged` by the false discovery rate over the funnel, consequence. An unknown
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
