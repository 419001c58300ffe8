"""How offices compare, as it is kept: what all of them share once, and of each office the rest. Pure, and exact."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isclose
from typing import Any

from app.indices.rules.figures import Scoring
from app.measures.rules.comparison import UnitComparison, UnitFunnelPlace
from app.measures.rules.formulas.case_mix import Standardised
from app.measures.rules.formulas.funnel import FunnelLimits
from app.measures.rules.formulas.moments import Moments
from app.measures.rules.formulas.ranks import RankInterval
from app.measures.rules.formulas.reliability import Use
from app.measures.rules.formulas.shrinkage import Shrunk
from app.measures.rules.office_comparison import OfficeAmongAll
from app.measures.rules.unit_measures import METHOD

# NumPy adds up in another order on another processor: as far as `formulas.between` promises.
PRECISION = 1e-9


def rules_compared_by(scoring: Scoring) -> dict[str, str]:
    """By which rules offices are compared: what is kept is true for no others."""
    return {"method": METHOD, "digest": scoring.instrument.digest, "mode": scoring.mode}


def shared_part(scoring: Scoring, offices: Iterable[OfficeAmongAll]) -> dict[str, Any]:
    """The rules, and what all compared offices share."""
    compared = next((each.comparison for each in offices if each.comparison), None)
    if compared is None:
        return {"by": rules_compared_by(scoring)}
    around = compared.funnel.around if compared.funnel else None
    return {
        "by": rules_compared_by(scoring),
        "peers": compared.peers,
        "mean": _plain(compared.group_mean),
        "centre": compared.centre,
        "around": around and [around.mean, around.within, around.between, around.peers],
    }


def own_part(office: OfficeAmongAll) -> dict[str, Any]:
    """What is kept of one office."""
    own, compared = {"below": sorted(office.below)}, office.comparison
    if compared is None:
        return own
    mix, place = compared.standardised, compared.funnel
    return own | {
        "reliability": compared.reliability,
        "use": compared.use.value,
        "shrunk": compared.shrunk
        and [
            compared.shrunk.estimate,
            compared.shrunk.sd,
            compared.shrunk.lower,
            compared.shrunk.upper,
            compared.shrunk.weight,
        ],
        "mix": mix and [_plain(each) for each in (mix.raw, mix.expected, mix.adjusted)],
        "funnel": place and [place.z, place.adjusted_z, place.q],
        "answers": place and [place.answers.n, _plain(place.answers.first), _plain(place.answers.second)],
        "ranks": compared.ranks,
    }


def office_among_all(shared: Mapping[str, Any], own: Mapping[str, Any]) -> OfficeAmongAll:
    """An office among all, from what is kept."""
    below = frozenset(own["below"])
    if "use" not in own:
        return OfficeAmongAll(None, below)
    place = None
    if own["funnel"]:
        n, first, second = own["answers"]
        answers = Moments(n, _fraction(first), _fraction(second))
        z, adjusted_z, q = own["funnel"]
        place = UnitFunnelPlace(z, adjusted_z, q, answers, FunnelLimits(*shared["around"]))
    comparison = UnitComparison(
        peers=shared["peers"],
        group_mean=_fraction(shared["mean"]),
        centre=shared["centre"],
        reliability=own["reliability"],
        use=Use(own["use"]),
        shrunk=own["shrunk"] and Shrunk(*own["shrunk"]),
        standardised=own["mix"] and Standardised(*map(_fraction, own["mix"])),
        funnel=place,
        ranks=own["ranks"] and RankInterval(*own["ranks"]),
    )
    return OfficeAmongAll(comparison, below)


def same_kept(one: Any, other: Any) -> bool:
    """Whether two parts say the same, as far as another processor may compute it otherwise."""
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=PRECISION, abs_tol=PRECISION)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_kept(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_kept, one, other))
    return bool(one == other)


def _plain(number: Fraction) -> str:
    # In hexadecimal: of many services a fraction has more digits than Python writes as a decimal.
    return f"{number.numerator:x}/{number.denominator:x}"


def _fraction(plain: str) -> Fraction:
    up, _, down = plain.partition("/")
    return Fraction(int(up, 16), int(down, 16))
