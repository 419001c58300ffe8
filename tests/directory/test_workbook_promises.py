"""The sheet `promises` of the directory workbook: by the rules of PUT /v1/promises, all or nothing with the rest."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from app.access.tables import AuditEvent
from app.directory.faults import WorkbookFault
from app.directory.workbook.alteration import Alteration, Difference
from app.directory.workbook.changes import ChangeCounts
from app.directory.workbook.exporting import export_directory
from app.directory.workbook.files import read_bytes_workbook
from app.directory.workbook.importing import check, import_checked
from app.directory.workbook.preview import preview_of
from app.directory.workbook.proposal import propose
from app.foundation.storage.database import Database
from app.standards.counts_store import add_counts
from app.standards.rules.counts import CountKey
from app.standards.store import page
from tests.directory.workbooks import (
    NOW,
    TODAY,
    TOWN,
    book_of,
    dump,
    faults_in,
    found_agency,
    import_book,
    import_lines,
)

CARD, BOOK = ("ktp-el", "2027-01", "15", "minutes", "SK 1/2026"), ("kk", "2027-01", "3", "hari kerja", "SK 1/2026")
NOTHING = ("kk", "2027-06", "", "", "")


@pytest.fixture
def town(database: Database) -> Database:
    """The agency `kota` with the small town."""
    found_agency(database)
    import_lines(database, TOWN)
    return database


def stored(database: Database, agency_id: str = "kota") -> list[tuple[Any, ...]]:
    with database.reading() as session:
        rows = page(session, agency_id, ("", ""), 100)
    return [(row.service, row.valid_from, row.amount, row.unit, row.source) for row in rows]


def count_times(database: Database, month: str) -> None:
    """Queue systems have counted times of the card in this month, by the promise of then."""
    with database.writing() as session:
        add_counts(session, "kota", {CountKey("dukcapil", "ktp-el", month, "ticket", "half"): 3})


def test_promises_come_with_the_services_they_are_about_and_again_change_nothing(database: Database) -> None:
    found_agency(database)
    counts = import_lines(database, {**TOWN, "promises": [CARD, BOOK, NOTHING]})
    assert counts["promises"] == ChangeCounts(3, 0, 0)
    everything = [
        ("kk", "2027-01", 3, "working-days", "SK 1/2026"),
        ("kk", "2027-06", None, None, None),
        ("ktp-el", "2027-01", 15, "minutes", "SK 1/2026"),
    ]
    assert stored(database) == everything
    before = dump(database)
    assert import_lines(database, {"promises": [CARD, BOOK, NOTHING]})["promises"] == ChangeCounts(0, 0, 3)
    assert dump(database) == before
    assert import_lines(database, {"promises": [(*CARD[:2], 20, "menit", "SK 2")]})["promises"] == ChangeCounts(0, 1, 0)
    # What is not in the file stays.
    assert stored(database) == [*everything[:2], ("ktp-el", "2027-01", 20, "minutes", "SK 2")]
    with database.reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "promise.set")).all()
    last = events[-1]
    assert (last.subject, last.detail["was"], last.detail["now"]) == ("ktp-el", "15 minutes", "20 minutes")
    assert len(events) == 4


def test_what_is_exported_is_what_is_promised(town: Database) -> None:
    import_lines(town, {"promises": [CARD, BOOK, NOTHING]})
    exported = export_directory(town, agency_id="kota", actor="test", now=NOW)
    assert exported.counts["promises"] == 3
    again = read_bytes_workbook("directory.xlsx", exported.content)
    assert import_book(town, again)["promises"] == ChangeCounts(0, 0, 3)
    # Another agency has the same codes and none of these promises; its own copy of the file sets its own.
    found_agency(town, "desa")
    assert export_directory(town, agency_id="desa", actor="test", now=NOW).counts["promises"] == 0
    assert import_book(town, again, "desa")["promises"] == ChangeCounts(3, 0, 0)
    assert stored(town, "desa") == stored(town)


def test_a_month_that_a_spreadsheet_made_a_day_of_is_that_month(town: Database) -> None:
    import_lines(town, {"promises": [("ktp-el", date(2027, 3, 1), 15, "minutes", "SK")]})
    assert [row[:2] for row in stored(town)] == [("ktp-el", "2027-03")]


@pytest.mark.parametrize(
    ("changed", "column", "problem"),
    [
        ({0: "tiada"}, "service", "there is no service tiada"),
        ({0: ""}, "service", "a value is required"),
        ({1: "2027-13"}, "valid_from", "write the month as 2027-01"),
        ({1: "Januari 2027"}, "valid_from", "write the month as 2027-01"),
        ({1: ""}, "valid_from", "a value is required"),
        ({2: "0"}, "amount", "A promise is 1 to 600 minutes"),
        ({2: "601"}, "amount", "A promise is 1 to 600 minutes"),
        ({2: "25", 3: "hours"}, "amount", "1 to 24 hours"),
        ({2: "1.5"}, "amount", "whole number"),
        ({2: ""}, "source", "or none of them"),
        ({3: ""}, "source", "or none of them"),
        ({4: ""}, "source", "or none of them"),
        ({3: "hari"}, "unit", "write minutes, hours or working-days"),
        ({4: "x" * 301}, "source", "at most 300 characters"),
        ({1: "2026-05"}, "valid_from", "counted already"),
    ],
)
def test_every_fault_is_told_with_row_and_column_and_nothing_is_written(
    town: Database, changed: dict[int, str], column: str, problem: str
) -> None:
    import_lines(town, {"promises": [("ktp-el", "2026-01", "30", "minutes", "SK 0")]})
    count_times(town, "2026-06")
    wrong = tuple(changed.get(place, cell) for place, cell in enumerate(CARD))
    lines: dict[str, Any] = {"offices": [("baru", "Baru", "", "WIB", "")], "promises": [BOOK, wrong]}
    [fault] = faults_in(town, lines)
    assert (fault.sheet, fault.row, fault.column) == ("promises", 3, column)
    assert problem in fault.problem


def test_one_month_twice_and_a_wrong_row_elsewhere_are_told_together(town: Database) -> None:
    wrong: dict[str, Any] = {"services": [("X!", "Baru", "")], "promises": [CARD, CARD]}
    assert [(fault.sheet, fault.row) for fault in faults_in(town, wrong)] == [("services", 2), ("promises", 3)]


def test_what_was_counted_or_promised_since_the_check_is_looked_at_again(town: Database) -> None:
    import_lines(town, {"promises": [("ktp-el", "2026-01", "30", "minutes", "SK 0")]})
    later = ("ktp-el", "2026-10", "15", "minutes", "SK 1/2026")
    proposal = propose(book_of({"promises": [later, BOOK]}), TODAY)
    with town.reading() as session:
        checked = check(session, proposal, "kota")
    shown = preview_of(checked.changes, checked.before)
    assert shown.in_all == 2
    assert shown.alterations[0] == Alteration(
        "promises",
        "new",
        "ktp-el · 2026-10",
        "KTP-el",
        (Difference("amount", None, "15 minutes"), Difference("source", None, "SK 1/2026")),
    )
    # Promises have no version of the directory.
    with town.writing() as session:
        import_checked(session, proposal, checked, agency_id="kota", actor="test", now=NOW)
    with town.writing() as session:
        again = import_checked(session, proposal, checked, agency_id="kota", actor="test", now=NOW)
    assert again.changes.counts["promises"] == ChangeCounts(0, 0, 2)
    count_times(town, "2026-11")
    proposal = propose(book_of({"promises": [(*later[:2], "20", *later[3:])]}), TODAY)
    before = dump(town)
    with pytest.raises(WorkbookFault) as raised, town.writing() as session:
        import_checked(session, proposal, checked, agency_id="kota", actor="test", now=NOW)
    assert [(fault.row, fault.column) for fault in raised.value.faults] == [(2, "valid_from")]
    assert dump(town) == before
