"""Training needs: which questions show a weak spot of an office or a person that is beyond chance. Pure."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import half_up
from app.indices.rules.figures import Scoring
from app.indices.rules.intervals import item_interval
from app.instruments.model import Band, Instrument
from app.measures.rules.differences import matters
from app.measures.rules.formulas.between import Peers, peer_group
from app.measures.rules.formulas.moments import step_sums
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
    found: dict[str, frozenset[int]] = {}
    for group in groups:
        codes, answers = sorted(group), GroupAnswers(instrument)
        for code in codes:
            answers.add(group[code])
        found |= {codes[place]: questions for place, questions in answers.below().items()}
    return found


class GroupAnswers:
    """The answers of a group's units to each question; of each unit a few numbers are held, since there may be many."""

    def __init__(self, instrument: Instrument) -> None:
        self._questions = [_QuestionPeers(instrument) for _ in instrument.items]
        self._number = 0

    def add(self, histograms: Histograms) -> None:
        """Add a unit."""
        for question, histogram in zip(self._questions, histograms, strict=True):
            question.add(self._number, histogram)
        self._number += 1

    def below(self) -> dict[int, frozenset[int]]:
        """The questions in which a unit, by its place among those added, lies below its peers; others are absent."""
        found: dict[int, set[int]] = {}
        for question, peers in enumerate(self._questions):
            for unit in peers.below():
                found.setdefault(unit, set()).add(question)
        return {unit: frozenset(questions) for unit, questions in found.items()}


class _QuestionPeers:
    """Whoever has ten answers to a question."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._units, self._peers = array("q"), Peers()
        self._answers = self._sum = 0

    def add(self, unit: int, histogram: Sequence[int]) -> None:
        """Add a unit, if it is one of the peers."""
        if sum(histogram) < SMALLEST_N:
            return
        # In integers, which cost a tenth of fractions.
        n, first, second = step_sums(enumerate(histogram, start=self._instrument.low))
        self._units.append(unit)
        self._peers.add(n, first / n, (second * n - first * first) / n)
        self._answers, self._sum = self._answers + n, self._sum + first

    def below(self) -> list[int]:
        """The peers of whom the estimate lies below the mean of all: reliably, beyond chance, and by what matters."""
        group = peer_group(self._peers)
        shrunk = shrinkage(group)
        if group is None or shrunk is None:
            return []
        mean = min(group.mean, self._sum / self._answers)
        return [
            unit
            for unit, own, estimate in zip(self._units, self._peers, shrunk, strict=True)
            if own.n >= APPRAISAL_N
            and (reliability(own.n, group.icc) or 0) >= APPRAISAL_RELIABILITY
            and estimate.upper < mean
            and matters(mean - estimate.estimate, self._instrument.high)
        ]


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
