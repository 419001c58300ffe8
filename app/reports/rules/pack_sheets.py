"""The sheets of an appraiser's pack: the people, paragraphs to paste, reply and note, and what each column holds. Pure.

People stand by name and are never ranked; there is no predikat anywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.closing.rules.report_documents.figures import AnyFigures, Dimension
from app.closing.rules.report_documents.targets import Attainment
from app.reports.rules.feedback_paragraphs import paragraph, without_figures
from app.reports.rules.pack import Pack, PackedPerson, standing
from app.reports.rules.pack_columns import (
    PackColumn,
    evidence_columns,
    figure_columns,
    identity_columns,
    result_columns,
    target_columns,
)
from app.reports.sections.blocks import Number
from app.reports.sections.closing import VALUES
from app.reports.sections.evidence_sheet import change_words
from app.reports.sections.language import Language, language
from app.reports.sections.results import WITHHELD, count, in_language, official, percent
from app.reports.sections.targets import WORDS as TARGET_WORDS
from app.reports.sections.targets import beside_office, figure_title
from app.reports.sections.use import use_words

PackCell: TypeAlias = str | Number | None
PackRow: TypeAlias = tuple[PackCell, ...]

REPORT_STATUS_WORDS = {
    "figures": "final, with figures",
    "draft": "Not final so far: a draft is no evidence.",
    "none": "No report: nobody rated this person in the period.",
}


@dataclass(frozen=True)
class PackSheet:
    """One sheet."""

    name: str
    columns: tuple[PackColumn, ...]
    rows: tuple[PackRow, ...]


def sheets_of(pack: Pack, tell: Language) -> tuple[PackSheet, ...]:
    """Every sheet, the one that explains the others last."""
    targets = _targets(pack, tell)
    sheets = (_people(pack, tell), _feedback(pack, tell), _words(pack, tell), *((targets,) if targets.rows else ()))
    return (*sheets, _legend(sheets, tell))


def about(pack: Pack, tell: Language) -> tuple[tuple[str, PackCell], ...]:
    """What the pack is, as names and values."""
    first, last = (tell.day(each.isoformat()) for each in (pack.span.first, pack.span.last))
    found = pack.reported
    return (
        (tell("Agency"), pack.agency),
        (tell("Appraiser (pejabat penilai)"), pack.appraiser),
        (tell("Period"), tell.period(pack.span.code)),
        (tell("From day"), first),
        (tell("To day"), last),
        (tell("Questionnaire"), pack.instrument),
        (tell("People, by name"), count(len(pack.people))),
        (tell("Of them final, with figures"), count(found["figures"])),
        (tell("Of them final, without figures"), count(found["withheld"])),
        (tell("Of them not final so far"), count(found["draft"])),
        (tell("Of them without a report"), count(found["none"])),
    )


def _people(pack: Pack, tell: Language) -> PackSheet:
    fixed = identity_columns(tell), result_columns(pack, tell), evidence_columns(tell)
    questions = tuple(
        column for each in pack.questions for column in figure_columns(in_language(each.title, tell), tell)
    )
    identity, result, evidence = fixed
    columns = (*identity, *result, *questions, *evidence)
    rows = tuple(_person(pack, each, tell) for each in pack.people)
    return PackSheet(tell("People"), columns, rows)


def _person(pack: Pack, person: PackedPerson, tell: Language) -> PackRow:
    report = person.report
    known = standing(person)
    why = tell(WITHHELD[report.why_withheld]) if report and known == "withheld" else tell(REPORT_STATUS_WORDS[known])
    identity: PackRow = (
        person.name,
        person.nip,
        person.code,
        person.position,
        person.grade,
        report.subject.office.name if report else None,
        Number(report.period.revision) if report else None,
        tell.day(report.final_on) if report and report.final_on else None,
        why,
        use_words(report.figures.comparison, tell) if report and known == "figures" else None,
    )
    evidence: PackRow = (
        None if report is None else tell("yes") if report.reply else tell("no"),
        None if report is None else tell("yes") if report.note else tell("no"),
        person.report_id,
        person.address,
        person.digest,
    )
    figures = None if report is None else report.figures
    by_code = {} if figures is None else {each.code: each for each in figures.dimensions or ()}
    questions = tuple(cell for each in pack.questions for cell in _dimension(by_code.get(each.code), tell))
    return (*identity, *_result(figures, tell), *questions, *evidence)


def _result(figures: AnyFigures | None, tell: Language) -> PackRow:
    if figures is None or figures.suppressed:
        return (None,) * 7
    index, collection = figures.index, figures.collection
    share = figures.incomplete_percent
    beside: PackRow = (
        None if share is None else percent(share / 100, 0),
        percent(collection.coverage, 0),
    )
    if index is None:
        return (count(figures.n), None, None, None, None, *beside)
    ends = (index.interval.lower, index.interval.upper) if index.interval else (None, None)
    grade = f"{index.grade} ({in_language(index.words, tell)})"
    return (count(figures.n), official(index.value), *map(official, ends), grade, *beside)


def _dimension(dimension: Dimension | None, tell: Language) -> PackRow:
    if dimension is None:
        return (None,) * 6
    words, changed = dimension.words, change_words(dimension)
    return (
        count(dimension.n),
        official(dimension.index),
        *map(official, dimension.interval or (None, None)),
        f"{dimension.grade} ({in_language(words, tell)})" if words else None,
        tell(changed) if changed else None,
    )


def _feedback(pack: Pack, tell: Language) -> PackSheet:
    """What is pasted is Indonesian, as e-Kinerja is; for other readers the same stands beside it."""
    languages = [language("id")] if tell.code == "id" else [language("id"), tell]
    titles = [tell("Paragraph to paste"), tell("The same in English")]
    meanings = [
        tell("A paragraph of umpan balik berkelanjutan that stands alone. Add what you have seen yourself."),
        tell("What the paragraph beside it says."),
    ]
    columns = (
        PackColumn(tell("Name"), tell("Whom the paragraph is about.")),
        PackColumn(tell("Employee code"), tell("The code in the directory; it never changes.")),
        PackColumn(tell("Dimension"), tell("The question that was answered.")),
        PackColumn(
            tell("Core value (BerAKHLAK)"), tell("Under which core value it may stand; empty where under none.")
        ),
        *(PackColumn(titles[place], meanings[place], wide=True) for place in range(len(languages))),
    )
    rows = tuple(row for person in pack.people for row in _paragraphs(pack, person, languages, tell))
    return PackSheet(tell("Feedback (umpan balik)"), columns, rows)


def _paragraphs(pack: Pack, person: PackedPerson, languages: Sequence[Language], tell: Language) -> Iterable[PackRow]:
    report = person.report
    known = standing(person)
    if report is None:
        yield (person.name, person.code, None, None, *(each(REPORT_STATUS_WORDS[known]) for each in languages))
        return
    if known == "withheld":
        said = [without_figures(report, person.address, each) for each in languages]
        yield (person.name, person.code, None, None, *said)
        return
    values = {each.code: each.value for each in pack.questions}
    for dimension in report.figures.dimensions or ():
        value = values.get(dimension.code)
        title = in_language(dimension.title, tell)
        said = [paragraph(report, dimension, person.address, each) for each in languages]
        yield (person.name, person.code, title, VALUES[value] if value else None, *said)


def _words(pack: Pack, tell: Language) -> PackSheet:
    columns = (
        PackColumn(tell("Name"), tell("Whose report it is.")),
        PackColumn(tell("Employee code"), tell("The code in the directory; it never changes.")),
        PackColumn(
            tell("The employee's reply"),
            tell("What the person said to the draft; a part of the signed report."),
            wide=True,
        ),
        PackColumn(
            tell("The supervisor's note"),
            tell("The words put beside the draft; a part of the signed report."),
            wide=True,
        ),
    )
    reports = [(each, each.report) for each in pack.people if each.report is not None]
    rows = tuple(
        (
            each.name,
            each.code,
            report.reply or tell("No reply was given."),
            report.note or tell("No note was made."),
        )
        for each, report in reports
    )
    return PackSheet(tell("Reply and note"), columns, rows)


def _targets(pack: Pack, tell: Language) -> PackSheet:
    """A row for each figure of each person that has a target, or whose office has one."""
    reports = [each.report for each in pack.people if each.report is not None]
    rows = tuple(
        (report.subject.name, report.subject.code, figure_title(report, figure, tell), *_target(own, office, tell))
        for report in reports
        for figure, own, office in beside_office(report)
    )
    return PackSheet(tell("Targets (SKP)"), target_columns(tell), rows)


def _target(own: Attainment | None, office: Attainment | None, tell: Language) -> PackRow:
    ends = (own.interval if own else None) or (None, None)
    return (
        official(own.target) if own else None,
        count(own.n) if own else None,
        official(own.value) if own else None,
        *map(official, ends),
        tell(TARGET_WORDS[own.word]) if own else None,
        official(office.target) if office else None,
        tell(TARGET_WORDS[office.word]) if office else None,
    )


def _legend(sheets: Sequence[PackSheet], tell: Language) -> PackSheet:
    columns = (
        PackColumn(tell("Sheet"), ""),
        PackColumn(tell("Column"), ""),
        PackColumn(tell("What it holds"), "", wide=True),
    )
    rows = tuple((sheet.name, column.title, column.meaning) for sheet in sheets for column in sheet.columns)
    return PackSheet(tell("What the columns hold"), columns, rows)
