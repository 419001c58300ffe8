"""The figures themselves: the index, each dimension, the comparison with peers, and what may be done with them."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import overload

from app.closing.rules.report_documents.figures import (
    Comparison,
    Dimension,
    Figures,
    FunnelDistance,
    Index,
    MeanChange,
    Share,
)
from app.closing.rules.report_documents.parts import Words as Texts
from app.closing.rules.report_documents.reports import AnyReport, EmployeeReport
from app.foundation.rounding import PLACES, half_up
from app.indices.presenting import is_rough
from app.reports.sections.blocks import Block, Cell, Column, Facts, Number, Range, Section, Table, Words
from app.reports.sections.language import Language

CONFIDENCE = "95 % interval"
WITHHELD = {
    "few": "This report has no figures: fewer than 10 ratings count in the period.",
    "difference": "This report has no figures: compared with other reports, they would let somebody work out what a "
    "few single citizens answered, here or about a colleague.",
}


def suppressed_section(document: AnyReport, tell: Language) -> Section:
    """Why there is no figure."""
    why = WITHHELD[document.why_withheld]
    return Section(
        "result",
        tell("Result"),
        (
            Words(
                tell(why),
                "notice",
                tell("No figures"),
            ),
            Words(tell("That there are none says nothing about the service, neither good nor bad.")),
        ),
    )


def comparison_section(document: AnyReport, comparison: Comparison | None, tell: Language) -> Section:
    """The raw mean with the estimates beside it: none of them replaces it."""
    title = tell("Beside peers")
    if comparison is None or comparison.peers < 2:
        return Section(
            "comparison", title, (Words(tell("There is nobody to compare with: too few peers have enough answers.")),)
        )
    blocks: list[Block] = [
        _estimates(comparison, decimals_of(document), tell),
        Facts(_beside(document, comparison, tell)),
    ]
    blocks.append(Words(_distance(comparison.funnel, tell)))
    return Section("comparison", title, tuple(blocks))


def in_language(words: Texts, tell: Language) -> str:
    """A text that the document itself has in both languages, in the reader's."""
    return (words.id if tell.code == "id" else words.en) or words.en


def index_cells(index: Index | None, tell: Language) -> tuple[Cell, Cell, Cell]:
    """An index, its interval and its grade."""
    if index is None:
        return None, None, None
    return official(index.value), index_range(index), f"{index.grade} ({in_language(index.words, tell)})"


def index_range(index: Index) -> Range | None:
    """The interval of an index."""
    interval = index.interval
    return Range(official(interval.lower), official(interval.upper)) if interval else None


@overload
def official(text: str, least: int = 0) -> Number: ...
@overload
def official(text: None, least: int = 0) -> None: ...
@overload
def official(text: str | None, least: int = 0) -> Number | None: ...
def official(text: str | None, least: int = 0) -> Number | None:
    """An official figure: exact text, with the decimals that it has, at `least` so many."""
    return None if text is None else Number(Decimal(text), max(least, _decimals(Decimal(text))))


def estimate(value: float, least: int = PLACES) -> Number:
    """What is estimated, with all decimals of the document: to round it once more would round it twice."""
    return Number(value, max(least, _decimals(Decimal(str(value)))))


@overload
def count(value: int) -> Number: ...
@overload
def count(value: None) -> None: ...
def count(value: int | None) -> Number | None:
    """How many."""
    return None if value is None else Number(value)


@overload
def percent(share: float, least: int = 2) -> Number: ...
@overload
def percent(share: None, least: int = 2) -> None: ...
def percent(share: float | None, least: int = 2) -> Number | None:
    """A share of the document in per cent, with all of its decimals, at `least` so many."""
    return None if share is None else Number(share, max(least, _decimals(Decimal(str(share))) - 2), percent=True)


def part_of(n: int, whole: int, places: int = 1) -> Number:
    """A share that is worked out here, in per cent with so many decimals, rounded from the exact value."""
    return Number(half_up(Fraction(n, whole), places + 2), places, percent=True)


def decimals_of(document: AnyReport) -> int:
    """How many decimals estimates on the scale of the answers have: one about a person with few ratings."""
    return 1 if is_rough(document.figures.n, personal=isinstance(document, EmployeeReport)) else PLACES


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), "a figure is finite"
    return max(0, -exponent)


def result_tables(document: AnyReport, figures: Figures, tell: Language) -> tuple[Block, ...]:
    """Each dimension with n, mean, index, interval and grade; how it changed; how often each answer was given."""
    changes = _changes(figures, decimals_of(document), tell)
    return _dimensions(figures, document.method.index_name, tell), changes, *_histograms(figures, tell)


def _dimensions(figures: Figures, index_name: str, tell: Language) -> Table:
    rows = [_dimension(dimension, tell) for dimension in figures.dimensions]
    value, interval, grade = index_cells(figures.index, tell)
    mean = figures.index.mean if figures.index else None
    whole = (index_name, count(figures.n), official(mean), value, interval, grade)
    return Table(
        tell("Every dimension"),
        (
            Column(tell("Dimension"), "text"),
            Column(tell("Answers (n)")),
            Column(tell("Mean (NRR)")),
            Column(tell("Index")),
            Column(tell(CONFIDENCE), "range"),
            Column(tell("Grade (mutu)"), "text"),
        ),
        (*rows, whole),
        last_is_whole=True,
    )


