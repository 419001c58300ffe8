"""Whose good service is recognised: beyond chance above the peers, from figures that tell persons apart. Pure."""

from app.measures.rules.comparison import UnitComparison
from app.measures.rules.differences import matters
from app.measures.rules.formulas.reliability import Use

RELIABLE = (Use.appraisal, Use.consequence)


def is_recognised(compared: UnitComparison | None, high: int) -> bool:
    """Whether a person's service is recognised; never one without peers, or with figures for coaching alone.

    The lower end of the estimate lies above the peers' mean: above that which it is drawn towards, and above that of
    all answers, which stands beside it where people read it. The estimate lies above both by a difference that matters
    on a scale of answers up to `high`. A reliability of 0.70 and 30 answers make figures usable in an appraisal.
    """
    if compared is None or compared.shrunk is None or compared.centre is None or compared.use not in RELIABLE:
        return False
    mean = max(compared.centre, float(compared.group_mean))
    return compared.shrunk.lower > mean and matters(compared.shrunk.estimate - mean, high)
