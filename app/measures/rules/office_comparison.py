"""The offices of an agency compared with each other, of each of which little is held. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from app.disclosure.rules.cells import merged_items, steps_and_unit
from app.disclosure.rules.released import Released, ReleasedBlock, State
from app.indices.rules.figures import Scoring
from app.measures.rules.comparison import OTHERS, ComparedPeers, UnitComparison
from app.measures.rules.formulas.moments import Moments, moments_of_steps
from app.measures.rules.training import GroupAnswers, Histograms


class OfficeSummary(NamedTuple):
    """What comparing an office with all others takes of it: its composites by service, its answers to each question."""

    mix: Mapping[str, Moments]
    items: Histograms


class OfficeAmongAll(NamedTuple):
    """An office among all of the agency, and in which questions it lies below its peers.

    No more of the others than this is needed to measure it.
    """

    comparison: UnitComparison | None
    below: frozenset[int]


def summary_of(scoring: Scoring, told: Released) -> OfficeSummary | None:
    """What an office is compared by; None where it may not be shown."""
    if told.state is not State.exact:
        return None
    return OfficeSummary(mix_of(scoring, told.blocks), merged_items([block.cell for block in told.blocks]))


def mix_of(scoring: Scoring, blocks: Iterable[ReleasedBlock]) -> dict[str, Moments]:
    """The composites of these blocks by service; those of several services are `OTHERS`."""
    steps, unit = steps_and_unit(scoring.instrument.weights(scoring.mode))
    totals: dict[str, Counter[int]] = {}
    for block in blocks:
        # Added up as integers: an office's year has hundreds of blocks and a few services.
        if of_block := block.cell.composites.get(steps):
            totals.setdefault(block.service or OTHERS, Counter()).update(of_block)
    return {service: moments_of_steps(found.items(), unit) for service, found in totals.items()}


def among_all(scoring: Scoring, offices: Mapping[str, OfficeSummary]) -> dict[str, OfficeAmongAll]:
    """Each office that may be shown among all of them."""
    return dict(each_among_all(scoring, sorted(offices.items())))


def each_among_all(
    scoring: Scoring, offices: Iterable[tuple[str, OfficeSummary]]
) -> Iterator[tuple[str, OfficeAmongAll]]:
    """Each office that may be shown among all of them, by code, in their order; they are gone through twice.

    Offices without a complete sheet are compared with nobody.
    """
    answers = GroupAnswers(scoring.instrument)

    def mixes() -> Iterator[Mapping[str, Moments]]:
        for _, office in offices:
            answers.add(office.items)
            if office.mix:
                yield office.mix

    peers, compared = ComparedPeers(mixes()), 0
    below = answers.below()
    for place, (code, office) in enumerate(offices):
        comparison = None
        if office.mix:
            comparison = peers.comparison(compared, office.mix)
            compared += 1
        yield code, OfficeAmongAll(comparison, below.get(place, frozenset()))
