"""The bulk file over HTTP: who gets which rows, and who sees a NIP."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.access.keys import issue
from app.access.principals import KeyKind, Reach
from app.closing.addressing import asked
from app.closing.lifecycle import Method
from app.closing.lifecycle import close as close_period
from app.directory.tables import Employee
from app.reports.formats.registry import XLSX
from tests.closing.steps import close, finalise, rated, refused, report, revise
from tests.house import CANARY_NIP, House, problem
from tests.ratings.visits import Visit, put

pytestmark = pytest.mark.sqlite_daily

PATH = "/v1/appraisals"
MASKED = "***************004"


def items(house: House, key: str = "reader", **query: Any) -> dict[str, dict[str, Any]]:
    response = house.get(PATH, key, params={"period": "2026-10"} | query)
    assert response.status_code == 200, response.text
    assert response.headers["content-length"] == str(len(response.content))
    return {item["code"]: item for item in response.json()["items"]}


def key_with_nip(house: House, kind: KeyKind = KeyKind.reader, office: str | None = None) -> str:
    with house.database.writing() as session:
        return issue(
            session, agency_id="kota", kind=kind, label="nip", actor="test", now=house.clock.now, office=office,
            sees_nip=True,
        )[0]  # fmt: skip


@pytest.fixture
def final(office: House, key_file: Path) -> House:
    """October closed and final."""
    close(office)
    finalise(office, key_file)
    return office


@pytest.mark.long
def test_a_row_says_what_the_sealed_report_says(final: House) -> None:
    # Of fewer than thirty ratings a person's figures have one decimal. One of E002's is told with E004's nine.
    for code, n, mean, speed in (("E001", 12, "3.7", "4.0"), ("E002", 39, "3.3333", "4.0000")):
        row, sealed = items(final)[code], report(final, code, "reader")
        figures = sealed["document"]["figures"]
        assert (row["composite_n"], row["composite_index"]) == (n, figures["index"]["value"])
        assert (row["composite_mean"], row["speed_mean"]) == (mean, speed)
        assert row["speed_lower"] == figures["dimensions"][0]["interval"][0]
        assert (row["report_id"], row["digest"], row["state"]) == (sealed["id"], sealed["digest"], "final")
        assert (row["nip"], row["use"], row["channels"]) == (MASKED, "coaching", None)
        assert row["verification_address"] is None


@pytest.mark.long
def test_a_suppressed_employee_has_a_row_with_empty_figures(final: House) -> None:
    row = items(final)["E004"]
    assert (row["withheld_reason"], row["composite_n"], row["speed_n"], row["held"]) == ("few", *[None] * 3)
    assert row["digest"]


@pytest.mark.long
def test_drafts_are_for_supervisors_and_the_newest_final_one_for_others(final: House) -> None:
    put(final.database, rated("E002", 10, "222"), start=2_000)
    revise(final)
    assert items(final)["E002"]["revision"] == 1
    draft = items(final, "supervisor")["E002"]
    assert (draft["revision"], draft["state"], draft["digest"], draft["composite_n"]) == (2, "draft", None, 49)
    assert items(final, "admin", revision=1)["E002"]["composite_n"] == 39
    assert refused(final.get(PATH, params={"period": "2026-10", "revision": 2})) == (409, "report-draft")
    assert refused(final.get(PATH, params={"period": "2026-10", "revision": 3})) == (404, "report-unknown")


@pytest.mark.long
def test_what_there_is_no_file_of_is_told(office: House) -> None:
    assert refused(office.get(PATH, params={"period": "2026-13"})) == (404, "period-unknown")
    assert refused(office.get(PATH, params={"period": "2026-10"})) == (404, "period-open")
    close(office)
    assert refused(office.get(PATH, params={"period": "2026-10"})) == (409, "report-draft")
    problem(
        office.get(PATH, "supervisor", params={"period": "2026-10", "format": "pdf"}), 422, "field-invalid", "format"
    )
    answer = office.get(PATH, "supervisor", params={"period": "2026-10"}, headers={"accept": "application/pdf"})
    assert refused(answer) == (406, "not-acceptable")


@pytest.mark.long
def test_a_key_reaches_its_own_offices_and_never_another_agency(final: House) -> None:
    assert items(final).keys() == {"E001", "E002", "E004"}
    assert items(final, "reader dukcapil").keys() == {"E001", "E002", "E004"}
    assert items(final, "reader makassar") == {}
    assert refused(final.get(PATH, "desa reader", params={"period": "2026-10"})) == (404, "period-open")


@pytest.mark.long
def test_parts_of_an_agency_that_closed_for_themselves_are_one_file(office: House) -> None:
    put(
        office.database,
        [Visit(employee="E003", office="upt-jayapura", rated_on=asked("2026-10").first)] * 12,
        start=5_000,
    )
    office.release()
    for root in ("dukcapil", "upt-makassar"):
        reach = Reach("kota", root, "test")
        close_period(office.database, reach, asked("2026-10"), by=Method("ikl-1"), now=office.clock.now, working_days=5)
    assert items(office, "supervisor").keys() == {"E001", "E002", "E003", "E004"}


@pytest.mark.campaign
@pytest.mark.once
@pytest.mark.parametrize(
    ("accept", "query", "media_type", "suffix"),
    [
        ("text/csv", {}, "text/csv; charset=utf-8", ".csv"),
        ("*/*", {"format": "csv-semicolon"}, "text/csv; charset=utf-8", ".csv"),
        (XLSX, {}, XLSX, ".xlsx"),
        ("text/csv", {"format": "xlsx"}, XLSX, ".xlsx"),
        ("*/*", {}, "application/json", ".json"),
    ],
)
def test_the_format_is_asked_for_by_name_or_accept(
    final: House, accept: str, query: dict[str, str], media_type: str, suffix: str
) -> None:
    response = final.get(PATH, params={"period": "2026-10"} | query, headers={"accept": accept})
    assert response.headers["content-type"] == media_type
    assert response.headers["content-disposition"] == f'inline; filename="2026-10-ikl-1-appraisals-kota{suffix}"'
    head = final.request("HEAD", PATH, "reader", params={"period": "2026-10"} | query, headers={"accept": accept})
    assert (head.content, head.headers["content-length"]) == (b"", response.headers["content-length"])


@pytest.mark.long
def test_the_whole_nip_is_for_keys_that_see_it_only_and_within_their_reach(final: House) -> None:
    for name, key in final.keys.items():
        if name in ("reader", "reader dukcapil", "supervisor", "admin"):
            for form in ("json", "csv", "xlsx"):
                told = final.get(PATH, key, params={"period": "2026-10", "format": form}).content
                assert CANARY_NIP not in readable(told, form), name
    key = key_with_nip(final)
    assert items(final, key)["E001"]["nip"] == CANARY_NIP
    for form in ("csv", "xlsx"):
        told = final.get(PATH, key, params={"period": "2026-10", "format": form}).content
        assert readable(told, form).count(CANARY_NIP) == 3
    assert items(final, key_with_nip(final, office="upt-makassar")) == {}


def readable(content: bytes, form: str) -> str:
    if form == "xlsx":
        return json.dumps(CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python())
    return content.decode()


@pytest.mark.long
def test_the_nip_is_the_one_of_the_directory_now(final: House) -> None:
    key = key_with_nip(final)
    with final.database.writing() as session:
        person = session.get_one(Employee, ("kota", "E001"))
        person.nip = "197001011990032001"
        nobody = session.get_one(Employee, ("kota", "E002"))
        nobody.nip = None
    told = items(final, key)
    assert (told["E001"]["nip"], told["E002"]["nip"]) == ("197001011990032001", None)
    response = final.get(PATH, key, params={"period": "2026-10", "format": "csv"})
    assert response.headers["cache-control"] == "private, no-store"
    first = next(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert first["nip"] == "197001011990032001"
