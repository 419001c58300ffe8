"""Comparison of each unit with its peers, from the answers by service. Pure.

Peers are the persons who mainly give services of one family, or the offices of an agency; only units with
enough answers to be shown take part, so that nothing of the others can be read from a comparison.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from app.disclosure.rules.minimum import SMALLEST_N
from app.measures.rules.formulas.between import Peers, peer_group
from app.measures.rules.formulas.case_mix import Mix, Standardised, norms, standardised
from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, q_values
from app.measures.rules.formulas.funnel import FunnelLimits, chance_z, funnel
from app.measures.rules.formulas.moments import Moments, merged
from app.measures.rules.formulas.ranks import RankInterval, rank_intervals
from app.measures.rules.formulas.reliability import Use, reliability, use_of
from app.measures.rules.formulas.shrinkage import Shrunk, shrinkage

# Answers about several services, and services merged because few answered them; no code of a service is empty.
OTHERS = ""
# Units whose answers are held together.
AT_ONCE = 500


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
    codes = sorted(units)
    peers = ComparedPeers(units[code] for code in codes)
    return {code: peers.comparison(place, units[code]) for place, code in enumerate(codes)}


class ComparedPeers:
    """Units that are compared with each other: of each no more than a few numbers is held, however many there are.

    Who asks for a unit's comparison brings its answers again, and says as the how-manieth they came.
    """

    def __init__(self, mixes: Iterable[Mix]) -> None:
        peers, every, rest = Peers(), dict[str, Moments](), iter(mixes)
        while some := list(islice(rest, AT_ONCE)):
            every = norms([every, *some])
            for answers in (merged(mix.values()) for mix in some):
                peers.add(answers.n, float(answers.mean), float(answers.squares))
        self._small = _small_services(every)
        self._norm = _without(every, self._small)
        self._group = peer_group(peers)
        self._peers, self._mean = len(peers), merged(every.values()).mean if every else Fraction(0)
        self._shrunk, self._funnel = shrinkage(self._group), funnel(self._group)
        self._q = q_values(self._funnel.p) if self._funnel else ()
        self._ranks = rank_intervals(self._group.means, self._group.variances) if self._group else ()

    def comparison(self, place: int, mix: Mix) -> UnitComparison:
        """The comparison of one unit with all of them."""
        answers, group = merged(mix.values()), self._group
        own_reliability = reliability(answers.n, group.icc if group else None)
        in_funnel = self._in_funnel(place, answers)
        return UnitComparison(
            peers=self._peers,
            group_mean=self._mean,
            centre=group.mean if group else None,
            reliability=own_reliability,
            use=use_of(answers.n, own_reliability, flagged=in_funnel is not None and in_funnel.flagged),
            shrunk=self._shrunk[place] if self._shrunk else None,
            # Alone, a unit would be compared with itself.
            standardised=standardised(_without(mix, self._small), self._norm) if self._peers > 1 else None,
            funnel=in_funnel,
            ranks=self._ranks[place] if self._ranks else None,
        )

    def _in_funnel(self, place: int, answers: Moments) -> UnitFunnelPlace | None:
        chart, group = self._funnel, self._group
        if chart is None or group is None:
            return None
        z = chance_z(answers, self._mean, group.variances[place])
        return UnitFunnelPlace(z, chart.adjusted_z[place], self._q[place], answers, chart.around)


def _small_services(every: Mix) -> Collection[str]:
    """The services under ten answers in all, which are merged into one: `expected` would reveal their means."""
    small = {service for service, answers in every.items() if answers.n < SMALLEST_N or service == OTHERS}
    if small and sum(every[service].n for service in small) < SMALLEST_N:
        # Together they are still under ten, so the smallest of the other services joins them.
        small |= set(sorted(set(every) - small, key=lambda service: (every[service].n, service))[:1])
    return small


def _without(mix: Mix, small: Collection[str]) -> Mix:
    merging = [answers for service, answers in mix.items() if service in small]
    kept = {service: answers for service, answers in mix.items() if service not in small}
    return kept | {OTHERS: merged(merging)} if merging else kept
