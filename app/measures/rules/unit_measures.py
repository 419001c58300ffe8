"""All measures of an office or person in a period, except what small numbers forbid to show. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.disclosure.rules.minimum import SMALLEST_N, hides_an_item
from app.indices.rules.figures import IndexFigures, Scoring, figures
from app.measures.rules.alarms import Alarms
from app.measures.rules.comparison import UnitComparison, compare
from app.measures.rules.formulas.change import MeanChange, change
from app.measures.rules.formulas.moments import Moments, item_moments, moments
from app.measures.rules.formulas.samples import Bounds, coverage, krejcie_morgan_size, manski
from app.measures.rules.formulas.shares import ScoreShare, top_box
from app.ratings.tallies.rules.sheet_counts import SheetCounts, composites, histograms
from app.ratings.tallies.rules.sheet_rows import SheetRow, counts, grouped, size

# With fewer, who answered what could be read from the counts of single scores.
SMALLEST_HISTOGRAM = 30
# Fewer than ten complete sheets are as good as none.
NO_ANSWERS = moments({})


@dataclass(frozen=True)
class MeasuredDimension:
    """One item: answers n, mean, share of the best answer, change to the period before, and counts per score."""

    moments: Moments
    top: ScoreShare | None
    change: MeanChange | None
    histogram: tuple[int, ...] | None


@dataclass(frozen=True)
class UnitMeasures:
    """A unit with at least ten counted sheets; a dimension that fewer than ten answered is None.

    `family` is that within which a person is compared (None for offices); `served` is None where nobody reported it;
    `sample` is how many of the served the official table asks for.
    """

    n: int
    held: int
    figures: IndexFigures
    dimensions: tuple[MeasuredDimension | None, ...]
    change: MeanChange | None
    channels: Mapping[str, int]
    services: Mapping[str, int]
    family: str | None
    comparison: UnitComparison | None
    served: int | None
    coverage: Fraction | None
    bounds: Bounds | None
    sample: int | None
    alarms: Alarms | None


def measure(
    scoring: Scoring,
    rows: Mapping[str, Sequence[SheetRow]],
    before: Mapping[str, Sequence[SheetRow]],
    served: Mapping[str, int],
    families: Mapping[str, str] | None,
    alarms: Mapping[str, Alarms] | None = None,
) -> dict[str, UnitMeasures]:
    """The measures of every unit that may be shown, by code.

    `rows` and `before` are the units' sheets of this period and of the one before, `served` how many people
    each served as far as that was reported. With `families` (service → family) units are persons, compared
    within the family they mainly work in; without, all are compared with all. `alarms` are the units' alarms.
    """
    shown = {code: unit for code, unit in rows.items() if size(unit) >= SMALLEST_N}
    family_of = {code: main_family(unit, families) for code, unit in shown.items()} if families is not None else {}
    compared = _compared(scoring, shown, family_of, families)
    return {
        code: _unit(
            scoring,
            unit,
            before.get(code, ()),
            served.get(code),
            family_of.get(code),
            compared.get(code),
            alarms.get(code) if alarms else None,
        )
        for code, unit in shown.items()
    }


def main_family(rows: Sequence[SheetRow], families: Mapping[str, str]) -> str:
    """The family in which most of a person's sheets fall; of equals the first by name."""
    sizes = {family: size(part) for family, part in grouped(rows, lambda row: families[row.service]).items()}
    return min(sizes, key=lambda family: (-sizes[family], family))


def _compared(
    scoring: Scoring,
    units: Mapping[str, Sequence[SheetRow]],
    family_of: Mapping[str, str],
    families: Mapping[str, str] | None,
) -> dict[str, UnitComparison]:
    groups: dict[str | None, dict[str, dict[str, Moments]]] = {}
    for code, rows in units.items():
        family = family_of.get(code)
        within = rows if families is None else _within_family(rows, families, family)
        mix = {service: _composite(scoring, part) for service, part in grouped(within, lambda row: row.service).items()}
        mix = {service: answers for service, answers in mix.items() if answers.n}
        # Within the family, too, so few answers must not take part in what is shown of others.
        if sum(answers.n for answers in mix.values()) >= SMALLEST_N:
            groups.setdefault(family, {})[code] = mix
    return {code: comparison for group in groups.values() for code, comparison in compare(group).items()}


def _within_family(rows: Sequence[SheetRow], families: Mapping[str, str], family: str | None) -> Sequence[SheetRow]:
    """A person's sheets within the family; all where the rest is so small that a subtraction would reveal it."""
    within = [row for row in rows if families[row.service] == family]
    return rows if 0 < size(rows) - size(within) < SMALLEST_N else within


def _unit(
    scoring: Scoring,
    rows: Sequence[SheetRow],
    before: Sequence[SheetRow],
    served: int | None,
    family: str | None,
    comparison: UnitComparison | None,
    alarms: Alarms | None,
) -> UnitMeasures:
    instrument, counted = scoring.instrument, counts(rows)
    # What was too little to be shown is too little to be compared with.
    earlier = counts(before) if size(before) >= SMALLEST_N else {}
    n, composite, shown = size(rows), _enough(_moments(scoring, counted)), figures(scoring, counted)
    # One to nine answers of a question could be computed from the index and the other means, so the index goes.
    if hides_an_item(instrument, counted):
        shown = replace(shown, official=replace(shown.official, composite=None))
    if not composite.n:
        shown = replace(shown, composite=None)
    return UnitMeasures(
        n=n,
        held=size(rows, "held"),
        figures=shown,
        dimensions=tuple(
            _dimension(now, then, instrument.low, n)
            for now, then in zip(histograms(instrument, counted), histograms(instrument, earlier), strict=True)
        ),
        change=change(composite, _enough(_moments(scoring, earlier))),
        channels={channel: size(part) for channel, part in sorted(grouped(rows, lambda row: row.channel).items())},
        services={service: size(part) for service, part in sorted(grouped(rows, lambda row: row.service).items())},
        family=family,
        comparison=comparison,
        served=served,
        coverage=coverage(n, served),
        bounds=manski(composite, served, instrument.low, instrument.high),
        sample=krejcie_morgan_size(served) if served else None,
        alarms=alarms,
    )


def _dimension(histogram: tuple[int, ...], before: tuple[int, ...], low: int, n: int) -> MeasuredDimension | None:
    if sum(histogram) < SMALLEST_N:
        return None
    answers = item_moments(histogram, low)
    return MeasuredDimension(
        moments=answers,
        top=top_box(histogram),
        change=change(answers, item_moments(before, low)) if sum(before) >= SMALLEST_N else None,
        histogram=histogram if n >= SMALLEST_HISTOGRAM else None,
    )


def _enough(answers: Moments) -> Moments:
    return answers if answers.n >= SMALLEST_N else NO_ANSWERS


def _composite(scoring: Scoring, rows: Sequence[SheetRow]) -> Moments:
    return _moments(scoring, counts(rows))


def _moments(scoring: Scoring, counted: SheetCounts) -> Moments:
    """The composite of complete sheets; those with a skipped answer have none."""
    return moments(composites(counted, scoring.instrument.weights(scoring.mode)))
