"""What an appraiser may do with the figures of a person."""

from app.closing.rules.report_documents.figures import Comparison
from app.closing.rules.report_documents.reports import EmployeeReport
from app.reports.sections.blocks import Block, Cell, Facts, Section, Words
from app.reports.sections.language import Language
from app.reports.sections.results import estimate, in_language

USES = {
    "nothing": "For nothing: fewer than 10 ratings count.",
    "coaching": "For coaching only: as the start of a talk about the service. It must not enter an appraisal.",
    "appraisal": "As one piece of evidence (bukti dukung) in an appraisal, beside others. Alone it decides nothing.",
    "consequence": "It may support a consequence, but only after people have examined it and the employee was heard.",
}


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


def _reliability(comparison: Comparison | None, tell: Language) -> tuple[tuple[str, Cell], ...]:
    known = comparison.reliability if comparison else None
    reliability: Cell = tell("cannot be told from so few or so unanimous answers") if known is None else estimate(known)
    return (
        (tell("Reliability among peers (0 to 1)"), reliability),
        (tell("Needed"), tell("n ≥ 30 and 0.70 for an appraisal, 0.80 for a consequence")),
    )
