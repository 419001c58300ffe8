"""The report of a survey in words, tables and on paper."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from pypdf import PdfReader

from app.reports.formats.printed import printed
from app.reports.formats.registry import FORMATS
from app.reports.sections.view import view
from app.seals.signing import SigningKey
from tests.closing.steps import report
from tests.closing.surveys import commented, plan, profiled, surveyed
from tests.closing.test_survey import PERPUSNAS_SHEETS
from tests.conftest import Template
from tests.house import House
from tests.reports.formats.samples import draft, sealed

SKM = {"instrument": "skm-2017"}


@pytest.fixture(scope="module")
def document(furnished_sqlite: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """An office's survey of Perpusnas' answers, with everything that can stand in it."""
    file = Path(copyfile(furnished_sqlite.name, tmp_path_factory.mktemp("skm") / "cermin.db"))
    with House.open(f"sqlite:///{file}", furnished_sqlite.keys) as house:
        surveyed(house.database, PERPUSNAS_SHEETS)
        profiled(
            house.database,
            "dukcapil",
            sex={"F": 101, "M": 66},
            age_band={"<17": 2, "17-24": 31, "25-34": 66, "35-44": 41, "45-54": 21, "55+": 9},
            education={"SMA": 80, "S1": 70, "D1-D3": 20, "S2": 7},
        )
        commented(house.database, "dukcapil", ["=Kursi tunggu ditambah", *(f"Saran ke-{n}" for n in range(10))])
        done = plan(element="WAKTU", status="done", done_on="2026-10-20", note="Loket ditambah.")
        for code, items in (("2026-09", [done, plan()]), ("2026-10", [plan(), plan(element="PRODUK")])):
            body = {"office": "dukcapil", "items": items}
            assert house.put(f"/v1/periods/{code}/follow-ups", body, params=SKM).status_code == 200
        published = [{"medium": "Papan pengumuman", "published_on": "2026-11-20"}]
        body = {"office": "dukcapil", "items": published}
        assert house.put("/v1/periods/2026-10/publications", body, params=SKM).status_code == 200
        house.release()
        closed = house.post("/v1/periods/2026-10/close", SKM, "supervisor")
        assert closed.status_code == 201, closed.text
        yield report(house, "dukcapil", kind="skm")["document"]


def told(document: dict[str, Any], language: str = "id") -> str:
    return json.dumps(printed(view(draft(document), language)), ensure_ascii=False)


@pytest.mark.long
def test_the_official_terms_and_figures_stand_in_both_languages(document: dict[str, Any]) -> None:
    indonesian, english = told(document), told(document, "en")
    for term in (
        "Laporan Survei Kepuasan Masyarakat (SKM)",
        "NRR tertimbang",
        "Rencana tindak lanjut",
        "87,64",
        "3,5056",
    ):
        assert term in indonesian
    for term in ("NRR tertimbang", "unsur", "Mutu", "kinerja", "rencana tindak lanjut", "87.64", "3.5056", "0.4278"):
        assert term in english
    for both in ("Kursi tunggu ditambah", "Membuka kotak setiap Senin.", "Papan pengumuman", "Loket ditambah."):
        assert both in indonesian
        assert both in english


def test_every_section_says_the_same_in_both_languages(document: dict[str, Any], key: SigningKey) -> None:
    indonesian, english = (view(sealed(document, key), language) for language in ("id", "en"))
    assert [each.name for each in indonesian.sections] == [
        *("subject", "result", "elements", "method", "respondents", "suggestions"),
        *("trend", "plan", "realisation", "publications", "evidence"),
    ]
    for one, other in zip(indonesian.sections, english.sections, strict=True):
        assert (one.name, list(map(type, one.blocks))) == (other.name, list(map(type, other.blocks)))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_write_it(document: dict[str, Any], key: SigningKey, form: str) -> None:
    content = FORMATS[form].write(sealed(document, key), "id")
    if form in ("csv", "csv-semicolon", "html"):
        assert "NRR tertimbang" in content.decode()
    if form == "pdf":
        pages = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        assert "Indeks Kepuasan Masyarakat" in pages
        assert "3,5056" in pages
    if form.startswith("csv"):
        # What a citizen wrote is never a formula.
        assert "'=Kursi" in content.decode()


def test_three_dimensions_are_never_called_skm(drafts: dict[str, dict[str, Any]]) -> None:
    for language in ("id", "en"):
        for unit in ("skm dukcapil", "skm kota"):
            words = view(draft(drafts[unit]), language)
            assert "SKM" not in words.title
            text = told(drafts[unit], language)
            assert "Bukan SKM penuh" in text
            assert "PENGADUAN" in text
            assert "IKM" not in text
            assert "IKL" in text


def test_a_suppressed_survey_says_why(document: dict[str, Any]) -> None:
    figures = {**dict.fromkeys(document["figures"]), "code": "dukcapil", "suppressed": True}
    survey = {**document["survey"], "results": None, "sample": None, "profile": None, "suggestions": []}
    words = view(draft({**document, "n": 0, "withheld": "few", "figures": figures, "survey": survey}))
    assert [each.name for each in words.sections][:2] == ["subject", "result"]
    assert "elements" not in [each.name for each in words.sections]


def test_the_trend_is_drawn_over_periods(document: dict[str, Any]) -> None:
    former = [{"period": "2026-09", "n": 120, "index": "84.10", "grade": "B"}]
    drawn = told({**document, "survey": {**document["survey"], "former": former}})
    assert "IKM menurut periode. September 2026: 84,10; Oktober 2026: 87,64." in drawn
