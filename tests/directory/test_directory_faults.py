"""Wrong workbooks: every fault is told at once, each once, and nothing is written."""

from collections.abc import Sequence
from typing import Any

import pytest

from app.directory.faults import Fault
from app.foundation.storage.database import Database
from tests.directory.workbooks import (
    NIP,
    OTHER_NIP,
    TOWN,
    Lines,
    changed,
    faults_in,
    found_agency,
    import_lines,
)


@pytest.fixture
def town(database: Database) -> Database:
    """The agency `kota` with the small town imported."""
    found_agency(database)
    import_lines(database, TOWN)
    return database


def places(faults: Sequence[Fault]) -> list[tuple[str, int | None, str | None]]:
    """Sheet, row and column of each."""
    return [fault[:3] for fault in faults]


EVERY_FAULT: Lines = {
    "offices": [
        ("setda", "Sekretariat Daerah", "", "WIB", ""),
        ("Dinas", "", "setda", "GMT+7", "7371"),
        ("upt", "UPT", "nowhere", "WIB", ""),
        ("a", "A", "b", "WIB", ""),
        ("b", "B", "a", "WIB", ""),
        ("self", "Self", "self", "WIB", ""),
        ("setda", "Again", "", "WIB", ""),
        ("under-dinas", "Under", "Dinas", "WIB", ""),
        ("long", "x" * 201, "", "WIB", ""),
    ],
    "services": [("kk", "KK", "Bad Family"), ("kk", "KK", ""), ("", "Nameless", "")],
    "counters": [
        ("setda", "loket-1", "Loket 1", "kk;ktp;kk"),
        ("nowhere", "loket-1", "Loket 1", "unknown;kk;ktp-xl"),
        ("setda", "loket-2", "Loket 2", "kk,ktp"),
        ("setda", "loket-3", "Loket 3", ""),
    ],
    "employees": [
        ("E001", "Budi", 1.99001012015011e17, "", "", "setda", "2026-01-01"),
        ("E002", "Ani", "199013012015011001", "", "", "setda", "2026-01-01"),
        ("E003", "Citra", OTHER_NIP, "", "", "nowhere", "2026-01-01"),
        ("E004", "Dewi", OTHER_NIP, "", "", "setda", "01/02/2026"),
        ("E005", "Eka", "", "", "", "setda", "2026-01-01"),
        ("E006", "Fajar", OTHER_NIP, "", "", "setda", "2026-01-01"),
        (NIP, f"Gita {NIP}", "", f"NIP {NIP}", "x" * 21, "setda", 46_023.0),
        ("E009", "Hadi", "", "", "", "setda", "2026-01-01"),
    ],
    "duties": [
        ("setda", "loket-3", "E005", "2026-02-02 08:00", "2026-02-02 12:00"),
        ("setda", "loket-3", "E006", "2026-02-02 11:59", "2026-02-02 16:00"),
        ("setda", "loket-3", "E009", "2025-12-31 08:00", "2025-12-31 12:00"),
        ("setda", "loket-3", "E777", "2026-02-03 08:00", "2026-02-03 12:00"),
        ("setda", "loket-8", "E005", "2026-02-04 08:00", "2026-02-04 12:00"),
        ("nowhere", "loket-8", "E005", "2026-02-05 08:00", "2026-02-05 12:00"),
        ("setda", "loket-3", "E005", "2026-02-06 12:00", "2026-02-06 08:00"),
        ("setda", "loket-3", "E005", "8 pagi", ""),
        ("setda", "loket-1", "E001", "2026-02-07 08:00", "2026-02-07 12:00"),
    ],
}

