"""An appraiser sees the own people by name, reads their reports, notes on drafts, takes along what is final."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from re import findall
from uuid import UUID

import pytest

from app.access.principals import Principal, Role
from app.closing.about_persons import note_on_person
from app.directory.tables import Employee, Posting
from app.foundation.ids import new_id
from app.foundation.problems import Problem
from tests.closing.steps import finalise
from tests.conftest import Lend
from tests.desk.browsing import Browser, fields_of, text_of, title_of
from tests.desk.closed import Seat, closed_house, readings
from tests.house import NOW, House, problem


@pytest.fixture
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), closed_house(url, keys, key_file) as opened:
        yield opened


@pytest.fixture
def appraiser(seat: Seat) -> Browser:
    """E002, who appraises E001 and E004."""
    return seat("Pak Penilai", Role.appraiser, employee="E002")


def sign(house: House) -> None:
    """Finalise October after the window."""
    key_file = house.services.settings.signing_key_file
    assert key_file is not None
    finalise(house, key_file)


@pytest.mark.long
def test_the_people_stand_by_name_with_what_their_figures_may_be_used_for(house: House, appraiser: Browser) -> None:
    page = appraiser.go("/desk")
    assert title_of(page) == "Orang yang saya nilai"
    assert "pejabat penilai bagi 2 orang" in text_of(page)
    rows = findall(
        r'<th role="rowheader" scope="row"><a href="([^"]+)">([^<]+)</a></th>' + r"<td[^>]*>([^<]*)</td>" * 4, page.text
    )
    assert [(each[0][-4:], each[3], each[4], each[5][:7]) for each in rows] == [
        ("E001", "Oktober 2026, draf", "pembinaan", "ditungg"),
        ("E004", "Oktober 2026, draf", "tanpa angka", "ditungg"),
    ]
    # Neither oneself nor any figure, which would make an order.
    assert "E002" not in page.text
    assert "91,7" not in page.text
    assert readings(house)[-2:] == [("appraiser", "E001", "report"), ("appraiser", "E004", "report")]


@pytest.mark.long
def test_a_note_is_put_beside_a_draft_and_may_be_replaced(house: House, appraiser: Browser) -> None:
    page = appraiser.go("/desk/team/person?employee=E001")
    assert "Draf Oktober 2026 siap diberi catatan Anda." in text_of(page)
    assert len(page.content) < 40_000
    kept = appraiser.submit(page, "/desk/team/note", text="Loket sering penuh.")
    assert "Catatan Anda pada draf Oktober 2026 sudah disimpan." in text_of(kept)
    assert fields_of(kept, "/desk/team/note")["text"] == "Loket sering penuh."
    appraiser.submit(kept, "/desk/team/note", text="Loket\r\nsering <b>penuh</b>.")
    sign(house)
    final = house.get("/v1/reports", params={"period": "2026-10", "unit": "E001"}).json()["items"][0]["id"]
    assert house.get(f"/v1/reports/{final}").json()["document"]["note"] == "Loket\nsering <b>penuh</b>."


@pytest.mark.long
def test_a_note_is_put_over_the_api_by_the_same_rules(house: House, appraiser: Browser) -> None:
    drafts = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "kind": "employee"}).json()["items"]
    ids = {each["unit"]: each["id"] for each in drafts}
    noted = appraiser.send("POST", f"/v1/reports/{ids['E001']}/note", json={"text": "Loket sering penuh."})
    assert noted.status_code == 204
    page = appraiser.go("/desk/team/person?employee=E001")
    assert fields_of(page, "/desk/team/note")["text"] == "Loket sering penuh."
    # Neither about oneself nor about whom somebody else appraises.
    for unit in ids.keys() - {"E001", "E004"}:
        problem(appraiser.send("POST", f"/v1/reports/{ids[unit]}/note", json={"text": "x"}), 403, "out-of-scope")
    problem(appraiser.send("POST", f"/v1/reports/{UUID(int=7)}/note", json={"text": "x"}), 404, "report-unknown")
    whole = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "kind": "agency"}).json()["items"][0][
        "id"
    ]
    assert house.post(f"/v1/reports/{whole}/note", {"text": "x"}, "supervisor").status_code == 404


@pytest.mark.long
def test_a_wrong_note_is_told_beside_its_field_and_kept(appraiser: Browser) -> None:
    page = appraiser.go("/desk/team/person?employee=E001")
    for text, told in ((" ", "tidak kosong"), ("x" * 4_001, "4000")):
        refused = appraiser.submit(page, "/desk/team/note", text=text)
        assert refused.status_code == 422
        assert 'href="#note-text"' in refused.text
        assert told in text_of(refused)
        assert fields_of(refused, "/desk/team/note")["text"] == text


@pytest.mark.long
def test_the_employees_reply_is_read_beside_the_draft(seat: Seat, appraiser: Browser) -> None:
    siti = seat("Siti", Role.employee, employee="E001")
    siti.submit(siti.go("/desk/reply"), "/desk/reply/send", text="Antrean dua kali lipat.")
    told = text_of(appraiser.go("/desk/team/person?employee=E001"))
    assert "Antrean dua kali lipat." in told
    assert "tanggapan diberikan" in text_of(appraiser.go("/desk/team"))


@pytest.mark.long
def test_what_is_final_is_taken_along_of_the_own_people_alone(house: House, seat: Seat, appraiser: Browser) -> None:
    assert "/v1/appraisals" not in appraiser.go("/desk/team").text
    # A draft is read on a page, and is no file.
    page = appraiser.go("/desk/team/person?employee=E001")
    draft = fields_of(page, "/desk/team/note")["report"]
    assert "/v1/reports/" not in page.text + appraiser.go(f"/desk/report?id={draft}").text
    problem(appraiser.send("GET", f"/v1/reports/{draft}?format=pdf"), 409, "report-draft")
    asked = "/v1/appraisals?period=2026-10&format=csv"
    problem(appraiser.send("GET", asked), 409, "report-draft")
    sign(house)
    late = seat("Pak Penilai Dua", Role.appraiser, employee="E002")
    page = late.go("/desk/team")
    files = [each.replace("&amp;", "&") for each in findall(r'href="(/v1/appraisals\?[^"]+)"', page.text)]
    assert len(files) == 2
    packs = [each.replace("&amp;", "&") for each in findall(r'href="(/v1/appraisals/pack[^"]+)"', page.text)]
    kinds = [late.go(each).headers["content-type"] for each in packs]
    assert [each.rpartition("/")[2][-5:] for each in kinds] == ["zip", "sheet"]
    assert {each for each in readings(house) if each[2] == "appraisals"} == {
        ("appraiser", "E001", "appraisals"),
        ("appraiser", "E004", "appraisals"),
    }
    answer = late.go(files[1])
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [each["code"] for each in rows] == ["E001", "E004"]
    assert {each["state"] for each in rows} == {"final"}
    assert {each["nip"] for each in rows} == {"***************004"}
    assert late.go(files[0]).headers["content-type"].endswith("sheet")
    assert readings(house)[-2:] == [("appraiser", "E001", "appraisals"), ("appraiser", "E004", "appraisals")]
    seen = text_of(late.go("/desk/team/person?employee=E001"))
    assert "Laporan Oktober 2026 sudah final." in seen
    final = late.go("/desk/team/person?employee=E001")
    assert "/desk/team/note" not in final.text
    [sheet] = findall(r'href="(/v1/reports/[^"]+/evidence[^"]*)"', final.text)
    assert late.go(sheet).headers["content-type"] == "application/pdf"


@pytest.mark.long
def test_a_key_asks_for_one_appraisers_people(house: House) -> None:
    sign(house)
    asked = {"period": "2026-10", "appraiser": "E002"}
    assert [each["code"] for each in house.get("/v1/appraisals", params=asked).json()["items"]] == ["E001", "E004"]
    none = house.get("/v1/appraisals", params=asked | {"appraiser": "E999"}).json()["items"]
    assert none == house.get("/v1/appraisals", "reader makassar", params=asked).json()["items"] == []
    assert {each for each in readings(house) if each[2] == "appraisals"} == {
        ("reader", "E001", "appraisals"),
        ("reader", "E004", "appraisals"),
    }


@pytest.mark.long
def test_other_peoples_people_and_oneself_are_out_of_reach(house: House, seat: Seat, appraiser: Browser) -> None:
    draft = fields_of(appraiser.go("/desk/team/person?employee=E001"), "/desk/team/note")
    own = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "unit": "E002"}).json()["items"][0]["id"]
    other = seat("Bu Lain", Role.appraiser, employee="E003")
    foreign = seat("Asing", Role.appraiser, agency="desa", employee="E002")
    for one, person, report, status in (
        (other, "E001", draft["report"], 403),
        (foreign, "E999", draft["report"], 404),
        (appraiser, "E002", own, 403),
    ):
        for answer in (
            one.send("GET", f"/desk/team/person?employee={person}"),
            one.send("GET", f"/desk/report?id={report}"),
            one.send("POST", "/desk/team/note", data={"report": report, "text": "x"}),
        ):
            assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
            assert "Siti Kenari" not in answer.text
    told = text_of(foreign.go("/desk/team/person?employee=E001"))
    assert "Belum ada laporan tentang orang ini." in told
    assert appraiser.send("GET", "/desk/team/person?employee=%00").status_code == 422


@pytest.mark.long
def test_a_note_on_a_final_report_is_refused_in_words(house: House, seat: Seat, appraiser: Browser) -> None:
    draft = fields_of(appraiser.go("/desk/team/person?employee=E001"), "/desk/team/note")
    sign(house)
    late = seat("Pak Penilai Dua", Role.appraiser, employee="E002")
    refused = late.send("POST", "/desk/team/note", data=draft | {"text": "Terlambat"})
    assert refused.status_code == 409
    assert "Ada yang perlu diubah" in text_of(refused)


@pytest.mark.long
def test_many_people_come_in_pages_by_name(house: House, seat: Seat) -> None:
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
    shown: list[str] = []
    path = "/desk/team"
    while path:
        page = boss.go(path)
        assert len(page.content) < 40_000
        shown += findall(r"Orang \d{3}", page.text)
        following = findall(r'href="(/desk/team\?page=\d+)">Halaman berikutnya', page.text)
        path = following[0] if following else ""
    assert shown == [f"Orang {n:03}" for n in range(120)]
    assert "Halaman sebelumnya" in page.text


@pytest.mark.long
def test_nobody_notes_on_oneself_as_a_supervisor_either(house: House) -> None:
    own = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "unit": "E001"}).json()["items"][0]["id"]
    oneself = Principal("kota", Role.supervisor, new_id(), employee="E001")
    with house.database.writing() as session, pytest.raises(Problem, match="about-oneself"):
        note_on_person(session, oneself, UUID(own), "Saya baik.", house.clock.now)
