"""What targets come to: each figure beside its target, with an interval and one of three words. Pure."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from app.closing.rules.report_documents.targets import Attainment
from app.disclosure.rules.cells import Cell
from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import half_up
from app.indices.presenting import is_rough
from app.indices.rules.composite_intervals import composite_interval
from app.indices.rules.figures import Scoring
from app.indices.rules.intervals import Interval, item_interval
from app.indices.rules.official import official_index
from app.targets.rules.attainment import CONFIDENCE, SMALLEST_JUDGED_N, word_for
from app.targets.rules.target import INDEX, TargetKey, shown

Targets = Mapping[TargetKey, int]


class _Figure(NamedTuple):
    """An exact index, and the interval of it that decides; `n` answers."""

    exact: Fraction
    n: int
    interval: Interval | None


def by_unit(targets: Targets) -> dict[tuple[str, str], dict[str, int]]:
    """The targets of each unit, by kind and code: figure → hundredths."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for key, hundredths in targets.items():
        found.setdefault((key.kind, key.unit), {})[key.figure] = hundredths
    return found


def attainments(
    scoring: Scoring, cell: Cell | None, targets: Mapping[str, int], *, personal: bool
) -> tuple[Attainment, ...]:
    """What each target of a unit came to, the index first, then the questions in their order.

    Without a cell nothing is told of the unit. A person's figure of fewer than thirty ratings has one decimal, as in
    every other place.
    """
    figures = {} if cell is None else dict(_figures(scoring, cell, targets))
    rough = cell is not None and is_rough(cell.n, personal=personal)
    order = (INDEX, *scoring.instrument.codes)
    return tuple(_attainment(code, targets[code], figures.get(code), rough=rough) for code in order if code in targets)


def _figures(scoring: Scoring, cell: Cell, wanted: Mapping[str, int]) -> Iterator[tuple[str, _Figure]]:
    instrument = scoring.instrument
    official = official_index(instrument, cell, scoring.mode, scoring.bands)
    if INDEX in wanted and official.composite is not None:
        interval = composite_interval(instrument, cell, scoring.mode, CONFIDENCE)
        # How sure the index is, complete sheets alone tell.
        yield INDEX, _Figure(official.composite.exact, interval.n if interval else cell.n, _as_index(interval, scoring))
    for item, histogram, figure in zip(instrument.items, cell.items, official.items, strict=True):
        n = sum(histogram)
        if item.code in wanted and figure.index is not None and n >= SMALLEST_N:
            interval = item_interval(histogram, instrument.low, CONFIDENCE)
            yield item.code, _Figure(figure.index.exact, n, _as_index(interval, scoring))


def _as_index(interval: Interval | None, scoring: Scoring) -> Interval | None:
    return None if interval is None else interval.as_index(scoring.instrument.high)


def _attainment(code: str, hundredths: int, figure: _Figure | None, *, rough: bool) -> Attainment:
    target = shown(hundredths)
    if figure is None:
        return Attainment(figure=code, target=str(target), n=None, value=None, interval=None, word="uncertain")
    value = str(half_up(figure.exact, 1 if rough else 2))
    if figure.interval is None or figure.n < SMALLEST_JUDGED_N:
        # An interval of so few answers decides nothing, and is told of nobody.
        return Attainment(figure=code, target=str(target), n=figure.n, value=value, interval=None, word="uncertain")
    lower, upper = half_up(figure.interval.lower), half_up(figure.interval.upper)
    return Attainment(
        figure=code,
        target=str(target),
        n=figure.n,
        value=value,
        interval=(str(lower), str(upper)),
        word=word_for(target, figure.n, lower, upper).value,
    )
