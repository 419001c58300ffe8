"""An appraiser's pack and sheets of evidence over HTTP: who gets whose, what they say, and what trace they leave."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app.access.keys import issue
from app.access.principals import KeyKind, Role
from app.closing.store import periods_of
from app.closing.tables import Period
from app.directory.tables import Employee
from app.reports.formats.registry import XLSX
from app.reports.pack import evidence_name
from tests.closing.steps import finalise, report
from tests.conftest import STORES, Lend
from tests.desk.browsing import Browser
from tests.desk.closed import Seat, closed_house, readings, seats
from tests.house import CANARY_NIP, House, problem

PATH = "/v1/appraisals/pack"
ASKED = {"period": "2026-10", "appraiser": "E002"}


@pytest.fixture(params=STORES)
def draft(request: pytest.FixtureRequest, lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October as a draft; E002 appraises E001, E004 and, without a rating, E003."""
    key_file = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend(request.param) as (url, keys), closed_house(url, keys, key_file) as opened:
        with opened.database.writing() as session:
            employee = session.get_one(Employee, ("kota", "E003"))
            employee.appraiser = "E002"
            session.add(employee)
        yield opened


@pytest.fixture
def house(draft: House) -> House:
    """The same, final."""
    sign(draft)
    return draft


@pytest.fixture
def seat(house: House) -> Iterator[Seat]:
    """A way to seat somebody."""
    with seats(house) as join:
        yield join


def sign(house: House) -> None:
    key_file = house.services.settings.signing_key_file
    assert key_file is not None
    finalise(house, key_file)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook by name."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def rows(sheet: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows of a sheet by its headings."""
    header, *others = sheet
    return [dict(zip(header, each, strict=True)) for each in others]


def pack(house: House, key: str = "reader", **query: str) -> httpx.Response:
    response = house.get(PATH, key, params=ASKED | {"format": "xlsx", "lang": "id"} | query)
    assert response.status_code == 200, response.text
    return response


@pytest.mark.long
def test_the_workbook_names_everybody_with_figures_or_the_reason(house: House) -> None:
    answer = pack(house)
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-length"] == str(len(answer.content))
    assert 'filename="2026-10-ikl-1-pack-E002.xlsx"' in answer.headers["content-disposition"]
    found = sheets(answer.content)
    assert list(found) == [
        "Tentang berkas ini",
        "Orang yang dinilai",
        "Umpan balik",
        "Tanggapan dan catatan",
        "Arti kolom",
    ]
    people = rows(found["Orang yang dinilai"])
    names = [each["Nama"] for each in people]
    assert names == sorted(names, key=str.casefold)
    by_code = {each["Kode pegawai"]: each for each in people}
    assert set(by_code) == {"E001", "E003", "E004"}
    sealed = report(house, "E001", "reader")
    figures, row = sealed["document"]["figures"], by_code["E001"]
    assert (row["IKL: indeks"], row["Kecepatan: indeks"]) == (
        float(figures["index"]["value"]),
        float(figures["dimensions"][0]["index"]),
    )
    assert (row["IKL: batas bawah"], row["IKL: batas atas"]) == tuple(
        float(figures["index"]["interval"][each]) for each in ("lower", "upper")
    )
    assert (row["Nomor laporan"], row["Yang tersedia"]) == (sealed["id"], "final, dengan angka")
    assert row["NIP"] == "***************004"
    assert "kurang dari 10" in by_code["E004"]["Yang tersedia"]
    assert "tidak ada yang menilai" in by_code["E003"]["Yang tersedia"]
    for code in ("E003", "E004"):
        assert [value for name, value in by_code[code].items() if ":" in name and value != ""] == []
    # Every column is explained, and nothing else.
    explained = {(each["Lembar"], each["Kolom"]) for each in rows(found["Arti kolom"]) if each["Isinya"]}
    told = {(name, title) for name in list(found)[1:4] for title in found[name][0]}
    assert explained == told
    assert "predikat" not in " ".join(found["Orang yang dinilai"][0]).lower()


