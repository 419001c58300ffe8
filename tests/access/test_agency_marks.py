"""What carries its agency's mark, and the encryption under which a code does."""

from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.rules.agency_marks import MARKS, mark_in_code, mark_in_id, mark_of, marked_code, marked_id
from app.access.rules.random_codes import ALPHABET
from app.access.rules.scrambling import Shape, scrambled, unscrambled
from app.foundation.ids import moment_of, new_id

KEY = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
agencies = st.text("ABCXYZabcxyz0189-", min_size=1, max_size=40)


@pytest.mark.parametrize(("octets", "expected"), [(16, "2433477484"), (24, "2830668132"), (32, "6657667009")])
def test_the_examples_of_nist_come_out(octets: int, expected: str) -> None:
    # FF1samples.pdf of NIST's cryptographic standards, samples 1, 4 and 7: base 10, no tweak.
    key, shape = bytes.fromhex(KEY)[:octets], Shape(10, 10)
    assert f"{scrambled(key, shape, 123_456_789):010}" == expected
    assert unscrambled(key, shape, int(expected)) == 123_456_789


@pytest.mark.parametrize("shape", [Shape(2, 9), Shape(10, 3), Shape(32, 2)])
def test_every_number_stands_for_exactly_one(shape: Shape) -> None:
    numbers = range(shape.base**shape.length)
    assert sorted(scrambled(bytes(32), shape, each) for each in numbers) == list(numbers)
    assert all(unscrambled(bytes(32), shape, scrambled(bytes(32), shape, each)) == each for each in numbers)


@pytest.mark.long
@given(st.binary(min_size=32, max_size=32), st.integers(2, 14), agencies)
def test_a_code_carries_the_mark_of_its_agency(key: bytes, length: int, agency: str) -> None:
    code = marked_code(key, length + 2, agency)
    assert (len(code), set(code) <= set(ALPHABET)) == (length + 2, True)
    assert mark_in_code(key, code) == mark_of(agency) < MARKS


def test_two_codes_are_hardly_ever_the_same() -> None:
    assert len({marked_code(bytes(32), 10, "kota") for _ in range(2_000)}) == 2_000


@given(agencies)
def test_an_id_carries_the_mark_and_still_tells_its_moment(agency: str) -> None:
    plain = new_id()
    marked = marked_id(plain, agency)
    assert (mark_in_id(marked), mark_in_id(plain)) == (mark_of(agency), None)
    assert (marked.version, marked.variant, moment_of(marked)) == (8, plain.variant, moment_of(plain))
    assert mark_in_id(UUID(int=0)) is None


def test_agencies_hardly_ever_share_a_mark() -> None:
    shared = Counter(mark_of(f"kota-{n}") for n in range(1_000))
    assert max(shared.values()) <= 3
