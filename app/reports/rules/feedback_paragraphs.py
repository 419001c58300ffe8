"""Paragraphs of *umpan balik berkelanjutan* to be pasted into e-Kinerja, one per person and question. Pure.

Each stands alone: whose answers, in which period, how sure, what the figure may be used for, where it can be checked.
None is ever a predikat (PermenPANRB 6/2022: the appraiser decides).
"""

from app.closing.rules import feedback
from app.closing.rules.report_documents.figures import Dimension
from app.closing.rules.report_documents.reports import EmployeeReport
from app.reports.sections.evidence_sheet import ALIKE, BETTER, WORSE, change_words
from app.reports.sections.language import Language
from app.reports.sections.results import WITHHELD, in_language, official
from app.reports.sections.use import use_words

FIGURE = (
    "{period} ({first} to {last}), {title}: index {index}, grade (mutu) {grade} ({words}), 95 % interval {lower} to "
    "{upper}, from {n} answers of people who were served."
)
NO_INTERVAL = (
    "{period} ({first} to {last}), {title}: index {index}, grade (mutu) {grade} ({words}), from {n} answers of people "
    "who were served."
)
TOO_FEW = "{period} ({first} to {last}), {title}: too few answers for a figure."
# The sentences that the signed report has, too.
CHANGES = {BETTER: feedback.BETTER, WORSE: feedback.WORSE, ALIKE: feedback.ALIKE}
USE = "May be used: {use}"
SAYS_NOTHING = "That there are none says nothing about the service, neither good nor bad."
NO_PREDIKAT = "This is no performance rating (predikat); the appraiser decides."
CHECKED = "Evidence (bukti dukung): report {number}, revision {revision}."
CHECKED_AT = "Evidence (bukti dukung): report {number}, revision {revision}, to be checked at {address}"


def paragraph(report: EmployeeReport, dimension: Dimension, address: str | None, tell: Language) -> str:
    """What citizens' answers to one question say about the person."""
    if dimension.index is None or dimension.words is None:
        sentences = [_sentence(TOO_FEW, report, tell, title=in_language(dimension.title, tell))]
    else:
        sentences = [_figure(report, dimension, tell)]
        if changed := change_words(dimension):
            sentences.append(CHANGES[changed][tell.code])
        use = use_words(report.figures.comparison, tell)
        sentences.append(tell(USE, use=f"{use[:1].lower()}{use[1:]}"))
    return " ".join([*sentences, tell(NO_PREDIKAT), _checked(report, address, tell)])


def without_figures(report: EmployeeReport, address: str | None, tell: Language) -> str:
    """Why a final report has no figures, and that this says nothing about the person."""
    reason = tell(WITHHELD[report.why_withheld])
    return " ".join([reason, tell(SAYS_NOTHING), _checked(report, address, tell)])


def _figure(report: EmployeeReport, dimension: Dimension, tell: Language) -> str:
    assert dimension.index is not None, "others are told without"
    assert dimension.words is not None, "a figure has its grade in words"
    said = {
        "title": in_language(dimension.title, tell),
        "index": tell.number(official(dimension.index)),
        "grade": dimension.grade,
        "words": in_language(dimension.words, tell),
        "n": str(dimension.n),
    }
    if dimension.interval is None:
        return _sentence(NO_INTERVAL, report, tell, **said)
    lower, upper = (tell.number(official(each)) for each in dimension.interval)
    return _sentence(FIGURE, report, tell, **said, lower=lower, upper=upper)


def _sentence(text: str, report: EmployeeReport, tell: Language, **said: object) -> str:
    period = report.period
    days = {"first": tell.day(period.first), "last": tell.day(period.last)}
    return tell(text, period=tell.period(period.code), **days, **said)


def _checked(report: EmployeeReport, address: str | None, tell: Language) -> str:
    known = {"number": report.id or "–", "revision": str(report.period.revision)}
    return tell(CHECKED, **known) if address is None else tell(CHECKED_AT, **known, address=address)
