"""The report on paper: A4, PDF/A-3a and PDF/UA-1, the signed JSON attached. Typst sets it."""

import json
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from threading import local
from typing import TYPE_CHECKING, Any

from app.foundation.typefaces import fonts
from app.reports.formats.as_json import attachment_bytes
from app.reports.formats.printable import Printable
from app.reports.formats.printed import printed
from app.reports.formats.typefaces import doubtful, is_about_letters, is_mark, settable, surely_settable, unsettable
from app.reports.sections.blocks import View
from app.reports.sections.evidence_sheet import evidence_view
from app.reports.sections.language import language as language_of
from app.reports.sections.view import view

if TYPE_CHECKING:
    import typst

# The stubs alone have the name of the type.
STANDARDS: "list[typst.PDFStandard]" = ["a-3a", "ua-1"]
ATTACHMENT, PROOF_ATTACHMENT = "report.json", "report.tlog-proof"
# A letter may be found wanting only when another that hid it is replaced.
ROUNDS = 4

# How many characters are asked about in one document.
ASKED_AT_ONCE = 2_000

_of_this_thread = local()
# Whether a character is missing, as far as it was asked about: no more entries than Unicode has characters.
_known: dict[str, bool] = {}


def pdf_bytes(report: Printable, language: str = "id") -> bytes:
    """The document; the same report with the same proof always gives the same bytes.

    A character that no typeface here has would break the standard and gives a hollow box; the attached
    JSON has it as it was written.
    """
    return _on_paper(_template_data(view(report, language), report), report)


def evidence_bytes(report: Printable, language: str = "id") -> bytes:
    """A person's final report on one sheet, with the same JSON attached; raises what `evidence_view` does."""
    data = _template_data(evidence_view(report, language), report)
    return _on_paper(data | {"compact": True}, report)


def png_pages(report: Printable, language: str = "id", *, dots_per_inch: int = 100) -> list[bytes]:
    """Its pages as pictures."""
    data = _template_data(view(report, language), report)
    data = settable(data, _missing(doubtful(data)))
    inputs = {"report": json.dumps(data | {"attached": None, "proof": None}, ensure_ascii=False), "envelope": ""}
    made = _compiler().compile(format="png", ppi=dots_per_inch, sys_inputs=inputs)
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if page is not None]


def _on_paper(data: dict[str, Any], report: Printable) -> bytes:
    day, envelope = date(*data["date"]), attachment_bytes(report).decode()
    data = settable(data, _missing(doubtful(data)))
    for _ in range(ROUNDS):
        try:
            return _set(data, envelope, day)
        except BaseException as error:
            letters = unsettable(getattr(error, "diagnostic", ""))
            if not letters and not _is_unnamed(error):
                raise
        # Where none is named it was a mark that a letter cannot bear, by all that was tried.
        data = settable(data, letters or filter(is_mark, doubtful(data)))
    return _set(surely_settable(data), envelope, day)


def _template_data(shown: View, report: Printable) -> dict[str, Any]:
    """What the template is filled with."""
    tell, drawn = language_of(shown.language), printed(shown)
    day = date.fromisoformat(drawn["dated"])
    labels = {
        "page": tell("Page"),
        "of": tell("of"),
        "attached": tell(
            "The signed report is attached to this file as {file}: cermin verify checks it.", file=ATTACHMENT
        ),
        "attachment": tell("The signed report (JSON)"),
        "proof": tell("The proof that the log has the report"),
    }
    attached = ATTACHMENT if report.envelope is not None else None
    proof = str(report.proof) if report.proof else None
    more = {
        "date": [day.year, day.month, day.day],
        "labels": labels,
        "attached": attached,
        "proof": proof,
        "proof_file": PROOF_ATTACHMENT,
        "compact": False,
    }
    return drawn | more


def _set(data: dict[str, Any], envelope: str, day: date) -> bytes:
    made = _compiler().compile(
        format="pdf",
        sys_inputs={"report": json.dumps(data, ensure_ascii=False), "envelope": envelope},
        pdf_standards=STANDARDS,
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    assert isinstance(made, bytes), "one PDF is one file"
    return made


def _missing(characters: frozenset[str]) -> frozenset[str]:
    """Those of these characters that no typeface here has.

    They are asked about beforehand and each by itself: among letters that are written from right to left Typst 0.15
    does not say that one is missing, it ends with a panic.
    """
    import typst

    new = sorted(characters - _known.keys())
    for start in range(0, len(new), ASKED_AT_ONCE):
        asked = new[start : start + ASKED_AT_ONCE]
        letters: frozenset[str] = frozenset()
        try:
            _compiler("probe.typ").compile(
                format="pdf", sys_inputs={"characters": json.dumps(asked)}, pdf_standards=STANDARDS
            )
        except typst.TypstError as error:
            letters = unsettable(error.diagnostic)
        _known.update({each: each in letters for each in asked})
    return frozenset(each for each in characters if _known[each])


def _is_unnamed(error: BaseException) -> bool:
    """Whether it is about letters without saying which: an error, or a panic of the library itself, which comes as an
    exception that can be told by its name only."""
    return type(error).__name__ == "PanicException" or is_about_letters(getattr(error, "diagnostic", ""))


def _compiler(name: str = "report.typ") -> "typst.Compiler":
    """A compiler serves one thread; its template and fonts are read once."""
    # Here, because most processes set nothing.
    import typst

    compilers: dict[str, typst.Compiler] = _of_this_thread.__dict__
    if name not in compilers:
        template = Path(str(resources.files("app.reports.formats").joinpath(f"templates/{name}")))
        compilers[name] = typst.Compiler(template, root=template.parent, font_paths=fonts(), ignore_system_fonts=True)
    return compilers[name]
