"""The audit trail: what was done and by whom, filtered, page by page, and the same as a file."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from re import findall

import httpx
import pytest

from app.access.audit import record
from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, fields_of, text_of
from tests.house import House, problem
from tests.people.persons import Door

MANY = 130
# The last minute of that day in WIB, where the agency lives; in WITA the next one has begun.
SEPTEMBER = datetime(2026, 9, 1, 16, 59, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """A service in which a good deal was done in September."""
    with lend("sqlite") as (url, keys), desk(url, keys) as opened:
        with opened.database.writing() as session:
            for n in range(MANY):
                office = ("dukcapil", "upt-jayapura", "upt-makassar")[n % 3]
                record(session, agency_id="kota", actor="cli:root", action="opening.changed", subject=f"s{n:03}",
                       at=SEPTEMBER, office=office, n=n)  # fmt: skip
            record(session, agency_id="kota", actor="=cmd", action="agency.period", subject="kota", at=SEPTEMBER)
        yield opened


@pytest.fixture(scope="module")
def seat(house: House) -> Iterator[Callable[..., Browser]]:
    """A browser of somebody in a role."""
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:

        def join(name: str, role: Role, office: str | None = None, **more: str) -> Browser:
            browser = Browser(house)
            browser.join(door, name, role, office, **more)
            return browser

        yield join


@pytest.fixture(scope="module")
def auditor(seat: Callable[..., Browser]) -> Browser:
    """An auditor of the whole agency."""
    return seat("Audi", Role.auditor)


def shown(page: httpx.Response) -> list[str]:
    """The subjects of the September rows that a page shows."""
    return findall(r"<td[^>]*>(s\d{3})</td>", page.text)


def all_shown(auditor: Browser, page: httpx.Response) -> list[str]:
    """The subjects of the September rows of this page and all that follow."""
    seen = shown(page)
    while following := findall(r'href="([^"]+)">Halaman berikutnya', page.text):
        page = auditor.go(following[0].replace("&amp;", "&"))
        seen += shown(page)
    return seen


def rows(answer: httpx.Response, delimiter: str = ";") -> list[list[str]]:
    """The lines of a file."""
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=delimiter))


@pytest.mark.long
def test_actions_stand_by_time_with_their_names_and_in_words(auditor: Browser) -> None:
    told = text_of(auditor.go("/desk/trail?action=person"))
    assert "Audi (orang) undangan dipakai" in told
    assert "undangan dipakai" in told
    assert "opening.changed" not in told
    # What was recorded has names, where it is no code of a program.
    granted = text_of(auditor.go("/desk/trail?action=grant"))
    assert f"Audi Peran {Role.auditor}" in granted
    # Of an id nobody learns anything.
    assert "grant" not in granted
    assert "Unit kerja Dukcapil, Banyaknya 0" in text_of(auditor.go("/desk/trail?action=opening&office=dukcapil"))


def test_long_lists_come_in_pages_and_the_file_has_all_of_them(auditor: Browser) -> None:
    asked = "?action=opening&office=&from=2026-09-01&to=2026-09-01"
    page = auditor.go(f"/desk/trail{asked}")
    assert "50 tindakan terbaru dari yang diminta." in text_of(page)
    assert len(page.content) < 40_000
    seen = shown(page)
    while following := findall(r'href="([^"]+)">Halaman berikutnya', page.text):
        page = auditor.go(following[0].replace("&amp;", "&"))
        seen += shown(page)
    assert seen == [f"s{n:03}" for n in reversed(range(MANY))]
    [address] = findall(r'href="(/desk/trail/file[^"]+)"', page.text)
    told = rows(auditor.go(address.replace("&amp;", "&")))
    assert told[0] == ["Kapan", "Siapa", "Apa", "Tentang", "Rincian"]
    assert [line[3] for line in told[1:]] == seen
    # Cell by cell what the page shows; a moment as people write it, in the file as programs do.
    cells = findall(
        r'<tr role="row"><th role="rowheader" scope="row">([^<]*)</th>' + r"<td[^>]*>([^<]*)</td>" * 4, page.text
    )
    assert [list(each[1:]) for each in cells] == [line[1:] for line in told[101:]]
    assert {each[0] for each in cells} == {"1\xa0Sep\xa02026, 23.59\xa0WIB"}
    assert {line[0] for line in told[101:]} == {"2026-09-01T23:59:00+07:00"}


def test_a_file_runs_nothing_and_speaks_the_readers_language(auditor: Browser) -> None:
    asked = "/desk/trail/file?action=agency.period&from=2026-09-01"
    english = auditor.send("GET", asked, headers={"accept-language": "en"})
    assert rows(english, ",")[1][1] == "'=cmd"
    assert rows(english, ",")[0][0] == "When"
    assert english.headers["content-disposition"] == 'attachment; filename="audit-kota.csv"'
    assert english.headers["cache-control"] == "private, no-store"


def test_days_are_whole_days_both_included(auditor: Browser) -> None:
    for first, last, n in (("2026-09-01", "2026-09-01", 50), ("2026-09-02", "2026-09-30", 0), ("", "2026-08-31", 0)):
        assert len(shown(auditor.go(f"/desk/trail?action=opening.changed&from={first}&to={last}"))) == n


def test_who_audits_some_offices_sees_what_names_them(seat: Callable[..., Browser], auditor: Browser) -> None:
    below = seat("Daerah", Role.auditor, "upt-makassar")
    assert shown(below.go("/desk/trail?from=2026-09-01&to=2026-09-01")) == []
    page = below.go("/desk/trail?from=2026-09-02&to=2026-09-02")
    assert "2\xa0Sep\xa02026, 00.59\xa0WITA" in page.text
    assert all_shown(below, page) == [f"s{n:03}" for n in reversed(range(MANY)) if n % 3]
    assert "agency.period" not in page.text
    one = below.go("/desk/trail?office=upt-jayapura")
    assert set(shown(one)) == {f"s{n:03}" for n in range(MANY) if n % 3 == 1}
    assert set(shown(auditor.go("/desk/trail?office=dukcapil"))) == {f"s{n:03}" for n in range(MANY) if n % 3 == 0}
    for office, status in (("dukcapil", 403), ("tiada", 404)):
        for path in ("/desk/trail", "/desk/trail/file"):
            answer = below.go(f"{path}?office={office}")
            assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")


def test_another_agency_sees_its_own(seat: Callable[..., Browser]) -> None:
    foreign = seat("Asing", Role.auditor, agency="desa")
    page = foreign.go("/desk/trail")
    assert shown(page) == []
    assert "Asing" in page.text
    assert "Audi " not in text_of(page)


def test_wrong_filters_are_named_and_kept(auditor: Browser) -> None:
    for query, field in (("action=a%25", "action"), ("from=kemarin", "from"), ("office=%21", "office")):
        page = auditor.go(f"/desk/trail?{query}")
        assert page.status_code == 422
        assert f'href="#trail-{field}"' in page.text
    kept = auditor.go("/desk/trail?from=2026-10-02&to=2026-10-01")
    assert kept.status_code == 422
    assert fields_of(kept, "/desk/trail")["to"] == "2026-10-01"
    assert auditor.go("/desk/trail?after=x").status_code == 422
    assert auditor.go("/desk/trail/file?from=kemarin").status_code == 422


def test_the_language_is_changed_with_the_filters_kept(auditor: Browser) -> None:
    page = auditor.go("/desk/trail?action=opening&office=dukcapil&from=&to=")
    [address] = findall(r'href="([^"]+lang=en)"', page.text)
    told = auditor.go(address.replace("&amp;", "&"))
    assert "Audit trail" in text_of(told)
    assert shown(told) == shown(page)


def test_the_api_pages_through_the_same(house: House) -> None:
    found, after = [], None
    while True:
        asked = {"action": "opening", "limit": "60"} | ({} if after is None else {"after": after})
        told = house.get("/v1/audit", "auditor", params=asked).json()
        found += [each["subject"] for each in told["items"]]
        after = told["next"]
        if after is None:
            break
    assert found == [f"s{n:03}" for n in reversed(range(MANY))]
    assert house.get("/v1/audit", "desa admin", params={"action": "opening"}).json()["items"] == []
    [own] = house.get("/v1/audit", "admin", params={"action": "agency.period"}).json()["items"]
    assert (own["actor"], own["name"], own["detail"]) == ("=cmd", None, {})
    issued = house.get("/v1/audit", "admin", params={"action": "key.issued", "limit": "1"}).json()["items"]
    assert {each["actor"] for each in issued} == {"test"}
    problem(house.get("/v1/audit", "admin", params={"from": "2026-10-02", "to": "2026-10-01"}), 422, "period-reversed")
    problem(house.get("/v1/audit", "admin", params={"office": "tiada"}), 404, "office-unknown")
