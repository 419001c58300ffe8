"""Importing a directory: what changes, what stays, and that it is all or nothing."""

from datetime import date, datetime

import pytest
from sqlmodel import select

from app.access.tables import AuditEvent
from app.directory.faults import DirectoryFault
from app.directory.tables import Agency, Counter, Duty, Employee, Office, Posting, Service
from app.directory.workbook.changes import ChangeCounts
from app.foundation.storage.database import Database
from tests.directory.workbooks import (
    NIP,
    NOW,
    OTHER_NIP,
    TOWN,
    Lines,
    book_of,
    changed,
    dump,
    faults_in,
    found_agency,
    import_book,
    import_lines,
)

UNCHANGED = {
    "offices": ChangeCounts(0, 0, 2),
    "services": ChangeCounts(0, 0, 2),
    "counters": ChangeCounts(0, 0, 3),
    "employees": ChangeCounts(0, 0, 2),
    "duties": ChangeCounts(0, 0, 2),
    "targets": ChangeCounts(0, 0, 0),
    "promises": ChangeCounts(0, 0, 0),
}
TRANSFER = ("E001", "Budi", NIP, "Analis", "III/b", "setda", "2026-12-01")


@pytest.fixture
def town(database: Database) -> Database:
    """The agency `kota` with the small town imported."""
    found_agency(database)
    import_lines(database, TOWN)
    return database


def version(database: Database, agency_id: str = "kota") -> object:
    """The directory's version."""
    with database.reading() as session:
        return session.exec(select(Agency.directory_version).where(Agency.agency_id == agency_id)).one()


def imports(database: Database) -> list[AuditEvent]:
    """The audit rows of imports."""
    with database.reading() as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action == "directory.imported")))


def postings_of(database: Database, employee: str) -> list[tuple[date, date | None, str]]:
    """First day, last day and office of every posting, oldest first."""
    with database.reading() as session:
        rows = session.exec(select(Posting).where(Posting.employee == employee)).all()
    return sorted((row.from_on, row.until_on, row.office) for row in rows)


def test_every_row_of_a_first_import_is_written(database: Database) -> None:
    found_agency(database)
    before = version(database)
    counts = import_lines(database, TOWN)
    assert counts == {name: ChangeCounts(each.unchanged, 0, 0) for name, each in UNCHANGED.items()}
    assert version(database) != before
    with database.reading() as session:
        dinas = session.get(Office, ("kota", "dukcapil"))
        assert dinas is not None
        assert (dinas.parent, dinas.timezone, dinas.region_code) == ("setda", "Asia/Makassar", "73.71")
        service = session.get(Service, ("kota", "kk"))
        assert service is not None
        assert service.family == "kk"
        first = session.get(Counter, ("kota", "dukcapil", "loket-1"))
        assert first is not None
        assert first.services == ["ktp-el", "kk"]
        person = session.get(Employee, ("kota", "E001"))
        assert person is not None
        assert (person.nip, person.position, person.grade, person.active) == (NIP, "Analis", "III/b", True)
        duty = session.exec(select(Duty).order_by(Duty.from_at)).first()  # type: ignore[arg-type]  # SQLModel types the column as its value
        assert duty is not None
        assert (duty.from_at.hour, duty.until_at.hour) == (0, 4), "08:00 in Makassar is midnight in UTC"
    assert postings_of(database, "E001") == [(date(2020, 1, 1), None, "dukcapil")]


def test_an_import_leaves_one_audit_row_with_counts_and_no_personal_data(town: Database) -> None:
    (event,) = imports(town)
    assert (event.agency_id, event.actor, event.subject, event.at) == ("kota", "test", "kota", NOW)
    assert event.detail == {
        name: {"new": each.unchanged, "changed": 0, "unchanged": 0} for name, each in UNCHANGED.items()
    }


def test_the_same_file_again_changes_nothing_at_all(town: Database) -> None:
    before = dump(town)
    assert import_lines(town, TOWN) == UNCHANGED
    assert dump(town) == before


def test_rows_absent_from_the_file_stay(town: Database) -> None:
    before = dump(town)
    counts = import_lines(town, {"services": TOWN["services"][:1]})
    assert counts["services"] == ChangeCounts(0, 0, 1)
    assert counts["offices"] == ChangeCounts(0, 0, 0)
    assert dump(town) == before


