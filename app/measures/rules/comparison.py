"""One unit beside its peers: everything that is said in comparison, from each unit's answers by service. Pure.

Peers are the persons who mainly give services of one family, or the offices of an agency; only units with
enough answers to be shown take part, so that nothing of the others can be read from a comparison.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.disclosure.rules.minimum import SMALLEST_N
from app.measures.rules.formulas.case_mix import Mix, Standardised, norms, standardised
from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, q_values, two_sided_p
from app.measures.rules.formulas.funnel import Funnel, funnel
from app.measures.rules.formulas.moments import Moments, merged
from app.measures.rules.formulas.ranks import RankInterval, rank_intervals
from app.measures.rules.formulas.reliability import Use, anova, reliability, use_of
from app.measures.rules.formulas.shrinkage import Shrunk, shrinkage

# Services merged because few answered them; no code of a service is empty.
OTHERS = ""


@dataclass(frozen=True)
class Funnelled:
    """Distance from the group's mean: by chance alone, with ordinary differences allowed for, and its q value.

    `answers` are those of the unit, from which its place in the funnel `around` all peers comes.
    """

    z: float
    adjusted_z: float
    q: float
    answers: Moments
    around: Funnel

    @property
    def flagged(self) -> bool:
        """Whether this is a discovery: worth a look, never a verdict."""
        return self.q < FALSE_DISCOVERY_RATE


@dataclass(frozen=True)
class Comparison:
    """A unit among `peers` (itself included). What cannot be told from so few or so unanimous answers is None."""

    peers: int
    group_mean: Fraction
    reliability: float | None
    use: Use
    shrunk: Shrunk | None
    standardised: Standardised | None
    funnel: Funnelled | None
    ranks: RankInterval | None


def compare(units: Mapping[str, Mix]) -> dict[str, Comparison]:
    """Each unit (answers by service, at least one answer each) beside all of them."""
    units = _merged_small(units)
    codes = sorted(units)
    answers = {code: merged(units[code].values()) for code in codes}
    peers = [answers[code] for code in codes]
    groups = anova(peers)
    icc = groups.icc if groups else None
    shrunk, norm = shrinkage(peers), norms(units.values())
    funnelled, ranks = _funnelled(peers), _ranks(peers, groups.within if groups else None)
    total = merged(peers)
    compared = {}
    for place, code in enumerate(codes):
        trust = reliability(answers[code].n, icc)
        beside = funnelled[place] if funnelled else None
        compared[code] = Comparison(
            peers=len(codes),
            group_mean=total.mean,
            reliability=trust,
            use=use_of(answers[code].n, trust, flagged=beside is not None and beside.flagged),
            shrunk=shrunk.peers[place] if shrunk else None,
            standardised=standardised(units[code], norm) if len(codes) > 1 else None,
            funnel=beside,
            ranks=ranks[place] if ranks else None,
        )
    return compared


def _merged_small(units: Mapping[str, Mix]) -> Mapping[str, Mix]:
    """Services that fewer than ten answered in all become one: what is expected of units would tell their means."""
    every = norms(units.values())
    small = {service for service, answers in every.items() if answers.n < SMALLEST_N}
    if small and sum(every[service].n for service in small) < SMALLEST_N:
        # The smallest of the others hides them.
        small |= set(sorted(set(every) - small, key=lambda service: (every[service].n, service))[:1])
    return {code: _without(mix, small) for code, mix in units.items()}


def _without(mix: Mix, small: Collection[str]) -> Mix:
    merging = [answers for service, answers in mix.items() if service in small]
    kept = {service: answers for service, answers in mix.items() if service not in small}
    return kept | {OTHERS: merged(merging)} if merging else kept


def _funnelled(peers: list[Moments]) -> list[Funnelled] | None:
    chart = funnel(peers)
    if chart is None:
        return None
    q = q_values([two_sided_p(z) for z in chart.adjusted_z])
    return [Funnelled(*each, chart) for each in zip(chart.z, chart.adjusted_z, q, peers, strict=True)]


def _ranks(peers: list[Moments], within: float | None) -> tuple[RankInterval, ...] | None:
    """The variance of each mean is the pooled one over n: unanimous answers have none of their own."""
    if not within:
        return None
    variance = Fraction(within)
    return rank_intervals([peer.mean for peer in peers], [variance / peer.n for peer in peers])
