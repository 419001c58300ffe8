"""A text as its reader sees it: what is alike looks alike, and nothing that was written is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ratings.rules.as_seen import as_seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("", ""),
        ("0812 ok", "0812 ok"),
        ("\uff10\uff18\uff11\uff12", "0812"),
        ("\u0660\u06f8\u0967\ua9d2\u1b53", "08123"),
        ("\u2460\u2776\u00b2\u246a", "11211"),
        ("0\u200b8\u20601\ufe0f\u20e32", "0812"),
        ("\u200b\u200b0", "0"),
        ("\u200b", " "),
        ("a\u00a0b\u3000c", "a b c"),
        ("1\u20112\u20133\u22124", "1-2-3-4"),
        ("1\u060c2\u30013\u00b74\u20445", "1,2,3.4/5"),
        ("1\u20282\u00853", "1\n2\n3"),
        ("\u3164x\uffa0", "x"),
        ("\ufb01t", "fit"),
        ("\u00e9", "\u00e9"),
    ],
)
def test_what_is_alike_looks_alike(written: str, seen: str) -> None:
    assert as_seen(written).seen == seen


@given(st.text())
def test_nothing_that_was_written_is_lost_and_every_character_seen_has_its_place(text: str) -> None:
    found = as_seen(text)
    assert found.text() == text
    assert len(found.seen) == len(found.written)


@given(st.text())
def test_looking_twice_is_looking_once(text: str) -> None:
    once = as_seen(text).seen
    assert as_seen(once).seen == once


def test_what_is_replaced_goes_with_what_hid_in_it_and_the_rest_stays_as_it_was_written() -> None:
    found = as_seen("\u202a\uff11\u200b2\u202c, \uff13")
    new = found.replaced(re.compile(r"\d+"), lambda match, item: item.word("[n]") if len(match[0]) > 1 else None)
    assert new.seen == "[n], 3"
    assert new.text() == "[n]\u202c, \uff13"
    assert found.replaced(re.compile("x"), lambda _, item: item) is found
