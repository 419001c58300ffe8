"""The share of steps of procedure that were done, with an interval that counts services and not steps."""

from app.indices.rules.intervals import CONFIDENCE
from app.measures.rules.formulas.shares import wilson_interval


def step_interval(due: int, done: int, due_squared: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The ends of the interval of done ÷ due, on 0..1; `due_squared` is Σd² over services of d steps each.

    The steps of one service depend on each other in a way nobody knows. A share between 0 and 1 varies at most as much
    as an event of the same mean, so the weighted mean of services varies at most as the share of (Σd)² ÷ Σd²
    independent events does (Kish 1965): Wilson's interval with that number is wide enough whatever the dependence.
    ValueError unless 0 <= done <= due and due > 0.
    """
    if not 0 <= done <= due or not due:
        raise ValueError(f"{done} of {due} steps is no share")
    effective = due * due / due_squared
    return wilson_interval(effective * done / due, effective, confidence)
