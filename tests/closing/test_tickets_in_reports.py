"""Reports tell what became of tickets, and know nothing of open answers."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app.closing.rules.report_documents.reports import parse_report
from app.reports.formats.as_html import html_bytes
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.as_xlsx import xlsx_bytes
from app.reports.formats.printable import Printable
from tests.closing.steps import close, rated, report
from tests.house import NOW, House
from tests.ratings.visits import put

pytestmark = pytest.mark.sqlite_daily

IN_OCTOBER = datetime(2026, 10, 12, 3, tzinfo=UTC)
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
WORDS = {
    "id": ("Tiket diterbitkan saat tiba", "Tiket dipakai dari yang aktif"),
    "en": ("Tickets issued at arrival", "Tickets spent of armed"),
}


@pytest.fixture
def october(house: House) -> House:
    """Two persons with figures, one with too few; tickets of two of them."""
    put(house.database, [*rated("E001", 30), *rated("E004", 9), *rated(None, 30)])
    house.clock.now = IN_OCTOBER
    for employee, armed, spent in (("E001", 16, 12), ("E004", 2, 0)):
        body = {"office": "dukcapil", "service": "ktp-el", "count": 20}
        codes = [each["code"] for each in house.post("/v1/tickets", body, "queue").json()["tickets"]]
        wishes = [{"ticket": code, "employee": employee} for code in codes[:armed]]
        assert house.post("/v1/tickets/arm", {"tickets": wishes}, "queue").status_code == 200
        for code in codes[:spent]:
            sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES}
            assert house.post("/v1/ratings", sheet, None).status_code == 201
    house.clock.now = NOW
    return house


@pytest.mark.long
def test_every_report_with_figures_tells_its_tickets(october: House) -> None:
    close(october)
    office = {"issued": 40, "armed": 18, "spent": 12, "coverage": 0.67}
    # What was armed for somebody is that person's; what is not armed is nobody's.
    assert report(october, "E001")["document"]["tickets"] == {"issued": 16, "armed": 16, "spent": 12, "coverage": 0.75}
    assert report(october, "dukcapil")["document"]["tickets"] == office
    assert "tickets" not in report(october, "E004")["document"], "too few ratings to tell anything of the person"
    whole = report(october, "kota")["document"]
    assert whole["integrity"]["tickets"] == office
    assert {line["code"]: line["tickets"] for line in whole["offices"]} == {"dukcapil": office}


@pytest.mark.campaign
@pytest.mark.once
@pytest.mark.parametrize("unit", ["E001", "dukcapil", "kota"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_format_says_so_in_both_languages(october: House, unit: str, language: str) -> None:
    close(october)
    printable = Printable(parse_report(report(october, unit)["document"]))
    page = html_bytes(printable, language).decode()
    pages = PdfReader(BytesIO(pdf_bytes(printable, language))).pages
    paper = " ".join(" ".join(each.extract_text() for each in pages).split())
    book = CalamineWorkbook.from_filelike(BytesIO(xlsx_bytes(printable, language)))
    cells = {cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row}
    for words in WORDS[language]:
        assert words in page
        assert words in paper
        assert words in cells


@pytest.mark.long
def test_open_answers_change_no_report(house: House) -> None:
    both = [*rated("E001", 30), *rated(None, 30)]
    put(house.database, [replace(visit, agency_id=agency) for agency in ("kota", "desa") for visit in both])
    house.clock.now = IN_OCTOBER
    for office in ("dukcapil",) * 15 + ("setda",) * 12:
        sheet = house.sheet(office=office, agency="kota", channel="web", scores=dict.fromkeys(SCORES, 1))
        assert house.post("/v1/ratings", sheet, None).status_code == 201
    house.clock.now = NOW
    house.release("desa")
    assert house.post("/v1/periods/2026-10/close", {}, "desa supervisor").status_code == 201
    close(house)
    documents = [_documents(house, key) for key in ("supervisor", "desa supervisor")]
    assert documents[0] == documents[1]
    assert len(documents[0]) == 5
    measured = [
        house.get("/v1/measures/offices", key, params={"period": "2026-10"}).json() for key in ("reader", "desa reader")
    ]
    assert measured[0] == measured[1] | {"agency": "kota"}


def _documents(house: House, key: str) -> dict[tuple[str, str], Any]:
    """What the reports of a period say, but for the agency's own name and what is counted from one upwards."""
    items = house.get("/v1/reports", key, params={"period": "2026-10"}).json()["items"]
    found = {}
    for item in items:
        document = house.get(f"/v1/reports/{item['id']}", key).json()["document"]
        text = str({name: value for name, value in document.items() if name not in ("id", "agency")})
        found[item["kind"], item["unit"].replace("desa", "kota")] = text.replace("desa", "kota")
    return found
