"""A report in every format over HTTP: by name, by Accept, once sealed without being sent twice."""

from pathlib import Path

import pytest

from app.reports.formats.registry import FORMATS
from tests.closing.steps import close, finalise, report
from tests.house import House, problem

# A report is printed from what was read of it, whatever it was read from.
pytestmark = pytest.mark.sqlite_daily

BEGINNINGS = {
    "json": b"{",
    "csv": b"\xef\xbb\xbf",
    "csv-semicolon": b"\xef\xbb\xbf",
    "xlsx": b"PK",
    "pdf": b"%PDF",
    "html": b"<!",
}


@pytest.fixture
def path(office: House) -> str:
    """Where the draft of E001 is."""
    close(office)
    return f"/v1/reports/{report(office, 'E001')['id']}"


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize("name", FORMATS)
def test_each_format_comes_by_its_name_and_its_media_type(office: House, path: str, name: str) -> None:
    named = office.get(path, "supervisor", params={"format": name, "lang": "id"})
    assert named.status_code == 200
    assert named.headers["content-type"].partition(";")[0] == FORMATS[name].media_type
    assert (
        named.headers["content-disposition"]
        == f'inline; filename="2026-10-ikl-1-r1-employee-E001{FORMATS[name].suffix}"'
    )
    assert named.content.lstrip().lower().startswith(BEGINNINGS[name].lower())
    accepted = office.get(path, "supervisor", headers={"Accept": FORMATS[name].media_type, "Accept-Language": "id"})
    assert accepted.headers["content-type"] == named.headers["content-type"]


def test_the_page_runs_nothing_and_loads_nothing(office: House, path: str) -> None:
    page = office.get(path, "supervisor", params={"format": "html"})
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.long
def test_what_nobody_writes_is_refused(office: House, path: str) -> None:
    problem(office.get(path, "supervisor", params={"format": "docx"}), 422, "invalid-request")
    problem(office.get(path, "supervisor", headers={"Accept": "image/png"}), 406, "not-acceptable")


@pytest.mark.long
def test_each_format_and_language_of_a_final_report_has_an_etag_of_its_own(
    office: House, path: str, key_file: Path
) -> None:
    assert "etag" not in office.get(path, "supervisor").headers
    finalise(office, key_file)
    tags = set()
    for name in ("json", "csv", "html"):
        for language in ("id", "en"):
            options = {"format": name, "lang": language}
            tag = office.get(path, params=options).headers["etag"]
            again = office.get(path, params=options, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
            tags.add(tag)
    assert len(tags) == 6
