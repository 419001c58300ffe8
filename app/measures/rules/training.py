"""Training needs: which questions show a weak spot of an office or a person that is beyond chance. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import half_up
from app.indices.rules.figures import Scoring
from app.indices.rules.intervals import item_interval
from app.instruments.model import Band, Instrument
from app.measures.rules.differences import matters
from app.measures.rules.formulas.between import peer_group
from app.measures.rules.formulas.moments import Moments, item_moments
from app.measures.rules.formulas.reliability import APPRAISAL_N, APPRAISAL_RELIABILITY, reliability
from app.measures.rules.formulas.shrinkage import shrinkage

# Counts per score of each question, as a cell has them.
Histograms = Sequence[Sequence[int]]


class Reason(StrEnum):
    """Why a question is a training need: the grades it may have, or how its peers do."""

    grade = "grade"
    peers = "peers"


@dataclass(frozen=True)
class Need:
    """A question, by its place among the items, and every reason why it is a training need."""

    place: int
    reasons: tuple[Reason, ...]


def training_needs(
    scoring: Scoring, units: Mapping[str, Histograms], groups: Collection[Mapping[str, Histograms]]
) -> dict[str, tuple[Need, ...]]:
    """The needs of each of the `units` by code, questions in their order; whoever has none is absent.

    From thirty answers to the question: where its whole 95 % interval, as it is shown, lies in the lower half of the
    grades; and where among eight `groups` peers or more the whole interval of the estimate lies below their mean, and
    the estimate by a difference that matters, with a reliability of 0.70. Peers are those of the one group that has
    the unit; who has fewer than ten answers is none.
    """
    below = below_peers(scoring.instrument, groups)
    found = {code: needs_of(scoring, histograms, below.get(code, frozenset())) for code, histograms in units.items()}
    return {code: needs for code, needs in found.items() if needs}


def below_peers(instrument: Instrument, groups: Collection[Mapping[str, Histograms]]) -> dict[str, frozenset[int]]:
    """The questions, by their places, in which a unit of these groups lies below its peers; others are absent."""
    found: dict[str, set[int]] = {}
    for place in range(len(instrument.items)):
        for group in groups:
            for code in _below_peers(instrument, place, group):
                found.setdefault(code, set()).add(place)
    return {code: frozenset(places) for code, places in found.items()}


def needs_of(scoring: Scoring, histograms: Histograms, below: Collection[int]) -> tuple[Need, ...]:
    """The needs of one unit that lies below its peers in these questions."""
    needs = []
    for place, histogram in enumerate(histograms):
        reasons = []
        if _in_lower_half(scoring, histogram):
            reasons.append(Reason.grade)
        if place in below and sum(histogram) >= APPRAISAL_N:
            reasons.append(Reason.peers)
        if reasons:
            needs.append(Need(place, tuple(reasons)))
    return tuple(needs)


def lower_half_begins(bands: Sequence[Band]) -> Band:
    """The lowest band of the upper half, best first: B of A to D, the third of five."""
    return bands[(len(bands) - 1) // 2]


def _in_lower_half(scoring: Scoring, histogram: Sequence[int]) -> bool:
    instrument = scoring.instrument
    if sum(histogram) < APPRAISAL_N:
        return False
    interval = item_interval(histogram, instrument.low)
    assert interval is not None, "there are answers"
    upper = half_up(interval.as_index(instrument.high).upper)
    return upper < lower_half_begins(instrument.bands(scoring.bands)).lower


def _below_peers(instrument: Instrument, place: int, group: Mapping[str, Histograms]) -> list[str]:
    """The peers of whom the estimate lies below the mean of all: reliably, beyond chance, and by what matters."""
    answers: dict[str, Moments] = {
        code: item_moments(histograms[place], instrument.low)
        for code, histograms in sorted(group.items())
        if sum(histograms[place]) >= SMALLEST_N
    }
    peers = peer_group(list(answers.values()))
    shrunk = shrinkage(peers)
    if peers is None or shrunk is None:
        return []
    mean = min(peers.mean, _pooled(answers.values()))
    return [
        code
        for (code, own), estimate in zip(answers.items(), shrunk, strict=True)
        if own.n >= APPRAISAL_N
        and (reliability(own.n, peers.icc) or 0) >= APPRAISAL_RELIABILITY
        and estimate.upper < mean
        and matters(mean - estimate.estimate, instrument.high)
    ]


def _pooled(answers: Collection[Moments]) -> float:
    return float(sum(each.first for each in answers) / sum(each.n for each in answers))
