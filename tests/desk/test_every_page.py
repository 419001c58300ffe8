"""Every page for every role: it opens where the table says and nowhere else; it is small, whole, in one language."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from re import findall, search, sub

import httpx
import pytest

from app.access.principals import KeyKind, Role
from app.desk import navigation
from app.foundation.translations import catalogues
from app.people.sessions import PLAIN_COOKIE
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, text_of, title_of
from tests.desk.pages import PAGES
from tests.house import House
from tests.people.persons import PASSPHRASE, Door

GETS = [path for method, path in PAGES if method == "GET"]
# A page about something needs its id; of what nobody has it says so.
NOTHING = "00000000-0000-7000-8000-000000000000"
ASKED = {
    "/desk/person": (f"?id={NOTHING}", 404),
    "/desk/person/revoke": (f"?grant={NOTHING}", 404),
    "/desk/kiosk": (f"?id={NOTHING}", 404),
    "/desk/kiosk/revoke": (f"?id={NOTHING}", 404),
    # Nobody has said under which address citizens get here.
    "/desk/poster": ("?office=upt-jayapura", 409),
    "/desk/finding": (f"?id={NOTHING}", 404),
    "/desk/team/person": ("?employee=N777", 404),
    "/desk/period": ("?code=2026-08&instrument=ikl-1", 404),
    "/desk/period/slips": ("?code=2026-08&instrument=ikl-1", 404),
    "/desk/comment": (f"?id={NOTHING}", 404),
    "/desk/follow-up/action": ("?place=0", 409),
    "/desk/publications/one": ("?place=0", 409),
    "/desk/report": (f"?id={NOTHING}", 404),
    "/desk/instrument": ("?id=tiada-1", 404),
    "/desk/hours/office": ("?office=tiada", 404),
    "/desk/directory/upload": (f"?id={NOTHING}", 404),
    "/desk/directory/upload/file": (f"?id={NOTHING}", 404),
    "/desk/keys/revoke": (f"?key={NOTHING}", 422),
    "/desk/webhook": (f"?id={NOTHING}", 404),
    "/desk/integrity/report": (f"?id={NOTHING}", 404),
    "/desk/integrity/file": (f"?id={NOTHING}", 404),
    "/desk/integrity/erase": (f"?id={NOTHING}", 404),
    "/desk/integrity/key": (f"?id={'x' * 43}", 404),
    "/desk/integrity/key/retire": (f"?id={'x' * 43}", 404),
    # Where there is no mail, the page says so.
    "/desk/notices/end": ("?kind=period.final", 200),
    "/desk/passkeys/end": (f"?key={NOTHING}", 422),
}
# What these show has files of its own, in more formats.
OWN_FILES = {"/desk/report", "/desk/mirror", "/desk/reply", "/desk/team/person", "/desk/trail"}
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """A service with figures."""
    with lend("sqlite") as (url, keys), desk(url, keys) as opened:
        for office in ("dukcapil", "setda"):
            sheets = [opened.sheet(office=office, employee=None) for _ in range(30)]
            assert opened.post("/v1/ratings/batch", {"ratings": sheets}).status_code == 200
        # When the quarter of these ratings is the newest that is over.
        opened.release(now=datetime(2027, 1, 10, 3, tzinfo=UTC))
        yield opened


@pytest.fixture(scope="module")
def seats(house: House) -> dict[Role | None, Browser]:
    """A browser for each role, and one of somebody who has none any more."""
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:
        found: dict[Role | None, Browser] = {}
        for role in Role:
            found[role] = Browser(house)
            employee = None if role is Role.auditor else "E003"
            found[role].join(door, f"{EVIL} {role}", role, login=f"p.{role}", employee=employee)
        found[None] = Browser(house)
        return found


def page(browser: Browser, path: str, **options: str) -> httpx.Response:
    """A page without following where it leads."""
    return browser.send("GET", path + ASKED.get(path, ("", 200))[0], headers=options)


@pytest.mark.long
def test_every_page_opens_for_whom_the_table_says(seats: dict[Role | None, Browser]) -> None:
    for path in GETS:
        who = PAGES["GET", path]
        for role in Role:
            response = page(seats[role], path)
            if isinstance(who, frozenset):
                opened = ASKED[path][1] if path in ASKED else 200
                assert response.status_code == (opened if role in who else 403), (path, role)
            else:
                assert response.status_code in (200, 303, ASKED.get(path, ("", 200))[1]), (path, role)
        response = page(seats[None], path)
        assert (response.status_code == 200) == (who == "anybody"), path
        if who != "anybody":
            assert response.headers["location"] == "/sign-in"


@pytest.mark.long
def test_every_action_is_refused_to_other_roles_and_to_strangers(seats: dict[Role | None, Browser]) -> None:
    for method, path in PAGES:
        who = PAGES[method, path]
        if method != "POST" or who == "anybody":
            continue
        response = seats[None].send("POST", path, data={"x": "1"})
        assert (response.status_code, response.headers.get("location")) == (303, "/sign-in"), path
        if isinstance(who, frozenset):
            for role in set(Role) - who:
                assert seats[role].send("POST", path, data={"x": "1"}).status_code == 403, (path, role)


@pytest.mark.long
def test_a_key_opens_no_page(house: House) -> None:
    for path in GETS:
        if PAGES["GET", path] != "anybody":
            for kind in (KeyKind.admin, KeyKind.supervisor, KeyKind.reader):
                response = house.request("GET", path, kind, headers={"host": "localhost", "cookie": ""})
                assert (response.status_code, response.headers["location"]) == (303, "/sign-in"), path


def test_the_menu_lists_the_pages_of_the_table(seats: dict[Role | None, Browser]) -> None:
    for role, entries in navigation.PAGES.items():
        for entry in entries:
            who = PAGES["GET", entry.address]
            assert isinstance(who, frozenset)
            assert role in who
            assert set(navigation.roles_of(entry)) == who


def test_an_administrator_finds_the_pages_in_groups_and_nobody_else_needs_any(
    seats: dict[Role | None, Browser],
) -> None:
    for role in Role:
        menu = seats[role].go("/desk/account").text.partition('<nav class="menu"')[2].partition("</nav>")[0]
        shown = [unescape(each) for each in findall(r'<li><a href="([^"]+)"', menu)]
        assert sorted(shown) == sorted(each.address for each in (*navigation.PAGES[role], navigation.ACCOUNT))
        groups = findall(r'<p id="(menu-\d)">', menu)
        # A list that speaks is called by the word above it.
        assert findall(r'<ul aria-labelledby="([^"]+)">', menu) == groups
        assert len(groups) == (5 if role is Role.administrator else 0)


@pytest.mark.long
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_is_small_whole_and_in_one_language(seats: dict[Role | None, Browser], language: str) -> None:
    english = {text for text, told in catalogues()["id"].items() if told != text and len(text) > 25 and "{" not in text}
    css: set[str] = set()
    for path in GETS:
        for role in Role:
            response = page(seats[role], path, **{"accept-language": language})
            if response.status_code != 200:
                continue
            if not response.headers["content-type"].startswith("text/html"):
                continue
            html = response.text
            assert len(response.content) < 40_000, path
            assert f'<html lang="{language}">' in html
            assert html.count("<h1>") == 1
            # Nothing inline, nothing from elsewhere; the only script is a module of ours.
            tags = [sub(r'"[^"]*"', '""', tag) for tag in findall(r"<[^>]*>", html)]
            assert [tag for tag in tags if search(r"^<style|\s(style|on\w+)=", tag)] == []
            assert set(findall(r"<script[^>]*>", html)) <= {search_script(html)}
            ids = findall(r'\bid="([^"]+)"', html)
            assert len(ids) == len(set(ids)), (path, ids)
            for field in findall(r'<label for="([^"]+)"', html):
                assert field in ids
            if language == "id":
                said = unescape(html)
                assert [text for text in english if text in said] == [], path
            css |= set(findall(r'href="([^"]+\.css)"', html))
    assert css
    assert sum(len(seats[None].send("GET", each).content) for each in css) < 20_000


def search_script(html: str) -> str:
    """The one script tag that a page may have."""
    found = search(r'<script type="module" src="/static/[^"]+/desk/(?:link|passkey|digest|integrity)\.js">', html)
    return found[0] if found else ""


@pytest.mark.long
def test_every_page_with_a_table_or_numbers_is_a_file_too(seats: dict[Role | None, Browser]) -> None:
    filed = set()
    for path in GETS:
        for role in Role:
            response = page(seats[role], path)
            if response.status_code != 200 or "text/html" not in response.headers["content-type"]:
                continue
            links = findall(r'<p class="as-file"><a href="([^"]+)"', response.text)
            if not search(r'<table|<ul class="numbers"|<div class="headline"', response.text):
                assert len(links) < 2
            elif path in OWN_FILES:
                assert links == [], path
            else:
                [address] = links
                answer = seats[role].send("GET", unescape(address))
                assert answer.headers["content-type"].startswith("text/csv"), path
                assert title_of(response) in answer.text, path
                filed.add(path)
    assert len(filed) > 5


@pytest.mark.long
def test_what_people_wrote_is_text_on_every_page(seats: dict[Role | None, Browser]) -> None:
    seen = 0
    for path in GETS:
        for role in Role:
            response = page(seats[role], path)
            if not response.headers.get("content-type", "text/html").startswith("text/html"):
                continue
            html = response.text
            assert "<script>alert" not in html
            assert "<img" not in html
            seen += "&lt;script&gt;alert" in html
    assert seen > 10


def test_a_page_of_one_person_is_none_of_anothers(seats: dict[Role | None, Browser]) -> None:
    for role in Role:
        told = text_of(page(seats[role], "/desk/account"))
        assert f"p.{role}@kota" in told
        assert [other for other in Role if other is not role and f"p.{other}@kota" in told] == []


def test_my_office_answers_in_its_first_sentence(seats: dict[Role | None, Browser]) -> None:
    for role in (Role.supervisor, Role.viewer, Role.auditor, Role.administrator):
        response = page(seats[role], "/desk/office")
        lead = search(r'<p class="lead">(.*?)</p>', response.text)
        assert lead is not None
        # All answers were 4, 3 and 4.
        assert unescape(lead[1]) == "Triwulan IV 2026: 91,67 (A)."
        told = text_of(response)
        assert "Interval 95 %" in told or "interval" in told.lower()
        assert ("Hari ini" in told) == (role is not Role.viewer)
        assert "Dukcapil" in told
        assert [name for name in ("Siti Kenari", "E001") if name in told] == []


def test_of_one_office_also_change_and_coverage_are_told(house: House) -> None:
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:
        browser = Browser(house)
        opened = browser.join(door, "Kepala", Role.supervisor, "dukcapil")
    assert title_of(opened) == "Dukcapil"
    told = text_of(opened)
    assert "Dua yang terendah: mulai dari sini" in told
    assert "tidak ada pembanding" in told
    assert "Jumlah yang dilayani tidak dilaporkan" in told
    assert "Setda" not in told


def test_an_office_without_figures_says_so(house: House) -> None:
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:
        browser = Browser(house)
        opened = browser.join(door, "Kepala Jayapura", Role.supervisor, "upt-jayapura")
        foreign = Browser(house)
        untold = foreign.join(door, "Kepala", Role.supervisor, agency="desa")
    assert "terlalu sedikit penilaian" in text_of(opened)
    assert "Belum ada angka." in text_of(untold)
    assert "91,67" not in text_of(untold)


def test_another_questionnaire_is_asked_for_by_name(seats: dict[Role | None, Browser]) -> None:
    browser = seats[Role.supervisor]
    assert browser.send("GET", "/desk/office?instrument=ikl-1").status_code == 200
    assert browser.send("GET", "/desk/office?instrument=tiada-1").status_code == 404
    assert browser.send("GET", "/desk/office?instrument=%00").status_code == 422


def test_an_earlier_period_is_asked_for_by_name(seats: dict[Role | None, Browser]) -> None:
    browser = seats[Role.viewer]
    assert "91,67" in text_of(browser.go("/desk/office?period=2026-11"))
    assert "terlalu sedikit penilaian" in text_of(browser.go("/desk/office?period=2026-Q3"))
    for period, status in (("2026-13", 404), ("2027-Q4", 422), ("%00", 422), ("0000", 404)):
        response = browser.send("GET", f"/desk/office?period={period}")
        assert (response.status_code, response.headers["content-type"][:9]) == (status, "text/html")


def test_a_session_of_the_other_agency_sees_its_own_people(house: House) -> None:
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:
        browser = Browser(house)
        told = text_of(browser.join(door, "Tetangga", Role.administrator, agency="desa"))
    assert "tetangga@desa" in told
    assert "@kota" not in told
    assert browser.cookies[PLAIN_COOKIE].startswith("desa.")
    assert PASSPHRASE not in told