def _dimension(dimension: Dimension, tell: Language) -> tuple[Cell, ...]:
    return (
        in_language(dimension.title, tell),
        count(dimension.n),
        official(dimension.mean),
        official(dimension.index),
        Range(*map(official, dimension.interval)) if dimension.interval else None,
        f"{dimension.grade} ({in_language(dimension.words, tell)})" if dimension.words else None,
    )


def _changes(figures: Figures, decimals: int, tell: Language) -> Table:
    rows = [
        (in_language(dimension.title, tell), *_share(dimension.top), *_change(dimension.change, decimals, tell))
        for dimension in figures.dimensions
    ]
    whole: tuple[Cell, ...] = (tell("All together"), None, None, *_change(figures.change, decimals, tell))
    return Table(
        tell("Best answer, and change of the mean against the period before"),
        (
            Column(tell("Dimension"), "text"),
            Column(tell("Best answer")),
            Column(tell(CONFIDENCE), "range"),
            Column(tell("Change")),
            Column(tell(CONFIDENCE), "range"),
            Column(tell("In words"), "text"),
        ),
        (*rows, whole),
        last_is_whole=True,
    )


def _share(share: Share | None) -> tuple[Cell, Cell]:
    if share is None:
        return None, None
    return percent(share.share), Range(percent(share.lower), percent(share.upper))


def _change(change: MeanChange | None, decimals: int, tell: Language) -> tuple[Cell, Cell, Cell]:
    if change is None:
        return None, None, tell("nothing to compare with")
    figures = (change.difference, change.lower, change.upper)
    difference, lower, upper = (replace(estimate(each, decimals), signed=True) for each in figures)
    words = "better" if change.lower > 0 else "lower" if change.upper < 0 else "unclear"
    return difference, Range(lower, upper), tell(words)


def _histograms(figures: Figures, tell: Language) -> tuple[Table, ...]:
    known = [(dimension.title, dimension.histogram) for dimension in figures.dimensions if dimension.histogram]
    if not known:
        return ()
    widest = max(len(histogram) for _, histogram in known)
    lowest = _lowest_score(figures)
    return (
        Table(
            tell("How often each answer was given, from the lowest to the best"),
            (Column(tell("Dimension"), "text"), *(Column(str(lowest + place)) for place in range(widest))),
            tuple((in_language(title, tell), *map(count, histogram)) for title, histogram in known),
        ),
    )


def _lowest_score(figures: Figures) -> int:
    """The score at the bottom of the scale, which a document tells by its means alone; most scales begin at 1."""
    for each in figures.dimensions:
        if each.histogram and each.mean is not None:
            places = sum(place * n for place, n in enumerate(each.histogram))
            return round(float(each.mean) - places / sum(each.histogram))
    return 1


def _estimates(comparison: Comparison, decimals: int, tell: Language) -> Table:
    mix, shrunk = comparison.case_mix, comparison.estimate
    rows: list[tuple[Cell, ...]] = []
    if mix:
        rows.append((tell("Raw mean"), estimate(mix.raw, decimals), None, tell("the answers as they were given")))
    if shrunk:
        interval = Range(estimate(shrunk.lower, decimals), estimate(shrunk.upper, decimals))
        meaning = tell("drawn towards the peers by as much as chance may have moved it")
        rows.append((tell("Estimate (shrunken)"), estimate(shrunk.value, decimals), interval, meaning))
    if mix:
        meaning = tell("as if everybody gave the same mix of services")
        rows.append((tell("Adjusted for services"), estimate(mix.adjusted, decimals), None, meaning))
        meaning = tell("what the services given let expect")
        rows.append((tell("Expected from services"), estimate(mix.expected, decimals), None, meaning))
    rows.append((tell("Mean of all peers"), estimate(comparison.group_mean), None, tell("all of them together")))
    return Table(
        tell("The mean and what stands beside it, on the scale of the answers"),
        (
            Column(tell("Measure"), "text"),
            Column(tell("Value")),
            Column(tell(CONFIDENCE), "range"),
            Column(tell("Meaning"), "text"),
        ),
        tuple(rows),
    )


def _beside(document: AnyReport, comparison: Comparison, tell: Language) -> tuple[tuple[str, Cell], ...]:
    ranks = comparison.ranks
    facts: list[tuple[str, Cell]] = [
        (tell("Peers, this one included"), count(comparison.peers)),
        (tell("Rank, as an interval"), Range(count(ranks[0]), count(ranks[1])) if ranks else None),
    ]
    if isinstance(document, EmployeeReport):
        facts.insert(0, (tell("Compared within the services"), comparison.family))
    return tuple(facts)


def _distance(funnel: FunnelDistance | None, tell: Language) -> str:
    if funnel is None:
        return tell("Whether the distance from the peers is unusual can be told from eight peers on.")
    if funnel.flagged:
        return tell(
            "The distance from the peers is larger than chance and ordinary differences explain. "
            "It is a reason to look, not a verdict."
        )
    return tell("The distance from the peers is within what chance and ordinary differences explain.")