@pytest.mark.long
def test_paragraphs_stand_alone_and_say_what_they_may_be_used_for(house: House) -> None:
    found = rows(sheets(pack(house).content)["Umpan balik"])
    first = [each for each in found if each["Kode pegawai"] == "E001"]
    assert [(each["Dimensi"], each["Nilai dasar (BerAKHLAK)"]) for each in first] == [
        ("Kecepatan", "Berorientasi Pelayanan"),
        ("Transparansi", "Akuntabel"),
        ("Keramahan", "Berorientasi Pelayanan"),
    ]
    for each in first:
        text = each["Paragraf siap tempel"]
        assert text.startswith("Oktober 2026 (1 Oktober 2026 sampai dengan 31 Oktober 2026), ")
        assert "12 jawaban penerima layanan" in text
        assert "pembinaan" in text
        assert "bukan predikat kinerja" in text
        assert report(house, "E001", "reader")["id"] in text
    assert len([each for each in found if each["Kode pegawai"] == "E003"]) == 1
    english = rows(sheets(pack(house, lang="en").content)["Feedback (umpan balik)"])
    assert "no performance rating" in english[0]["The same in English"]
    assert "Oktober" in english[0]["Paragraph to paste"]


@pytest.mark.long
def test_reply_and_note_stand_whole(draft: House) -> None:
    said = "=1+1 " + "Antrean dua kali lipat. " * 160
    with seats(draft) as seat:
        siti = seat("Siti", Role.employee, employee="E001")
        siti.submit(siti.go("/desk/reply"), "/desk/reply/send", text=said[:4_000].strip())
    sign(draft)
    [words] = [
        each for each in rows(sheets(pack(draft).content)["Tanggapan dan catatan"]) if each["Kode pegawai"] == "E001"
    ]
    assert words["Tanggapan pegawai"] == said[:4_000].strip()
    assert words["Catatan atasan"] == "Tidak ada catatan."


@pytest.mark.long
def test_the_archive_has_the_workbook_and_a_sheet_for_each_final_report(house: House) -> None:
    content = pack(house, format="zip").content
    assert pack(house, format="zip").content == content
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "2026-10-ikl-1-pack-E002.xlsx",
            *(f"2026-10-ikl-1-r1-evidence-{code}.pdf" for code in _by_name(house, "E001", "E004")),
        ]
        assert archive.read("2026-10-ikl-1-pack-E002.xlsx") == pack(house).content
        paper = PdfReader(BytesIO(archive.read("2026-10-ikl-1-r1-evidence-E001.pdf")))
        sealed = house.get(f"/v1/reports/{report(house, 'E001', 'reader')['id']}")
        [[attached]] = paper.attachments.values()
        assert json.loads(attached) == sealed.json()
        single = house.get(f"/v1/reports/{sealed.json()['document']['id']}/evidence", params={"lang": "id"})
        assert single.content == archive.read("2026-10-ikl-1-r1-evidence-E001.pdf")


def _by_name(house: House, *codes: str) -> list[str]:
    with house.database.reading() as session:
        return sorted(codes, key=lambda code: session.get_one(Employee, ("kota", code)).name.casefold())


@pytest.mark.long
def test_files_of_one_person_from_two_closings_have_two_names(house: House) -> None:
    with house.database.reading() as session:
        whole = periods_of(session, "kota", "2026-10")[0]
    of_part = Period(**whole.model_dump() | {"root": "dukcapil"})
    names = [evidence_name(each, code) for each in (whole, of_part) for code in ("E001", "e001")]
    assert names[0] == "2026-10-ikl-1-r1-evidence-E001.pdf"
    assert names[2] == "2026-10-ikl-1-dukcapil-r1-evidence-E001.pdf"
    assert len({each.lower() for each in names}) == 4


@pytest.mark.long
def test_a_sheet_of_evidence_is_one_page_with_the_figures_of_the_report(house: House) -> None:
    sealed = report(house, "E001", "reader")
    answer = house.get(f"/v1/reports/{sealed['id']}/evidence", params={"lang": "en"})
    assert answer.headers["content-type"] == "application/pdf"
    assert "2026-10-ikl-1-r1-evidence-E001.pdf" in answer.headers["content-disposition"]
    [page] = PdfReader(BytesIO(answer.content)).pages
    text = " ".join(page.extract_text().split())
    figures = sealed["document"]["figures"]
    assert figures["index"]["value"] in text
    assert all(each["index"] in text for each in figures["dimensions"])
    assert sealed["digest"] in text.replace(" ", "")
    assert readings(house)[-1] == ("reader", "E001", "report")


