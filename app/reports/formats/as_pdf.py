"""The report on paper: A4, PDF/A-3a and PDF/UA-1, the signed JSON attached. Typst sets it."""

import json
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from threading import local
from typing import Any

import font_source_sans_pro  # type: ignore[import-untyped]  # a folder of typefaces, without types
import typst

from app.reports.formats.as_json import attachment_bytes
from app.reports.formats.printable import Printable
from app.reports.formats.printed import printed
from app.reports.sections.language import language as language_of
from app.reports.sections.view import view

# The stubs alone have the name of the type.
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
ATTACHMENT = "report.json"
# Letters of which the typefaces have every one; others may be missing.
SURE = ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x410, 0x44F))
SURE_MARKS = frozenset("\n–—‘’“”„•…−≤≥€²³τσ")
MISSING = "▯"
# What Typst says of a character that no typeface has, or that the standard forbids.
UNSETTABLE = ("could not be displayed", "contains the codepoint")

_of_this_thread = local()


def pdf_bytes(report: Printable, language: str = "id") -> bytes:
    """The document; the same report always gives the same bytes.

    A character that no typeface here has would break the standard and gives a hollow box; the attached
    JSON has it as it was written.
    """
    data, day = _template_data(report, language)
    envelope = attachment_bytes(report).decode()
    text = json.dumps(data, ensure_ascii=False)
    try:
        return _set(text, envelope, day)
    except typst.TypstError as error:
        if not any(reason in str(error) for reason in UNSETTABLE):
            raise
        return _set("".join(map(_sure, text)), envelope, day)


def png_pages(report: Printable, language: str = "id", *, dots_per_inch: int = 100) -> list[bytes]:
    """Its pages as pictures."""
    data, _ = _template_data(report, language)
    inputs = {"report": json.dumps(data | {"attached": None}, ensure_ascii=False), "envelope": ""}
    made = _compiler().compile(format="png", ppi=dots_per_inch, sys_inputs=inputs)
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if page is not None]


def _template_data(report: Printable, language: str) -> tuple[dict[str, Any], date]:
    """What the template is filled with, and the day the report is dated."""
    tell, drawn = language_of(language), printed(view(report, language))
    day = date.fromisoformat(drawn["dated"])
    labels = {
        "page": tell("Page"),
        "of": tell("of"),
        "attached": tell(
            "The signed report is attached to this file as {file}: cermin verify checks it.", file=ATTACHMENT
        ),
        "attachment": tell("The signed report (JSON)"),
    }
    attached = ATTACHMENT if report.envelope is not None else None
    return drawn | {"date": [day.year, day.month, day.day], "labels": labels, "attached": attached}, day


def _set(text: str, envelope: str, day: date) -> bytes:
    made = _compiler().compile(
        format="pdf",
        sys_inputs={"report": text, "envelope": envelope},
        pdf_standards=STANDARDS,
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    assert isinstance(made, bytes), "one PDF is one file"
    return made


def _sure(character: str) -> str:
    known = character in SURE_MARKS or any(first <= ord(character) <= last for first, last in SURE)
    return character if known else MISSING


def _compiler() -> typst.Compiler:
    """A compiler serves one thread; its template and fonts are read once."""
    found: typst.Compiler | None = getattr(_of_this_thread, "compiler", None)
    if found is None:
        template = Path(str(resources.files("app.reports.formats").joinpath("templates/report.typ")))
        found = typst.Compiler(template, root=template.parent, font_paths=_fonts(), ignore_system_fonts=True)
        _of_this_thread.compiler = found
    return found


@cache
def _fonts() -> typst.Fonts:
    """Source Sans, and for letters it lacks the typefaces that come with Typst; never the machine's own."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[font_source_sans_pro.font_directory],
    )