TOLD = [
    ("offices", 3, "code", "small letters"),
    ("offices", 3, "name", "required"),
    ("offices", 3, "timezone", "Asia/Jakarta"),
    ("offices", 3, "region_code", "PP.KK"),
    ("offices", 4, "parent", "no office nowhere"),
    ("offices", 5, "parent", "above itself"),
    ("offices", 6, "parent", "above itself"),
    ("offices", 7, "parent", "above itself"),
    ("offices", 8, "code", "already in row 2"),
    ("offices", 9, "parent", "small letters"),
    ("offices", 10, "name", "at most 200"),
    ("services", 2, "family", "small letters"),
    ("services", 4, "code", "required"),
    ("counters", 2, "services", "named twice"),
    ("counters", 3, "office", "no office nowhere"),
    ("counters", 3, "services", "no service unknown"),
    ("counters", 3, "services", "no service ktp-xl"),
    ("counters", 4, "services", "small letters"),
    ("employees", 2, "nip", "15 digits"),
    ("employees", 3, "nip", "birth date"),
    ("employees", 4, "office", "no office nowhere"),
    ("employees", 5, "posted_from", "2025-01-31"),
    ("employees", 7, "nip", "row 4 has this NIP"),
    ("employees", 8, "code", "must not hold a NIP"),
    ("employees", 8, "name", "must not hold a NIP"),
    ("employees", 8, "position", "must not hold a NIP"),
    ("employees", 8, "grade", "at most 20"),
    ("employees", 8, "posted_from", "no date"),
    ("duties", 3, "from", "overlaps the duty in row 2"),
    ("duties", 4, "employee", "E009 is not posted there on 2025-12-31"),
    ("duties", 5, "employee", "no employee E777"),
    ("duties", 6, "counter", "setda has no counter loket-8"),
    ("duties", 7, "office", "no office nowhere"),
    ("duties", 8, "until", "after the beginning"),
    ("duties", 9, "from", "local time"),
    ("duties", 9, "until", "required"),
]


def test_every_fault_is_told_at_once_in_reading_order_and_nothing_is_written(database: Database) -> None:
    found_agency(database)
    faults = faults_in(database, EVERY_FAULT)
    assert places(faults) == [place[:3] for place in TOLD]
    for fault, (*_, problem) in zip(faults, TOLD, strict=True):
        assert problem in fault.problem
        assert NIP not in fault.problem
        assert OTHER_NIP not in fault.problem


def test_the_sheets_without_the_faults_are_not_written_either(town: Database) -> None:
    lines: Lines = {"services": [("baru", "Baru", "")], "offices": [("Baru", "Baru", "", "WIB", "")]}
    assert places(faults_in(town, lines)) == [("offices", 2, "code")]


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    ("sheet", "row", "column", "problem"),
    [
        ("offices", ("setda", "Setda", "dukcapil", "WIB", ""), "parent", "above itself"),
        ("employees", ("E003", "C", NIP, "", "", "setda", "2026-01-01"), "nip", "another employee"),
        ("employees", ("E001", "B", NIP, "", "", "setda", "2020-01-01"), "posted_from", "begins that day"),
        ("employees", ("E001", "B", NIP, "", "", "setda", "2019-01-01"), "posted_from", "a later posting"),
        ("employees", ("E001", "B", NIP, "", "", "dukcapil", "2021-01-01"), "posted_from", "since 2020"),
        (
            "duties",
            ("dukcapil", "loket-1", "E001", "2026-11-18 11:00", "2026-11-18 11:30"),
            "from",
            "overlaps the stored duty of E001 from 2026-11-18 08:00 to 2026-11-18 12:00",
        ),
        (
            "duties",
            ("dukcapil", "loket-1", "E001", "2026-11-18 07:00", "2026-11-18 20:00"),
            "from",
            "overlaps the stored duty of E001 from 2026-11-18 12:00",
        ),
        (
            "duties",
            ("dukcapil", "loket-2", "E002", "2026-11-18 08:00", "2026-11-18 12:00"),
            "employee",
            "E002 is not posted there on 2026-11-18",
        ),
    ],
)
def test_a_row_is_held_against_what_the_directory_has(
    town: Database, sheet: str, row: tuple[Any, ...], column: str, problem: str
) -> None:
    (fault,) = faults_in(town, {sheet: [row]})
    assert fault[:3] == (sheet, 2, column)
    assert problem in fault.problem


