"""Files for spreadsheets: exactly the rows of a page's table, all of them, complete before the first byte is sent."""

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from tempfile import TemporaryFile

from starlette.responses import StreamingResponse

from app.foundation.csv_dialects import BOM, dialect_of
from app.foundation.formula_guard import guarded
from app.reports.appraisals import AppraisalFile
from app.reports.sections.blocks import Cell
from app.reports.sections.language import Language


def csv_file(name: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]], tell: Language) -> StreamingResponse:
    """The rows under their titles; texts that a spreadsheet would run are guarded."""
    lines = ([guarded(tell.cell(cell)) for cell in row] for row in rows)
    return lines_file(name, _under(titles, lines), tell)


def lines_file(name: str, lines: Iterable[Sequence[str | int | float | None]], tell: Language) -> StreamingResponse:
    """Lines that are safe to open, as CSV, with `;` for Indonesian spreadsheets."""
    target = TemporaryFile()  # noqa: SIM115 - it is closed when its last piece is read
    try:
        text = TextIOWrapper(target, "utf-8", newline="", write_through=True)
        text.write(BOM)
        csv.writer(text, delimiter=dialect_of(tell.code).delimiter).writerows(lines)
        text.detach()
    except BaseException:
        target.close()
        raise
    length = target.tell()
    target.seek(0)
    headers = {
        "Content-Length": str(length),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "Vary": "Accept-Language, Cookie",
    }
    return StreamingResponse(AppraisalFile(target, length).chunks(), media_type="text/csv", headers=headers)


def _under(
    titles: Sequence[str], lines: Iterable[Sequence[str | int | float | None]]
) -> Iterable[Sequence[str | int | float | None]]:
    yield titles
    yield from lines
