"""Reads an XLSForm (the format of ODK and KoBoToolbox) with pyxform."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.instruments.faults import Fault, InstrumentFault
from app.instruments.rules.xlsform import Row, XlsForm, instrument_text

# A form of forty questions has some kilobytes.
MAX_BYTES = 1_048_576


def text_of_xlsform(content: bytes) -> str:
    """The text of a questionnaire's file from the bytes of a workbook. Raises InstrumentFault."""
    if len(content) > MAX_BYTES:
        raise InstrumentFault(
            Fault("file", "has {length} bytes; at most {most} are read", {"length": len(content), "most": MAX_BYTES})
        )
    return instrument_text(_read(content))


def _read(content: bytes) -> XlsForm:
    # Half a second to import, which only this command should pay.
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform

    try:
        found = get_xlsform(content, file_type=".xlsx")
    except (PyXFormError, KeyError, ValueError, OSError) as error:
        # Not its words: they may quote the file.
        raise InstrumentFault(Fault("file", "is no workbook in the form of an XLSForm (.xlsx)")) from error
    return XlsForm(_rows(found.survey), _rows(found.choices), _rows(found.settings))


def _rows(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Row, ...]:
    return tuple({heading: " ".join(str(cell).split()) for heading, cell in row.items()} for row in rows or ())
