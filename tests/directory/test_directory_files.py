"""Workbooks, CSV files and folders: what is read, and which sheets and columns are faults."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import xlsxwriter

from app.directory.workbook.files import read_workbook
from app.directory.workbook.proposal import propose
from app.directory.workbook.references import letters_of, place_of
from tests.directory.reading_files import SERVICES, faults_of, only_fault
from tests.directory.workbooks import HEADERS, TODAY, TOWN, Lines, book_of, csv_of, from_records, with_headers, xlsx_of


def test_a_workbook_a_folder_and_rows_in_memory_read_the_same(tmp_path: Path) -> None:
    lines = with_headers(TOWN)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, rows in lines.items():
        csv_of(folder / f"{name}.csv", rows)
    (folder / "README.txt").write_text("not a sheet")
    expected = propose(book_of(TOWN), TODAY)
    assert expected.faults == []
    assert propose(read_workbook(xlsx_of(tmp_path / "town.xlsx", lines)), TODAY) == expected
    assert propose(read_workbook(folder), TODAY) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_one_csv_file_is_the_sheet_of_its_name(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [HEADERS["counters"], *TOWN["counters"]]
    path = csv_of(tmp_path / "Counters.CSV", rows, delimiter=delimiter, encoding=encoding)
    proposal = propose(read_workbook(path), TODAY)
    assert proposal.faults == []
    assert [entry.row.services for entry in proposal.counters.entries] == [("ktp-el", "kk"), (), ("kk",)]


def test_rows_keep_their_numbers_though_blank_rows_are_left_out(tmp_path: Path) -> None:
    rows = [HEADERS["services"], (), ("", " ", ""), ("a", "A\nB", ""), (), ("B", "B", "")]
    for path in (csv_of(tmp_path / "services.csv", rows), xlsx_of(tmp_path / "s.xlsx", {"services": rows})):
        assert [fault[:3] for fault in faults_of(path)] == [("services", 4, "name"), ("services", 6, "code")]


def test_a_header_is_read_whatever_its_order_and_capitals(tmp_path: Path) -> None:
    rows = [(" Name ", "FAMILY", "code", ""), ("KK", "", "kk", "")]
    proposal = propose(read_workbook(xlsx_of(tmp_path / "a.xlsx", {" Services ": rows})), TODAY)
    assert proposal.faults == []
    assert proposal.services.entries[0].row.code == "kk"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("code", "name")], [(1, "family", "missing")]),
        ([("code", "name", "family", "nama")], [(1, "nama", "no such column")]),
        ([("code", "name", "family", "Code")], [(1, "code", "there twice")]),
        ([("code", "name", "family"), ("a", "A", "", "x")], [(2, "D", "without a name")]),
        ([("code", "", "family", "name"), ("a", "x", "", "A")], [(2, "B", "without a name")]),
        # What follows from a missing column is not told again in every row.
        ([("name", "family"), ("A", ""), ("", "")], [(1, "code", "missing")]),
        (
            [("code", "name"), ("A", "")],
            [(1, "family", "missing"), (2, "code", "small"), (2, "name", "required")],
        ),
        # Without a header nobody knows what a row means.
        (
            [(), ("code", "name", "family"), ("a", "A", "")],
            [(1, "code", "missing"), (1, "name", "missing"), (1, "family", "missing")],
        ),
    ],
)
def test_wrong_columns_are_faults(
    tmp_path: Path, rows: Sequence[Sequence[str]], told: Sequence[tuple[int, str, str]]
) -> None:
    for path in (csv_of(tmp_path / "services.csv", rows), xlsx_of(tmp_path / "s.xlsx", {"services": rows})):
        faults = faults_of(path)
        assert [fault[:3] for fault in faults] == [("services", row, column) for row, column, _ in told]
        assert all(problem in fault.problem for fault, (*_, problem) in zip(faults, told, strict=True))


def test_a_heading_that_is_no_text_is_called_by_its_letter(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("services")
        sheet.write_row(0, 0, (*HEADERS["services"], 2026, True))
        sheet.write_formula(0, 5, "=A9", value="#REF!")
    faults = faults_of(path)
    assert [fault[:3] for fault in faults] == [("services", 1, name) for name in ("2026", "e", "f")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_a_csv_sheet_is_taken_as_any_spreadsheet_saves_it(tmp_path: Path, end: str, encoding: str) -> None:
    lines = ["sep=;", "code;name;family", '"kk";"Kartu, ""KK""";']
    (tmp_path / "services.csv").write_bytes((end.join(lines) + end).encode(encoding))
    proposal = propose(read_workbook(tmp_path), TODAY)
    assert proposal.faults == []
    assert [(entry.number, entry.row.name) for entry in proposal.services.entries] == [(2, 'Kartu, "KK"')]


