"""Whatever people are called and write, every format renders it: all of Unicode, and words without an end."""

import json
from collections.abc import Mapping
from io import BytesIO
from itertools import cycle
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from app.closing.rules.report_documents.reports import parse_report
from app.reports.formats.as_pdf import pdf_bytes
from app.reports.formats.printable import Printable
from app.reports.formats.registry import FORMATS
from app.reports.formats.typefaces import MISSING
from tests.effort import sized, times
from tests.reports.formats.samples import draft, named

Drafts = dict[str, dict[str, Any]]

# What a person may have named or written: everything else is ours.
WRITTEN = frozenset({"name", "position", "grade", "reply", "note", "index_name"})
CALLED = frozenset({"title", "index_title", "words", "services"})
BLOCK = 0x80
AWKWARD = (0x0, 0x80, 0x300, 0x580, 0x600, 0x680, 0x700, 0x800, 0x900, 0x2000, 0x2080, 0xFE00, 0xFF80, 0x1F300, 0xE0000)
BLOCKS = range(0, 0x11_0000, BLOCK)
# Planes in which nothing is assigned, or everything is private: no character of theirs is unlike another, and one of
# each block is rendered daily.
BLANK_PLANES = frozenset(range(4, 17)) - {14}


def saying(document: Mapping[str, Any], text: str) -> Printable:
    """The document in which everybody and everything is called this, and says this."""

    def told(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            if name in CALLED and all(isinstance(each, str) for each in value.values()):
                return dict.fromkeys(value, text)
            return {key: told(each, key) for key, each in value.items()}
        if isinstance(value, list) and name == "suggestions":
            return [text] * 11
        if isinstance(value, list):
            return [told(each) for each in value]
        return text if name in WRITTEN and (isinstance(value, str) or name in ("reply", "note")) else value

    return Printable(parse_report(told(json.loads(json.dumps(document)))))


def characters(block: int) -> str:
    """Those of a block, each by itself and with marks on it; half characters are none."""
    return " ".join(chr(code) for code in range(block, block + BLOCK) if category(chr(code)) != "Cs")


def rendered(document: Mapping[str, Any], text: str) -> None:
    """In every format, in one language."""
    report = saying(document, text)
    for form in FORMATS.values():
        assert form.write(report, "id"), form.name


@pytest.mark.campaign
@pytest.mark.sized
@pytest.mark.parametrize(
    "plane", [pytest.param(each, marks=[pytest.mark.full_size] if each in BLANK_PLANES else []) for each in range(17)]
)
def test_every_block_of_unicode_is_rendered_in_every_format(drafts: Drafts, plane: int) -> None:
    blocks = BLOCKS[plane * 512 : (plane + 1) * 512]
    for block in blocks:
        rendered(drafts["E004"], characters(block) or "-")
    # The agency's report says the same in dozens of places, which costs five times as much and meets the same letters.
    for block in blocks[:: sized(8, 1)] if plane < 2 else ():
        rendered(drafts["kota"], characters(block) or "-")


@pytest.mark.long
def test_one_of_each_block_is_rendered(drafts: Drafts) -> None:
    signs = [chr(block + offset) for block, offset in zip(BLOCKS, cycle((0x21, 0x7F, 0x41)), strict=False)]
    reply = " ".join(each for each in signs if category(each) != "Cs")
    for form in FORMATS.values():
        assert form.write(draft({**drafts["E001"], "reply": reply}), "id"), form.name


@pytest.mark.long
@pytest.mark.parametrize("unit", ["E004", "kota", "skm kota", "dukcapil"])
def test_some_of_each_script_are_rendered_wherever_people_write(drafts: Drafts, unit: str) -> None:
    for start in range(4):
        rendered(drafts[unit], " ".join(chr(block + 0x21) for block in BLOCKS[start:0x190:16]))


@pytest.mark.long
@pytest.mark.parametrize("block", AWKWARD)
def test_the_awkward_blocks_are_rendered_with_marks_on_letters(drafts: Drafts, block: int) -> None:
    for reply in (characters(block), "a" + "a".join(characters(block).split(" ")), characters(block).replace(" ", "")):
        assert pdf_bytes(draft({**drafts["E004"], "reply": reply}))


@pytest.mark.long
@given(text=st.text(min_size=1, max_size=40))
@times(0.4)
def test_any_text_is_rendered_in_every_format(drafts: Drafts, text: str) -> None:
    rendered(drafts["E004"], text)


def text_of(content: bytes) -> str:
    """What stands on the pages, with one blank for any space."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return " ".join(" ".join(pages).split())


@pytest.mark.long
def test_one_emoji_costs_no_other_letter(drafts: Drafts) -> None:
    # Letters outside the plainest ones, which a typeface here has all the same.
    kept = "Ṣāliḥ Nguyễn Ἀθῆναι ₽ ⅔ ← ∞ Ꞌ"
    text = text_of(pdf_bytes(draft({**drafts["E001"], "reply": f"{kept} 🙏 selesai"})))
    for word in kept.split():
        assert word in text, word
    assert f"{MISSING} selesai" in text
    assert text.count(MISSING) == 1


@pytest.mark.long
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Siti\ufeff Aminah", "Siti Aminah"),
        ("a\u200bb", "ab"),
        ("👨‍👩‍👧 ya", f"{MISSING * 3} ya"),
        ("👍🏽 ya", f"{MISSING} ya"),
        ("🇮🇩 ya", f"{MISSING * 2} ya"),
        ("\ue000 ya", f"{MISSING} ya"),
        ("中文 ya", f"{MISSING * 2} ya"),
        ('"\\ 🙏 ya', f'"\\ {MISSING} ya'),
    ],
)
def test_what_no_typeface_has_is_replaced_one_by_one(drafts: Drafts, written: str, shown: str) -> None:
    text = text_of(pdf_bytes(draft(named(drafts["E001"], written))))
    assert shown in text.replace("\u200b", "").replace("\u200d", "")


# A line of the paper in the smallest letters has fewer.
LONGEST_LINE = 160
LONG = {
    "letters": "Wi" * 150,
    "address": "https://contoh.go.id/" + "a" * 200,
    "hard blanks": "kata\u00a0" * 60,
    "boxes": "🙏" * 150,
}


@pytest.mark.long
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.campaign) for kind in LONG if kind != "boxes"] + ["boxes"]
)
def test_nothing_runs_off_the_paper(drafts: Drafts, kind: str) -> None:
    for unit in ("E001", "kota", "skm kota"):
        content = pdf_bytes(saying(drafts[unit], LONG[kind]))
        lines = [line for page in PdfReader(BytesIO(content)).pages for line in page.extract_text().splitlines()]
        assert max(map(len, lines)) < LONGEST_LINE, unit
        # Nothing is left out on the way, and nothing put between.
        written = LONG[kind].replace("🙏", MISSING).replace("\u00a0", "").replace(" ", "")
        assert written in "".join(lines).replace("\u00a0", "").replace(" ", "")


@pytest.mark.long
def test_words_that_fit_are_not_broken(drafts: Drafts) -> None:
    words = "Pertanggungjawaban penyelenggaraan pelayanan kependudukan dan pencatatan sipil " * 6
    text = text_of(pdf_bytes(draft({**drafts["E001"], "reply": words})))
    assert words.strip() in text
