"""Reports of a closed period: a viewer sees what is final of offices, others what their role may see."""

from collections.abc import Iterator
from re import findall

import httpx
import pytest

from app.access.principals import Role
from tests.closing.steps import finalise
from tests.conftest import Lend
from tests.desk.browsing import text_of
from tests.desk.closed import Seat, closed_house, seats
from tests.house import House


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft at first; the last test signs it."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), closed_house(url, keys, key_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def seat(house: House) -> Iterator[Seat]:
    """A way to seat somebody."""
    with seats(house) as join:
        yield join


def listed(page: httpx.Response) -> list[tuple[str, str, str]]:
    """What a page lists: name, kind, state."""
    cells = r'<a href="/desk/report\?id=[^"]+">([^<]+)</a></th>' + r"<td[^>]*>([^<]*)</td>" * 4
    return [(each[0], each[1], each[4]) for each in findall(cells, page.text)]


@pytest.mark.long
def test_drafts_are_for_those_who_answer_for_the_period(seat: Seat) -> None:
    boss = seat("Bu Kepala", Role.supervisor)
    page = boss.go("/desk/reports")
    assert f"Oktober 2026: {len(listed(page))} laporan." in text_of(page)
    assert ("Dukcapil", "kantor", "draf") in listed(page)
    assert {state for *_, state in listed(page)} == {"draf"}
    persons = boss.go("/desk/reports?about=persons")
    assert listed(persons) == [(f"Siti Kenari {code}", "orang", "draf") for code in ("E001", "E002", "E004")]
    for role in (Role.viewer, Role.auditor):
        page = seat(f"P {role}", role).go("/desk/reports")
        assert "Belum ada periode yang ditutup dan final." in text_of(page)
        assert listed(page) == []


def test_wrong_questions_are_answered_in_words(seat: Seat) -> None:
    boss = seat("Bu Kepala Dua", Role.supervisor)
    for query, status in (
        ("period=2026-08", 404),
        ("period=2026-13", 404),
        ("period=%00", 422),
        ("about=raja", 422),
        ("page=0", 422),
        ("tiada=1", 422),
    ):
        answer = boss.go(f"/desk/reports?{query}")
        assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html"), query
    assert listed(boss.go("/desk/reports?page=9")) == []


@pytest.mark.long
def test_what_is_final_is_for_viewers_too_but_nobody_by_name(house: House, seat: Seat) -> None:
    key_file = house.services.settings.signing_key_file
    assert key_file is not None
    finalise(house, key_file)
    viewer = seat("Pembaca", Role.viewer)
    page = viewer.go("/desk/reports")
    found = listed(page)
    assert found[0][0] == "kota"
    assert ("Dukcapil", "kantor", "final") in found
    assert {kind for _, kind, _ in found} <= {"kantor", "instansi", "survei"}
    assert "Siti Kenari" not in page.text
    assert "Orang" not in findall(r"<option[^>]*>([^<]+)</option>", page.text)
    assert viewer.go("/desk/reports?about=persons").status_code == 403
    for address in findall(r'href="(/desk/report\?id=[^"]+)"', page.text):
        shown = viewer.go(address)
        assert shown.status_code == 200
        assert len(shown.content) < 40_000
        assert "Siti Kenari" not in shown.text
        for file in findall(r'href="(/v1/reports/[^"]+)"', shown.text):
            assert viewer.go(file.replace("&amp;", "&")).status_code == 200
    for unit in ("E001", "E002"):
        [line] = house.get("/v1/reports", params={"period": "2026-10", "unit": unit}).json()["items"]
        assert viewer.send("GET", f"/v1/reports/{line['id']}").status_code == 403
    assert {each["kind"] for each in viewer.send("GET", "/v1/reports?period=2026-10").json()["items"]} <= {
        "office",
        "agency",
        "skm",
    }
    one = seat("Pembaca Dukcapil", Role.viewer, "dukcapil")
    assert {name for name, *_ in listed(one.go("/desk/reports"))} == {"Dukcapil"}
    auditor = seat("Audi", Role.auditor)
    assert len(listed(auditor.go("/desk/reports?about=persons"))) == 3
    foreign = seat("Asing", Role.viewer, agency="desa")
    assert listed(foreign.go("/desk/reports")) == []
    assert foreign.go("/desk/reports?period=2026-10").status_code == 404
