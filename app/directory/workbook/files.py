"""Reads an XLSX workbook, a CSV file or a folder of them into sheets of cells."""

import zlib
from lzma import LZMAError
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from app.directory.faults import DirectoryFault
from app.directory.workbook.columns import SHEETS
from app.directory.workbook.raw_sheets import RawSheet, mark_broken, raw_sheets
from app.directory.workbook.sheets import Workbook
from app.foundation.csv_records import CsvProblem, read_bytes, records

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
            book.refuse(file.name, str(fault))
        except OSError as error:
            # The bzip2 reader tells damage by an OSError without a reason of the system.
            book.refuse(file.name, f"it cannot be read: {error.strerror}" if error.strerror else NOT_XLSX)
    if not book.sheets and not book.faults:
        book.refuse(path.name, f"it has none of the sheets {', '.join(SHEETS)}")
    return book


def _csv_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")


def _read(book: Workbook, path: Path) -> None:
    if not path.is_file():
        raise DirectoryFault("there is no such file or folder")
    if path.stat().st_size > LARGEST_FILE:
        raise DirectoryFault(f"a file may have at most {LARGEST_FILE // 2**20} MiB")
    if path.suffix.lower() == ".csv":
        _read_csv(book, path)
    else:
        _read_xlsx(book, path)


def _read_csv(book: Workbook, path: Path) -> None:
    wanted = [column.name for column in SHEETS.get(path.stem.strip().lower(), ())]
    try:
        book.add(path.stem, records(read_bytes(path), wanted))
    except CsvProblem as problem:
        where = f"row {problem.row}: " if problem.row else ""
        raise DirectoryFault(f"{where}{problem}") from None


def _read_xlsx(book: Workbook, path: Path) -> None:
    try:
        with ZipFile(path) as archive:
            raw = raw_sheets(archive)
        _read_sheets(book, path, raw)
    except DAMAGE:
        # A workbook with a password is not a zip archive either.
        raise DirectoryFault(NOT_XLSX) from None


def _read_sheets(book: Workbook, path: Path, raw: list[RawSheet]) -> None:
    with CalamineWorkbook.from_path(path) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ is SheetTypeEnum.WorkSheet:
                lines = workbook.get_sheet_by_index(index).to_python(skip_empty_area=False)
                book.add(sheet.name, mark_broken(lines, raw[index].broken))
