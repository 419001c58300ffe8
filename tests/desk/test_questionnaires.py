"""Questionnaires in the browser: those in force, as citizens see them, and adding an own one by its file."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from re import findall

import httpx
import pytest
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.desk.routes import LONG_FORMS
from app.instruments.loading import MAX_LENGTH, load_instrument, shipped, template_text
from app.web.rating_files import LANGUAGES
from tests.desk.browsing import Browser, facts_of, text_of, title_of
from tests.house import House
from tests.instruments.test_instrument_files import FIVE_POINTS, IKL
from tests.instruments.test_xlsform import ASKED, HEAD, workbook
from tests.people.persons import Door

Open = Callable[[], Browser]
NO_FILE = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n'
ADD, LIST = "/desk/instruments/add", "/desk/instruments"


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def send(browser: Browser, content: bytes | str, **headers: str) -> httpx.Response:
    """Choose a file and send the form, as a browser does; the page where that leads."""
    file = content if isinstance(content, bytes) else content.encode()
    response = browser.send("POST", ADD, files={"file": ("survei.toml", file)}, headers=headers)
    if response.status_code == 303 and response.headers["location"].startswith("/desk/instrument?"):
        return browser.go(response.headers["location"])
    return response


def known(house: House, agency: str = "") -> list[str]:
    """The questionnaires as the API lists them."""
    return [each["id"] for each in house.get("/v1/instruments", f"{agency}reader").json()["items"]]


def own_id() -> str:
    """The id of the questionnaire under test."""
    return load_instrument(FIVE_POINTS).id


@pytest.mark.long
def test_the_shipped_ones_are_listed_and_each_leads_to_its_questions(admin: Browser) -> None:
    page = admin.go(LIST)
    assert f"Kuesioner yang berlaku: {len(shipped())}, di antaranya milik instansi: 0." in text_of(page)
    for name in shipped():
        assert f'href="/desk/instrument?id={name}"' in page.text
    assert f'href="{LIST}/template"' in page.text
    assert 'enctype="multipart/form-data"' in page.text
    assert admin.send("GET", f"{LIST}/template").text == template_text()


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_question_and_answer_stands_there_with_a_face(admin: Browser, name: str) -> None:
    one, page = shipped()[name], admin.go(f"/desk/instrument?id={name}")
    told = text_of(page)
    for item in one.items:
        assert item.question["id"] in told
        assert [words for words in item.answers["id"] if words not in told] == []
    assert page.text.count('class="face"') == len(one.items) * (one.high - one.low + 1)
    assert len(page.content) < 40_000
    assert facts_of(page)["SHA-256"] == one.digest


@pytest.mark.long
def test_it_is_shown_in_every_language_of_the_rating_pages(admin: Browser) -> None:
    page = admin.go("/desk/instrument?id=ikl-1")
    assert {unescape(each) for each in findall(r">Dalam ([^<]+)<", page.text)} == {
        name for code, name in LANGUAGES.items() if code != "id"
    }
    for code, words in (("en", shipped()["ikl-1"].items[0].answers["en"][0]), ("jv", "Mboten cepet"), ("su", "pisan")):
        told = admin.go(f"/desk/instrument?id=ikl-1&in={code}")
        assert words in text_of(told)
        assert f'<ol class="questions" lang="{code}">' in told.text
        assert "tidak memiliki kata" not in text_of(told)
    # A language without words of its own asks in Indonesian, and says so.
    told = admin.go("/desk/instrument?id=ipak-2021&in=jv")
    assert "tidak memiliki kata" in text_of(told)
    assert shipped()["ipak-2021"].items[0].question["id"] in text_of(told)
    assert admin.send("GET", "/desk/instrument?id=ikl-1&in=xx").status_code == 200
    assert admin.send("GET", "/desk/instrument?id=%00").status_code == 404


@pytest.mark.long
def test_an_own_questionnaire_is_added_by_its_file_and_is_the_agencys_own(admin: Browser, house: House) -> None:
    page = send(admin, "\ufeff" + FIVE_POINTS)
    assert (page.status_code, facts_of(page)["Asal"]) == (200, "milik instansi")
    assert "Seberapa mudah?" in text_of(page)
    assert own_id() in known(house)
    assert own_id() not in known(house, "desa ")
    assert "di antaranya milik instansi: 1." in text_of(admin.go(LIST))
    # The same again changes nothing.
    assert send(admin, FIVE_POINTS).status_code == 200
    with house.database.reading() as session:
        [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "instrument.added"))
    assert (event.agency_id, event.subject, event.actor.partition(":")[0]) == ("kota", own_id(), "administrator")


@pytest.mark.long
def test_a_neighbours_questionnaire_is_not_shown(admin: Browser, browser: Open, door: Door) -> None:
    send(admin, FIVE_POINTS)
    neighbour = browser()
    neighbour.join(door, "Tetangga", Role.administrator, agency="desa")
    assert own_id() not in neighbour.go(LIST).text
    assert neighbour.send("GET", f"/desk/instrument?id={own_id()}").status_code == 404


@pytest.mark.long
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Pilih sebuah berkas"),
        (b"\xff\xfe\x00", "bukan teks UTF-8 dan bukan buku kerja XLSX"),
        (b"\0", "bukan TOML"),
        (b"x = ", "bukan TOML"),
        (b"version = 1", "version: harus berupa teks"),
        (b" " * (MAX_LENGTH + 1), "paling banyak 65.536"),
        (IKL, "adalah kuesioner bawaan"),
        (FIVE_POINTS.replace("high = 5", "high = 4"), "items.ease.answers.id: memiliki 5 jawaban"),
    ],
)
def test_what_is_wrong_is_said_in_words_with_its_place(
    admin: Browser, house: House, content: bytes | str, told: str
) -> None:
    page = send(admin, content)
    assert page.status_code == 422
    assert told in text_of(page)
    assert 'href="#add-file"' in page.text
    assert known(house) == sorted(shipped())


@pytest.mark.long
def test_an_xlsform_is_taken_as_it_is(admin: Browser, house: House) -> None:
    file = {"file": ("survei.XLSX", workbook())}
    sent = admin.send("POST", ADD, files=file)
    page = admin.go(sent.headers["location"])
    assert (page.status_code, facts_of(page)["Asal"]) == (200, "milik instansi")
    assert "Seberapa cepat?" in text_of(page)
    assert "survei-saya-2026" in known(house)
    # Also where a browser or a mail program has given it another name.
    assert admin.send("POST", ADD, files={"file": ("lampiran", workbook())}).status_code == 303


@pytest.mark.long
def test_what_is_wrong_with_an_xlsform_is_said_by_sheet_and_row(admin: Browser, house: House) -> None:
    survey = (HEAD, ASKED, ("text", "SARAN", "Saran?", "Anything else?"), ("select_one lain", "X", "Apa?", "What?"))
    page = admin.send("POST", ADD, files={"file": ("survei.xlsx", workbook(survey=survey))})
    told = text_of(page)
    assert page.status_code == 422
    assert "lembar “survey”, baris 3: “text” bukan pertanyaan select_one" in told
    assert "lembar “survey”, baris 4:" in told
    assert 'href="#add-file"' in page.text
    for content in (b"PK\x03\x04", b"PK\x03\x04" + b"x" * 1000, workbook()[:-40]):
        page = admin.send("POST", ADD, files={"file": ("survei.xlsx", content)})
        assert (page.status_code, "bukan buku kerja berbentuk XLSForm" in text_of(page)) == (422, True)
    assert known(house) == sorted(shipped())


def test_another_content_under_a_known_version_is_refused(admin: Browser) -> None:
    send(admin, FIVE_POINTS)
    page = send(admin, FIVE_POINTS.replace("Sulit", "Sukar").replace("mudah?", "gampang?"))
    assert (page.status_code, "sudah ada dengan isi lain" in text_of(page)) == (422, True)


def test_hundreds_of_faults_are_told_in_part_and_the_page_stays_small(admin: Browser) -> None:
    page = send(admin, "".join(f"field{n} = 1\n" for n in range(400)))
    assert "lagi." in text_of(page)
    assert len(page.content) < 40_000


@pytest.mark.long
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x", "multipart/form-data", 422),
        (b"--b\r\n", "multipart/form-data; boundary=b", 422),
        (b"", "multipart/form-data; boundary=b", 422),
        (NO_FILE, "multipart/form-data; boundary=b", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/json", 415),
        (b"x" * (LONG_FORMS[ADD] + 1), "multipart/form-data; boundary=b", 413),
    ],
)  # fmt: skip
def test_whatever_is_sent_is_answered_with_no_error_of_ours(
    admin: Browser, body: bytes, kind: str, status: int
) -> None:
    assert admin.send("POST", ADD, content=body, headers={"content-type": kind}).status_code == status


def test_many_files_are_refused(admin: Browser) -> None:
    files = [("file", (f"{n}.toml", b"x = 1")) for n in range(3)]
    assert admin.send("POST", ADD, files=files).status_code == 422


@pytest.mark.long
def test_adding_asks_for_a_fresh_proof_the_whole_agency_and_one_of_our_own_pages(
    admin: Browser, browser: Open, door: Door, house: House
) -> None:
    assert send(admin, FIVE_POINTS, origin="https://evil.example").status_code == 403
    part = browser()
    part.join(door, "Budi", Role.administrator, "dukcapil")
    assert ADD not in part.go(LIST).text
    assert send(part, FIVE_POINTS).status_code == 403
    house.clock.now += timedelta(minutes=11)
    assert ADD not in admin.go(LIST).text
    assert send(admin, FIVE_POINTS).headers["location"] == "/desk/confirm?to=instruments"
    assert known(house) == sorted(shipped())
    assert title_of(admin.go(LIST)) == "Kuesioner"


@pytest.mark.long
def test_another_beside_it_says_what_maps_to_what_and_that_nothing_is_converted(admin: Browser) -> None:
    page = admin.go("/desk/instrument?id=ikl-1")
    assert 'href="/desk/instrument?id=ikl-1&amp;beside=skm-2017"' in page.text
    assert "Tidak ada yang dikonversi" not in text_of(page)
    shown = text_of(admin.go("/desk/instrument?id=ikl-1&beside=ipkp-2021"))
    assert "IKL dibuat dari jawaban 1 sampai 4, IPKP dari jawaban 1 sampai 6" in shown
    assert "Tidak ada yang dikonversi dari satu ke yang lain." in shown
    assert "Kecepatan (speed) Waktu Penyelesaian (WAKTU) lain" in shown
    assert "Kecepatan (speed) Waktu Penyelesaian (WAKTU) sama" in text_of(
        admin.go("/desk/instrument?id=ikl-1&beside=skm-2017")
    )
    for wrong in ("tiada-1", "%00", "x" * 41):
        assert admin.send("GET", f"/desk/instrument?id=ikl-1&beside={wrong}").status_code in (404, 422)
