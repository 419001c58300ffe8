"""The funnel plot of an agency's offices: every mean by its number of answers, and the limits around them all. Pure.

Spiegelhalter (2005), statistics.md V8: within the inner limits lie 95 of 100 offices, within the outer ones 998
of 1,000, where chance and the ordinary differences between offices are all there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.indices.counts import composites
from app.indices.figures import Scoring
from app.indices.measures.funnel import ALARM, WARNING, funnel
from app.indices.measures.moments import Moments, moments
from app.indices.sheet_rows import SheetRow, counts

# So many places along the axis draw a smooth line.
STEPS = 40
Ends = tuple[float, float]


@dataclass(frozen=True)
class Limits:
    """Between which ends the mean of n answers lies, on the scale of the answers."""

    n: int
    warning: Ends
    alarm: Ends


@dataclass(frozen=True)
class Place:
    """An office's n answers and their mean, and whether that lies outside the outer limits for this n."""

    n: int
    mean: float
    outside: bool


@dataclass(frozen=True)
class FunnelPlot:
    """The mean of all answers, each office's place, and the limits from the fewest answers to the most."""

    mean: float
    offices: Mapping[str, Place]
    limits: tuple[Limits, ...]


def funnel_plot(scoring: Scoring, units: Mapping[str, Sequence[SheetRow]]) -> FunnelPlot | None:
    """The plot of these offices' composites; None for fewer than two, or where no answers vary."""
    weights = scoring.instrument.weights(scoring.mode)
    answers = {code: moments(composites(counts(rows), weights)) for code, rows in sorted(units.items())}
    answers = {code: peer for code, peer in answers.items() if peer.n}
    chart = funnel(list(answers.values()))
    if chart is None:
        return None
    low, high = scoring.instrument.low, scoring.instrument.high

    def ends(n: int, coverage: float) -> Ends:
        return chart.limits(n, coverage, low=low, high=high, overdispersed=True)

    def place(peer: Moments) -> Place:
        lower, upper = ends(peer.n, ALARM)
        return Place(peer.n, float(peer.mean), outside=not lower <= peer.mean <= upper)

    return FunnelPlot(
        mean=float(chart.mean),
        offices={code: place(peer) for code, peer in answers.items()},
        limits=tuple(
            Limits(n, ends(n, WARNING), ends(n, ALARM)) for n in _along([peer.n for peer in answers.values()])
        ),
    )


def _along(sizes: Sequence[int]) -> list[int]:
    """From the fewest to the most, closer together where the funnel is steep."""
    least, most = min(sizes), max(sizes)
    return sorted({round(least * (most / least) ** (step / STEPS)) for step in range(STEPS + 1)})
