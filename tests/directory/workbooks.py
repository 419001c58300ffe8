"""Small directories as people would type them, and the stores they end in."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import text

from app.directory.faults import Fault, WorkbookFault
from app.directory.register import add_agency
from app.directory.workbook.cells import Cell
from app.directory.workbook.changes import ChangeCounts
from app.directory.workbook.importing import import_directory
from app.directory.workbook.proposal import propose
from app.directory.workbook.sheets import Workbook
from app.foundation.storage.database import Database, metadata

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
NIP = "199001012015011001"
OTHER_NIP = "198503122010012004"

Lines = Mapping[str, Sequence[Sequence[Any]]]

HEADERS: Mapping[str, tuple[str, ...]] = {
    "offices": ("code", "name", "parent", "timezone", "region_code"),
    "services": ("code", "name", "family"),
    "counters": ("office", "code", "name", "services"),
    "employees": ("code", "name", "nip", "position", "grade", "office", "posted_from"),
    "duties": ("office", "counter", "employee", "from", "until"),
    "targets": ("period", "instrument", "office", "employee", "figure", "value"),
    "promises": ("service", "valid_from", "amount", "unit", "source"),
}

# Two offices in different zones, three counters, two people, a morning and an afternoon.
TOWN: Lines = {
    "offices": [
        ("dukcapil", "Dinas Dukcapil", "setda", "Asia/Makassar", "73.71"),
        ("setda", "Sekretariat Daerah", "", "WIB", ""),
    ],
    "services": [("ktp-el", "KTP-el", "adminduk"), ("kk", "Kartu Keluarga", "")],
    "counters": [
        ("dukcapil", "loket-1", "Loket 1", "ktp-el;kk"),
        ("dukcapil", "loket-2", "Loket 2", ""),
        ("setda", "loket-1", "Loket 1", "kk"),
    ],
    "employees": [
        ("E001", "Budi", NIP, "Analis", "III/b", "dukcapil", "2020-01-01"),
        ("E002", "Ani", "", "", "", "setda", "2021-06-01"),
    ],
    "duties": [
        ("dukcapil", "loket-1", "E001", "2026-11-18 08:00", "2026-11-18 12:00"),
        ("dukcapil", "loket-1", "E001", "2026-11-18 12:00", "2026-11-18 16:00"),
    ],
}


def from_records(records: Mapping[str, Sequence[Mapping[str, Cell]]]) -> Workbook:
    """A workbook from rows in memory: sheet name → rows by column name."""
    book = Workbook()
    for name, rows in records.items():
        header = list(dict.fromkeys(column for row in rows for column in row))
        book.add(name, [header, *([row.get(column, "") for column in header] for row in rows)])
    return book


def book_of(lines: Lines) -> Workbook:
    """A workbook in memory with the usual headers."""
    return from_records(
        {name: [dict(zip(HEADERS[name], row, strict=True)) for row in rows] for name, rows in lines.items()}
    )


def xlsx_of(path: Path, sheets: Lines) -> Path:
    """An XLSX file holding exactly these rows, headers included; dates become date cells."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            time: book.add_format({"num_format": "hh:mm"}),
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell, formats.get(type(cell)))
    return path


def csv_of(path: Path, rows: Sequence[Sequence[Any]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A CSV file holding exactly these rows."""
    with path.open("w", newline="", encoding=encoding) as handle:
        csv.writer(handle, delimiter=delimiter).writerows(rows)
    return path


def with_headers(lines: Lines) -> Lines:
    """The same sheets with their header as row 1."""
    return {name: [HEADERS[name], *rows] for name, rows in lines.items()}


def found_agency(database: Database, code: str = "kota") -> str:
    """A new agency."""
    with database.writing() as session:
        add_agency(session, code=code, name=code, actor="test", now=NOW)
    return code


def import_book(database: Database, book: Workbook, agency_id: str = "kota") -> Mapping[str, ChangeCounts]:
    """Import in a transaction of its own."""
    with database.writing() as session:
        return import_directory(session, propose(book, TODAY), agency_id=agency_id, actor="test", now=NOW)


def import_lines(database: Database, lines: Lines, agency_id: str = "kota") -> Mapping[str, ChangeCounts]:
    """Import rows under the usual headers."""
    return import_book(database, book_of(lines), agency_id)


def faults_in(database: Database, lines: Lines) -> tuple[Fault, ...]:
    """The faults of an import that must fail and leave every table as it was."""
    return faults_of(database, book_of(lines))


def faults_of(database: Database, book: Workbook) -> tuple[Fault, ...]:
    """The same of a workbook."""
    before = dump(database)
    try:
        import_book(database, book)
    except WorkbookFault as fault:
        assert dump(database) == before
        return fault.faults
    raise AssertionError("the import has succeeded")


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as the store itself hands it out."""
    with database.reader.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in metadata.tables
        }


def changed(lines: Lines, **sheets: Sequence[Sequence[Any]]) -> Lines:
    """The same directory with some sheets replaced."""
    return {**lines, **sheets}


def tomorrow(moment: str) -> str:
    """The same local time a day later."""
    return (datetime.fromisoformat(moment) + timedelta(days=1)).isoformat(" ", "minutes")
