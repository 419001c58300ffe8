"""Every page with figures, a list or what people wrote is a file, too: what the page shows, all of it, safe to open."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import StringIO
from re import DOTALL, findall, fullmatch, sub
from uuid import UUID

import httpx
import pytest

from app.access.principals import Role
from app.desk.blocks import Figure, Links, Numbers, Page, Section, Task, Tasks
from app.desk.page_file import has_file, lines_of
from app.directory.tables import Employee, Posting
from app.reports.sections.blocks import Chart, Code, Column, Facts, Headline, Number, Point, Range, Table, Words
from app.reports.sections.language import language
from app.screening.tables import Finding
from tests.closing.steps import finalise
from tests.conftest import STORES, Lend
from tests.desk.browsing import Browser, title_of
from tests.desk.closed import Seat, closed_house, readings
from tests.house import NOW, House

# Every page that is a file, and for whom; what the others show has files of its own, or is no list.
FILES = {
    "/desk/office?period=2026-10": (Role.supervisor, Role.viewer, Role.auditor, Role.administrator),
    "/desk/trend": (Role.supervisor,),
    "/desk/services?period=2026-10": (Role.supervisor,),
    "/desk/findings": (Role.supervisor, Role.auditor),
    "/desk/decisions": (Role.auditor,),
    "/desk/reports": (Role.supervisor, Role.viewer, Role.auditor, Role.administrator),
    "/desk/periods": (Role.supervisor, Role.administrator),
    "/desk/people": (Role.administrator,),
    "/desk/keys": (Role.administrator,),
    "/desk/hours": (Role.administrator, Role.auditor),
    "/desk/instruments": (Role.administrator,),
    "/desk/team": (Role.appraiser,),
    "/desk/readers": (Role.employee,),
    "/desk/account": tuple(Role),
}
NONE = ("/desk/agency", "/desk/mirror", "/desk/reply", "/desk/trail", "/desk/confirm")


@pytest.fixture(params=STORES)
def house(request: pytest.FixtureRequest, lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October is final, with findings and decisions."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend(request.param) as (url, keys), closed_house(url, keys, key_file) as opened:
        finalise(opened, key_file)
        with opened.database.writing() as session:
            session.add_all(finding(n, decided=n % 2 == 1) for n in range(240))
        yield opened


def finding(n: int, *, decided: bool) -> Finding:
    """A finding of one day; every second one decided, for a reason that a spreadsheet would run."""
    found_at = NOW - timedelta(hours=n)
    return Finding(
        agency_id="kota",
        finding_id=UUID(int=n + 1),
        found_at=found_at,
        reason="burst",
        office="dukcapil",
        first_on=found_at.date(),
        days=1,
        n=10,
        evidence={},
        standing="confirmed" if decided else "held",
        decided_at=NOW if decided else None,
        decided_by="auditor:x" if decided else None,
        note=f"=1+{n}" if decided else None,
    )


def lines(response: httpx.Response) -> list[list[str]]:
    """The file of a page, line by line."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]
    assert response.headers["cache-control"] == "private, no-store"
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def file_link(page: httpx.Response) -> str | None:
    """The link at the foot of a page; at most one."""
    found = [unescape(each) for each in findall(r'<p class="as-file"><a href="([^"]+)"', page.text)]
    assert len(found) < 2
    return found[0] if found else None


def rows_of(page: httpx.Response) -> list[list[str]]:
    """The rows of a page's tables as they are read, a missing figure empty and both ends of a range by themselves."""
    body = findall(r"<tbody[^>]*>(.*?)</tbody>", page.text, DOTALL)
    rows = [
        findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for each in body for row in findall(r"<tr[^>]*>(.*?)</tr>", each)
    ]
    return [[unescape(sub(r"<[^>]+>", "", cell)).replace("–", "").strip() for cell in row] for row in rows]


def without_moments(line: list[str]) -> list[str]:
    """The cells but for moments, which a page has in words and its file as ISO 8601 with the offset."""
    words, iso = r"\d{1,2}\s\w{3}\s\d{4}, \d\d\.\d\d\sWI(B|TA|T)", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[789]:00"
    return [each for each in line if not fullmatch(f"{words}|{iso}", each)]


@pytest.mark.long
def test_every_page_of_the_table_is_a_file_of_what_it_shows(house: House, seat: Seat) -> None:
    seated = {role: seat(f"P {role}", role, employee=None if role is Role.auditor else "E002") for role in Role}
    for path, roles in FILES.items():
        for role in roles:
            page = seated[role].go(path)
            address = file_link(page)
            assert address is not None, (path, role, page.text)
            said = lines(seated[role].send("GET", address))
            assert said[0] == [title_of(page)], path
            told = [without_moments([cell.lstrip("'") for cell in line if cell]) for line in said]
            for row in rows_of(page):
                shown = without_moments([part for cell in row for part in cell.split("  ") if part])
                assert shown in told, (path, role, shown)
            assert any(len(line) > 1 for line in said), (path, role)
    for path in NONE:
        for role in Role:
            page = seated[role].send("GET", path)
            if page.status_code == 200:
                assert file_link(page) is None
                refused = seated[role].send("GET", f"{path}?format=csv")
                assert (refused.status_code, refused.headers["content-type"][:9]) == (406, "text/html"), path
    assert seated[Role.viewer].send("GET", "/desk/office?format=xlsx").status_code == 422


