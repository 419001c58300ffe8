"""All measures of an office or person in a period, except what small numbers forbid to show. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.disclosure.rules.cells import Cell
from app.disclosure.rules.minimum import SMALLEST_N, SMALLEST_PRECISE_N
from app.disclosure.rules.released import Released, ReleasedBlock, left_out, merged_cells
from app.indices.rules.figures import IndexFigures, Scoring, figures
from app.measures.rules.alarms import Alarms
from app.measures.rules.comparison import UnitComparison, compare
from app.measures.rules.formulas.change import MeanChange, change
from app.measures.rules.formulas.moments import NOTHING, Moments, item_moments, moments_of_steps
from app.measures.rules.formulas.samples import Bounds, coverage, krejcie_morgan_size, manski
from app.measures.rules.formulas.shares import ScoreShare, top_box
from app.measures.rules.office_comparison import OfficeAmongAll, among_all, mix_of, summary_of
from app.measures.rules.training import Histograms, Need, needs_of, training_needs

# Changes whenever the same sheets could give another figure, so that readers of old reports know why.
METHOD = "cermin-measures-2"


@dataclass(frozen=True)
class MeasuredDimension:
    """One item: answers n, mean, share of the best answer, change to the period before, and counts per score."""

    moments: Moments
    top: ScoreShare | None
    change: MeanChange | None
    histogram: tuple[int, ...] | None


@dataclass(frozen=True)
class UnitMeasures:
    """A unit of which figures are told; a dimension that fewer than ten answered is None.

    `waiting` is how many ratings the figures leave out (`<10`), `held` how many are held, None for one to nine.
    `channels` and `services` are None for persons: with a visit's service and channel they would be about few.
    `family` is that within which a person is compared (None for offices); `served` is None where nobody reported it;
    `sample` is how many of the served the official table asks for. `needs` are an office's; a person's are told to few,
    and asked for by themselves (`person_needs`).
    """

    n: int
    waiting: str | None
    held: int | None
    figures: IndexFigures
    dimensions: tuple[MeasuredDimension | None, ...]
    change: MeanChange | None
    channels: Mapping[str, int] | None
    services: Mapping[str, int] | None
    family: str | None
    comparison: UnitComparison | None
    served: int | None
    coverage: Fraction | None
    bounds: Bounds | None
    sample: int | None
    alarms: Alarms | None
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class MeasuredUnit:
    """What is known of a unit before it is measured: what is told of it now, and of the period before.

    `served` is how many people it served as far as that was reported.
    """

    now: Released
    before: Released
    held: int | None = 0
    served: int | None = None
    alarms: Alarms | None = None


def measure(
    scoring: Scoring, units: Mapping[str, MeasuredUnit], families: Mapping[str, str] | None
) -> dict[str, UnitMeasures]:
    """The measures of every unit that may be shown, by code.

    With `families` (service → family) units are persons, compared within the family they mainly work in; without,
    offices, and all are compared with all.
    """
    if families is None:
        released = ((code, summary_of(scoring, unit.now)) for code, unit in units.items())
        return measure_offices(
            scoring, units, among_all(scoring, {code: summary for code, summary in released if summary is not None})
        )
    cells = {code: cell for code, unit in units.items() if (cell := unit.now.cell) is not None}
    family_of = {code: main_family(units[code].now.blocks, families) for code in cells}
    compared = _compared(scoring, {code: units[code].now.blocks for code in cells}, family_of, families)
    return {
        code: _unit(scoring, units[code], cell, family_of[code], compared.get(code), personal=True)
        for code, cell in cells.items()
    }


def measure_offices(
    scoring: Scoring, units: Mapping[str, MeasuredUnit], compared: Mapping[str, OfficeAmongAll]
) -> dict[str, UnitMeasures]:
    """The measures of these offices of those that are compared with all, by code."""
    measured = {}
    for code, unit in units.items():
        if code in compared and (cell := unit.now.cell) is not None:
            comparison, below = compared[code]
            found = _unit(scoring, unit, cell, None, comparison, personal=False)
            measured[code] = replace(found, needs=needs_of(scoring, cell.items, below))
    return measured


def person_needs(
    scoring: Scoring, units: Mapping[str, MeasuredUnit], families: Mapping[str, str]
) -> dict[str, tuple[Need, ...]]:
    """The training needs of every person who may be shown and has any, by code; peers are those of `measure`."""
    cells = {code: cell for code, unit in units.items() if (cell := unit.now.cell) is not None}
    groups: dict[str, dict[str, Histograms]] = {}
    for code in cells:
        blocks = units[code].now.blocks
        family = main_family(blocks, families)
        within = merged_cells([each for each in blocks if families[each.service_mode] == family])
        assert within is not None, "the main family has a block"
        groups.setdefault(family, {})[code] = within.items
    return training_needs(scoring, _histograms(cells), groups.values())


def _histograms(cells: Mapping[str, Cell]) -> dict[str, Histograms]:
    return {code: cell.items for code, cell in cells.items()}


def main_family(blocks: Sequence[ReleasedBlock], families: Mapping[str, str]) -> str:
    """The family in which most of a person's sheets fall; of equals the first by name."""
    sizes: Counter[str] = Counter()
    for block in blocks:
        sizes[families[block.service_mode]] += block.cell.n
    return min(sizes, key=lambda family: (-sizes[family], family))


