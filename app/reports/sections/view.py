"""A report's document in the words of one language: made once, for every format."""

import re
from typing import Any

from app.closing.rules.report_documents.figures import Figures
from app.closing.rules.report_documents.reports import (
    AgencyReport,
    AnyReport,
    EmployeeReport,
    OfficeReport,
    SurveyReport,
    parse_report,
)
from app.reports.formats.printable import Printable
from app.reports.sections.agency import changes_section, classes_section, offices_section
from app.reports.sections.alarms import alarms_section
from app.reports.sections.blocks import Section, View
from app.reports.sections.closing import evidence_section, feedback_section, subject_section, words_section
from app.reports.sections.collection import collection_section, trend_section
from app.reports.sections.funnel import funnel_section
from app.reports.sections.headline import result_section
from app.reports.sections.integrity import integrity_section
from app.reports.sections.language import Language, language
from app.reports.sections.recognition import recognition_section, training_section
from app.reports.sections.results import comparison_section, suppressed_section
from app.reports.sections.standards import standards_section
from app.reports.sections.survey import after_sections, mark_section, survey_sections, survey_title
from app.reports.sections.targets import targets_section
from app.reports.sections.use import use_section

# All but the line feed; and what is no character in XML.
CONTROLS = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")
TITLES = {
    "employee": "Service performance report of an employee",
    "office": "Service report of an office",
    "agency": "Service report of an agency",
}


def view(report: Printable, code: str = "id") -> View:
    """Everything the report says, in this language."""
    tell, document = language(code), parse_report(legible(report.document.plain()))
    draft = document.state == "draft"
    return View(
        language=tell.code,
        title=tell(survey_title(document) if isinstance(document, SurveyReport) else TITLES[document.kind]),
        subject=document.subject.name,
        agency=document.agency.name,
        period=tell.period(document.period.code),
        dated=document.final_on or document.period.last,
        # The official word, in every language.
        mark="DRAF" if draft else None,
        warning=tell("Not signed, may still change, is no evidence (bukti dukung).") if draft else None,
        sections=tuple(section for section in _sections(report, document, tell) if section is not None),
    )


def legible(value: Any) -> Any:
    """The document without control characters: they show nothing and are forbidden in XML."""
    match value:
        case str():
            return CONTROLS.sub("", value)
        case dict():
            return {name: legible(inner) for name, inner in value.items()}
        case list():
            return [legible(inner) for inner in value]
    return value


def _sections(report: Printable, document: AnyReport, tell: Language) -> list[Section | None]:
    """The sections in their order; None for what this report does not have."""
    about, evidence = subject_section(document, tell, report.identity), evidence_section(report, tell)
    targets, standards = targets_section(document, tell), standards_section(document, tell)
    figures = _figures(document, tell)
    match document:
        case SurveyReport():
            marked = [about, mark_section(document, tell), *figures]
            return [*marked, standards, *after_sections(document, tell), targets, evidence]
        case EmployeeReport():
            # What may be done with the figures comes right below them, before anything else is read.
            figures[1:1] = [use_section(document, tell), recognition_section(report, document, tell), targets]
            figures.append(training_section(report, document, tell))
            return [about, *figures, feedback_section(document, tell), words_section(document, tell), evidence]
        case AgencyReport():
            table, classes = offices_section(document, tell), classes_section(document, tell)
            figures.insert(1, standards)
            offices: list[Section | None] = [
                table,
                targets,
                funnel_section(document, tell),
                integrity_section(document, tell),
                classes,
            ]
            offices += [recognition_section(report, document, tell), training_section(report, document, tell)]
            return [about, changes_section(document, tell), *figures, *offices, evidence]
        case OfficeReport():
            figures[1:1] = [targets, standards, training_section(report, document, tell)]
            return [about, *figures, evidence]


def _figures(document: AnyReport, tell: Language) -> list[Section | None]:
    """The sections with figures, or the one that says why there are none."""
    figures = document.figures
    if not isinstance(figures, Figures):
        return [suppressed_section(document, tell)]
    if isinstance(document, SurveyReport):
        return [*survey_sections(document, figures, tell)]
    sections: list[Section | None] = [result_section(document, figures, tell)]
    # An agency has no peers here to be compared with.
    if not isinstance(document, AgencyReport):
        sections.append(comparison_section(document, figures.comparison, tell))
    return [
        *sections,
        trend_section(document, tell),
        alarms_section(figures, document.method, tell),
        collection_section(document, figures, tell),
    ]
