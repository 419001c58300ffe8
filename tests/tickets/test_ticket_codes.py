"""Codes: canonical whatever is typed, and wrong when one character is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tickets.rules.codes import (
    ALPHABET,
    LENGTH,
    beginning,
    canonical,
    check_character,
    code_digest,
    new_code,
    printed,
)

codes = st.text(ALPHABET, min_size=11, max_size=11).map(lambda drawn: drawn + check_character(drawn))


@given(codes)
def test_every_way_of_typing_a_code_is_the_code(code: str) -> None:
    confused = code.replace("0", "o").replace("1", "l")
    wide = "".join(chr(ord(each) + 0xFEE0) for each in code)
    for typed in (code, code.lower(), printed(code), f" {printed(code)} ", confused, code.replace("1", "I"), wide):
        assert canonical(typed) == code
        assert code_digest(b"pepper", typed) == code_digest(b"pepper", code)


@given(codes, st.integers(0, LENGTH - 1), st.integers(1, 31))
def test_one_wrong_character_is_always_found(code: str, place: int, shift: int) -> None:
    wrong = ALPHABET[(ALPHABET.index(code[place]) + shift) % 32]
    assert canonical(code[:place] + wrong + code[place + 1 :]) is None


@given(codes, st.integers(0, LENGTH - 2))
def test_an_exchange_of_neighbours_is_found_but_that_of_0_and_z(code: str, place: int) -> None:
    first, second = code[place], code[place + 1]
    exchanged = code[:place] + second + first + code[place + 2 :]
    assert (canonical(exchanged) is None) == (first != second and {first, second} != {"0", "Z"})


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert canonical(text) is None or len(canonical(text) or "") == LENGTH
    assert len(code_digest(b"pepper", text)) == 64


@pytest.mark.parametrize("text", ["", "U" * 12, "0" * 11, "0" * 13, "ß" * 6])
def test_what_never_was_a_code_has_the_digest_of_none(text: str) -> None:
    assert canonical(text) is None
    assert code_digest(b"pepper", text) == code_digest(b"pepper", "")


def test_codes_are_drawn_from_the_whole_alphabet_and_another_pepper_digests_otherwise() -> None:
    drawn = {new_code() for _ in range(500)}
    assert len(drawn) == 500
    assert all(canonical(code) == code for code in drawn)
    assert set("".join(drawn)) == set(ALPHABET)
    code = drawn.pop()
    assert code_digest(b"one", code) != code_digest(b"other", code)


def test_tries_are_counted_by_the_beginning_of_a_code_however_it_is_typed() -> None:
    code = new_code()
    assert beginning(printed(code).lower()) == code[:4]
    assert beginning("") is None