def test_only_rows_that_differ_are_changed(town: Database) -> None:
    before = version(town)
    lines: Lines = {
        "offices": [("dukcapil", "Disdukcapil", "", "WITA", "73.71"), TOWN["offices"][1]],
        "services": [("kk", "Kartu Keluarga", "adminduk")],
        "counters": [("dukcapil", "loket-1", "Loket 1", "kk"), ("setda", "loket-9", "Loket 9", "")],
        "employees": [("E001", "Budi S.", "", "", "", "dukcapil", "2020-01-01"), TOWN["employees"][1]],
        "duties": [("dukcapil", "loket-1", "E001", "2026-11-18 08:00", "2026-11-18 11:00")],
    }
    assert import_lines(town, lines) == {
        "offices": ChangeCounts(0, 1, 1),
        "services": ChangeCounts(0, 1, 0),
        "counters": ChangeCounts(1, 1, 0),
        "employees": ChangeCounts(0, 1, 1),
        "duties": ChangeCounts(0, 1, 0),
        "targets": ChangeCounts(0, 0, 0),
        "promises": ChangeCounts(0, 0, 0),
    }
    assert version(town) != before
    with town.reading() as session:
        dinas = session.get(Office, ("kota", "dukcapil"))
        person = session.get(Employee, ("kota", "E001"))
        assert dinas is not None
        assert person is not None
        assert (dinas.name, dinas.parent) == ("Disdukcapil", None)
        assert (person.name, person.nip, person.position) == ("Budi S.", None, None)


def test_an_import_says_nothing_about_who_is_active(town: Database) -> None:
    with town.writing() as session:
        person = session.get(Employee, ("kota", "E001"))
        assert person is not None
        person.active = False
    import_lines(town, changed(TOWN, employees=[("E001", "Budi S.", NIP, "", "", "dukcapil", "2020-01-01")]))
    with town.reading() as session:
        person = session.get(Employee, ("kota", "E001"))
        assert person is not None
        assert (person.name, person.active) == ("Budi S.", False)


def test_a_transfer_ends_the_posting_the_day_before_and_keeps_it(town: Database) -> None:
    lines: Lines = {"employees": [TRANSFER]}
    assert import_lines(town, lines)["employees"] == ChangeCounts(0, 1, 0)
    after = [(date(2020, 1, 1), date(2026, 11, 30), "dukcapil"), (date(2026, 12, 1), None, "setda")]
    assert postings_of(town, "E001") == after
    assert import_lines(town, lines)["employees"] == ChangeCounts(0, 0, 1)
    assert import_lines(town, TOWN)["employees"] == ChangeCounts(0, 0, 2), "the old file tells history"
    assert postings_of(town, "E001") == after


def test_a_second_transfer_touches_the_last_posting_only(town: Database) -> None:
    import_lines(town, {"employees": [TRANSFER]})
    back = ("E001", "Budi", NIP, "Analis", "III/b", "dukcapil", "2027-01-01")
    assert import_lines(town, {"employees": [back]})["employees"] == ChangeCounts(0, 1, 0)
    assert postings_of(town, "E001") == [
        (date(2020, 1, 1), date(2026, 11, 30), "dukcapil"),
        (date(2026, 12, 1), date(2026, 12, 31), "setda"),
        (date(2027, 1, 1), None, "dukcapil"),
    ]


def test_duties_before_the_transfer_remain(town: Database) -> None:
    day_after = ("E001", "Budi", NIP, "Analis", "III/b", "setda", "2026-11-19")
    assert import_lines(town, {"employees": [day_after]})["employees"] == ChangeCounts(0, 1, 0)


def test_the_duties_of_others_do_not_hinder_a_transfer(town: Database) -> None:
    lines: Lines = {
        "employees": [("E003", "Citra", "", "", "", "dukcapil", "2026-01-01")],
        "duties": [("dukcapil", "loket-2", "E003", "2026-12-24 08:00", "2026-12-24 12:00")],
    }
    import_lines(town, lines)
    assert import_lines(town, {"employees": [TRANSFER]})["employees"] == ChangeCounts(0, 1, 0)


