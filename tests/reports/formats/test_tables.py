"""CSV and XLSX, read again as a spreadsheet reads them."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from app.foundation.csv_dialects import COMMA, POINT, CsvDialect
from app.foundation.formula_guard import FORMULA_STARTS
from app.reports.formats.as_csv import csv_bytes
from app.reports.formats.as_xlsx import xlsx_bytes
from app.seals.signing import SigningKey
from tests.reports.formats.samples import ADDRESS, HOSTILE, draft, named, sealed

Drafts = dict[str, dict[str, Any]]


def lines(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def test_the_csv_holds_the_figures_as_numbers(drafts: Drafts, key: SigningKey) -> None:
    report = sealed(drafts["E001"], key)
    cells = {(line["Tabel"], line["Baris"], line["Kolom"]): line["Nilai"] for line in lines(csv_bytes(report))}
    speed = drafts["E001"]["figures"]["dimensions"][0]
    assert cells["Setiap dimensi", "Kecepatan", "Indeks"] == speed["index"]
    assert cells["Setiap dimensi", "Kecepatan", "Interval kepercayaan 95\u00a0%, batas atas"] == speed["interval"][1]
    assert cells["", "Alamat verifikasi", ""] == ADDRESS


def test_with_semicolons_decimals_have_a_comma(drafts: Drafts) -> None:
    content = csv_bytes(draft(drafts["E001"]), "id", COMMA)
    value = drafts["E001"]["figures"]["index"]["value"].replace(".", ",")
    assert value in {line["Nilai"] for line in lines(content, ";")}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("dialect", [POINT, COMMA])
def test_no_text_of_the_csv_is_a_formula(drafts: Drafts, name: str, dialect: CsvDialect) -> None:
    found = lines(csv_bytes(draft(named(drafts["E001"], name)), "id", dialect), dialect.delimiter)
    cells = [cell for line in found for cell in line.values()]
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS) and not number(cell)] == []
    assert name in {cell.removeprefix("'") for cell in cells}


def test_the_workbook_has_a_sheet_per_section_typed_cells_and_no_formula(drafts: Drafts, key: SigningKey) -> None:
    for name in HOSTILE:
        content = xlsx_bytes(sealed(named(drafts["E001"], name), key))
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        assert book.sheet_names[:3] == ["Identitas", "Hasil", "Penggunaan dalam penilaian"]
        cells = [
            cell for sheet in book.sheet_names for row in book.get_sheet_by_name(sheet).to_python() for cell in row
        ]
        assert name in cells
        assert float(drafts["E001"]["figures"]["index"]["value"]) in cells
        with ZipFile(BytesIO(content)) as parts:
            sheets = [parts.read(part).decode() for part in parts.namelist() if part.startswith("xl/worksheets/sheet")]
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_the_workbook_has_a_native_chart_of_the_trend(drafts: Drafts) -> None:
    with ZipFile(BytesIO(xlsx_bytes(draft(drafts["E001"])))) as parts:
        [chart] = [parts.read(part).decode() for part in parts.namelist() if part.startswith("xl/charts/chart")]
        [drawing] = [parts.read(part).decode() for part in parts.namelist() if part.startswith("xl/drawings/drawing")]
    assert "<c:lineChart>" in chart
    assert "Grafik garis IKL" in drawing


def test_a_text_longer_than_a_cell_is_cut(drafts: Drafts) -> None:
    book = CalamineWorkbook.from_filelike(BytesIO(xlsx_bytes(draft({**drafts["E001"], "reply": "a" * 40_000}))))
    rows = book.get_sheet_by_name("Tanggapan dan catatan").to_python()
    assert max(len(str(cell)) for row in rows for cell in row) == 32_767