@pytest.mark.long
def test_who_may_not_open_a_page_gets_no_file_of_it(house: House, seat: Seat) -> None:
    viewer = seat("Pak Lihat", Role.viewer)
    for path, roles in FILES.items():
        if Role.viewer not in roles:
            assert viewer.send("GET", _as_file(path)).status_code == 403
        assert Browser(house).send("GET", _as_file(path)).headers["location"] == "/sign-in"


@pytest.mark.long
def test_a_long_list_is_whole_in_the_file_and_the_trace_is_as_long(house: House, seat: Seat) -> None:
    with house.database.writing() as session:
        session.add_all(
            Employee(agency_id="kota", code=f"P{n:03}", name=f"Orang {n:03}", appraiser="E003") for n in range(120)
        )
        session.flush()
        session.add_all(
            Posting(agency_id="kota", employee=f"P{n:03}", office="dukcapil", from_on=(NOW - timedelta(days=9)).date())
            for n in range(120)
        )
    boss = seat("Bu Lain", Role.appraiser, employee="E003")
    for path in ("/desk/team", "/desk/team?page=2"):
        said = lines(boss.send("GET", file_link(boss.go(path)) or ""))
        assert [line[0] for line in said if line and line[0].startswith("Orang 1")] == [
            f"Orang {n}" for n in range(100, 120)
        ]
    auditor = seat("Bu Auditor", Role.auditor)
    waiting = lines(auditor.send("GET", file_link(auditor.go("/desk/findings")) or ""))
    assert len([line for line in waiting if len(line) == 6 and line[4] == "10"]) == 120
    assert "120" in waiting[1][0]
    following = findall(r'href="(/desk/decisions\?[^"]*after=[^"]+)"', auditor.go("/desk/decisions").text)
    page = auditor.go(unescape(following[0]))
    decided = lines(auditor.send("GET", file_link(page) or ""))
    notes = {line[5] for line in decided if len(line) == 7}
    assert {f"'=1+{n}" for n in range(1, 240, 2)} <= notes


@pytest.mark.long
def test_a_file_of_persons_leaves_the_trace_that_its_page_leaves(house: House, seat: Seat) -> None:
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    appraiser.send("GET", "/desk/team?format=csv")
    assert readings(house)[-2:] == [("appraiser", "E001", "report"), ("appraiser", "E004", "report")]


@pytest.mark.long
def test_a_file_is_in_the_language_of_its_page(house: House, seat: Seat) -> None:
    viewer = seat("Pak Lihat", Role.viewer)
    address = file_link(viewer.go("/desk/office?period=2026-10&lang=en"))
    assert address is not None
    said = viewer.send("GET", address).content.decode("utf-8-sig")
    assert "Ratings (n),Index" in said


def test_lines_say_everything_but_what_is_there_to_be_clicked_on() -> None:
    tell, span = language("en"), Range(Number(1, 1), Number(2, 1))
    chart = Chart("trend", "Chart", "", (Point(0, "Jan", Number(3), Number(10), span),), "Month", "Index", "n", "95 %")
    table = Table("Table", (_text("Month"), _text("x")), (("Jan", None),), note="Note")
    blocks = (
        Numbers((Figure("A", Number(7), "strip"), Figure("B", span, "two"))),
        Tasks((Task("Do", "/x", "today"),), "none"),
        Tasks((), "none"),
        Words("plain"),
        Words("quoted", "quote", "who"),
        Facts((("name", "value"),)),
        Headline("I", Number(80), "B", "good", ()),
        Code("https://x", ""),
        Links((("next", "/x"),)),
        Links((("next", "/x"),), goes_on=True),
        chart,
    )
    page = Page("Title", "Lead", (Section(blocks, "Section"), Section((Links((("a", "/"),)),), "Only links")))
    assert list(lines_of(page, tell)) == [
        ["Title"],
        ["Lead"],
        [],
        ["Section"],
        ["A", Number(7), "strip"],
        ["B", Number(1, 1), Number(2, 1), "two"],
        [],
        ["Do", "today"],
        [],
        ["none"],
        [],
        ["plain"],
        [],
        ["who", "quoted"],
        [],
        ["name", "value"],
        [],
        ["I", Number(80)],
        ["Grade (mutu)", "B (good)"],
        [],
        ["Verification address", "https://x"],
        [],
        ["The list goes on; this file has the part of it that the page shows."],
        [],
        ["Chart"],
        ["Month", "Index", "n", "95 %, lower end", "95 %, upper end"],
        ["Jan", Number(3), Number(10), Number(1, 1), Number(2, 1)],
    ]
    beside = Page("Title", "Lead", (Section((chart, table)),))
    assert list(lines_of(beside, tell))[2:] == [[], ["Table"], ["Month", "x"], ["Jan", None], ["Note"]]
    assert has_file(beside)
    assert not has_file(Page("Title", "Lead", (Section((Words("plain"), Facts(()))),)))
    assert has_file(Page("Title", "Lead", (Section((Words("plain", "quote"),)),)))


def _text(title: str) -> Column:
    return Column(title, "text")


def _as_file(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}format=csv"