def test_a_sheet_whose_codes_cannot_be_read_makes_nobody_else_wrong(tmp_path: Path) -> None:
    lines: dict[str, Sequence[Sequence[Any]]] = {**with_headers(TOWN)}
    lines["offices"] = [row[1:] for row in lines["offices"]]
    proposal = propose(read_workbook(xlsx_of(tmp_path / "a.xlsx", lines)), TODAY)
    assert [fault[:3] for fault in proposal.faults] == [("offices", 1, "code")]
    assert proposal.offices.names("anything")
    assert proposal.offices.is_doubtful("anything")


def test_unknown_sheets_are_faults_unless_they_are_blank_or_the_instructions(tmp_path: Path) -> None:
    lines: Lines = {
        "services": SERVICES,
        "petunjuk": [("read", "me")],
        "Sheet1": [],
        "office": [("code",), ("a",)],
    }
    (fault,) = faults_of(xlsx_of(tmp_path / "a.xlsx", lines))
    assert fault[:3] == ("office", None, None)
    assert "offices, services, counters, employees, duties" in fault.problem


def test_the_same_sheet_twice_is_a_fault(tmp_path: Path) -> None:
    csv_of(tmp_path / "services.csv", SERVICES)
    csv_of(tmp_path / "Services.CSV", SERVICES)
    csv_of(tmp_path / "SERVICES.csv", SERVICES)
    (fault,) = faults_of(tmp_path)
    assert "twice" in fault.problem


def test_what_stands_in_the_second_copy_of_a_sheet_is_not_called_unknown_beside(tmp_path: Path) -> None:
    lines = {**with_headers(TOWN), "services": SERVICES[:2], "Services ": [SERVICES[0], SERVICES[2]]}
    read = propose(read_workbook(xlsx_of(tmp_path / "a.xlsx", lines)), TODAY)
    assert [fault.problem for fault in read.faults] == ["this sheet is there twice"]
    assert read.services.names("kk")
    assert read.services.is_doubtful("kk")


def test_a_file_or_folder_without_any_sheet_is_a_fault(tmp_path: Path) -> None:
    assert "none of the sheets" in only_fault(tmp_path)
    assert "none of the sheets" in only_fault(xlsx_of(tmp_path / "a.xlsx", {"Sheet1": []}))


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    assert "no such file" in only_fault(tmp_path / "a.xlsx")


def test_a_file_of_another_kind_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0 an old or a locked workbook")
    assert "not an XLSX workbook" in only_fault(path)
    with ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "an OpenDocument sheet")
    assert "not an XLSX workbook" in only_fault(path)


def test_a_file_that_may_not_be_read_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = csv_of(tmp_path / "services.csv", SERVICES)
    monkeypatch.setattr(Path, "open", refuse)
    assert only_fault(path) == "it cannot be read: Permission denied"


def test_a_csv_file_in_another_encoding_is_a_fault_and_makes_nobody_else_wrong(tmp_path: Path) -> None:
    for name, rows in with_headers(TOWN).items():
        csv_of(tmp_path / f"{name}.csv", rows)
    (tmp_path / "offices.csv").write_bytes("code,name\na,Kantor é".encode("latin-1"))
    proposal = propose(read_workbook(tmp_path), TODAY)
    assert [fault[:3] for fault in proposal.faults] == [("offices.csv", None, None)]
    assert "UTF-8" in proposal.faults[0].problem
    assert proposal.offices.names("dukcapil")


def test_a_csv_file_with_an_open_quote_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "services.csv"
    path.write_text('code,name,family\na,"A,\nb,B,\n')
    assert only_fault(path) == "row 2: this is not well-formed CSV: a quote is opened and never closed"


@pytest.mark.parametrize(
    ("letters", "column"), [("A", 0), ("Z", 25), ("AA", 26), ("AZ", 51), ("ZZ", 701), ("AAA", 702)]
)
def test_columns_are_lettered_as_spreadsheets_do(letters: str, column: int) -> None:
    assert letters_of(column) == letters
    assert place_of(f"{letters}7") == (6, column)
    with pytest.raises(ValueError, match="names no cell"):
        place_of(letters)


def test_relationships_may_be_absolute(tmp_path: Path) -> None:
    whole = xlsx_of(tmp_path / "whole.xlsx", {"services": SERVICES})
    moved = tmp_path / "moved.xlsx"
    with ZipFile(whole) as source, ZipFile(moved, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("workbook.xml.rels"):
                content = content.replace(b'"worksheets/', b'"/xl/worksheets/')
            target.writestr(name, content)
    assert faults_of(moved) == []


def test_records_may_lack_columns() -> None:
    book = from_records({"services": [{"code": "a", "name": "A"}, {"code": "b", "name": "B", "family": "a"}]})
    proposal = propose(book, TODAY)
    assert [entry.row.columns()["family"] for entry in proposal.services.entries] == ["a", "a"]


def test_a_folder_is_not_searched_deeper(tmp_path: Path) -> None:
    os.mkdir(tmp_path / "offices.csv")
    assert "no such file" in faults_of(tmp_path)[0].problem
