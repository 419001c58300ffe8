"""The index itself with its interval, and what the reader must know of the sheets that it is made of."""

from decimal import Decimal

from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.reports import AnyReport
from app.indices.rules.figures import MUCH_INCOMPLETE
from app.reports.sections.blocks import Block, Cell, Headline, Number, Range, Section, Words
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, in_language, index_range, official, result_tables

NO_INTERVAL = (
    "The index has no interval: no sheet is told as complete, so that nobody knows how far the answers of one person "
    "agree."
)
MUCH_SKIPPED = (
    "{share} of the sheets leave a question unanswered (skipped, or not applicable), or are told together with some "
    "that do. The index uses every answer; how sure it is is known from fewer sheets, and if those who leave questions "
    "unanswered judge otherwise than the rest, the interval is too narrow."
)


def result_section(document: AnyReport, figures: Figures, tell: Language) -> Section:
    """The index and each dimension with n, mean, index, interval and grade."""
    blocks = (*headline_blocks(document, figures, tell), *result_tables(document, figures, tell))
    return Section("result", tell("Result"), blocks)


def headline_blocks(document: AnyReport, figures: Figures, tell: Language) -> tuple[Block, ...]:
    """The index with its grade and interval, and a sentence where many sheets are not told as complete."""
    return headline(document, figures, tell), *_incomplete(figures, tell)


def headline(document: AnyReport, figures: Figures, tell: Language) -> Block:
    """The index with its grade and interval."""
    method, index = document.method, figures.index
    if index is None:
        return Words(tell("There is no index: nobody answered one of the questions."), "notice", method.index_name)
    beside: list[tuple[str, Cell]] = [
        (tell(CONFIDENCE), index_range(index)),
        (tell("Ratings (n)"), count(figures.n)),
    ]
    if index.interval:
        beside.append((tell("Complete sheets"), count(index.interval.n)))
    if figures.incomplete_percent is not None:
        beside.append((tell("Not told as complete"), _percent(figures.incomplete_percent)))
    if index.mean:
        beside.append((tell("Mean of the answers"), official(index.mean)))
    if index.mean_interval:
        beside.append((tell("95 % interval of the mean"), Range(*map(official, index.mean_interval))))
    return Headline(
        name=f"{in_language(method.index_title, tell)} ({index.name})",
        value=official(index.value),
        grade=index.grade,
        words=in_language(index.words, tell),
        beside=tuple(beside),
    )


def _incomplete(figures: Figures, tell: Language) -> tuple[Words, ...]:
    share = figures.incomplete_percent
    # Older versions did not write it, and without an index there is nothing to be sure of.
    if share is None or figures.index is None:
        return ()
    if figures.index.interval is None:
        return (Words(tell(NO_INTERVAL)),)
    if share > MUCH_INCOMPLETE:
        return (Words(tell(MUCH_SKIPPED, share=tell.number(_percent(share)))),)
    return ()


def _percent(whole: int) -> Number:
    return Number(Decimal(whole) / 100, 0, percent=True)
