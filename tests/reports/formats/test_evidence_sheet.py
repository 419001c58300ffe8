"""A sheet of evidence: one page for what is short, everything on it, nothing that somebody wrote is cut."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from app.foundation.problems import Problem
from app.reports.formats.as_pdf import evidence_bytes
from app.reports.sections.evidence_sheet import evidence_view
from app.seals.signing import SigningKey
from tests.reports.formats.samples import ADDRESS, HOSTILE, NOTE, REPLY, draft, named, sealed

Drafts = dict[str, dict[str, Any]]
LONG_NAME = (
    "Raden Ajeng Siti Nurhaliza Kusumawardhani Prawirodirdjo binti Haji Abdurrahman Wahid Kusumaatmadja, S.Sos., M.Si."
)


def pages(content: bytes) -> list[str]:
    """What each page says, in one line."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("unit", ["E001", "E002", "E003", "E004"])
def test_what_is_short_is_one_page_in_both_languages(drafts: Drafts, key: SigningKey, unit: str, language: str) -> None:
    report = sealed(drafts[unit], key)
    content = evidence_bytes(report, language)
    [said] = pages(content)
    subject, figures = drafts[unit]["subject"], drafts[unit]["figures"]
    assert all(each in said for each in (subject["name"], subject["nip_masked"], " ".join(REPLY.split()), NOTE))
    point = "," if language == "id" else "."
    shown = (
        [] if figures["suppressed"] else [figures["index"]["value"], *(each["index"] for each in figures["dimensions"])]
    )
    assert all(each.replace(".", point) in said for each in shown)
    assert ADDRESS.rpartition("/")[0][:40] in said.replace(" ", "")
    assert report.seal is not None
    assert report.seal.digest in said.replace(" ", "")
    assert ("1 Juli 2026" if language == "id" else "1 July 2026") in said
    assert evidence_bytes(report, language) == content


def test_why_there_are_no_figures_is_said_instead_of_them(drafts: Drafts, key: SigningKey) -> None:
    [said] = pages(evidence_bytes(sealed(drafts["E004"], key), "id"))
    assert "kurang dari 10 penilaian" in said
    assert "Bukti dukung penilaian kinerja" in said


@pytest.mark.long
def test_long_names_replies_and_notes_go_on_and_are_whole(drafts: Drafts, key: SigningKey) -> None:
    reply = " ".join(f"kata{n}" for n in range(500))[:4_000]
    note = " ".join(f"sudah{n}" for n in range(450))[:4_000]
    long = {**named(drafts["E001"], LONG_NAME), "reply": reply, "note": note}
    first, *others = pages(evidence_bytes(sealed(long, key), "id"))
    assert len(others) in (1, 2)
    whole = " ".join((first, *others))
    assert all(word in whole for word in (*reply.split()[:-1], *note.split()[:-1]))
    # Figures, use and how to check it stand on the first page all the same, and the others say whose they are.
    assert drafts["E001"]["figures"]["index"]["value"].replace(".", ",") in first
    assert "Cara memeriksanya" in first
    assert all("Halaman" in each and LONG_NAME[:30] in each for each in others)


@pytest.mark.long
def test_what_people_wrote_is_text_on_paper(drafts: Drafts, key: SigningKey) -> None:
    for text in HOSTILE:
        [said] = pages(evidence_bytes(sealed({**drafts["E001"], "reply": text, "note": text}, key), "id"))
        assert said.count(text) == 2


def test_of_drafts_and_of_offices_there_is_none(drafts: Drafts, key: SigningKey) -> None:
    for report, code in ((draft(drafts["E001"]), "report-draft"), (sealed(drafts["dukcapil"], key), "report-unknown")):
        with pytest.raises(Problem) as refused:
            evidence_view(report, "id")
        assert refused.value.code == code


def test_without_an_index_the_sheet_says_so(drafts: Drafts, key: SigningKey) -> None:
    figures = drafts["E001"]["figures"]
    dimensions = [
        {**figures["dimensions"][0], "change": None, "words": None, "index": None, "interval": None, "grade": None}
    ]
    bare = {
        **drafts["E001"],
        "figures": {**figures, "index": None, "dimensions": dimensions},
        "feedback": None,
        "notice": None,
    }
    [said] = pages(evidence_bytes(sealed(bare, key), "en"))
    assert "There is no index" in said
    assert "nothing to compare with" in said
