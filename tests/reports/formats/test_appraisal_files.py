"""The files for appraisal systems, read again as their readers read them."""

import csv
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from app.reports.formats.appraisal_files import APPRAISAL_FORMATS, Sheet
from app.reports.rules.appraisal_columns import Cell, Row, columns
from tests.reports.formats.samples import HOSTILE

SHEET = Sheet("kota", "2026-Q3", date(2026, 9, 30), columns(["speed"]))
NAMES = [column.name for column in SHEET.columns]
KINDS = {column.name: column.kind for column in SHEET.columns}
NIP = "198503122010012004"


FILLING: dict[str, Cell] = {"text": "x", "count": 7, "official": "92.50", "estimate": -0.25, "flag": True}


def line(**cells: Cell) -> Row:
    return tuple(cells.get(name, FILLING[kind]) for name, kind in KINDS.items())


ROWS = [line(nip=NIP, code="E001"), line(code="E002", speed_index=None, flagged=None, name=HOSTILE[0])]


def made(name: str, rows: list[Row] | Iterator[Row] = ROWS) -> bytes:
    target = BytesIO()
    APPRAISAL_FORMATS[name].write(SHEET, iter(rows), target)
    return target.getvalue()


def test_json_holds_the_rows_with_official_figures_as_text() -> None:
    told = json.loads(made("json"))
    assert (told["agency"], told["period"], len(told["items"])) == ("kota", "2026-Q3", 2)
    assert list(told["items"][0]) == NAMES
    first, second = told["items"]
    assert (first["nip"], first["speed_index"], first["change"], first["flagged"]) == (NIP, "92.50", -0.25, True)
    assert (second["speed_index"], second["name"]) == (None, HOSTILE[0])
    assert json.loads(made("json", []))["items"] == []


@pytest.mark.parametrize(("name", "delimiter", "point"), [("csv", ",", "."), ("csv-semicolon", ";", ",")])
def test_csv_has_a_mark_figures_as_its_readers_write_them_and_no_formula(name: str, delimiter: str, point: str) -> None:
    content = made(name)
    assert content.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert (first["nip"], first["speed_n"], first["flagged"]) == (NIP, "7", "true")
    assert (first["speed_index"], first["change"]) == (f"92{point}50", f"-0{point}25")
    assert (second["speed_index"], second["flagged"]) == ("", "")
    assert second["name"] == f"'{HOSTILE[0]}"


def test_xlsx_has_typed_cells_a_nip_of_eighteen_digits_and_no_formula() -> None:
    content = made("xlsx")
    header, first, second = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    told = dict(zip(header, first, strict=True))
    assert header == NAMES
    assert (told["nip"], told["speed_n"], told["speed_index"], told["change"]) == (NIP, 7.0, 92.5, -0.25)
    assert told["flagged"] is True
    assert dict(zip(header, second, strict=True))["name"] == HOSTILE[0]
    with ZipFile(BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert made("xlsx") == content


# Halves and halves that a binary float stores as less, with four and two decimals, and with one about few ratings.
AWKWARD: tuple[dict[str, Cell], ...] = (
    {"speed_mean": "3.6250", "speed_index": "90.63", "composite_mean": "2.6750", "shrunken": 1.005, "change": -0.0005},
    {"speed_mean": "3.6", "speed_index": "90.6", "composite_mean": "2.7", "shrunken": 3.1, "change": -0.1},
)


def test_every_format_has_the_same_figures_to_the_last_digit() -> None:
    rows = [line(**cells) for cells in AWKWARD]
    signed = json.loads(made("json", rows))["items"]
    found: dict[str, list[list[Any]]] = {}
    found["xlsx"] = list(
        map(list, CalamineWorkbook.from_filelike(BytesIO(made("xlsx", rows))).get_sheet_by_index(0).to_python()[1:])
    )
    for name, delimiter in (("csv", ","), ("csv-semicolon", ";")):
        text = made(name, rows).decode("utf-8-sig").replace(",", "." if delimiter == ";" else ",")
        found[name] = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))[1:]
    for name, lines in found.items():
        for cells, item in zip(lines, signed, strict=True):
            for column, cell in zip(SHEET.columns, cells, strict=True):
                if column.kind not in ("text", "flag"):
                    assert Decimal(str(cell)) == Decimal(str(item[column.name])), (name, column.name)


def test_the_workbook_shows_as_many_decimals_as_a_figure_has() -> None:
    with ZipFile(BytesIO(made("xlsx", [line(**cells) for cells in AWKWARD]))) as archive:
        styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - Made here.
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - Made here.
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    codes = {each.get("numFmtId"): each.get("formatCode") for each in styles.iter(f"{space}numFmt")}
    forms = [codes.get(each.get("numFmtId")) for each in styles.find(f"{space}cellXfs") or ()]
    shown = [[forms[int(cell.get("s", "0"))] for cell in row] for row in list(sheet.iter(f"{space}row"))[1:]]
    places = [NAMES.index(name) for name in ("speed_mean", "speed_index", "shrunken")]
    assert [[row[place] for place in places] for row in shown] == [
        ["0.0000", "0.00", "0.0###"],
        ["0.0", "0.0", "0.0###"],
    ]


@pytest.mark.campaign
@pytest.mark.sized
@pytest.mark.parametrize("name", APPRAISAL_FORMATS)
def test_more_employees_need_no_more_memory(name: str, tmp_path: Path) -> None:
    """Ten times the rows, and yet no more is held at once: each row is made when it is written, then let go."""

    def peak(n: int) -> int:
        with (tmp_path / "file").open("wb") as target:
            tracemalloc.start()
            APPRAISAL_FORMATS[name].write(SHEET, (line(name=f"Pegawai {n}") for n in range(n)), target)
            highest = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return highest

    peak(10)
    many, more = 2_000, 500_000
    assert peak(many) < peak(many // 10) + more
