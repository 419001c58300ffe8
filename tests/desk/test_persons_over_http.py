"""Employees reply and see who looked, appraisers see their people, over the API by the rules of the pages."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import Browser, text_of
from tests.desk.closed import Seat, closed_house, readings
from tests.house import House, problem

WORDS = {"text": "Sistem antrean mati\nminggu itu."}


@pytest.fixture
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), closed_house(url, keys, key_file) as opened:
        yield opened


@pytest.fixture
def siti(seat: Seat) -> Browser:
    """E001, about whom there is a draft."""
    return seat("Siti", Role.employee, employee="E001")


def draft_of(browser: Browser) -> str:
    """The address of the reply to the only draft that this one may read."""
    [report] = browser.send("GET", "/v1/reports", params={"period": "2026-10"}).json()["items"]
    return f"/v1/reports/{report['id']}/reply"


@pytest.mark.long
def test_a_reply_is_given_once_and_read_by_the_person_and_the_appraiser(
    house: House, seat: Seat, siti: Browser
) -> None:
    address = draft_of(siti)
    before = siti.send("GET", address).json()
    assert (before["state"], before["may_reply"], before["reply"], before["note"]) == ("draft", True, None, None)
    assert siti.send("POST", address, json=WORDS).status_code == 204
    after = siti.send("GET", address).json()
    assert (after["may_reply"], after["reply"]) == (False, WORDS["text"])
    assert after["replied_at"] is not None
    problem(siti.send("POST", address, json={"text": "Lagi"}), 409, "reply-given")
    # The page shows the same reply.
    assert "Sistem antrean mati" in text_of(siti.go("/desk/reply"))
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    appraiser.send("POST", address.replace("/reply", "/note"), json={"text": "Loket penuh."})
    read = appraiser.send("GET", address).json()
    assert (read["reply"], read["note"], read["may_reply"]) == (WORDS["text"], "Loket penuh.", False)
    assert readings(house)[-1] == ("appraiser", "E001", "report")
    # What stands beside a draft is its appraiser's until it is signed.
    assert siti.send("GET", address).json()["note"] is None


@pytest.mark.long
def test_after_the_window_and_with_bad_words_no_reply_is_taken(house: House, seat: Seat, siti: Browser) -> None:
    address = draft_of(siti)
    for text in ("", "x" * 4_001, "a\x00b"):
        [error] = problem(siti.send("POST", address, json={"text": text}), 422, "invalid-request")["errors"]
        assert error["field"] == "text"
    house.clock.now += timedelta(days=14)
    late = seat("Siti Dua", Role.employee, employee="E001")
    assert late.send("GET", address).json()["may_reply"] is False
    problem(late.send("POST", address, json=WORDS), 409, "reply-window-over")


@pytest.mark.long
def test_nobody_replies_for_somebody_else_or_reads_what_was_said(seat: Seat, siti: Browser) -> None:
    address = draft_of(siti)
    siti.send("POST", address, json=WORDS)
    colleague = seat("Budi", Role.employee, employee="E004")
    foreign = seat("Asing", Role.employee, agency="desa", employee="E001")
    other = seat("Penilai Lain", Role.appraiser, employee="E003")
    for browser, status, code in ((colleague, 403, "out-of-scope"), (foreign, 404, "report-unknown")):
        problem(browser.send("GET", address), status, code)
        problem(browser.send("POST", address, json=WORDS), status, code)
    problem(other.send("GET", address), 403, "out-of-scope")
    problem(siti.send("GET", f"/v1/reports/{UUID(int=7)}/reply"), 404, "report-unknown")


@pytest.mark.long
def test_who_looked_is_told_by_name_over_the_api(house: House, seat: Seat, siti: Browser) -> None:
    assert siti.send("GET", "/v1/readers").json() == {"items": []}
    report = draft_of(siti).split("/")[3]
    seat("Bu Kepala", Role.supervisor, "dukcapil").go(f"/desk/report?id={report}")
    assert house.get(f"/v1/reports/{report}", "supervisor").status_code == 200
    told = siti.send("GET", "/v1/readers").json()["items"]
    assert [(each["by"], each["name"], each["what"], each["period"]) for each in told] == [
        ("supervisor", "supervisor", "report", "2026-10"),
        ("supervisor", "Bu Kepala", "report", "2026-10"),
    ]
    # Of the other agency's employee of the same code nobody has read.
    assert seat("Asing", Role.employee, agency="desa", employee="E001").send("GET", "/v1/readers").json()["items"] == []


@pytest.mark.long
def test_an_appraiser_lists_the_own_people_by_name_without_any_figure(house: House, seat: Seat, siti: Browser) -> None:
    siti.send("POST", draft_of(siti), json=WORDS)
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    answer = appraiser.send("GET", "/v1/team")
    assert [
        (each["employee"], each["newest"]["period"], each["newest"]["use"], each["newest"]["reply"])
        for each in answer.json()["items"]
    ] == [("E001", "2026-10", "coaching", "given"), ("E004", "2026-10", None, "awaited")]
    assert "91.7" not in answer.text
    assert readings(house)[-2:] == [("appraiser", "E001", "report"), ("appraiser", "E004", "report")]
    assert seat("Tanpa", Role.appraiser, employee="E003").send("GET", "/v1/team").json() == {"items": []}
    # Who is named as appraised in the other agency is there what E001 and E004 are here, without any report.
    foreign = seat("Asing", Role.appraiser, agency="desa", employee="E002").send("GET", "/v1/team").json()["items"]
    assert [each["newest"] for each in foreign] == [None, None]
