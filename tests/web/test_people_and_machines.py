"""At one address people get a page and machines JSON: unknown addresses, and the code of a printed report."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.closing.fixtures import key_file, office
from tests.closing.steps import close, finalise, report
from tests.house import House, problem

__all__ = ["key_file", "office"]

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
MACHINES = ("*/*", "application/json", "application/json, text/plain, */*", "application/problem+json", "", None)


@pytest.mark.quiet
@pytest.mark.parametrize("path", ["/tidak-ada", "/t/", "/o", "/o/a/b/c", "/v1/tidak-ada", "/R", "/kiosk/x"])
def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_machines(house: House, path: str) -> None:
    for language, title in (("id", "Halaman tidak ditemukan"), ("en", "Page not found")):
        shown = house.get(path, None, headers={"Accept": BROWSER, "Accept-Language": language})
        assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert f"<h1>{title}</h1>" in shown.text
        assert shown.headers["content-security-policy"].startswith("default-src 'self'")
    for accept in MACHINES:
        headers = {} if accept is None else {"Accept": accept}
        problem(house.get(path, None, headers=headers), 404, "not-found")
    problem(house.post(path, {}, None, headers={"Accept": BROWSER}), 404, "not-found")


@pytest.mark.long
def test_the_printed_code_leads_people_to_words_and_machines_to_json(office: House, key_file: Path) -> None:
    close(office)
    draft = report(office, "E001")["id"]
    finalise(office, key_file)
    sealed = report(office, "E001")
    address = f"/v1/reports/{sealed['id']}/verification"
    assert office.get(address, None).json()["outcome"] == "valid"
    led = office.get(address, None, headers={"Accept": BROWSER})
    assert (led.status_code, led.headers["location"]) == (303, f"/verify/{sealed['id']}")
    shown = office.get(f"{led.headers['location']}?lang=en", None)
    assert shown.status_code == 200
    assert "The report kept here is as it was signed." in shown.text
    assert sealed["digest"] in shown.text
    assert "26 November 2026" in shown.text
    assert "Siti" not in shown.text
    for unknown in (str(uuid4()), "x", "a%20b", draft[:-1]):
        missing = office.get(f"/verify/{unknown}", None)
        assert missing.status_code == 404
        assert "Tidak ada laporan final dengan nomor ini." in missing.text
    halved = office.get(f"/v1/reports/{sealed['id'][:-3]}/verification", None, headers={"Accept": BROWSER})
    assert (halved.status_code, "Halaman tidak ditemukan" in halved.text) == (404, True)
    _alter(office, sealed["id"])
    altered = office.get(f"/verify/{sealed['id']}?lang=en", None).text
    assert "was altered after it was signed" in altered
    assert "/document/subject/name" in altered


def _alter(house: House, report_id: str) -> None:
    with house.database.writing() as session:
        rows = session.execute(text("SELECT report_id, envelope FROM report WHERE envelope IS NOT NULL")).all()
        for stored, envelope in rows:
            document = json.loads(envelope)
            if document["document"]["id"] == report_id:
                document["document"]["subject"]["name"] = "Orang Lain"
                statement = text("UPDATE report SET envelope = :envelope WHERE report_id = :id")
                session.execute(statement, {"envelope": json.dumps(document), "id": stored})
