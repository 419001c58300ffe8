"""What reading a workbook may cost, known before it is read; damaged and disguised archives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
import xlsxwriter

from app.directory.workbook import files, proposal, raw_sheets, sheets
from app.directory.workbook.cells import Broken
from app.directory.workbook.files import read_workbook
from app.directory.workbook.proposal import propose
from app.directory.workbook.raw_sheets import mark_broken
from tests.directory.reading_files import SERVICES, faults_of, only_fault
from tests.directory.workbooks import HEADERS, TODAY, csv_of, xlsx_of


def test_a_workbook_with_a_broken_part_is_a_fault(tmp_path: Path) -> None:
    whole = xlsx_of(tmp_path / "whole.xlsx", {"services": SERVICES})
    broken = tmp_path / "broken.xlsx"
    with ZipFile(whole) as source, ZipFile(broken, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name)[: 200 if name.endswith("sheet1.xml") else None])
    assert "not an XLSX workbook" in only_fault(broken)


def repacked(whole: Path, part: str, damage: Callable[[bytearray, ZipInfo], None]) -> Path:
    """A copy of a workbook's archive with its bytes damaged at one part."""
    content = bytearray(whole.read_bytes())
    with ZipFile(whole) as archive:
        damage(content, archive.getinfo(part))
    copy = whole.with_name("damaged.xlsx")
    copy.write_bytes(content)
    return copy


def spoil_data(content: bytearray, part: ZipInfo) -> None:
    """The deflated bytes of the part are no longer what they were."""
    start = part.header_offset + 30 + len(part.filename)
    content[start : start + 20] = b"\xff" * 20


def set_in_headers(offset: int, value: int) -> Callable[[bytearray, ZipInfo], None]:
    """Overwrite a 16-bit field of both headers; `offset` counts in the local one."""

    def damage(content: bytearray, part: ZipInfo) -> None:
        name = part.filename.encode()
        central = content.rindex(b"PK\x01\x02", 0, content.rindex(name))
        for place in (part.header_offset + offset, central + offset + 2):
            content[place : place + 2] = value.to_bytes(2, "little")

    return damage


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "damage",
    [spoil_data, set_in_headers(6, 1), set_in_headers(8, 99), set_in_headers(8, 12), set_in_headers(8, 14)],
    ids=["deflate", "encrypted", "unknown method", "not bzip2", "not lzma"],
)
def test_a_damaged_archive_is_a_fault(tmp_path: Path, part: str, damage: Callable[[bytearray, ZipInfo], None]) -> None:
    whole = xlsx_of(tmp_path / "whole.xlsx", {"services": SERVICES})
    assert "not an XLSX workbook" in only_fault(repacked(whole, part, damage))


def test_a_workbook_whose_parts_are_not_utf_8_is_a_fault(tmp_path: Path) -> None:
    whole = xlsx_of(tmp_path / "whole.xlsx", {"services": SERVICES})
    broken = tmp_path / "broken.xlsx"
    with ZipFile(whole) as source, ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("workbook.xml.rels"):
                content = content.replace(b'"worksheets/', b'"worksheets\xff/')
            target.writestr(name, content)
    assert "not an XLSX workbook" in only_fault(broken)


def test_files_and_sheets_have_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = xlsx_of(tmp_path / "a.xlsx", {"services": SERVICES})
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    (fault,) = faults_of(path)
    assert fault.sheet == "services"
    assert "at most 2 rows" in fault.problem
    monkeypatch.setattr(raw_sheets, "LARGEST_UNPACKED", 100)
    assert "unpacked" in only_fault(path)
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    assert "a file may have at most" in only_fault(path)


def test_a_formula_that_ends_in_an_error_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("petunjuk").write(0, 0, "read me")
        book.add_chartsheet("chart").set_chart(_chart(book))
        sheet = book.add_worksheet("offices")
        sheet.write_row(0, 0, HEADERS["offices"])
        sheet.write_row(1, 0, ("setda", "Setda", "", "WIB", ""))
        sheet.write_formula(1, 2, "=VLOOKUP(1,A1:A2,1)", value="#N/A")
        sheet.write_formula(3, 2, "=A9", value="#REF!")
    told = [fault[:3] for fault in faults_of(path) if "formula" in fault.problem]
    assert told == [("offices", 2, "parent"), ("offices", 4, "parent")]


def _chart(book: Any) -> Any:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=offices!$A$1:$A$2"})
    return chart


def test_a_stray_value_far_away_is_a_fault_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("services")
        for row, cells in enumerate(SERVICES):
            sheet.write_row(row, 0, cells)
        sheet.write_blank(20_000, 16_383, None, book.add_format({"bold": True}))
    assert faults_of(path) == [], "a cell with a format alone holds nothing"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("services").write(20_000, 16_383, "x")
    assert "far away" in only_fault(path)


SHEET = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c></row>'


