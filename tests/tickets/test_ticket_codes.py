"""Codes: canonical whatever is typed, and wrong when one character is."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.rules.agency_marks import mark_of
from app.tickets.rules.codes import (
    ALPHABET,
    LENGTH,
    MARKED,
    UNMARKED,
    beginning,
    canonical,
    check_character,
    code_digest,
    mark_in,
    new_code,
    printed,
)

kinds = st.sampled_from([MARKED, UNMARKED])
codes = st.builds(
    lambda drawn, kind: drawn + check_character(drawn, kind), st.text(ALPHABET, min_size=11, max_size=11), kinds
)


def may_be(code: str, kind: int) -> bool:
    """Whether this is a code of that kind."""
    return canonical(code) is not None and code[-1] == check_character(code[:-1], kind)


def kind_of(code: str) -> int:
    """Of which kind a code is; there is no code of both."""
    [kind] = [each for each in (MARKED, UNMARKED) if may_be(code, each)]
    return kind


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
    assert not may_be(code[:place] + wrong + code[place + 1 :], kind_of(code))


@given(codes, st.integers(0, LENGTH - 2))
def test_an_exchange_of_neighbours_is_found_but_that_of_0_and_z(code: str, place: int) -> None:
    first, second = code[place], code[place + 1]
    exchanged = code[:place] + second + first + code[place + 2 :]
    assert (not may_be(exchanged, kind_of(code))) == (first != second and {first, second} != {"0", "Z"})


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert canonical(text) is None or len(canonical(text) or "") == LENGTH
    assert len(code_digest(b"pepper", text)) == 64


@pytest.mark.parametrize("text", ["", "U" * 12, "0" * 11, "0" * 13, "ß" * 6])
def test_what_never_was_a_code_has_the_digest_of_none(text: str) -> None:
    assert canonical(text) is None
    assert code_digest(b"pepper", text) == code_digest(b"pepper", "")


def test_codes_are_drawn_from_the_whole_alphabet_and_another_pepper_digests_otherwise() -> None:
    drawn = {new_code(b"pepper", "kota") for _ in range(500)}
    assert len(drawn) == 500
    assert all(canonical(code) == code for code in drawn)
    assert set("".join(drawn)) == set(ALPHABET)
    code = drawn.pop()
    assert code_digest(b"one", code) != code_digest(b"other", code)


@given(st.text(ALPHABET, min_size=1, max_size=40), st.binary(min_size=1, max_size=32))
def test_a_code_carries_its_agency_for_whoever_has_the_pepper(agency: str, pepper: bytes) -> None:
    code = new_code(pepper, agency)
    assert mark_in(pepper, code) == mark_in(pepper, printed(code).lower()) == mark_of(agency)
    assert kind_of(code) == MARKED


@given(st.text(ALPHABET, min_size=11, max_size=11))
def test_a_code_from_before_carries_none(drawn: str) -> None:
    assert mark_in(b"pepper", drawn + check_character(drawn, UNMARKED)) is None


@pytest.mark.long
def test_codes_of_one_agency_lie_anywhere_among_all_codes() -> None:
    drawn = [new_code(b"pepper", "kota") for _ in range(3_200)]
    for place in range(11):
        # A hundred of each letter are expected; of a fair draw one is below 40 once in a thousand million times.
        assert min(Counter(code[place] for code in drawn)[each] for each in ALPHABET) > 40, place
    marks = Counter(mark_in(b"another pepper", code) for code in drawn)
    assert marks.most_common(1)[0][1] < 6, "without the key no mark is seen"


def test_tries_are_counted_by_the_beginning_of_a_code_however_it_is_typed() -> None:
    code = new_code(b"pepper", "kota")
    assert beginning(printed(code).lower()) == code[:4]
    assert beginning("") is None
