"""The change of a mean between two periods of one office or person, and whether it can be chance."""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from app.indices.rules.intervals import CONFIDENCE
from app.measures.rules.formulas.moments import Moments


@dataclass(frozen=True)
class MeanChange:
    """The later mean minus the earlier one, its test against no change, and the ends of its interval."""

    difference: Fraction
    t: float
    df: float
    p: float
    lower: float
    upper: float
    confidence: float


def change(later: Moments, earlier: Moments, confidence: float = CONFIDENCE) -> MeanChange | None:
    """The comparison of Welch (1947), which lets the variances differ; p is two-sided (V5).

    None when either side has fewer than two answers, or when both are unanimous: with no variance at all
    the formula would call any difference certain, even between two and two answers. If only one side is
    unanimous the other alone gives the variance and the degrees of freedom; with few answers such an
    interval is rather too narrow.
    """
    if later.n < 2 or earlier.n < 2:
        return None
    part, other = float(later.variance) / later.n, float(earlier.variance) / earlier.n
    squared_error = part + other
    if not squared_error:
        return None
    # Imported here, because SciPy takes half a second that neither intake nor start-up should pay.
    from scipy.special import stdtr, stdtrit

    difference, error = later.mean - earlier.mean, sqrt(squared_error)
    df = squared_error**2 / (part**2 / (later.n - 1) + other**2 / (earlier.n - 1))
    t = float(difference) / error
    half = float(stdtrit(df, (1 + confidence) / 2)) * error
    return MeanChange(
        difference=difference,
        t=t,
        df=df,
        p=2 * float(stdtr(df, -abs(t))),
        lower=float(difference) - half,
        upper=float(difference) + half,
        confidence=confidence,
    )