def test_somebody_without_any_posting_is_posted(town: Database) -> None:
    with town.writing() as session:
        session.add(Employee(agency_id="kota", code="E003", name="Citra"))
    lines: Lines = {"employees": [("E003", "Citra", "", "", "", "setda", "2026-01-01")]}
    assert import_lines(town, lines)["employees"] == ChangeCounts(0, 1, 0)
    assert postings_of(town, "E003") == [(date(2026, 1, 1), None, "setda")]


def test_a_transfer_before_duties_that_would_remain_is_refused(town: Database) -> None:
    early = ("E001", "Budi", NIP, "Analis", "III/b", "setda", "2026-11-01")
    (fault,) = faults_in(town, {"employees": [early]})
    assert fault[:3] == ("employees", 2, "posted_from")
    assert "E001 from 2026-11-18 08:00 to 2026-11-18 12:00 would remain" in fault.problem
    lines: Lines = {
        "employees": [early, ("E003", "Citra", "", "", "", "dukcapil", "2026-11-01")],
        "duties": [(*duty[:2], "E003", *duty[3:]) for duty in TOWN["duties"]],
    }
    assert import_lines(town, lines)["duties"] == ChangeCounts(0, 2, 0)


def test_a_file_may_use_what_only_the_directory_knows(town: Database) -> None:
    lines: Lines = {
        "offices": [("kecamatan", "Kecamatan", "dukcapil", "WITA", "")],
        "counters": [("setda", "loket-2", "Loket 2", "ktp-el")],
        "employees": [("E003", "Citra", OTHER_NIP, "", "", "setda", "2026-01-01")],
        "duties": [("dukcapil", "loket-2", "E001", "2026-11-18 08:00", "2026-11-18 12:00")],
    }
    counts = import_lines(town, lines)
    assert {name: each.new for name, each in counts.items()} == {
        "offices": 1,
        "services": 0,
        "counters": 1,
        "employees": 1,
        "duties": 1,
        "targets": 0,
        "promises": 0,
    }


def test_codes_may_be_typed_as_numbers_and_times_as_cells(database: Database) -> None:
    found_agency(database)
    lines: Lines = {
        "offices": [(7.0, "Kantor 7", "", "WIB", 73.71)],
        "services": [(1.0, "Layanan 1", "")],
        "counters": [(7.0, 1.0, "Loket 1", 1.0)],
        "employees": [(12.0, "Budi", "", "", "", 7.0, date(2026, 1, 1))],
        "duties": [(7.0, 1.0, 12.0, datetime(2026, 1, 5, 8), date(2026, 1, 6))],  # noqa: DTZ001 - a spreadsheet knows no zones
    }
    import_lines(database, lines)
    with database.reading() as session:
        duty = session.exec(select(Duty)).one()
        counter = session.exec(select(Counter)).one()
        office = session.exec(select(Office)).one()
    assert (duty.office, duty.counter, duty.employee) == ("7", "1", "12")
    assert (duty.from_at.hour, duty.until_at.hour) == (1, 17)
    assert counter.services == ["1"]
    assert office.region_code == "73.71"


def test_another_agency_with_the_same_codes_is_not_touched(town: Database) -> None:
    found_agency(town, "desa")
    before = {name: [row for row in rows if "kota" in row] for name, rows in dump(town).items()}
    counts = import_lines(town, {"offices": [("setda", "Setda Desa", "", "WIT", "")]}, "desa")
    assert counts["offices"] == ChangeCounts(1, 0, 0)
    after = {name: [row for row in rows if "kota" in row] for name, rows in dump(town).items()}
    assert after == before


def test_another_agency_does_not_lend_its_offices(town: Database) -> None:
    found_agency(town, "desa")
    lines: Lines = {"counters": [("setda", "loket-5", "Loket 5", "kk")]}
    with pytest.raises(DirectoryFault, match="2 fault"):
        import_lines(town, lines, "desa")


def test_an_unknown_agency_is_refused(database: Database) -> None:
    with pytest.raises(DirectoryFault, match="no agency kota"):
        import_book(database, book_of(TOWN))


def test_a_nip_may_move_to_a_new_code_when_the_old_one_gives_it_up(town: Database) -> None:
    lines: Lines = {
        "employees": [
            ("E001", "Budi", "", "Analis", "III/b", "dukcapil", "2020-01-01"),
            ("E009", "Budi", NIP, "Analis", "III/b", "dukcapil", "2026-01-01"),
        ]
    }
    assert import_lines(town, lines)["employees"] == ChangeCounts(1, 1, 0)
