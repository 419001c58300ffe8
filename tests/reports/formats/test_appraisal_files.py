"""The files for appraisal systems, read again as their readers read them."""

import csv
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
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
