"""A report's document in the words of one language: made once, for every format. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from app.reports.formats.printable import Printable
from app.reports.sections.agency import changes_section, classes_section, offices_section
from app.reports.sections.alarms import alarms_section
from app.reports.sections.blocks import Section, View
from app.reports.sections.closing import evidence_section, feedback_section, subject_section, words_section
from app.reports.sections.collection import collection_section, trend_section
from app.reports.sections.funnel import funnel_section
from app.reports.sections.integrity import integrity_section
from app.reports.sections.language import Language, language
from app.reports.sections.results import comparison_section, result_section, suppressed_section, use_section
from app.reports.sections.survey import after_sections, mark_section, survey_sections, survey_title

SKM = "skm"
# All but the line feed; and what is no character in XML.
CONTROLS = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")
TITLES = {
    "employee": "Service performance report of an employee",
    "office": "Service report of an office",
    "agency": "Service report of an agency",
}


def view(report: Printable, code: str = "id") -> View:
    """Everything the report says, in this language."""
    tell, document = language(code), legible(report.document)
    period = document["period"]
    draft = document["state"] == "draft"
    return View(
        language=tell.code,
        title=tell(survey_title(document) if document["kind"] == SKM else TITLES[document["kind"]]),
        subject=document["subject"]["name"],
        agency=document["agency"]["name"],
        period=tell.period(period["code"]),
        dated=document.get("final_on") or period["to"],
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


def _sections(report: Printable, document: Mapping[str, Any], tell: Language) -> list[Section | None]:
    kind, suppressed = document["kind"], document["figures"]["suppressed"]
    if kind == SKM:
        return [
            subject_section(document, tell, report.identity),
            mark_section(document, tell),
            *([suppressed_section(document, tell)] if suppressed else survey_sections(document, tell)),
            *after_sections(document, tell),
            evidence_section(report, tell),
        ]
    about: list[Section | None] = [subject_section(document, tell, report.identity)]
    if kind == "agency":
        about.append(changes_section(document, tell))
    figures: list[Section | None] = [suppressed_section(document, tell)] if suppressed else _figures(document, tell)
    after: list[Section | None] = []
    if kind == "employee":
        after = [feedback_section(document, tell), words_section(document, tell)]
    elif kind == "agency":
        after = [
            offices_section(document, tell),
            funnel_section(document, tell),
            integrity_section(document, tell),
            classes_section(document, tell),
        ]
    if kind == "employee":
        figures.insert(1, use_section(document, tell))
    return [*about, *figures, *after, evidence_section(report, tell)]


def _figures(document: Mapping[str, Any], tell: Language) -> list[Section | None]:
    sections: list[Section | None] = [result_section(document, tell)]
    if document["kind"] != "agency":
        sections.append(comparison_section(document, tell))
    return [
        *sections,
        trend_section(document, tell),
        alarms_section(document, tell),
        collection_section(document, tell),
    ]
