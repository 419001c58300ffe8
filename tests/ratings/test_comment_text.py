"""What of a comment is digested and kept does not depend on which characters a Python knows."""

import json
import unicodedata
from unicodedata import ucd_3_2_0

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ratings.rules.comment_text import formerly_digested, kept_text, sent_text, without_half_characters

# Unassigned in Unicode 14, 15.1, 16 and 17: what one process takes for nothing is an emoji to another.
NEW_EMOJI = "\U0001fae8\U0001fa75\U0001fae9\U0001faea"
BODY = st.text(st.sampled_from('{}[]:,"\\ua') | st.characters(max_codepoint=0x2FF), max_size=12)


@pytest.mark.parametrize("text", [NEW_EMOJI, "\U000105c9", "\U0001e5ee\u0301", "\ue000", "\U0003ffff", "x\ty\0"])
def test_what_a_python_may_not_know_is_digested_as_it_was_sent(text: str) -> None:
    assert sent_text(text) == text


def test_two_keyboards_write_one_text() -> None:
    assert sent_text("\t x\u00a0\u3000\r\n") == "x"
    assert sent_text(" \u2003 ") == ""
    assert sent_text("Cafe\u0301 \u1ee3 \uac01 \u212b") == sent_text("Caf\u00e9 \u01a1\u0323 \u1100\u1161\u11a8 \u00c5")
    assert sent_text("e\u0301" + NEW_EMOJI + "e\u0301") == f"\u00e9{NEW_EMOJI}\u00e9"


@given(st.text())
def test_a_digested_text_is_stable_and_canonically_the_one_that_was_sent(text: str) -> None:
    once = sent_text(text)
    assert sent_text(once) == once
    if all(ucd_3_2_0.category(character) != "Cn" for character in text):
        assert once == unicodedata.normalize("NFC", text.strip())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Bagus {NEW_EMOJI}", f"Bagus {NEW_EMOJI}"),
        ("\ue000 \U000f0000 \U000e0041", "\ue000 \U000f0000 \U000e0041"),
        (" a\0b\x1b[1mc\x7f\x85d\r\n e\t", "ab[1mcd\n e"),
        ("a\ud83db\udc00c", "abc"),
        ("a\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffffb", "ab"),
        ("\u200b\u200dcafe\u0301", "\u200b\u200dcafé"),
        ("\x1f\ufffe ", ""),
    ],
)
def test_only_what_is_no_text_is_taken_out(text: str, kept: str) -> None:
    assert kept_text(text) == kept


def test_every_code_point_is_kept_or_no_text_whatever_this_python_knows() -> None:
    ends = {plane + end for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)}
    tried = {*range(0x10000), *range(0x10000, 0x110000, 101), *ends}
    lost = {code for code in tried if kept_text(f"|{chr(code)}|") == "||"}
    assert lost == {*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), *ends} - {0x0A}


def test_texts_of_known_characters_are_digested_as_before() -> None:
    for text in ("Cepat, ramah.", "Café ⭐⭐ 👍", "a\nb"):
        assert formerly_digested(text) == sent_text(text)
    assert formerly_digested(" a\tb\ue000\0 ") == "ab"


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        (r'{"comment":"Bagus \ud83d"}', '{"comment":"Bagus "}'),
        (r'{"comment" : "\uDE00 Bagus \ud83d\ude00"}', r'{"comment" : " Bagus \ud83d\ude00"}'),
        (r'{"comment":"\ud83d\ud83d\ude00\ude00"}', r'{"comment":"\ud83d\ude00"}'),
        (r'{"comment":"\\ud83d \"\ud83d\" \n"}', r'{"comment":"\\ud83d \"\" \n"}'),
        (r'{"comment":"a\ud83dbc","office":"\ud83d"}', r'{"comment":"abc","office":"\ud83d"}'),
        (r'{"office":"comment","x":"\ud83d"}', r'{"office":"comment","x":"\ud83d"}'),
        (r'{"comment":"\ud83', r'{"comment":"\ud83'),
    ],
)
def test_half_a_surrogate_pair_costs_itself(written: str, mended: str) -> None:
    assert without_half_characters(written.encode()) == mended.encode()


@given(st.lists(st.text(st.sampled_from('a\\"u\ud83d\ude00\udc00😀'), max_size=8), max_size=4))
def test_comments_of_any_halves_are_json_afterwards(comments: list[str]) -> None:
    body = json.dumps([{"comment": comment} for comment in comments]).encode()
    for item, comment in zip(json.loads(without_half_characters(body)), comments, strict=True):
        read = json.loads(json.dumps(comment))
        assert item["comment"] == "".join(character for character in read if not 0xD800 <= ord(character) < 0xE000)


@given(BODY)
def test_whatever_else_a_body_is_stays_as_it_was(body: str) -> None:
    assert without_half_characters(body.encode()) == body.encode()
