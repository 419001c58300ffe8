"""Everything that the formats of reports say, found in their sources."""

import ast
from importlib import resources

from app.reports.rules import evidence_sheets, feedback_paragraphs, pack_sheets
from app.reports.sections import agency as agency_sections
from app.reports.sections import collection as collection_sections
from app.reports.sections import evidence_sheet, held_reasons, view
from app.reports.sections import funnel as funnel_section
from app.reports.sections import headline as headline_section
from app.reports.sections import integrity as integrity_section
from app.reports.sections import recognition as recognition_sections
from app.reports.sections import results as result_sections
from app.reports.sections import survey as skm_sections
from app.reports.sections import survey_plan as skm_plan_sections
from app.reports.sections import use as use_sections

CHANGES = {"better", "lower", "unclear"}
TITLES_OF_LINES = {"Section", "Table", "Row", "Column", "Value"}


def texts_of_reports() -> set[str]:
    """The texts that are translated by name, and those that stand in tables of texts."""
    sources = [
        file.read_text("utf-8")
        for folder in ("app.reports.formats", "app.reports.rules", "app.reports.sections")
        for file in resources.files(folder).iterdir()
        if file.name.endswith(".py")
    ]
    told = {text for source in sources for node in ast.walk(ast.parse(source)) for text in _told(node)}
    tables = (
        agency_sections.CLASSES,
        agency_sections.KINDS,
        agency_sections.MEANINGS,
        agency_sections.NOT_SHOWN,
        funnel_section.PLACES,
        held_reasons.REASONS,
        integrity_section.FINDING_STATUS_WORDS,
        recognition_sections.REASONS,
        collection_sections.CHANNELS,
        use_sections.USES,
        pack_sheets.REPORT_STATUS_WORDS,
        result_sections.WITHHELD,
        skm_sections.ATTRIBUTES,
        skm_plan_sections.STATUSES,
        skm_sections.TITLES,
        skm_sections.VALUES,
        view.TITLES,
    )
    named = {text for table in tables for text in table.values()}
    columns = {*skm_plan_sections.PLAN, *skm_plan_sections.REALISED, *skm_plan_sections.PUBLISHED}
    single = {
        evidence_sheet.COUNTED,
        *(evidence_sheets.NOTE, evidence_sheets.POLICY, evidence_sheets.STAFF),
        *("All nine elements are asked about.", "Not the full SKM (bukan SKM penuh)."),
        *(recognition_sections.CRITERIA, recognition_sections.MEANING, recognition_sections.SUBJECT),
        *(recognition_sections.NOBODY, recognition_sections.NO_NEEDS, recognition_sections.OWN_NEEDS),
        *feedback_paragraphs.CHANGES,
        *(feedback_paragraphs.FIGURE, feedback_paragraphs.NO_INTERVAL, feedback_paragraphs.TOO_FEW),
        *(feedback_paragraphs.USE, feedback_paragraphs.SAYS_NOTHING, feedback_paragraphs.NO_PREDIKAT),
        *(feedback_paragraphs.CHECKED, feedback_paragraphs.CHECKED_AT),
        result_sections.CONFIDENCE,
        *(integrity_section.HELD, integrity_section.NOT_WHOLE),
        *(headline_section.NO_INTERVAL, headline_section.MUCH_SKIPPED, agency_sections.OFTEN_SKIPPED),
        *(
            funnel_section.READING,
            funnel_section.MARKED,
            funnel_section.SCALE,
            funnel_section.WITHIN_95,
            funnel_section.WITHIN_998,
        ),
    }
    return told | named | columns | CHANGES | TITLES_OF_LINES | single


def _told(node: ast.AST) -> list[str]:
    match node:
        case ast.Call(func=ast.Name(id="tell" | "self"), args=[ast.Constant(value=str(text)), *_]):
            return [text]
    return []
