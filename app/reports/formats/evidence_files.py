"""An evidence pack (PEKPPP) as an archive: a workbook with the rows it proves, and every survey's signed report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, RawIOBase
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from app.reports.formats.as_json import attachment_bytes
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.as_xlsx import OPTIONS
from app.reports.formats.pack_files import SheetWriter, entry_of
from app.reports.formats.printable import Printable
from app.reports.rules.evidence_pack import EvidencePack
from app.reports.rules.evidence_sheets import NOTE, evidence_sheets
from app.reports.sections.language import Language
from app.reports.sections.language import language as language_of


@dataclass(frozen=True)
class EvidenceFiles:
    """A pack with its signed reports, each under the name of its files, without an ending."""

    pack: EvidencePack
    reports: Sequence[tuple[str, Printable]]


def evidence_pieces(files: EvidenceFiles, language: str) -> Iterator[bytes]:
    """The workbook, and of each report the paper and the bytes that were signed; the same pack, the same bytes.

    A piece is there as soon as its report is drawn: whoever waits for many sees that something comes, and none of it
    lies in memory or in a file meanwhile.
    """
    pieces, dated = _Pieces(), files.pack.span.last
    with ZipFile(pieces, "w", ZIP_DEFLATED) as archive:
        archive.writestr(entry_of(f"{files.pack.name}.xlsx", dated), _workbook(files.pack, language))
        yield pieces.taken()
        for name, report in files.reports:
            archive.writestr(entry_of(f"{name}.pdf", dated), pdf_bytes(report, language))
            archive.writestr(entry_of(f"{name}.json", dated), attachment_bytes(report))
            yield pieces.taken()
    yield pieces.taken()


class _Pieces(RawIOBase):
    """What an archive wrote since it was taken last; it can only go on, never back."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """It takes bytes."""
        return True

    def write(self, content: Any, /) -> int:
        """Keep this until it is taken."""
        self._written += content
        return memoryview(content).nbytes

    def taken(self) -> bytes:
        """What was written, once."""
        content = bytes(self._written)
        self._written.clear()
        return content


def _workbook(pack: EvidencePack, language: str) -> bytes:
    tell, target = language_of(language), BytesIO()
    # Here, because most processes write no workbook.
    import xlsxwriter

    workbook = xlsxwriter.Workbook(target, OPTIONS)
    last = pack.span.last
    workbook.set_properties(
        {
            "title": f"{tell('Evidence pack for PEKPPP')}: {tell.period(pack.span.code)}",
            "author": pack.agency,
            "created": datetime(last.year, last.month, last.day, tzinfo=UTC),
        }
    )
    writer = SheetWriter(workbook)
    writer.cover(tell("About this pack"), list(_cover(pack, tell)))
    for sheet in evidence_sheets(pack, tell):
        writer.sheet(sheet)
    workbook.close()
    return target.getvalue()


def _cover(pack: EvidencePack, tell: Language) -> Iterator[tuple[str, str]]:
    yield tell("Evidence pack for PEKPPP"), tell.period(pack.span.code)
    yield tell("Agency"), pack.agency
    yield tell("Questionnaire"), pack.instrument
    yield tell("As of"), tell.day(pack.on.isoformat())
    yield tell("How to check it"), tell("cermin verify FILE.json says whether a report is as it was signed.")
    yield tell("What it is not"), tell(NOTE)
