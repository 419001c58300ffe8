"""The figures themselves: the index, each dimension, the comparison with peers, and what may be done with them."""

from decimal import Decimal
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
from app.reports.sections.blocks import Block, Cell, Column, Facts, Number, Range, Section, Table, Words
from app.reports.sections.language import Language

CONFIDENCE = "95 % interval"
USES = {
    "nothing": "For nothing: fewer than 10 ratings count.",
    "coaching": "For coaching only: as the start of a talk about the service. It must not enter an appraisal.",
    "appraisal": "As one piece of evidence (bukti dukung) in an appraisal, beside others. Alone it decides nothing.",
    "consequence": "It may support a consequence, but only after people have examined it and the employee was heard.",
}

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


def use_section(document: EmployeeReport, tell: Language) -> Section:
    """What an appraiser may do with the figures of a person; and that they are no performance rating."""
    comparison = document.figures.comparison
    blocks: list[Block] = []
    if not document.figures.suppressed:
        blocks.append(Words(use_words(comparison, tell), "notice", tell("What the figures may be used for")))
        blocks.append(Facts(_reliability(comparison, tell)))
    if document.notice:
        blocks.append(Words(in_language(document.notice, tell), "notice", tell("No predikat")))
    return Section("use", tell("Use in appraisal"), tuple(blocks))


def use_words(comparison: Comparison | None, tell: Language) -> str:
    """What the figures may be used for, in plain words; without peers for coaching only."""
    if comparison is None or comparison.use is None:
        return tell(USES["coaching"])
    return tell(USES[comparison.use])


def comparison_section(document: AnyReport, comparison: Comparison | None, tell: Language) -> Section:
    """The raw mean with the estimates beside it: none of them replaces it."""
    title = tell("Beside peers")
    if comparison is None or comparison.peers < 2:
        return Section(
            "comparison", title, (Words(tell("There is nobody to compare with: too few peers have enough answers.")),)
        )
    blocks: list[Block] = [_estimates(comparison, tell), Facts(_beside(document, comparison, tell))]
    if comparison.funnel:
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
def official(text: str) -> Number: ...
@overload
def official(text: None) -> None: ...
def official(text: str | None) -> Number | None:
    """An official figure: exact text with two decimals."""
    return None if text is None else Number(Decimal(text), 2)


def estimate(value: float, places: int = 2) -> Number:
    """What is estimated."""
    return Number(value, places)


@overload
def count(value: int) -> Number: ...
@overload
def count(value: None) -> None: ...
def count(value: int | None) -> Number | None:
    """How many."""
    return None if value is None else Number(value)


@overload
def percent(share: float) -> Number: ...
@overload
def percent(share: None) -> None: ...
def percent(share: float | None) -> Number | None:
    """A share in per cent, with one decimal."""
    return None if share is None else Number(share, 1, percent=True)


def result_tables(figures: Figures, index_name: str, tell: Language) -> tuple[Block, ...]:
    """Each dimension with n, mean, index, interval and grade; how it changed; how often each answer was given."""
    return _dimensions(figures, index_name, tell), _changes(figures, tell), *_histograms(figures, tell)


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


def _changes(figures: Figures, tell: Language) -> Table:
    rows = [
        (in_language(dimension.title, tell), *_share(dimension.top), *_change(dimension.change, tell))
        for dimension in figures.dimensions
    ]
    whole: tuple[Cell, ...] = (tell("All together"), None, None, *_change(figures.change, tell))
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


def _change(change: MeanChange | None, tell: Language) -> tuple[Cell, Cell, Cell]:
    if change is None:
        return None, None, tell("nothing to compare with")
    lower, upper = (Number(end, 2, signed=True) for end in (change.lower, change.upper))
    words = "better" if change.lower > 0 else "lower" if change.upper < 0 else "unclear"
    return Number(change.difference, 2, signed=True), Range(lower, upper), tell(words)


def _histograms(figures: Figures, tell: Language) -> tuple[Table, ...]:
    known = [(dimension.title, dimension.histogram) for dimension in figures.dimensions if dimension.histogram]
    if not known:
        return ()
    widest = max(len(histogram) for _, histogram in known)
    return (
        Table(
            tell("How often each answer was given, from the lowest to the best"),
            (Column(tell("Dimension"), "text"), *(Column(str(place + 1)) for place in range(widest))),
            tuple((in_language(title, tell), *map(count, histogram)) for title, histogram in known),
        ),
    )


def _reliability(comparison: Comparison | None, tell: Language) -> tuple[tuple[str, Cell], ...]:
    known = comparison.reliability if comparison else None
    reliability: Cell = tell("cannot be told from so few or so unanimous answers") if known is None else estimate(known)
    return (
        (tell("Reliability among peers (0 to 1)"), reliability),
        (tell("Needed"), tell("n ≥ 30 and 0.70 for an appraisal, 0.80 for a consequence")),
    )


def _estimates(comparison: Comparison, tell: Language) -> Table:
    mix, shrunk = comparison.case_mix, comparison.estimate
    rows: list[tuple[Cell, ...]] = []
    if mix:
        rows.append((tell("Raw mean"), estimate(mix.raw), None, tell("the answers as they were given")))
    if shrunk:
        interval = Range(estimate(shrunk.lower), estimate(shrunk.upper))
        meaning = tell("drawn towards the peers by as much as chance may have moved it")
        rows.append((tell("Estimate (shrunken)"), estimate(shrunk.value), interval, meaning))
    if mix:
        meaning = tell("as if everybody gave the same mix of services")
        rows.append((tell("Adjusted for services"), estimate(mix.adjusted), None, meaning))
        meaning = tell("what the services given let expect")
        rows.append((tell("Expected from services"), estimate(mix.expected), None, meaning))
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


def _distance(funnel: FunnelDistance, tell: Language) -> str:
    if funnel.flagged:
        return tell(
            "The distance from the peers is larger than chance and ordinary differences explain. "
            "It is a reason to look, not a verdict."
        )
    return tell("The distance from the peers is within what chance and ordinary differences explain.")
