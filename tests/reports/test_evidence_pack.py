"""The evidence pack for PEKPPP: what it proves and where, for whom, and that it names no recognised employee."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from app.access.principals import Role
from app.cli import context
from app.cli.program import program
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.evidence_files import EvidenceFiles, evidence_pieces
from app.seals.keyring import usable_keys
from app.seals.rules.verification import verify
from app.seals.signing import make_key
from tests.closing.staffed import staff
from tests.closing.steps import AFTER_THE_WINDOW, finalise
from tests.closing.surveys import SKM_ID, plan, surveyed
from tests.conftest import STORES, Lend
from tests.desk.browsing import desk, text_of
from tests.desk.closed import Seat, seats
from tests.house import House, problem

PATH, ASKED = "/v1/evidence-pack", {"period": "2026-10", "instrument": SKM_ID, "lang": "id"}
LOW, FAIR = "232233332", "344344434"


@pytest.fixture(params=STORES)
def house(request: pytest.FixtureRequest, lend: Lend, tmp_path: Path) -> Iterator[House]:
    """October, surveyed at two offices, with a plan, its realisation and publications, and final."""
    key_file = tmp_path / "keys" / "key.pem"
    with lend(request.param) as (url, keys), desk(url, keys, signing_key_file=key_file) as opened:
        surveyed(opened.database, [LOW] * 30 + [FAIR] * 10)
        surveyed(opened.database, [FAIR] * 20, office="upt-makassar", start=5_000)
        opened.release()
        assert put(opened, "2026-09", [plan(status="done", done_on="2026-10-20", proof_sha256="a" * 64)]) == 200
        closed = opened.post("/v1/periods/2026-10/close", {"instrument": SKM_ID}, "supervisor")
        assert closed.status_code == 201, closed.text
        sign(opened, key_file)
        yield opened


def put(house: House, period: str, items: list[dict[str, Any]], office: str | None = None) -> int:
    body = {"office": office, "items": items}
    path = f"/v1/periods/{period}/follow-ups?instrument={SKM_ID}"
    return house.put(path, body).status_code


def sign(house: House, key_file: Path) -> None:
    make_key(key_file)
    house.clock.now += AFTER_THE_WINDOW
    response = house.post(f"/v1/periods/2026-10/finalise?instrument={SKM_ID}", {}, "supervisor")
    assert response.status_code == 200, response.text


def pack(house: House, key: str = "reader", **query: str) -> ZipFile:
    response = house.get(PATH, key, params=ASKED | query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/zip"
    assert 'filename="2026-10-skm-2017-pekppp.zip"' in response.headers["content-disposition"]
    return ZipFile(BytesIO(response.content))


def sheets(found: ZipFile) -> dict[str, list[list[Any]]]:
    [name] = [each for each in found.namelist() if each.endswith(".xlsx")]
    workbook = CalamineWorkbook.from_filelike(BytesIO(found.read(name)))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


@pytest.mark.long
def test_every_report_lies_in_it_as_paper_and_as_it_was_signed(house: House) -> None:
    found = pack(house)
    names = found.namelist()
    assert names[0] == "2026-10-skm-2017-pekppp.xlsx"
    assert sorted(names[1:]) == sorted(
        f"2026-10-skm-2017-r1-skm-{unit}.{suffix}"
        for unit in ("ALL", "dukcapil", "upt-makassar")
        for suffix in ("pdf", "json")
    )
    keys = usable_keys(house.services.settings.signing_key_file)
    for name in names:
        if name.endswith(".json"):
            assert verify(json.loads(found.read(name)), keys).outcome == "valid"
        if name.endswith(".pdf"):
            assert found.read(name).startswith(b"%PDF")
    assert pack(house).read(names[0]) == found.read(names[0])


@pytest.mark.long
def test_it_comes_piece_by_piece_as_it_is_drawn(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    kept: list[EvidenceFiles] = []

    def counted(*given: Any) -> bytes:
        drawn.append(1)
        return pdf_bytes(*given)

    def pieces(files: EvidenceFiles, language: str) -> Iterator[bytes]:
        kept.append(files)
        return evidence_pieces(files, language)

    monkeypatch.setattr("app.reports.formats.evidence_files.pdf_bytes", counted)
    monkeypatch.setattr("app.reports.routes.evidence_pieces", pieces)
    found = pack(house)
    assert found.testzip() is None
    assert len(drawn) == 3
    coming, drawn[:] = evidence_pieces(kept[0], "id"), []
    first = next(coming)
    assert first.startswith(b"PK")
    assert drawn == []
    next(coming)
    assert drawn == [1]
    rest = b"".join(coming)
    assert len(drawn) == 3
    assert rest


@pytest.mark.long
def test_the_table_of_rows_says_what_is_proven_and_where(house: House) -> None:
    late, done = plan(element="BIAYA", due_on="2026-10-15"), plan(status="done", done_on="2026-11-20")
    assert put(house, "2026-10", [late, done]) == 200
    published = {"items": [{"medium": "Situs web", "published_on": "2026-11-21", "address": "https://kota.example"}]}
    assert house.put(f"/v1/periods/2026-10/publications?instrument={SKM_ID}", published).status_code == 200
    found = sheets(pack(house))
    assert list(found) == [
        "Tentang berkas ini",
        "Butir yang dibuktikan",
        "Unit yang disurvei",
        "Rencana dan realisasi",
        "Publikasi",
    ]
    rows = {row[1]: row[2:] for row in found["Butir yang dibuktikan"][1:]}
    assert "60 responden, 3 laporan" in rows["Survei kepuasan masyarakat (SKM) dilaksanakan"][0]
    assert rows["Hasilnya dipublikasikan, dan jumlah medianya"] == ["1 media: Situs web.", "Lembar Publikasi"]
    carried = rows["Tindak lanjut dilaksanakan"][0]
    assert "Rencana September 2026: 1 dari 1 tindakan selesai (100\u00a0%)." in carried
    assert "Rencana Oktober 2026: 1 dari 2 tindakan selesai (50\u00a0%), 1 lewat tenggat." in carried
    assert "20 hari (median)" in rows["Kecepatan pelaksanaan tindak lanjut"][0]
    plans = found["Rencana dan realisasi"][1:]
    assert [(row[1], row[6], row[-1][:5]) for row in plans] == [
        ("September 2026", "Selesai", "dalam"),
        ("Oktober 2026", "Direncanakan, lewat tenggat", "menur"),
        ("Oktober 2026", "Selesai", "menur"),
    ]
    assert plans[0][10] == "a" * 64
    assert [row[2] for row in plans[:2]] == ["Penanganan Pengaduan, Saran dan Masukan", "Biaya/Tarif"]
    assert rows["Survei kepuasan masyarakat (SKM) dilaksanakan"][1] == "Laporan; lembar Unit yang disurvei"
    # The two lowest, as they are proposed.
    assert all(row[6].count(",") >= 1 for row in found["Unit yang disurvei"][1:])
    assert [row[1:3] for row in found["Unit yang disurvei"][1:]] == [
        ["", 60.0],
        ["dukcapil", 40.0],
        ["upt-makassar", 20.0],
    ]


@pytest.mark.long
def test_an_office_hands_in_its_own_alone(house: House) -> None:
    assert put(house, "2026-10", [plan()], office="upt-makassar") == 200
    found = pack(house, "reader dukcapil")
    assert found.namelist()[1:] == ["2026-10-skm-2017-r1-skm-dukcapil.pdf", "2026-10-skm-2017-r1-skm-dukcapil.json"]
    told = sheets(found)
    assert "40 responden, 1 laporan" in str(told["Butir yang dibuktikan"])
    assert len(told["Rencana dan realisasi"]) == 1


@pytest.mark.long
def test_a_period_that_is_not_final_has_none(house: House) -> None:
    problem(house.get(PATH, params={"period": "2026-13"}), 404, "period-unknown")
    problem(house.get(PATH, params={"period": "2026-09"}), 404, "period-open")
    problem(house.get(PATH), 422, "field-missing", "period")
    problem(house.get(PATH, "desa reader", params=ASKED), 404, "period-open")
    problem(house.get(PATH, "device", params=ASKED), 403, "key-kind-refused")
    house.release()
    closed = house.post("/v1/periods/2026-11/close", {"instrument": SKM_ID}, "supervisor")
    if closed.status_code == 201:
        problem(house.get(PATH, params={"period": "2026-11"}), 409, "report-draft")


@pytest.mark.long
def test_recognition_is_a_row_with_criteria_and_no_name(lend: Lend, tmp_path: Path) -> None:
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=tmp_path / "key.pem") as opened:
        staff(opened)
        opened.release()
        assert opened.post("/v1/periods/2026-10/close", {}, "supervisor").status_code == 201
        problem(opened.get(PATH, params={"period": "2026-10"}), 409, "report-draft")
        finalise(opened, tmp_path / "key.pem")
        response = opened.get(PATH, params={"period": "2026-10", "lang": "en"})
        found = ZipFile(BytesIO(response.content))
        last = sheets(found)["Rows that this proves"][-1]
        assert last[0] == "Professionalism of staff (Profesionalisme SDM)"
        assert last[2].startswith("Employees recognised: 1. Recognised is whoever")
        for name in found.namelist():
            assert b"Zainab" not in found.read(name)
        with seats(opened) as seat:
            linked(seat)


def linked(seat: Seat) -> None:
    """The page of a final period leads to it, and whoever may see it gets it."""
    boss = seat("Bu Kepala", Role.supervisor)
    page = boss.go("/desk/period?code=2026-10&instrument=ikl-1")
    assert "Berkas bukti PEKPPP" in text_of(page)
    address = "/v1/evidence-pack?period=2026-10&instrument=ikl-1&lang=id"
    assert address.replace("&", "&amp;") in page.text
    assert boss.send("GET", address).headers["content-type"] == "application/zip"
    assert seat("Ani", Role.employee, employee="S1").send("GET", address).status_code == 403


@pytest.mark.long
def test_the_terminal_writes_the_same_and_shows_the_plan(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert put(house, "2026-10", [plan(element="BIAYA", due_on="2026-10-15")]) == 200
    monkeypatch.setenv("CERMIN_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    context.settings.cache_clear()
    run = CliRunner().invoke
    done = run(program, ("evidence-pack", "kota", "2026-10", "--out", str(tmp_path / "packs"), "--language", "id"))
    assert done.exit_code == 0, done.output
    [file] = (tmp_path / "packs").iterdir()
    with ZipFile(file) as found:
        assert len(found.namelist()) == 7
    for wrong in (("tiada", "2026-10"), ("kota", "2026-13"), ("kota", "2026-10", "--language", "su")):
        refused = run(program, ("evidence-pack", *wrong, "--out", str(tmp_path / "none")))
        assert refused.exit_code == 1
    blocked = tmp_path / "file"
    blocked.write_text("x")
    refused = run(program, ("evidence-pack", "kota", "2026-10", "--out", str(blocked)))
    assert "cannot be written" in " ".join(refused.output.split())
    shown = run(program, ("follow-up", "kota", "2026-10"))
    assert shown.exit_code == 0, shown.output
    assert "1 actions, 0 done (0 in time), 1 overdue" in shown.output
    # Of the two lowest one has an action.
    assert "proposed: PERSYARATAN" in shown.output
    assert "proposed: BIAYA" not in shown.output
    for wrong in (("tiada", "2026-10"), ("kota", "2026-13")):
        assert run(program, ("follow-up", *wrong)).exit_code == 1
    context.settings.cache_clear()
