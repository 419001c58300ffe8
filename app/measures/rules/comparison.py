"""Comparison of each unit with its peers, from the answers by service. Pure.

Peers are the persons who mainly give services of one family, or the offices of an agency; only units with
enough answers to be shown take part, so that nothing of the others can be read from a comparison.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.disclosure.rules.minimum import SMALLEST_N
from app.measures.rules.formulas.between import PeerGroup, peer_group
from app.measures.rules.formulas.case_mix import Mix, Standardised, norms, standardised
from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, q_values
from app.measures.rules.formulas.funnel import FunnelLimits, funnel
from app.measures.rules.formulas.moments import Moments, merged
from app.measures.rules.formulas.ranks import RankInterval, rank_intervals
from app.measures.rules.formulas.reliability import Use, reliability, use_of
from app.measures.rules.formulas.shrinkage import Shrunk, shrinkage

# Answers about several services, and services merged because few answered them; no code of a service is empty.
OTHERS = ""


@dataclass(frozen=True)
class UnitFunnelPlace:
    """Distance from the group: by chance alone, with the others' ordinary differences allowed for, and its q value.

    `answers` are those of the unit, from which its place in the funnel `around` all peers comes.
    """

    z: float
    adjusted_z: float
    q: float
    answers: Moments
    around: FunnelLimits

    @property
    def flagged(self) -> bool:
        """Whether this is a discovery: worth a look, never a verdict."""
        return self.q < FALSE_DISCOVERY_RATE


@dataclass(frozen=True)
class UnitComparison:
    """A unit among `peers` (itself included). Where answers are too few or too unanimous a part is None.

    `group_mean` is that of all answers, `centre` the mean μ that estimates are drawn towards, which weighs persons.
    """

    peers: int
    group_mean: Fraction
    centre: float | None
    reliability: float | None
    use: Use
    shrunk: Shrunk | None
    standardised: Standardised | None
    funnel: UnitFunnelPlace | None
    ranks: RankInterval | None


def compare(units: Mapping[str, Mix]) -> dict[str, UnitComparison]:
    """The comparison of each unit (answers by service, at least one answer each) with all of them."""
    units = _merged_small(units)
    codes = sorted(units)
    answers = {code: merged(units[code].values()) for code in codes}
    peers = [answers[code] for code in codes]
    group = peer_group(peers)
    icc = group.icc if group else None
    shrunk, norm = shrinkage(group), norms(units.values())
    places = _funnel_places(peers, group)
    ranks = rank_intervals(group.means, group.variances) if group else None
    total = merged(peers)
    compared = {}
    for place, code in enumerate(codes):
        own_reliability = reliability(answers[code].n, icc)
        place_in_funnel = places[place] if places else None
        compared[code] = UnitComparison(
            peers=len(codes),
            group_mean=total.mean,
            centre=group.mean if group else None,
            reliability=own_reliability,
            use=use_of(
                answers[code].n, own_reliability, flagged=place_in_funnel is not None and place_in_funnel.flagged
            ),
            shrunk=shrunk[place] if shrunk else None,
            # Alone, a unit would be compared with itself.
            standardised=standardised(units[code], norm) if len(codes) > 1 else None,
            funnel=place_in_funnel,
            ranks=ranks[place] if ranks else None,
        )
    return compared


def _merged_small(units: Mapping[str, Mix]) -> Mapping[str, Mix]:
    """The units with services under ten answers in all merged into one: `expected` would reveal their means."""
    every = norms(units.values())
    small = {service for service, answers in every.items() if answers.n < SMALLEST_N or service == OTHERS}
    if small and sum(every[service].n for service in small) < SMALLEST_N:
        # Together they are still under ten, so the smallest of the other services joins them.
        small |= set(sorted(set(every) - small, key=lambda service: (every[service].n, service))[:1])
    return {code: _without(mix, small) for code, mix in units.items()}


def _without(mix: Mix, small: Collection[str]) -> Mix:
    merging = [answers for service, answers in mix.items() if service in small]
    kept = {service: answers for service, answers in mix.items() if service not in small}
    return kept | {OTHERS: merged(merging)} if merging else kept


def _funnel_places(peers: list[Moments], group: PeerGroup | None) -> list[UnitFunnelPlace] | None:
    chart = funnel(peers, group)
    if chart is None:
        return None
    return [
        UnitFunnelPlace(*each, chart.around)
        for each in zip(chart.z, chart.adjusted_z, q_values(chart.p), peers, strict=True)
    ]
