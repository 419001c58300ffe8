"""Reads an XLSForm (the format of ODK and KoBoToolbox) with pyxform."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from app.instruments.faults import Fault, InstrumentFault
from app.instruments.rules.xlsform import Row, XlsForm, instrument_text

# A form of forty questions has some kilobytes.
MAX_BYTES = 1_048_576
# The reader keeps every element in memory, at a hundred times its length; it reads no part further than the archive
# says that it is long, so what the archive says can be believed.
MAX_UNPACKED = 4 * MAX_BYTES
NO_FORM = Fault("file", "is no workbook in the form of an XLSForm (.xlsx)")


def text_of_xlsform(content: bytes) -> str:
    """The text of a questionnaire's file from the bytes of a workbook. Raises InstrumentFault."""
    if len(content) > MAX_BYTES:
        raise InstrumentFault(
            Fault("file", "has {length} bytes; at most {most} are read", {"length": len(content), "most": MAX_BYTES})
        )
    _refuse_bomb(content)
    return instrument_text(_read(content))


def _refuse_bomb(content: bytes) -> None:
    try:
        with ZipFile(BytesIO(content)) as archive:
            length = sum(part.file_size for part in archive.infolist())
    except BadZipFile:
        raise InstrumentFault(NO_FORM) from None
    if length > MAX_UNPACKED:
        values = {"length": length, "most": MAX_UNPACKED}
        raise InstrumentFault(Fault("file", "unpacks to {length} bytes; at most {most} are read", values))


def _read(content: bytes) -> XlsForm:
    # Half a second to import, which only this command should pay.
    from pyxform.xls2json_backends import get_xlsform

    try:
        found = get_xlsform(content, file_type=".xlsx")
    except Exception as error:
        # Three libraries take part, and what one of them raises over a damaged file is in nobody's list (a heading that
        # is a number: AttributeError). Not its words: they may quote the file.
        raise InstrumentFault(NO_FORM) from error
    return XlsForm(_rows(found.survey), _rows(found.choices), _rows(found.settings))


def _rows(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Row, ...]:
    return tuple({heading: " ".join(str(cell).split()) for heading, cell in row.items()} for row in rows or ())
