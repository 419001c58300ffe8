"""Good service that is recognised, and training needs by question. Nobody is ranked, and nobody is named as weak."""

from collections.abc import Sequence

from app.closing.rules.report_documents.reports import AgencyReport, AnyReport, EmployeeReport, OfficeReport
from app.closing.rules.report_documents.training import TrainingNeedPart
from app.closing.schemas import RecognisedOut
from app.measures.schemas import TrainingNeedOut
from app.reports.formats.printable import Printable
from app.reports.sections.blocks import Block, Cell, Column, Facts, Range, Section, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, in_language, official

CRITERIA = (
    "Recognised is whoever lies above the peers by more than chance: the lower end of the estimate lies above their "
    "mean and the estimate by three points of the index or more, from at least thirty answers and with a reliability "
    "of 0.70. Of those who do not lie above the peers one in forty is recognised at most. There is no first place, and "
    "whoever is not named is not worse."
)
SUBJECT = "The service of this person is recognised: it lies above that of the peers by more than chance."
NOBODY = "In this period nobody's figures lie above the peers by more than chance."
REASONS = {
    "grade": "the whole interval lies in the lower half of the grades",
    "peers": "lower than at the peers by more than chance and by three points of the index or more",
}
MEANING = (
    "A question is named where a weak spot shows beyond chance, from at least thirty answers: it is where training "
    "helps first. It is no verdict, and no predikat."
)
NO_NEEDS = "No question shows a weak spot beyond chance."
OWN_NEEDS = "Only the person and the appraiser see this part; it is no part of the signed report."


def recognition_section(report: Printable, document: AnyReport, tell: Language) -> Section | None:
    """Who is recognised in the agency, that this person is, or None; reports of older versions say nothing."""
    title = tell("Recognition")
    if isinstance(document, EmployeeReport):
        words = (Words(tell(SUBJECT), "notice"), Words(tell(CRITERIA)))
        return Section("recognition", title, words) if document.recognised else None
    if not isinstance(document, AgencyReport) or document.recognised is None:
        return None
    blocks: list[Block] = [Facts(((tell("Employees recognised"), count(document.recognised)),))]
    if document.recognised == 0:
        blocks.append(Words(tell(NOBODY)))
    elif report.beside.recognised is not None:
        blocks.append(recognised_table(report.beside.recognised, tell))
    blocks.append(Words(tell(CRITERIA)))
    return Section("recognition", title, tuple(blocks))


def recognised_table(recognised: Sequence[RecognisedOut], tell: Language) -> Table:
    """The employees in the order of names; names alone, no figures beside them."""
    columns = (Column(tell("Name"), "text"), Column(tell("Code"), "text"), Column(tell("Office"), "text"))
    rows = tuple((each.name, each.code, each.office_name) for each in recognised)
    return Table(tell("Employees whose service is recognised, by name"), columns, rows)


def training_section(report: Printable, document: AnyReport, tell: Language) -> Section | None:
    """The training needs of an office, of every office, or of a person for the own eyes; None where none are told."""
    match document:
        case OfficeReport() if document.training is not None:
            blocks = needs_blocks(document.training, tell)
        case AgencyReport() if document.training is not None:
            rows = tuple(
                (f"{each.name}, {in_language(each.title, tell)}", *need_cells(each, tell)) for each in document.training
            )
            blocks = needs_table(Column(tell("Office and question"), "text"), rows, tell)
        case EmployeeReport() if report.beside.training is not None and not document.figures.suppressed:
            blocks = (*needs_blocks(report.beside.training, tell), Words(tell(OWN_NEEDS)))
        case _:
            return None
    return Section("training", tell("Training needs"), blocks)


def needs_blocks(needs: Sequence[TrainingNeedPart], tell: Language) -> tuple[Block, ...]:
    """The needs of one unit."""
    rows = tuple((in_language(each.title, tell), *need_cells(each, tell)) for each in needs)
    return needs_table(Column(tell("Question"), "text"), rows, tell)


def need_cells(need: TrainingNeedPart | TrainingNeedOut, tell: Language) -> tuple[Cell, ...]:
    """The figures of a question and why it is a need."""
    return (
        count(need.n),
        official(need.index),
        Range(*map(official, need.interval)) if need.interval else None,
        "; ".join(tell(REASONS[each]) for each in need.reasons),
    )


def needs_table(first: Column, rows: tuple[tuple[Cell, ...], ...], tell: Language) -> tuple[Table | Words, ...]:
    """A row for each need, and what it means; in words where there is none."""
    if not rows:
        return (Words(tell(NO_NEEDS)), Words(tell(MEANING)))
    columns = (
        first,
        Column(tell("Answers (n)")),
        Column(tell("Index")),
        Column(tell(CONFIDENCE), "range"),
        Column(tell("Why"), "text"),
    )
    return (Table(tell("Where training helps first"), columns, rows), Words(tell(MEANING)))
