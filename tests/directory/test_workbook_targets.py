"""The sheet `targets` of the directory workbook: by the rules of PUT /v1/targets, all or nothing with the rest."""

from typing import Any

import pytest
from sqlmodel import select

from app.access.tables import AuditEvent
from app.directory.faults import Fault, WorkbookFault
from app.directory.workbook.alteration import Alteration, Difference
from app.directory.workbook.changes import ChangeCounts
from app.directory.workbook.exporting import export_directory
from app.directory.workbook.files import read_bytes_workbook
from app.directory.workbook.importing import check, import_checked
from app.directory.workbook.preview import preview_of
from app.directory.workbook.proposal import propose
from app.foundation.storage.database import Database
from app.targets.store import fix, targets_of
from tests.directory.workbooks import (
    NIP,
    NOW,
    TODAY,
    TOWN,
    book_of,
    dump,
    faults_in,
    faults_of,
    found_agency,
    from_records,
    import_book,
    import_lines,
)

OFFICE, PERSON = ("2026-Q4", "", "dukcapil", "", "", "88.5"), ("2026-Q4", "ikl-1", "", "E001", "speed", "90,25")


@pytest.fixture
def town(database: Database) -> Database:
    """The agency `kota` with the small town."""
    found_agency(database)
    import_lines(database, TOWN)
    return database


def stored(database: Database) -> dict[tuple[str, str], int]:
    with database.reading() as session:
        return {(key.unit, key.figure): value for key, value in targets_of(session, "kota", "2026-Q4", "ikl-1").items()}


def test_targets_come_with_the_units_they_are_about_and_again_change_nothing(database: Database) -> None:
    found_agency(database)
    counts = import_lines(database, {**TOWN, "targets": [OFFICE, PERSON]})
    assert counts["targets"] == ChangeCounts(2, 0, 0)
    assert stored(database) == {("dukcapil", "index"): 8_850, ("E001", "speed"): 9_025}
    before = dump(database)
    assert import_lines(database, {"targets": [OFFICE, PERSON]})["targets"] == ChangeCounts(0, 0, 2)
    assert dump(database) == before
    other = (*OFFICE[:5], "87")
    assert import_lines(database, {"targets": [other]})["targets"] == ChangeCounts(0, 1, 0)
    # What is not in the file stays.
    assert stored(database) == {("dukcapil", "index"): 8_700, ("E001", "speed"): 9_025}
    with database.reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "target.set")).all()
    assert [(each.subject, each.detail["was"], each.detail["now"]) for each in events][-1] == ("dukcapil", 88.5, 87.0)


def test_what_is_exported_is_what_was_set(town: Database) -> None:
    import_lines(town, {"targets": [OFFICE, PERSON, ("2027", "skm-2017", "setda", "", "index", "80")]})
    exported = export_directory(town, agency_id="kota", actor="test", now=NOW)
    assert exported.counts["targets"] == 3
    book = read_bytes_workbook("directory.xlsx", exported.content)
    rows = [entry.row for entry in propose(book, TODAY).targets.entries]
    assert [(row.period, row.instrument, row.office or row.employee, row.figure, row.value) for row in rows] == [
        ("2027", "skm-2017", "setda", "index", 8_000),
        ("2026-Q4", "ikl-1", "E001", "speed", 9_025),
        ("2026-Q4", "ikl-1", "dukcapil", "index", 8_850),
    ]
    assert import_book(town, book)["targets"] == ChangeCounts(0, 0, 3)
    # Another agency has the same codes, and none of these targets.
    found_agency(town, "desa")
    assert export_directory(town, agency_id="desa", actor="test", now=NOW).counts["targets"] == 0