def archived(path: Path, sheet: bytes, more: bytes = b"", **parts: bytes) -> Path:
    """A workbook of one sheet `services`, written by hand; `more` stands in its list of sheets."""
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relationships = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
    )
    of_book = b'<Relationship Id="r1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>' % office
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        of_archive = b'<Relationship Id="r1" Type="%s/officeDocument" Target="xl/workbook.xml"/>' % office
        archive.writestr("_rels/.rels", relationships % of_archive)
        listed = more + b'<sheet name="services" sheetId="1" r:id="r1"/>'
        book = b'<workbook xmlns="%s" xmlns:r="%s"><sheets>%s</sheets></workbook>' % (main, office, listed)
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", relationships % of_book)
        archive.writestr("xl/worksheets/sheet1.xml", b'<worksheet xmlns="%s">%s</worksheet>' % (main, sheet))
        for name, content in parts.items():
            archive.writestr(f"xl/{name}.xml", content)
    return path


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        # Two cells in opposite corners, said outright, by the row, by nobody, and in small letters.
        (SHEET + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>', "far away"),
        (SHEET + b'<row r="20000">' + b"<c/>" * 16_383 + b"<c><v>1</v></c></row></sheetData>", "far away"),
        (SHEET + b'<row r="1048576"><c r="xfd1048576"><v>1</v></c></row></sheetData>', "not an XLSX"),
        (SHEET + b'<row r="1048576"><c s=">" r="XFD1048576"><v>1</v></c></row></sheetData>', "not an XLSX"),
        (SHEET + b"<row r='1048576'><c s='1' r = 'XFD1048576'><v>1</v></c></row></sheetData>", "far away"),
        # Without an end, which patterns must not look for at every beginning.
        (SHEET + b'<c r="A1" ' * 200_000, "not an XLSX"),
        (SHEET + b"<row></row>" * 300 + b"</sheetData>", "at most 200 rows, cells and texts"),
    ],
)
def test_what_a_small_workbook_would_cost_is_known_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sheet: bytes, told: str
) -> None:
    if b"<row></row>" in sheet:
        monkeypatch.setattr(raw_sheets, "MOST_TAGS", 200)
    assert told in only_fault(archived(tmp_path / "a.xlsx", sheet))


def test_the_bounds_are_those_of_the_whole_archive_whatever_its_parts_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_sheets, "LARGEST_AREA", 1_000)
    stray = SHEET + b'<row r="30"><c r="Z30"><v>1</v></c></row></sheetData>'
    assert "there is no such column" not in str(faults_of(archived(tmp_path / "a.xlsx", stray)))
    assert "at most 1000 cells" in only_fault(archived(tmp_path / "b.xlsx", stray, other=stray))
    assert faults_of(archived(tmp_path / "c.xlsx", stray, b"<sheet " * 50_000)) != []
    assert "not an XLSX" in only_fault(archived(tmp_path / "d.xlsx", stray, other=stray.decode().encode("utf-16-le")))
    monkeypatch.setattr(raw_sheets, "LARGEST_UNPACKED", 50_000)
    assert "at most 0 MiB" in only_fault(archived(tmp_path / "e.xlsx", stray, sharedStrings=b" " * 60_000))


def test_a_part_is_as_long_as_it_unpacks_to_and_not_as_its_header_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archived(tmp_path / "a.xlsx", SHEET + b"</sheetData>", other=b" " * 60_000)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/other.xml"))
    content[at + 24 : at + 28] = (1).to_bytes(4, "little")
    path.write_bytes(content)
    monkeypatch.setattr(raw_sheets, "LARGEST_UNPACKED", 50_000)
    assert "unpacked, a workbook may have" in only_fault(path)


def test_a_cell_holds_no_more_than_a_spreadsheets_does(tmp_path: Path) -> None:
    path = csv_of(tmp_path / "services.csv", [HEADERS["services"], ("kk", "x" * 32_768, "")])
    (fault,) = faults_of(path)
    assert fault[:] == ("services", 2, "name", "write at most 32767 characters")


def test_after_very_many_faults_of_a_sheet_the_rest_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposal, "MOST_FAULTS", 3)
    read = propose(read_workbook(csv_of(tmp_path / "services.csv", [SERVICES[0], *[("A", "A", "")] * 9])), TODAY)
    assert [fault.row for fault in read.faults] == [2, 3, 4, 5]
    assert read.faults[-1].problem == "3 faults stand above; the rows from here on were not read"
    assert read.services.is_doubtful("kk")


def test_a_broken_cell_beyond_the_read_lines_is_still_marked() -> None:
    assert mark_broken([["a"]], ["B1", "C3"]) == [
        ["a", Broken.formula],
        [],
        ["", "", Broken.formula],
    ]


def test_a_sheet_has_as_many_columns_as_anybody_needs(tmp_path: Path) -> None:
    wide = [[*HEADERS["services"], *[""] * 600], ["kk", "KK", ""]]
    assert faults_of(csv_of(tmp_path / "services.csv", wide)) == []
    wide[0][-1] = "note"
    (fault,) = faults_of(csv_of(tmp_path / "services.csv", wide))
    assert fault[:] == ("services", None, None, "a sheet may have at most 500 columns; take the others out")
