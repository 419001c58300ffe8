"""The template: what agencies get to fill in."""

from pathlib import Path
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from app.directory.workbook.columns import SHEETS
from app.directory.workbook.files import read_workbook
from app.directory.workbook.proposal import propose
from app.directory.workbook.rows import (
    CounterRow,
    DutyRow,
    EmployeeRow,
    OfficeRow,
    PromiseLine,
    Row,
    ServiceRow,
    TargetLine,
)
from app.directory.workbook.template import EXAMPLES, write_template
from app.foundation.storage.database import Database
from tests.directory.workbooks import TODAY, found_agency, import_book

MODELS: tuple[type[Row], ...] = (OfficeRow, ServiceRow, CounterRow, EmployeeRow, DutyRow, TargetLine, PromiseLine)


def test_the_template_imports_as_it_is(database: Database, tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    found_agency(database)
    counts = import_book(database, read_workbook(tmp_path / "template.xlsx"))
    assert {name: each.new for name, each in counts.items()} == {name: len(rows) for name, rows in EXAMPLES.items()}


def test_every_column_of_the_models_is_in_the_template_and_explained(tmp_path: Path) -> None:
    for model in MODELS:
        names = [field.alias or name for name, field in model.model_fields.items()]
        assert names == [column.name for column in SHEETS[model.sheet]]
    write_template(tmp_path / "template.xlsx")
    with CalamineWorkbook.from_path(tmp_path / "template.xlsx") as book:
        assert book.sheet_names == [*SHEETS, "petunjuk"]
        lines = book.get_sheet_by_name("petunjuk").to_python()
    explained = {(line[0], line[1]): (line[2], line[3]) for line in lines}
    for sheet, columns in SHEETS.items():
        for column in columns:
            assert explained[sheet, column.name] == (column.indonesian, column.english)


def test_codes_and_nip_are_text_and_zones_are_chosen_from_a_list(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    with ZipFile(tmp_path / "template.xlsx") as archive:
        offices = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
        comments = archive.read("xl/comments4.xml").decode()
    assert '"Asia/Jakarta,Asia/Makassar,Asia/Jayapura"' in offices.replace("&quot;", '"')
    assert 'sqref="D2:D1048576"' in offices
    assert 'numFmtId="49"' in styles, "49 is the text format"
    assert "Jangan memakai NIP" in comments


def test_an_example_left_in_is_no_real_person(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    proposal = propose(read_workbook(tmp_path / "template.xlsx"), TODAY)
    assert proposal.faults == []
    assert all("Contoh" in entry.row.name for entry in proposal.employees.entries)
