"""The figures themselves: the index, each dimension, the comparison with peers, and what may be done with them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.reports.sections.blocks import Block, Cell, Column, Facts, Headline, Number, Range, Section, Table, Words
from app.reports.sections.language import Language

Figures = Mapping[str, Any]

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


def suppressed_section(document: Mapping[str, Any], tell: Language) -> Section:
    """Why there is no figure."""
    why = WITHHELD[document.get("withheld", "difference")]
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


def result_section(document: Mapping[str, Any], tell: Language) -> Section:
    """The index and each dimension with n, mean, index, interval and grade."""
    figures = document["figures"]
    blocks: list[Block] = [headline(document, tell), _dimensions(document, tell), _changes(figures, tell)]
    histograms = _histograms(figures, tell)
    return Section("result", tell("Result"), (*blocks, *histograms))


def use_section(document: Mapping[str, Any], tell: Language) -> Section:
    """What an appraiser may do with the figures of a person, and what nobody has done."""
    comparison = document["figures"]["comparison"]
    blocks: list[Block] = []
    if not document["figures"]["suppressed"]:
        blocks.append(Words(use_words(comparison, tell), "notice", tell("What the figures may be used for")))
        blocks.append(Facts(_reliability(comparison, tell)))
    notice = document.get("notice")
    if notice:
        blocks.append(Words(said(notice, tell), "notice", tell("No predikat")))
    return Section("use", tell("Use in appraisal"), tuple(blocks))


def use_words(comparison: Mapping[str, Any] | None, tell: Language) -> str:
    """The step of the ladder in plain words."""
    if comparison is None or comparison["use"] is None:
        return tell(USES["coaching"])
    return tell(USES[comparison["use"]])


def comparison_section(document: Mapping[str, Any], tell: Language) -> Section:
    """The raw mean with the estimates beside it: none of them replaces it."""
    comparison = document["figures"]["comparison"]
    title = tell("Beside peers")
    if comparison is None or comparison["peers"] < 2:
        return Section(
            "comparison", title, (Words(tell("There is nobody to compare with: too few peers have enough answers.")),)
        )
    blocks: list[Block] = [_estimates(comparison, tell), Facts(_beside(document, comparison, tell))]
    funnel = comparison["funnel"]
    if funnel:
        blocks.append(Words(_distance(funnel, tell)))
    return Section("comparison", title, tuple(blocks))


def said(words: Mapping[str, str], tell: Language) -> str:
    """What a document itself says, in the reader's language."""
    return words.get(tell.code) or words["en"]


def index_cells(index: Mapping[str, Any] | None, tell: Language) -> tuple[Cell, Cell, Cell]:
    """An index, its interval and its grade."""
    if index is None:
        return None, None, None
    return official(index["value"]), index_range(index), f"{index['grade']} ({said(index['words'], tell)})"


def index_range(index: Mapping[str, Any]) -> Range | None:
    """The interval of an index."""
    interval = index["interval"]
    return Range(official(interval["lower"]), official(interval["upper"])) if interval else None


def official(text: str) -> Number:
    """An official figure: exact text with two decimals."""
    return Number(Decimal(text), 2)


def estimate(value: float, places: int = 2) -> Number:
    """What is estimated."""
    return Number(value, places)


def count(value: int) -> Number:
    """How many."""
    return Number(value)


def headline(document: Mapping[str, Any], tell: Language) -> Block:
    """The index with its grade and interval."""
    figures, method = document["figures"], document["method"]
    index = figures["index"]
    if index is None:
        return Words(tell("There is no index: nobody answered one of the questions."), "notice", method["index_name"])
    beside: list[tuple[str, Cell]] = [
        (tell(CONFIDENCE), index_range(index)),
        (tell("Ratings (n)"), count(figures["n"])),
    ]
    if index["interval"]:
        beside.append((tell("Complete sheets"), count(index["interval"]["n"])))
    if index.get("mean"):
        beside.append((tell("Mean of the answers"), official(index["mean"])))
    if index.get("mean_interval"):
        beside.append((tell("95 % interval of the mean"), Range(*map(official, index["mean_interval"]))))
    return Headline(
        name=f"{said(method['index_title'], tell)} ({index['name']})",
        value=official(index["value"]),
        grade=index["grade"],
        words=said(index["words"], tell),
        beside=tuple(beside),
    )


def _dimensions(document: Mapping[str, Any], tell: Language) -> Table:
    figures, method = document["figures"], document["method"]
    rows = [_dimension(dimension, tell) for dimension in figures["dimensions"] or ()]
    index = figures["index"]
    value, interval, grade = index_cells(index, tell)
    mean = index.get("mean") if index else None
    whole = (method["index_name"], count(figures["n"]), official(mean) if mean else None, value, interval, grade)
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


