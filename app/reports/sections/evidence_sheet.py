"""One person's final report on one sheet, as evidence for an appraisal: what it says in short, and how to check it.

Reply and note stand whole and last: where they are long the sheet goes on, and never cuts what somebody wrote.
"""

from dataclasses import replace

from app.closing.rules.report_documents.figures import Dimension, Figures
from app.closing.rules.report_documents.reports import EmployeeReport, parse_report
from app.foundation.problems import Problem
from app.reports.formats.printable import Printable
from app.reports.sections.blocks import Block, Cell, Code, Column, Facts, Headline, Range, Section, Table, View, Words
from app.reports.sections.closing import feedback_section, subject_section, words_section
from app.reports.sections.headline import headline_blocks
from app.reports.sections.language import Language, language
from app.reports.sections.results import CONFIDENCE, WITHHELD, count, in_language, index_range, official
from app.reports.sections.targets import targets_in_short
from app.reports.sections.use import use_words
from app.reports.sections.view import legible

COUNTED = (
    "Counted are {n} ratings that citizens gave about this person in the period, told in blocks of ten or more; "
    "what screening held back is in no figure. The index is the mean of their answers on a scale that ends at 100, "
    "with an interval that holds in 95 of 100 cases."
)
ALIKE, BETTER, WORSE = "not clearly changed", "better than in the period before", "lower than in the period before"


def evidence_view(report: Printable, code: str = "id") -> View:
    """The sheet in this language. Raises `report-draft` for what is not final and `report-unknown` for no person's."""
    tell, document = language(code), parse_report(legible(report.document.plain()))
    if not isinstance(document, EmployeeReport):
        raise Problem("report-unknown")
    if report.seal is None:
        raise Problem("report-draft")
    feedback = feedback_section(document, tell)
    return View(
        language=tell.code,
        title=tell("Evidence for an appraisal (bukti dukung)"),
        subject=document.subject.name,
        agency=document.agency.name,
        period=tell.period(document.period.code),
        dated=document.final_on or document.period.last,
        mark=None,
        warning=None,
        sections=(
            subject_section(document, tell, report.identity),
            _result(document, tell),
            _use(document, tell),
            *((feedback,) if feedback else ()),
            _checked(report, document, tell),
            words_section(document, tell),
        ),
    )


def change_words(dimension: Dimension) -> str | None:
    """How the answers changed, as English words that have a translation; None where there is nothing to compare."""
    change = dimension.change
    if change is None:
        return None
    return BETTER if change.lower > 0 else WORSE if change.upper < 0 else ALIKE


def _result(document: EmployeeReport, tell: Language) -> Section:
    figures = document.figures
    if not isinstance(figures, Figures):
        why = Words(tell(WITHHELD[document.why_withheld]), "notice", tell("No figures"))
        says_nothing = tell("That there are none says nothing about the service, neither good nor bad.")
        return Section("result", tell("Result"), (why, Words(says_nothing), *_targets(document, tell)))
    blocks: list[Block] = [_short(each, document, tell) for each in headline_blocks(document, figures, tell)]
    blocks.append(_dimensions(figures, tell))
    blocks.append(Words(tell(COUNTED, n=tell.cell(count(figures.n)))))
    blocks += _targets(document, tell)
    return Section("result", tell("Result"), tuple(blocks))


def _targets(document: EmployeeReport, tell: Language) -> tuple[Facts, ...]:
    """Each target with its word, and those of the office; nothing where none were set."""
    facts = targets_in_short(document, tell)
    return (Facts(facts),) if facts else ()


def _short(block: Block, document: EmployeeReport, tell: Language) -> Block:
    """A headline with what nobody may read the index without; the whole report has the rest."""
    if not isinstance(block, Headline):
        return block
    index = document.figures.index
    interval = None if index is None else index_range(index)
    beside = ((tell(CONFIDENCE), interval), (tell("Ratings (n)"), count(document.figures.n)))
    return replace(block, beside=beside)


def _dimensions(figures: Figures, tell: Language) -> Table:
    titles = (tell("Grade (mutu)"), tell("Against the period before"))
    columns = (
        Column(tell("Dimension"), "text"),
        Column(tell("Answers (n)")),
        Column(tell("Index")),
        Column(tell(CONFIDENCE), "range"),
        *(Column(each, "text") for each in titles),
    )
    return Table(tell("Every dimension"), columns, tuple(_dimension(each, tell) for each in figures.dimensions))


def _dimension(dimension: Dimension, tell: Language) -> tuple[Cell, ...]:
    words, changed = dimension.words, change_words(dimension)
    return (
        in_language(dimension.title, tell),
        count(dimension.n),
        official(dimension.index),
        Range(*map(official, dimension.interval)) if dimension.interval else None,
        f"{dimension.grade} ({in_language(words, tell)})" if words else None,
        tell(changed) if changed else tell("nothing to compare with"),
    )


def _use(document: EmployeeReport, tell: Language) -> Section:
    blocks: list[Block] = []
    if not document.figures.suppressed:
        told = use_words(document.figures.comparison, tell)
        blocks.append(Words(told, "notice", tell("What the figures may be used for")))
    if document.notice:
        blocks.append(Words(in_language(document.notice, tell), "notice", tell("No predikat")))
    return Section("use", tell("Use in appraisal"), tuple(blocks))


def _checked(report: Printable, document: EmployeeReport, tell: Language) -> Section:
    """The number of the report, its seal, and where anybody can check it."""
    seal = report.seal
    assert seal is not None, "a draft was refused"
    facts: tuple[tuple[str, Cell], ...] = (
        (tell("Report id"), document.id),
        (tell("Final since"), tell.day(document.final_on) if document.final_on else None),
        (tell("Questionnaire"), f"{document.method.instrument}, {tell('version')} {document.method.version}"),
        (tell("Digest of the report (SHA-256)"), seal.digest),
        (tell("Verification address"), report.verification_address),
    )
    blocks: list[Block] = [Facts(facts)]
    if report.verification_address:
        alternative = tell("QR code of the verification address, which is also written out above")
        blocks.append(Code(report.verification_address, alternative))
    return Section("evidence", tell("How to check it"), tuple(blocks))
