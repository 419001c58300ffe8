"""Reads an XLSX workbook, a CSV file or a folder of them into sheets of cells."""

import zlib
from io import BytesIO
from lzma import LZMAError
from pathlib import Path, PurePath
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from app.directory.faults import DirectoryFault, Sentence, sentence_of
from app.directory.workbook.columns import SHEETS
from app.directory.workbook.raw_sheets import RawSheet, mark_broken, raw_sheets
from app.directory.workbook.sheets import Workbook
from app.foundation.csv_records import CsvProblem, records

LARGEST_FILE = 64 * 1024 * 1024
# What reading the parts of an archive raises where its bytes are damaged, encrypted or packed in a way nobody knows.
DAMAGE = (BadZipFile, CalamineError, EOFError, LookupError, LZMAError, RuntimeError, UnicodeDecodeError, zlib.error)
NOT_XLSX = "this is not an XLSX workbook without password, nor a .csv file"


def read_workbook(path: Path) -> Workbook:
    """Read an XLSX workbook, a CSV file named after its sheet, or a folder of such CSV files.

    What is wrong goes to the workbook's `faults`, so that it is reported together with all other faults.
    """
    book = Workbook()
    for file in _csv_files(path) if path.is_dir() else [path]:
        try:
            _read(book, file)
        except DirectoryFault as fault:
            book.refuse(file.name, sentence_of(fault))
        except OSError as error:
            # The bzip2 reader tells damage by an OSError without a reason of the system.
            reason = Sentence("it cannot be read: {reason}", reason=error.strerror or "")
            book.refuse(file.name, reason if error.strerror else NOT_XLSX)
    if not book.sheets and not book.faults:
        book.refuse(path.name, _none_of_the_sheets())
    return book


def _csv_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")


def read_bytes_workbook(name: str, content: bytes, largest_area: int | None = None) -> Workbook:
    """Read the content of an XLSX workbook, or of a CSV file named after its sheet, that was sent under this name."""
    book = Workbook()
    try:
        _read_content(book, name, content, largest_area)
    except DirectoryFault as fault:
        book.refuse(name, sentence_of(fault))
    except OSError:
        book.refuse(name, NOT_XLSX)
    if not book.sheets and not book.faults:
        book.refuse(name, _none_of_the_sheets())
    return book


def _none_of_the_sheets() -> Sentence:
    return Sentence("it has none of the sheets {sheets}", sheets=", ".join(SHEETS))


def _read(book: Workbook, path: Path) -> None:
    if not path.is_file():
        raise DirectoryFault("there is no such file or folder")
    if path.stat().st_size > LARGEST_FILE:
        raise DirectoryFault(Sentence("a file may have at most {most} MiB", most=LARGEST_FILE // 2**20))
    _read_content(book, path.name, path.read_bytes(), None)


def _read_content(book: Workbook, name: str, content: bytes, largest_area: int | None) -> None:
    path = PurePath(name)
    if path.suffix.lower() == ".csv":
        _read_csv(book, path.stem, content)
    else:
        _read_xlsx(book, content, largest_area)


def _read_csv(book: Workbook, name: str, content: bytes) -> None:
    wanted = [column.name for column in SHEETS.get(name.strip().lower(), ())]
    try:
        book.add(name, records(content, wanted))
    except CsvProblem as problem:
        why = str(problem)
        if problem.row:
            why = Sentence("row {row}: {problem}", row=problem.row, problem=Sentence(why))
        raise DirectoryFault(why) from None


def _read_xlsx(book: Workbook, content: bytes, largest_area: int | None) -> None:
    try:
        with ZipFile(BytesIO(content)) as archive:
            raw = raw_sheets(archive, largest_area)
        _read_sheets(book, content, raw)
    except DAMAGE:
        # A workbook with a password is not a zip archive either.
        raise DirectoryFault(NOT_XLSX) from None


def _read_sheets(book: Workbook, content: bytes, raw: list[RawSheet]) -> None:
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ is SheetTypeEnum.WorkSheet:
                lines = workbook.get_sheet_by_index(index).to_python(skip_empty_area=False)
                book.add(sheet.name, mark_broken(lines, raw[index].broken))