@pytest.mark.parametrize(
    "duty",
    [
        ("dukcapil", "loket-1", "E001", "2026-11-18 06:00", "2026-11-18 08:00"),
        ("dukcapil", "loket-1", "E001", "2026-11-18 16:00", "2026-11-19 00:00"),
        ("dukcapil", "loket-2", "E001", "2026-11-18 08:00", "2026-11-18 12:00"),
        ("setda", "loket-1", "E002", "2026-11-18 08:00", "2026-11-18 12:00"),
    ],
)
def test_duties_that_meet_or_stand_elsewhere_do_not_overlap(town: Database, duty: tuple[str, ...]) -> None:
    assert import_lines(town, {"duties": [duty]})["duties"].new == 1


def test_a_longer_duty_hides_no_later_overlap(town: Database) -> None:
    lines: Lines = {
        "duties": [
            ("dukcapil", "loket-2", "E001", "2026-12-01 08:00", "2026-12-01 16:00"),
            ("dukcapil", "loket-2", "E001", "2026-12-01 09:00", "2026-12-01 10:00"),
            ("dukcapil", "loket-2", "E001", "2026-12-01 15:00", "2026-12-01 17:00"),
            ("dukcapil", "loket-2", "E001", "2026-12-01 15:00", "2026-12-01 17:00"),
            ("dukcapil", "loket-2", "E001", "2026-12-01 17:00", "2026-12-01 18:00"),
        ]
    }
    told = [(fault.row, fault.problem[-1]) for fault in faults_in(town, lines)]
    assert told == [(3, "2"), (4, "2"), (5, "4")]


def test_midnight_at_the_end_of_a_posting_is_still_the_day_before(town: Database) -> None:
    lines: Lines = {
        "employees": [("E001", "Budi", NIP, "Analis", "III/b", "setda", "2026-12-02")],
        "duties": [("dukcapil", "loket-2", "E001", "2026-12-01 20:00", "2026-12-02 00:00")],
    }
    assert import_lines(town, lines)["duties"].new == 1
    later = ("dukcapil", "loket-2", "E001", "2026-12-02 00:00", "2026-12-02 00:01")
    assert places(faults_in(town, {"duties": [later]})) == [("duties", 2, "employee")]


def test_a_wrong_row_does_not_make_those_that_refer_to_it_wrong(database: Database) -> None:
    found_agency(database)
    lines = changed(
        TOWN,
        offices=[("dukcapil", "Dinas", "setda", "GMT", ""), ("setda", "", "", "WIB", "")],
        services=[("ktp-el", "KTP-el", "A"), ("kk", "", "")],
        employees=[("E001", "", NIP, "", "", "dukcapil", "2020-01-01"), TOWN["employees"][1]],
    )
    assert places(faults_in(database, lines)) == [
        ("offices", 2, "timezone"),
        ("offices", 3, "name"),
        ("services", 2, "family"),
        ("services", 3, "name"),
        ("employees", 2, "name"),
    ]


def test_a_person_at_an_unknown_office_is_told_once(town: Database) -> None:
    lines: Lines = {
        "employees": [("E001", "Budi", NIP, "", "", "dukcapill", "2020-01-01")],
        "duties": [("dukcapil", "loket-2", "E001", "2026-12-01 08:00", "2026-12-01 16:00")],
    }
    assert places(faults_in(town, lines)) == [("employees", 2, "office")]


def test_a_key_that_cannot_be_read_is_told_once(town: Database) -> None:
    lines: Lines = {"offices": [(True, "Kantor", "", "WIB", "")]}
    assert places(faults_in(town, lines)) == [("offices", 2, "code")]


def test_a_known_person_in_a_wrong_row_is_told_once(town: Database) -> None:
    lines: Lines = {
        "employees": [("E001", "", NIP, "", "", "dukcapil", "2026-12-01")],
        "duties": [("dukcapil", "loket-2", "E001", "2026-11-01 08:00", "2026-11-01 16:00")],
    }
    assert places(faults_in(town, lines)) == [("employees", 2, "name")]


def test_a_known_office_in_a_wrong_row_is_told_once(town: Database) -> None:
    lines: Lines = {
        "offices": [("dukcapil", "Dinas", "", "GMT+8", "")],
        "duties": [("dukcapil", "loket-1", "E001", "2026-11-18 09:00", "2026-11-18 10:00")],
    }
    assert places(faults_in(town, lines)) == [("offices", 2, "timezone")]
