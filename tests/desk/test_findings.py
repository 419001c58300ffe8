"""An auditor finds what is held, reads why, decides once with a note; others see, and decide nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from re import findall

import httpx
import pytest

from app.access.principals import Role
from app.desk.findings import since_words
from app.directory.tables import Employee
from app.reports.sections.language import language
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, fields_of, text_of, title_of
from tests.house import NOW, House, problem
from tests.people.persons import Door
from tests.screening.office import LUNCH, STUFFED, lunch, ordinary, screen

IN_HOUR, FEW = STUFFED + 2, "kurang dari sepuluh"
DAYS = [LUNCH, LUNCH - timedelta(days=1), LUNCH - timedelta(days=4), LUNCH + timedelta(days=1)]


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """A service in which somebody rated oneself at four lunches."""
    with lend("sqlite") as (url, keys), desk(url, keys) as opened:
        ordinary(opened)
        for day in DAYS:
            lunch(opened, day=day)
        assert screen(opened, NOW - timedelta(days=3)).findings == len(DAYS)
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
    """An auditor of the whole agency, who has just proved to be there."""
    return seat("Audi", Role.auditor)


def links(page: httpx.Response) -> list[str]:
    """The addresses of the findings in a list."""
    return findall(r'href="(/desk/finding\?id=[^"]+)"', page.text)


def first_of(auditor: Browser) -> httpx.Response:
    """The page of the first finding that waits."""
    return auditor.go(links(auditor.go("/desk/findings"))[0])


@pytest.mark.long
def test_the_list_says_what_waits_for_how_long_and_why(auditor: Browser) -> None:
    page = auditor.go("/desk/findings")
    assert "Temuan yang menunggu auditor: 4; yang terlama sudah 3 hari." in text_of(page)
    assert "Satu jam dalam sehari, 10 November 2026" in text_of(page)
    assert "Siti Kenari E001" in text_of(page)
    assert len(links(page)) == len(DAYS)
    assert links(auditor.go("/desk/findings?office=dukcapil")) == links(page)
    assert links(auditor.go("/desk/findings?office=setda")) == []


def test_a_finding_tells_its_rule_its_day_and_what_a_decision_changes(auditor: Browser) -> None:
    told = text_of(first_of(auditor))
    assert f"{IN_HOUR} lembar sudah 3 hari ditahan dan menunggu keputusan." in told
    assert "Lebih dari 60 % penilaian satu hari seseorang" in told
    assert f"Banyaknya {IN_HOUR}" in told
    # Counts below ten are no figures: at eleven o'clock there were two.
    assert f"11.00 {FEW} {FEW} 12.00 {IN_HOUR} {IN_HOUR} 13.00 {FEW} {FEW}" in told
    assert "langsung dihitung lagi" in told
    assert "Lepaskan: lembarnya dihitung lagi" in told
    assert "Tegaskan: lembarnya tetap tidak dihitung" in told


@pytest.mark.parametrize(("what", "told"), [("release", "dihitung lagi"), ("confirm", "tidak dihitung dalam angka")])
def test_a_decision_is_made_once_with_a_note(auditor: Browser, what: str, told: str) -> None:
    page = first_of(auditor)
    done = auditor.submit(page, f"/desk/finding/{what}", note="Kunjungan sekolah")
    assert done.status_code == 200
    assert f"{IN_HOUR} lembarnya {told}" in text_of(done)
    assert "Kunjungan sekolah" in text_of(done)
    assert 'action="/desk/finding/' not in done.text
    # Whoever had the page open beside it is told, and nothing changes.
    other = "confirm" if what == "release" else "release"
    late = auditor.submit(page, f"/desk/finding/{other}", note="Lain")
    assert late.status_code == 409
    assert "sudah diputuskan" in text_of(late)
    decided = auditor.go("/desk/decisions")
    assert "Kunjungan sekolah" in text_of(decided)
    assert "Lain" not in text_of(decided)


def test_a_note_that_is_missing_or_too_long_is_asked_for_and_what_was_typed_stays(auditor: Browser) -> None:
    page = first_of(auditor)
    for note, told in (("", "wajib"), ("x" * 501, "500 karakter"), ("a\x00b", "tidak sah")):
        refused = auditor.submit(page, "/desk/finding/release", note=note)
        assert refused.status_code == 422
        assert "Ada yang perlu diubah" in text_of(refused)
        assert 'href="#release-note"' in refused.text
        assert told in text_of(refused), note
        assert refused.text.count('aria-invalid="true"') == 1
        assert fields_of(refused, "/desk/finding/release")["note"] == note
        assert fields_of(refused, "/desk/finding/confirm")["note"] == ""


def test_deciding_asks_for_a_fresh_proof(auditor: Browser, house: House) -> None:
    page = first_of(auditor)
    house.clock.now += timedelta(minutes=11)
    asked = auditor.go(auditor.at)
    assert "/desk/confirm?to=finding%3Fid%3D" in asked.text
    assert 'action="/desk/finding/' not in asked.text
    late = auditor.submit(page, "/desk/finding/release", note="Kunjungan sekolah")
    assert title_of(late) == "Pastikan bahwa ini Anda"
    house.clock.now -= timedelta(minutes=11)
    assert 'action="/desk/finding/release"' in first_of(auditor).text


def test_a_supervisor_reads_and_decides_nothing(seat: Callable[..., Browser], auditor: Browser) -> None:
    page = first_of(auditor)
    one = seat("Kepala", Role.supervisor, "dukcapil")
    seen = one.go(links(one.go("/desk/findings"))[0])
    assert "Apa yang berubah oleh keputusan" in text_of(seen)
    assert 'action="/desk/finding/' not in seen.text
    assert "Jejak audit" not in text_of(seen)
    given = fields_of(page, "/desk/finding/release") | {"note": "x"}
    for what in ("release", "confirm"):
        assert one.send("POST", f"/desk/finding/{what}", data=given).status_code == 403


@pytest.mark.long
def test_another_office_and_another_agency_see_and_decide_nothing(
    seat: Callable[..., Browser], auditor: Browser
) -> None:
    page = first_of(auditor)
    address, given = auditor.at, fields_of(page, "/desk/finding/release") | {"note": "x"}
    elsewhere, foreign = seat("Jauh", Role.auditor, "upt-makassar"), seat("Asing", Role.auditor, agency="desa")
    for one, status in ((elsewhere, 403), (foreign, 404)):
        assert links(one.go("/desk/findings")) == links(one.go("/desk/decisions")) == []
        for answer in (one.go(address), one.send("POST", "/desk/finding/release", data=given)):
            assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
            assert "Siti Kenari" not in answer.text
    assert elsewhere.go("/desk/findings?office=dukcapil").status_code == 403
    assert elsewhere.go("/desk/findings?office=tiada").status_code == 404
    assert auditor.go(address).status_code == 200


def test_nobody_decides_about_oneself(seat: Callable[..., Browser], auditor: Browser, house: House) -> None:
    with house.database.writing() as session:
        session.add(Employee(agency_id="kota", code="E009", name="Audi Dua"))
    # The grant is refused to whoever is posted there; what the directory says later must not open a way.
    own = seat("Audi Dua", Role.auditor, employee="E009")
    with house.database.writing() as session:
        held = first_of(own)
        finding = fields_of(held, "/desk/finding/release")["finding"]
        session.connection().exec_driver_sql(
            "UPDATE finding SET employee = 'E009' WHERE finding_id = ?", (finding.replace("-", ""),)
        )
    page = own.go(f"/desk/finding?id={finding}")
    assert "Temuan ini tentang Anda" in text_of(page)
    assert 'action="/desk/finding/' not in page.text
    answer = own.send("POST", "/desk/finding/release", data={"finding": finding, "note": "baik"})
    assert answer.status_code == 403
    assert "tentang dirinya sendiri" in text_of(answer)
    assert 'action="/desk/finding/release"' in auditor.go(f"/desk/finding?id={finding}").text


@pytest.mark.parametrize("path", ["/desk/findings", "/desk/decisions"])
def test_wrong_filters_are_named_and_kept(auditor: Browser, path: str) -> None:
    for query, told in (("office=%21", "tidak sah"), ("after=x", "id seperti yang diberikan Cermin")):
        page = auditor.go(f"{path}?{query}")
        assert page.status_code == 422
        assert told in text_of(page)
    assert auditor.go(f"{path}?tiada=1").status_code == 422


def test_days_of_decisions_are_asked_for_and_a_wrong_order_is_told(auditor: Browser) -> None:
    assert links(auditor.go("/desk/decisions?from=2026-11-01&to=2026-11-30")) != []
    assert links(auditor.go("/desk/decisions?from=2026-12-01&to=")) == []
    wrong = auditor.go("/desk/decisions?from=2026-12-02&to=2026-12-01")
    assert wrong.status_code == 422
    assert fields_of(wrong, "/desk/decisions")["from"] == "2026-12-02"
    typed = auditor.go("/desk/decisions?from=kemarin")
    assert 'href="#decisions-from"' in typed.text


def test_the_api_tells_the_same_hours(house: House, auditor: Browser) -> None:
    waiting = house.get("/v1/findings", "auditor", params={"state": "waiting"}).json()["items"]
    one = next(each for each in waiting if each["employee"] == "E001")
    told = house.get(f"/v1/findings/{one['id']}/timeline", "auditor").json()
    assert told["kept"] is True
    assert [each for each in told["items"] if each["hour"] == 12] == [
        {"day": one["from"], "hour": 12, "n": IN_HOUR, "doubted": IN_HOUR}
    ]
    assert {each["n"] for each in told["items"] if each["hour"] != 12} == {None}
    problem(house.get(f"/v1/findings/{one['id']}/timeline", "desa auditor"), 404, "finding-unknown")
    house.clock.now += timedelta(days=50)
    late = house.get(f"/v1/findings/{one['id']}/timeline", "auditor").json()
    house.clock.now -= timedelta(days=50)
    assert (late["kept"], late["items"]) == (False, [])


def test_findings_are_listed_by_state_and_from_either_end(house: House) -> None:
    def ids(**asked: str) -> list[str]:
        items = house.get("/v1/findings", "auditor", params=asked).json()["items"]
        return [each["id"] for each in items]

    assert sorted(ids(state="waiting") + ids(state="decided")) == sorted(ids())
    assert ids(order="newest") == ids()[::-1]
    assert ids(order="newest", after=ids()[1]) == ids()[:1]
    assert house.get("/v1/findings", "auditor", params={"state": "tiada"}).status_code == 422


@pytest.mark.parametrize(("days", "said"), [(0, "sejak hari ini"), (1, "sejak kemarin"), (12, "sudah 12 hari")])
def test_nobody_waits_for_no_days(days: int, said: str) -> None:
    assert since_words(days, language("id")) == said
