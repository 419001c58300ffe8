"""Who appraises an employee: another one of the same agency, or nobody."""

import pytest
from sqlmodel import select

from app.directory.faults import DirectoryFault, WorkbookFault
from app.directory.register import add_employee
from app.directory.tables import Employee
from app.directory.workbook.sheets import Workbook
from app.foundation.storage.database import Database
from tests.directory.workbooks import (
    HEADERS,
    NIP,
    NOW,
    TOWN,
    changed,
    faults_of,
    found_agency,
    from_records,
    import_book,
    import_lines,
)

E001 = ("E001", "Budi", NIP, "Analis", "III/b", "dukcapil", "2020-01-01")
E002 = ("E002", "Ani", "", "", "", "setda", "2021-06-01")
COLUMNS = (*HEADERS["employees"], "appraiser")


@pytest.fixture
def town(database: Database) -> Database:
    """The agency `kota` with the small town imported, in which nobody is appraised yet."""
    found_agency(database)
    import_lines(database, TOWN)
    return database


def sheet(*rows: tuple[str, ...]) -> Workbook:
    """The sheet of employees with the column of their appraisers."""
    return from_records({"employees": [dict(zip(COLUMNS, row, strict=True)) for row in rows]})


def appraisers(database: Database) -> dict[str, str | None]:
    with database.reading() as session:
        return {each.code: each.appraiser for each in session.exec(select(Employee))}


def told(database: Database, *rows: tuple[str, ...]) -> list[tuple[int | None, str | None, str]]:
    """The faults of a sheet that must not be imported."""
    return [fault[1:] for fault in faults_of(database, sheet(*rows))]


def test_an_appraiser_may_stand_further_down_or_in_another_office_and_may_be_taken_back(town: Database) -> None:
    counts = import_book(town, sheet((*E001, "E003"), (*E002, "E001"), ("E003", "Cici", *E002[2:], "")))
    assert (counts["employees"].new, counts["employees"].changed) == (1, 2)
    assert appraisers(town) == {"E001": "E003", "E002": "E001", "E003": None}
    assert import_book(town, sheet((*E001, "E003")))["employees"].unchanged == 1
    assert import_book(town, sheet((*E001, "")))["employees"].changed == 1
    assert appraisers(town)["E001"] is None


def test_a_workbook_without_the_column_leaves_the_appraisers_as_they_are(town: Database) -> None:
    import_book(town, sheet((*E001, "E002")))
    assert import_lines(town, changed(TOWN))["employees"].unchanged == 2
    assert appraisers(town)["E001"] == "E002"


@pytest.mark.parametrize(
    ("appraiser", "problem"),
    [
        ("E009", "there is no employee E009, neither in the file nor in the directory"),
        ("E001", "nobody appraises themselves; name somebody else or nobody"),
        (NIP, "this is public and must not hold a NIP"),
        ("E 2", "write at most 40 letters, digits and hyphens, not starting with a hyphen"),
    ],
)
def test_a_wrong_appraiser_is_told_with_its_row(town: Database, appraiser: str, problem: str) -> None:
    assert told(town, (*E002, ""), (*E001, appraiser)) == [(3, "appraiser", problem)]


def test_an_appraiser_of_another_agency_is_nobody(town: Database) -> None:
    found_agency(town, "desa")
    with pytest.raises(WorkbookFault, match=r"1 fault"):
        import_book(
            town,
            from_records(
                {
                    "offices": [{"code": "d", "name": "D", "parent": "", "timezone": "WIB", "region_code": ""}],
                    "employees": [
                        dict(zip(COLUMNS, ("D1", "Didi", "", "", "", "d", "2020-01-01", "E001"), strict=True))
                    ],
                }
            ),
            "desa",
        )


def test_an_appraiser_is_not_wrong_because_its_own_row_is(town: Database) -> None:
    faults = told(town, (*E001, "E003"), ("E003", "Cici", "1", "", "", "setda", "2020-01-01", ""))
    assert [fault[:2] for fault in faults] == [(3, "nip")]


def test_a_single_employee_is_added_with_an_appraiser(town: Database) -> None:
    def add(code: str, appraiser: str | None) -> None:
        with town.writing() as session:
            add_employee(
                session, agency_id="kota", code=code, name="Cici", office="setda", actor="test", now=NOW,
                appraiser=appraiser,
            )  # fmt: skip

    add("E003", "E001")
    assert appraisers(town)["E003"] == "E001"
    for code, appraiser, problem in (("E004", "E009", "there is no employee E009"), ("E004", "E004", "themselves")):
        with pytest.raises(DirectoryFault, match=problem):
            add(code, appraiser)
    assert "E004" not in appraisers(town)