@pytest.mark.long
def test_of_drafts_offices_and_nobody_there_is_none(draft: House) -> None:
    own = draft.get("/v1/reports", "supervisor", params={"period": "2026-10", "unit": "E001"}).json()["items"][0]["id"]
    problem(draft.get(f"/v1/reports/{own}/evidence", "supervisor"), 409, "report-draft")
    problem(draft.get(PATH, params=ASKED), 409, "report-draft")
    problem(draft.get(PATH, "supervisor", params=ASKED), 409, "report-draft")
    sign(draft)
    office = report(draft, "dukcapil", "reader")["id"]
    problem(draft.get(f"/v1/reports/{office}/evidence"), 404, "report-unknown")
    problem(draft.get(PATH, params={"period": "2026-10"}), 422, "invalid-request")
    problem(draft.get(PATH, params=ASKED | {"appraiser": "E999"}), 404, "employee-unknown")
    problem(draft.get(PATH, params=ASKED | {"appraiser": "E001"}), 404, "report-unknown")
    problem(draft.get(PATH, params=ASKED | {"revision": "2"}), 404, "report-unknown")
    problem(draft.get(PATH, params=ASKED | {"period": "2026-09"}), 404, "period-open")
    problem(draft.get(PATH, params=ASKED, headers={"accept": "text/csv"}), 406, "not-acceptable")


@pytest.mark.long
def test_a_new_revision_changes_nothing_until_it_is_final(house: House) -> None:
    before = pack(house).content
    house.release()
    response = house.post("/v1/periods/2026-10/revise", {}, "supervisor")
    if response.status_code == 201:
        assert pack(house).content == before


@pytest.mark.long
def test_readers_see_their_own_offices_people_and_the_nip_only_where_they_may(house: House) -> None:
    # Of the three only E003 is posted there.
    near = rows(sheets(pack(house, "reader makassar").content)["Orang yang dinilai"])
    assert [each["Kode pegawai"] for each in near] == ["E003"]
    with house.database.writing() as session:
        employee = session.get_one(Employee, ("kota", "E003"))
        employee.appraiser = None
        session.add(employee)
    problem(house.get(PATH, "reader makassar", params=ASKED), 403, "out-of-scope")
    with house.database.writing() as session:
        key, _ = issue(
            session,
            agency_id="kota",
            kind=KeyKind.reader,
            label="nip",
            actor="test",
            now=house.clock.now,
            sees_nip=True,
        )
    house.keys["nip"] = key
    people = rows(sheets(pack(house, "nip").content)["Orang yang dinilai"])
    assert CANARY_NIP in {each["NIP"] for each in people}
    assert CANARY_NIP.encode() not in pack(house).content


@pytest.mark.long
def test_an_appraiser_takes_the_own_people_along_and_they_see_it(house: House, seat: Seat) -> None:
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    asked = "/v1/appraisals/pack?period=2026-10&format=xlsx&lang=id"
    answer = appraiser.send("GET", asked)
    assert answer.content == pack(house).content
    assert appraiser.send("GET", f"{asked}&appraiser=E002").content == answer.content
    problem(appraiser.send("GET", f"{asked}&appraiser=E003"), 403, "out-of-scope")
    taken = [each for each in readings(house) if each[0] == "appraiser"]
    assert {code for _, code, what in taken if what == "appraisals"} == {"E001", "E003", "E004"}
    siti: Browser = seat("Siti", Role.employee, employee="E001")
    assert "Pak Penilai" in siti.go("/desk/readers").text
    own = report(house, "E001", "reader")["id"]
    before = len(readings(house))
    assert siti.send("GET", f"/v1/reports/{own}/evidence").status_code == 200
    assert len(readings(house)) == before
    others = report(house, "E004", "reader")["id"]
    problem(siti.send("GET", f"/v1/reports/{others}/evidence"), 403, "out-of-scope")
    problem(siti.send("GET", asked), 403, "role-refused")
