"""Comparison at one mix of services (statistics.md §10)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.case_mix import norms, standardised
from app.measures.rules.formulas.moments import Moments, item_moments, merged

HISTOGRAMS = {
    ("A", "ktp"): (0, 2, 18, 60),
    ("A", "izin"): (1, 2, 5, 2),
    ("B", "ktp"): (0, 1, 3, 6),
    ("B", "izin"): (6, 16, 34, 24),
    ("C", "ktp"): (1, 3, 16, 30),
    ("C", "izin"): (2, 6, 22, 20),
}
CELLS = {key: item_moments(histogram) for key, histogram in HISTOGRAMS.items()}
PERSONS = {person: {s: cell for (p, s), cell in CELLS.items() if p == person} for person in "ABC"}
NORM = norms(PERSONS.values())

answered = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any).map(item_moments)
mixes = st.dictionaries(st.sampled_from(["ktp", "kk", "nib"]), answered, min_size=1)


def test_v11_service_means() -> None:
    assert {service: round(float(part.mean), 6) for service, part in NORM.items()} == {
        "ktp": 3.628571,
        "izin": 3.028571,
    }


@pytest.mark.parametrize(
    ("person", "raw", "expected", "adjusted"),
    [
        ("A", 3.622222, 3.561905, 3.388889),
        ("B", 3.011111, 3.095238, 3.244444),
        ("C", 3.35, 3.328571, 3.35),
    ],
)
def test_v11_indirect_standardisation(person: str, raw: float, expected: float, adjusted: float) -> None:
    found = standardised(PERSONS[person], NORM)
    assert found
    assert (round(float(found.raw), 6), round(float(found.expected), 6)) == (raw, expected)
    assert round(float(found.adjusted), 6) == adjusted


def test_empty_cells_do_not_count() -> None:
    empty = item_moments((0, 0, 0, 0))
    assert standardised({**PERSONS["A"], "sim": empty}, NORM) == standardised(PERSONS["A"], NORM)


def test_without_answers_or_a_norm_nothing_is_standardised() -> None:
    assert standardised({}, NORM) is None
    assert standardised({"ktp": item_moments((0, 0, 0, 0))}, NORM) is None
    assert standardised({"sim": item_moments((0, 0, 0, 1))}, NORM) is None
    assert standardised(PERSONS["A"], {**NORM, "izin": item_moments((0, 0, 0, 0))}) is None


def test_the_person_can_be_left_out_of_the_norm() -> None:
    others = norms(mix for person, mix in PERSONS.items() if person != "A")
    found, with_own = standardised(PERSONS["A"], others), standardised(PERSONS["A"], NORM)
    assert found
    assert with_own
    assert found.raw - found.expected > with_own.raw - with_own.expected


@given(st.lists(mixes, min_size=1, max_size=6))
def test_what_is_expected_of_all_is_what_all_received(peers: list[dict[str, Moments]]) -> None:
    norm = norms(peers)
    total = merged(norm.values())
    found = [(standardised(peer, norm), merged(peer.values()).n) for peer in peers]
    assert all(each for each, _ in found)
    assert sum((each.expected * n for each, n in found if each), Fraction(0)) == total.first
    assert sum((each.adjusted * n for each, n in found if each), Fraction(0)) == total.first


@given(mixes)
def test_who_is_the_norm_is_average(mix: dict[str, Moments]) -> None:
    found = standardised(mix, norms([mix]))
    assert found
    assert found.raw == found.expected == found.adjusted
