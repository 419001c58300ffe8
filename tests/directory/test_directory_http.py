"""The whole directory over HTTP: it is read as a workbook, and one is imported as by command."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from app.access.tables import AuditEvent
from app.directory.store import find_employee
from app.directory.workbook import routes
from app.directory.workbook.apart import WorkbookProcess
from app.directory.workbook.exporting import MIME_TYPE
from app.directory.workbook.template import template
from tests.directory.near import stay_near
from tests.directory.workbooks import NIP, TOWN, Lines, changed, dump, with_headers, xlsx_of
from tests.house import CANARY_NIP, RETRIES, House, problem

ASLEEP = ("sh", "-c", "exec sleep 60")


@pytest.fixture
def house(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """A running service with two agencies, which reads workbooks in its own process."""
    with House.open(*furnished) as opened:
        yield stay_near(opened)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_another_process_reads_it_alike(furnished: tuple[str, dict[str, str]], workbook: bytes) -> None:
    with House.open(*furnished) as far:
        first = send(far, workbook, params={"dry_run": "true"}).json()
        problem(send(far, b"x"), 422, "workbook-refused")
        near = send(stay_near(far), workbook, params={"dry_run": "true"}).json()
    assert first == near
    assert first["employees"]["new"] == 1


@pytest.mark.sqlite_daily
def test_the_empty_workbook_is_given_to_administrators(house: House) -> None:
    answer = house.get("/v1/directory/template", "admin")
    assert answer.headers["content-type"] == MIME_TYPE
    assert answer.headers["content-disposition"] == 'attachment; filename="directory-template.xlsx"'
    assert "employees" in CalamineWorkbook.from_filelike(BytesIO(answer.content)).sheet_names
    problem(house.get("/v1/directory/template", "reader"), 403, "key-kind-refused")


def send(house: House, content: bytes, key: str = "admin", **options: object) -> httpx.Response:
    """Send a workbook."""
    headers = {"content-type": MIME_TYPE, **options.pop("headers", {})}  # type: ignore[dict-item]  # headers are a mapping
    return house.request("POST", "/v1/directory", key, content=content, headers=headers, **options)


@pytest.fixture
def workbook(tmp_path: Path) -> bytes:
    """A new office with somebody in it."""
    lines: Lines = {
        "offices": [("camat", "Kecamatan", "setda", "WIB", "")],
        "employees": [("K100", "Dewi", NIP, "", "", "camat", "2026-01-01")],
    }
    return xlsx_of(tmp_path / "x.xlsx", with_headers(lines)).read_bytes()


def test_it_is_read_as_a_workbook_and_leaves_a_trace(house: House) -> None:
    response = house.get("/v1/directory", "admin")
    assert response.headers["content-type"] == MIME_TYPE
    assert response.headers["content-disposition"] == 'attachment; filename="directory-kota.xlsx"'
    with CalamineWorkbook.from_filelike(BytesIO(response.content)) as book:
        offices = [line[0] for line in book.get_sheet_by_name("offices").to_python()]
        people = {line[0]: line[2] for line in book.get_sheet_by_name("employees").to_python()[1:]}
    assert offices == ["code", "dukcapil", "setda", "upt-jayapura", "upt-makassar"]
    assert people["E001"] == CANARY_NIP
    with house.database.reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "directory.exported")).all()
    (event,) = events
    assert (event.agency_id, event.subject, event.detail["employees"]) == ("kota", "kota", 4)
    assert event.actor.startswith("admin:")


def test_a_dry_run_says_what_would_change_and_writes_nothing(house: House, workbook: bytes) -> None:
    before = dump(house.database)
    told = send(house, workbook, params={"dry_run": "true"}).json()
    assert told["imported"] is False
    assert (told["offices"], told["employees"]["new"]) == ({"new": 1, "changed": 0, "unchanged": 0}, 1)
    after = dump(house.database)
    assert before == after


def test_it_is_imported_once_and_again_changes_nothing(house: House, workbook: bytes) -> None:
    first = send(house, workbook).json()
    assert (first["imported"], first["offices"]["new"], first["postings_ended"]) == (True, 1, 0)
    again = send(house, workbook).json()
    assert (again["imported"], again["offices"]) == (True, {"new": 0, "changed": 0, "unchanged": 1})
    with house.database.reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "directory.imported")).all()
        person = find_employee(session, "kota", "K100")
        assert find_employee(session, "desa", "K100") is None
    assert person is not None
    assert [(event.agency_id, event.actor.partition(":")[0]) for event in events] == [("kota", "admin")]
    listed = house.get("/v1/offices", "admin").json()["items"]
    assert "camat" in [each["code"] for each in listed]
    assert "camat" not in house.get("/v1/offices", "desa admin").text


def test_a_transfer_ends_a_posting(house: House, tmp_path: Path) -> None:
    moved = {"employees": [("E004", "Siti", "", "", "", "setda", "2026-11-20")]}
    told = send(
        house, xlsx_of(tmp_path / "x.xlsx", with_headers(moved)).read_bytes(), params={"dry_run": "true"}
    ).json()
    assert (told["employees"]["changed"], told["postings_ended"]) == (1, 1)


@pytest.mark.parametrize("language", ["id", "en"])
def test_faults_are_told_by_sheet_row_and_column_in_both_languages(house: House, tmp_path: Path, language: str) -> None:
    wrong = changed(
        TOWN,
        offices=[("dukcapil", "", "tiada", "WIB", "")],
        employees=[("E009", "Budi", "199001012015011", "", "", "setda", "2020-01-01")],
        duties=[],
    )
    content = xlsx_of(tmp_path / "x.xlsx", with_headers(wrong)).read_bytes()
    before = dump(house.database)
    response = send(house, content, headers={"accept-language": language})
    document = problem(response, 422, "workbook-refused")
    told = {error["field"]: error["message"] for error in document["errors"]}
    assert document["faults"] == len(document["errors"]) == 2
    assert (
        told
        == {
            "id": {"offices.2.name": "wajib diisi", "employees.2.nip": "NIP terdiri atas tepat 18 angka"},
            "en": {"offices.2.name": "a value is required", "employees.2.nip": "a NIP has exactly 18 digits"},
        }[language]
    )
    # Neither the file's texts nor the NIP are repeated.
    assert "199001012015011" not in response.text
    assert dump(house.database) == before


def test_of_very_many_faults_the_first_thousand_are_listed_and_all_are_counted(house: House, tmp_path: Path) -> None:
    lines = {"services": [("KK", "Kartu", "")] * 1_500}
    content = xlsx_of(tmp_path / "x.xlsx", with_headers(lines)).read_bytes()
    document = problem(send(house, content), 422, "workbook-refused")
    assert (document["faults"], len(document["errors"])) == (1_500, 1_000)
    assert "1500" in document["detail"]


def bomb() -> bytes:
    """A small archive that unpacks to half a gigabyte."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w", force_zip64=True) as part:
        for _ in range(150):
            part.write(b" " * 1_024**2)
    return file.getvalue()