def _compared(
    scoring: Scoring,
    units: Mapping[str, Sequence[ReleasedBlock]],
    family_of: Mapping[str, str],
    families: Mapping[str, str],
) -> dict[str, UnitComparison]:
    groups: dict[str, dict[str, dict[str, Moments]]] = {}
    for code, blocks in units.items():
        family = family_of[code]
        within = [block for block in blocks if families[block.service_mode] == family]
        mix = mix_of(scoring, within)
        if mix:
            groups.setdefault(family, {})[code] = mix
    return {code: comparison for group in groups.values() for code, comparison in compare(group).items()}


def _unit(
    scoring: Scoring,
    unit: MeasuredUnit,
    cell: Cell,
    family: str | None,
    comparison: UnitComparison | None,
    *,
    personal: bool,
) -> UnitMeasures:
    instrument, n, composite = scoring.instrument, cell.n, _moments(scoring, cell)
    # What is not told is not compared with.
    before = unit.before.cell
    earlier = before.items if before else tuple(() for _ in cell.items)
    rough = personal and n < SMALLEST_PRECISE_N
    return UnitMeasures(
        n=n,
        waiting=left_out(unit.now.waiting),
        held=unit.held,
        figures=figures(scoring, cell),
        dimensions=tuple(
            _dimension(now, then, instrument.low, rough=rough) for now, then in zip(cell.items, earlier, strict=True)
        ),
        change=change(composite, _moments(scoring, before) if before else NOTHING),
        channels=None if personal else _sizes(unit.now.blocks, "channel"),
        services=None if personal else _sizes(unit.now.blocks, "service"),
        family=family,
        comparison=comparison,
        served=unit.served,
        coverage=coverage(n, unit.served),
        bounds=manski(composite, unit.served, instrument.low, instrument.high),
        sample=krejcie_morgan_size(unit.served) if unit.served else None,
        alarms=unit.alarms,
    )


def _dimension(
    histogram: tuple[int, ...], before: tuple[int, ...], low: int, *, rough: bool
) -> MeasuredDimension | None:
    if sum(histogram) < SMALLEST_N:
        return None
    answers = item_moments(histogram, low)
    return MeasuredDimension(
        moments=answers,
        top=top_box(histogram),
        change=change(answers, item_moments(before, low)) if sum(before) >= SMALLEST_N else None,
        histogram=None if rough else histogram,
    )


def _sizes(blocks: Sequence[ReleasedBlock], shared: str) -> dict[str, int]:
    """How many sheets are told by a service or channel alone; those of several are in none."""
    sizes: Counter[str] = Counter()
    for block in blocks:
        if (value := getattr(block, shared)) is not None:
            sizes[value] += block.cell.n
    return dict(sorted(sizes.items()))


def _moments(scoring: Scoring, cell: Cell) -> Moments:
    """The composite of complete sheets; those with a skipped answer have none."""
    totals, unit = cell.totals(scoring.instrument.weights(scoring.mode))
    return moments_of_steps(totals.items(), unit)
