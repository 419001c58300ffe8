"""The paper: its figures can be read out of it, and what is attached to it verifies."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from app.reports.formats import as_pdf, typefaces
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.typefaces import MISSING
from app.seals.rules.envelopes import key_id, public_bytes
from app.seals.rules.verification import Outcome, verify
from app.seals.signing import SigningKey
from tests.reports.formats.samples import ADDRESS, HOSTILE, NOTE, draft, named, sealed

Drafts = dict[str, dict[str, Any]]


def text_of(content: bytes) -> str:
    """What stands on the pages, with one blank for any space."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(" ".join(pages).split())


@pytest.mark.long
def test_it_is_both_pdf_a_3a_and_pdf_ua_1_with_a_title_and_a_language(drafts: Drafts, key: SigningKey) -> None:
    for language in ("id", "en"):
        content = pdf_bytes(sealed(drafts["E001"], key), language)
        assert re.search(rb"pdfaid:part[>=\"]+3", content)
        assert re.search(rb"pdfaid:conformance[>=\"]+A", content)
        assert re.search(rb"pdfuaid:part[>=\"]+1", content)
        assert f"/Lang ({language})".encode() in content or f"/Lang({language})".encode() in content


def test_the_figures_stand_on_the_paper(drafts: Drafts, key: SigningKey) -> None:
    document, report = drafts["E001"], sealed(drafts["E001"], key)
    assert report.envelope is not None
    text = text_of(pdf_bytes(report))
    figures = document["figures"]
    official = [figures["index"]["value"], *(dimension["index"] for dimension in figures["dimensions"])]
    for figure in (*official, *figures["index"]["interval"].values()):
        if isinstance(figure, str):
            assert figure.replace(".", ",") in text
    for words in (
        "***************004",
        "Sangat Baik",
        "37,4",
        NOTE,
        document["notice"]["id"],
    ):
        assert words in text
    # Long words break over lines.
    unbroken = text.replace(" ", "")
    assert report.envelope["digest"] in unbroken
    assert ADDRESS in unbroken
    pages = re.findall(r"Halaman (\d+) dari (\d+)", text)
    assert pages == [(str(page), str(len(pages))) for page in range(1, len(pages) + 1)]
    assert len(pages) in (3, 4)


def test_the_attached_report_verifies(drafts: Drafts, key: SigningKey) -> None:
    report = sealed(drafts["E001"], key)
    [[content]] = PdfReader(BytesIO(pdf_bytes(report, "en"))).attachments.values()
    attached = json.loads(content)
    assert attached == report.envelope
    public = public_bytes(key)
    assert verify(attached, {key_id(public): public}).outcome is Outcome.valid


@pytest.mark.long
def test_a_draft_is_marked_on_every_page_and_nothing_is_attached(drafts: Drafts) -> None:
    paper = PdfReader(BytesIO(pdf_bytes(draft(drafts["E001"]))))
    assert len(paper.pages) == 4
    assert all("DRAF" in page.extract_text() for page in paper.pages)
    assert not paper.attachments


@pytest.mark.long
@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_never_markup(drafts: Drafts, name: str) -> None:
    assert name in text_of(pdf_bytes(draft(named(drafts["E001"], name))))


@pytest.mark.long
def test_letters_without_a_typeface_become_boxes_and_the_rest_stays(drafts: Drafts) -> None:
    reply = "Terima kasih 🙏 中文 \ue000, Siti’s “loket” – é"
    text = text_of(pdf_bytes(draft({**drafts["E001"], "reply": reply})))
    assert f"Terima kasih {MISSING} {MISSING * 2} {MISSING}, Siti’s “loket” – é" in text
    assert f"{MISSING}," not in text_of(pdf_bytes(draft(drafts["E001"])))


def test_every_letter_that_counts_as_sure_can_be_set(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    sure = "".join(chr(code) for first, last in typefaces.SURE for code in range(first, last + 1))
    monkeypatch.setattr(as_pdf, "settable", lambda data, letters: pytest.fail(f"{letters}") if letters else data)
    assert pdf_bytes(draft({**drafts["E004"], "reply": sure + "".join(typefaces.SURE_MARKS)}))


@pytest.mark.long
def test_letters_that_are_never_found_out_leave_a_report_all_the_same(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_pdf, "settable", lambda data, _: data)
    text = text_of(pdf_bytes(draft({**drafts["E001"], "reply": "Terima kasih 🙏 Siti’s"})))
    assert f"Terima kasih {MISSING} Siti’s" in text


def test_a_fault_of_the_template_is_not_hidden(drafts: Drafts, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        error = typst.TypstError("unknown variable", "")
        error.diagnostic = "error: unknown variable"
        raise error

    monkeypatch.setattr(as_pdf, "_set", broken)
    with pytest.raises(typst.TypstError, match="unknown variable"):
        pdf_bytes(draft(drafts["E004"]))


@pytest.mark.long
def test_a_fault_of_the_typesetter_itself_costs_letters_and_no_report(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, fails = as_pdf._set, [True]
    # As the library raises it: no subclass of Exception.
    panic = type("PanicException", (BaseException,), {})

    def once(*given: Any) -> bytes:
        if fails:
            fails.pop()
            raise panic
        return real(*given)

    monkeypatch.setattr(as_pdf, "_set", once)
    # Perhaps it was a mark: the letters are tried again.
    assert " é" in text_of(pdf_bytes(draft({**drafts["E001"], "reply": "שלום é"})))

    def never(*given: Any) -> bytes:
        if "\u05e9" in str(given[0]):
            raise panic
        return real(*given)

    monkeypatch.setattr(as_pdf, "_set", never)
    text = text_of(pdf_bytes(draft({**drafts["E001"], "reply": "שלום é"})))
    assert f"{MISSING * 4} é" in text

    def stopped(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(as_pdf, "_set", stopped)
    with pytest.raises(KeyboardInterrupt):
        pdf_bytes(draft(drafts["E004"]))
