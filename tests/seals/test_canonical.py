"""Canonical bytes: RFC 8785's own examples, and every refusal names its place."""

import json
import struct
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.seals.rules.canonical_json import DEEPEST, canonical, children, step

# RFC 8785, appendix B: the bits of a double and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


def test_the_first_example_of_the_rfc() -> None:
    document = json.loads(
        r"""{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"""
    )
    assert (
        canonical(document)
        == (
            r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            r'"string":"€$\u000f\nA'
            "'"
            r'B\"\\\\\"/"}'
        ).encode()
    )


def test_members_are_sorted_by_their_utf_16_units() -> None:
    document = json.loads(
        r"""{
          "\u20ac": "Euro Sign",
          "\r": "Carriage Return",
          "\ufb33": "Hebrew Letter Dalet With Dagesh",
          "1": "One",
          "\ud83d\ude00": "Emoji: Grinning Face",
          "\u0080": "Control",
          "\u00f6": "Latin Small Letter O With Diaeresis"
        }"""
    )
    assert list(json.loads(canonical(document)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@pytest.mark.parametrize(("bits", "written"), NUMBERS.items())
def test_a_number_is_written_as_the_rfc_says(bits: str, written: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == written


def test_whole_numbers_are_written_alike_whatever_their_type() -> None:
    assert canonical([1, 1.0, -0.0, True, 2**53 - 1, 1 - 2**53]) == b"[1,1,0,true,9007199254740991,-9007199254740991]"
    assert canonical((1, ())) == b"[1,[]]"


class Word(StrEnum):
    """A word of few."""

    hard = "keras"


def test_a_word_of_few_is_text() -> None:
    assert canonical({Word.hard: Word.hard}) == b'{"keras":"keras"}'


def nested(depth: int) -> Any:
    """Arrays within arrays."""
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (float("nan"), "the document: a number must be finite"),
        ({"a": [1, {"b/c": float("inf")}]}, "/a/1/b~1c: a number must be finite"),
        ([2**53], "/0: an integer beyond 2**53"),
        ({"~": -(2**53)}, "/~0: an integer beyond 2**53"),
        (["\ud800"], "/0: half a surrogate"),
        ({"x": {"\udfff": 1}}, "/x: a name must be text"),
        ({1: 2}, "the document: a name must be text"),
        ({"x": Decimal(1)}, "/x: Decimal is no JSON"),
        ({"x": {1}}, "/x: set is no JSON"),
        (b"", "the document: bytes is no JSON"),
        (nested(DEEPEST + 1), "/0/0: it is nested too deep"),
        (nested(100_000), "/0/0: it is nested too deep"),
    ],
)
def test_what_has_no_canonical_bytes_is_refused_with_its_place(document: Any, told: str) -> None:
    with pytest.raises(ValueError) as caught:
        canonical(document)
    assert told in str(caught.value)


def test_the_deepest_document_has_its_bytes() -> None:
    assert canonical(nested(DEEPEST)).count(b"[") == DEEPEST


def test_pointers_are_escaped_as_rfc_6901_says() -> None:
    assert step(step("", "a/b"), "m~n") == "/a~1b/m~0n"
    assert (step("", ""), step("/x", 0), step("", "~1")) == ("/", "/x/0", "/~01")


def test_only_objects_and_arrays_have_children() -> None:
    assert list(children({"a": 1})) == [("a", 1)]
    assert list(children(["x"])) == [(0, "x")]
    assert [list(children(plain)) for plain in (None, True, 1, 1.5, "text")] == [[]] * 5


@pytest.mark.long
@given(st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(), st.lists))
def test_canonical_bytes_read_back_and_are_their_own_canonical_bytes(document: Any) -> None:
    assert json.loads(canonical(document)) == document
    assert canonical(json.loads(canonical(document))) == canonical(document)