@pytest.mark.parametrize(
    ("changed", "column", "problem"),
    [
        ({0: "2026-Q5"}, "period", "Periods are named like"),
        ({0: ""}, "period", "a value is required"),
        ({1: "tiada-1"}, "instrument", "no instrument with this id"),
        ({2: "tiada"}, "office", "there is no office tiada"),
        ({2: "", 3: "E999"}, "employee", "there is no employee E999"),
        ({3: "E001"}, "employee", "not both"),
        ({2: ""}, "employee", "not both"),
        ({4: "tiada"}, "figure", "no such figure"),
        ({5: "25"}, "value", "above the lowest answer"),
        ({5: "100.01"}, "value", "above the lowest answer"),
        ({5: "88.555"}, "value", "at most two decimals"),
        ({5: "-1"}, "value", "at most two decimals"),
        ({5: "banyak"}, "value", "at most two decimals"),
        ({0: "x" * 11}, "period", "at most 10 characters"),
        ({2: "", 3: NIP}, "employee", "NIP"),
        ({5: ""}, "value", "a value is required"),
    ],
)
def test_every_fault_is_told_with_row_and_column_and_nothing_is_written(
    town: Database, changed: dict[int, str], column: str, problem: str
) -> None:
    wrong = tuple(changed.get(place, cell) for place, cell in enumerate(OFFICE))
    lines: dict[str, Any] = {"services": [("baru", "Baru", "")], "targets": [PERSON, wrong]}
    [fault] = faults_in(town, lines)
    assert (fault.sheet, fault.row, fault.column) == ("targets", 3, column)
    assert problem in fault.problem
    assert stored(town) == {}


def test_a_column_that_is_missing_is_told_once_and_a_wrong_unit_not_once_more(town: Database) -> None:
    with_fault: dict[str, Any] = {"offices": [("baru", "Baru", "", "nirgendwo", "")]}
    # The office is wrong in itself: that it is named by a target is no other fault.
    found = faults_in(town, with_fault | {"targets": [(*OFFICE[:2], "baru", *OFFICE[3:])]})
    assert [(fault.sheet, fault.row) for fault in found] == [("offices", 2)]
    headless = from_records({"targets": [{"period": "2026-Q4", "office": "dukcapil"}, {"period": "2026-Q4"}]})
    assert {(fault.row, fault.column) for fault in faults_of(town, headless)} == {
        (1, name) for name in ("instrument", "employee", "figure", "value")
    }


def test_one_figure_twice_and_a_wrong_row_elsewhere_are_told_together(town: Database) -> None:
    wrong: dict[str, Any] = {"services": [("X!", "Baru", "")], "targets": [OFFICE, OFFICE]}
    assert [(fault.sheet, fault.row) for fault in faults_in(town, wrong)] == [("services", 2), ("targets", 3)]


def refused(database: Database, by: str | None) -> list[Fault]:
    with database.reading() as session:
        try:
            check(session, propose(book_of({"targets": [PERSON]}), TODAY), "kota", by)
        except WorkbookFault as fault:
            return list(fault.faults)
    return []


def test_nobody_imports_the_own_target(town: Database) -> None:
    assert [(fault.row, fault.column) for fault in refused(town, "E001")] == [(2, "employee")]
    assert refused(town, "E002") == refused(town, None) == []


def test_what_was_set_or_closed_since_the_check_is_looked_at_again(town: Database) -> None:
    proposal = propose(book_of({"targets": [OFFICE, PERSON]}), TODAY)
    with town.reading() as session:
        checked = check(session, proposal, "kota")
    shown = preview_of(checked.changes, checked.before)
    key = "2026-Q4 · ikl-1 · dukcapil · index"
    name = "Dinas Dukcapil"
    assert shown.alterations[0] == Alteration("targets", "new", key, name, (Difference("value", None, "88.50"),))
    assert shown.in_all == 2
    # Targets have no version of the directory.
    with town.writing() as session:
        fix(session, "kota", "2026-Q4", "ikl-1", NOW)
    before = dump(town)
    with pytest.raises(WorkbookFault) as raised, town.writing() as session:
        import_checked(session, proposal, checked, agency_id="kota", actor="test", now=NOW)
    assert [(fault.row, fault.column) for fault in raised.value.faults] == [(2, "period"), (3, "period")]
    assert dump(town) == before