BAD = {
    "empty": b"",
    "text": b"kode,nama\n",
    "zip of nothing": b"PK\x05\x06" + b"\0" * 18,
    "encrypted": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2_000,
    "half": template()[:5_000],
    "bomb": bomb(),
}


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_workbook_is_refused_in_words(house: House, name: str) -> None:
    document = problem(send(house, BAD[name]), 422, "workbook-refused")
    assert [error["field"] for error in document["errors"]] == ["directory.xlsx"]


@pytest.mark.sqlite_daily
def test_what_is_not_declared_as_a_workbook_is_not_read(house: House, workbook: bytes) -> None:
    for headers in (
        {"content-type": "application/json"},
        {"content-type": "application/octet-stream"},
        {"content-type": ""},
        {"content-encoding": "gzip"},
    ):
        document = problem(send(house, workbook, headers=headers), 415, "workbook-expected")
        assert MIME_TYPE in document["detail"]


@pytest.mark.sqlite_daily
def test_a_larger_file_is_not_read(house: House) -> None:
    problem(send(house, b"x" * (routes.LARGEST + 1)), 413, "body-too-large")


@pytest.mark.sqlite_daily
def test_a_key_of_an_office_reaches_no_whole_directory(house: House, workbook: bytes) -> None:
    from app.access.keys import issue
    from app.access.principals import KeyKind
    from tests.house import NOW

    with house.database.writing() as session:
        key, _ = issue(
            session, agency_id="kota", kind=KeyKind.admin, label="x", actor="test", now=NOW, office="dukcapil"
        )
    problem(house.get("/v1/directory", key), 403, "out-of-scope")
    problem(send(house, workbook, key), 403, "out-of-scope")


@pytest.mark.sqlite_daily
def test_one_workbook_is_read_at_a_time(house: House, workbook: bytes) -> None:
    with house.services.of(WorkbookProcess).turn(waits=True):
        response = send(house, workbook)
    problem(response, 503, "busy")
    assert response.headers["retry-after"] in RETRIES
    assert send(house, workbook, params={"dry_run": "true"}).status_code == 200


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    ("command", "status", "code"),
    [
        (ASLEEP, 422, "workbook-too-large"),
        (("sh", "-c", "exit 76"), 422, "workbook-too-large"),
        (("sh", "-c", "kill -9 $$"), 422, "workbook-too-large"),
        (("sh", "-c", "exit 75"), 503, "busy"),
        (("sh", "-c", "exit 1"), 500, "internal-error"),
    ],
)
def test_a_process_that_gives_up_is_told_in_words(
    house: House, workbook: bytes, command: tuple[str, ...], status: int, code: str
) -> None:
    house.put_instead(WorkbookProcess, WorkbookProcess(house.database, command, longest=1.0))
    problem(send(house, workbook), status, code)


@pytest.mark.sqlite_daily
def test_the_process_is_told_everything_in_private() -> None:
    # The address of a database may hold a password, which every user of the machine sees among the arguments.
    found = WorkbookProcess.__init__.__defaults__
    assert found is not None
    assert "sqlite" not in json.dumps(found)