def _dimension(dimension: Mapping[str, Any], tell: Language) -> tuple[Cell, ...]:
    name = said(dimension["title"], tell)
    if dimension["index"] is None:
        n = dimension["n"]
        return (name, None if n is None else count(n), None, None, None, None)
    return (
        name,
        count(dimension["n"]),
        official(dimension["mean"]),
        official(dimension["index"]),
        Range(*map(official, dimension["interval"])) if dimension["interval"] else None,
        f"{dimension['grade']} ({said(dimension['words'], tell)})",
    )


def _changes(figures: Figures, tell: Language) -> Table:
    rows = [
        (said(dimension["title"], tell), *_share(dimension["top"]), *_change(dimension["change"], tell))
        for dimension in figures["dimensions"] or ()
    ]
    whole: tuple[Cell, ...] = (tell("All together"), None, None, *_change(figures["change"], tell))
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


def _share(share: Mapping[str, Any] | None) -> tuple[Cell, Cell]:
    if share is None:
        return None, None
    lower, upper = (Number(share[end], 1, percent=True) for end in ("lower", "upper"))
    return Number(share["share"], 1, percent=True), Range(lower, upper)


def _change(change: Mapping[str, Any] | None, tell: Language) -> tuple[Cell, Cell, Cell]:
    if change is None:
        return None, None, tell("nothing to compare with")
    lower, upper = (Number(change[end], 2, signed=True) for end in ("lower", "upper"))
    words = "better" if change["lower"] > 0 else "lower" if change["upper"] < 0 else "unclear"
    return Number(change["difference"], 2, signed=True), Range(lower, upper), tell(words)


def _histograms(figures: Figures, tell: Language) -> tuple[Table, ...]:
    told = [dimension for dimension in figures["dimensions"] or () if dimension["histogram"]]
    if not told:
        return ()
    widest = max(len(dimension["histogram"]) for dimension in told)
    return (
        Table(
            tell("How often each answer was given, from the lowest to the best"),
            (Column(tell("Dimension"), "text"), *(Column(str(place + 1)) for place in range(widest))),
            tuple((said(each["title"], tell), *map(count, each["histogram"])) for each in told),
        ),
    )


def _reliability(comparison: Mapping[str, Any] | None, tell: Language) -> tuple[tuple[str, Cell], ...]:
    known = comparison["reliability"] if comparison else None
    reliability: Cell = tell("cannot be told from so few or so unanimous answers") if known is None else estimate(known)
    return (
        (tell("Reliability among peers (0 to 1)"), reliability),
        (tell("Needed"), tell("n ≥ 30 and 0.70 for an appraisal, 0.80 for a consequence")),
    )


def _estimates(comparison: Mapping[str, Any], tell: Language) -> Table:
    mix, shrunk = comparison["case_mix"], comparison["estimate"]
    rows: list[tuple[Cell, ...]] = []
    if mix:
        rows.append((tell("Raw mean"), estimate(mix["raw"]), None, tell("the answers as they were given")))
    if shrunk:
        interval = Range(estimate(shrunk["lower"]), estimate(shrunk["upper"]))
        told = tell("drawn towards the peers by as much as chance may have moved it")
        rows.append((tell("Estimate (shrunken)"), estimate(shrunk["value"]), interval, told))
    if mix:
        told = tell("as if everybody gave the same mix of services")
        rows.append((tell("Adjusted for services"), estimate(mix["adjusted"]), None, told))
        told = tell("what the services given let expect")
        rows.append((tell("Expected from services"), estimate(mix["expected"]), None, told))
    rows.append((tell("Mean of all peers"), estimate(comparison["group_mean"]), None, tell("all of them together")))
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


def _beside(document: Mapping[str, Any], comparison: Mapping[str, Any], tell: Language) -> tuple[tuple[str, Cell], ...]:
    ranks = comparison["ranks"]
    facts: list[tuple[str, Cell]] = [
        (tell("Peers, this one included"), count(comparison["peers"])),
        (tell("Rank, as an interval"), Range(count(ranks[0]), count(ranks[1])) if ranks else None),
    ]
    if document["kind"] == "employee":
        facts.insert(0, (tell("Compared within the services"), comparison["family"]))
    return tuple(facts)


def _distance(funnel: Mapping[str, Any], tell: Language) -> str:
    if funnel["flagged"]:
        return tell(
            "The distance from the peers is larger than chance and ordinary differences explain. "
            "It is a reason to look, not a verdict."
        )
    return tell("The distance from the peers is within what chance and ordinary differences explain.")
