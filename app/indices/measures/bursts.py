"""Bursts of ratings: whether an hour holds more of them than usual swings explain (V16)."""


def burst_p(count: int, expected: float, size: float) -> float:
    """The chance of at least `count` ratings in an hour that expects `expected` > 0.

    The counts are negative binomial, variance μ + μ²/κ with κ = `size` > 0 from history: office hours
    swing far more than Poisson allows, which would cry wolf (statistics.md §13).
    """
    if count <= 0:
        return 1.0
    # scipy.stats.nbinom.sf(count - 1, κ, κ/(κ + μ)), which takes much longer to import.
    from scipy.special import betainc

    return float(betainc(count, size, expected / (size + expected)))
