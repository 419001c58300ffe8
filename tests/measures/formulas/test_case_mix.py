"""Comparison at one mix of services (statistics.md §10)."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.case_mix import linear_model, norms, standardised
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
    ("person", "raw", "expected", "adjusted", "z"),
    [
        ("A", 3.622222, 3.561905, 3.388889, 0.895003),
        ("B", 3.011111, 3.095238, 3.244444, -0.942112),
        ("C", 3.35, 3.328571, 3.35, 0.285535),
    ],
)
def test_v11_indirect_standardisation(person: str, raw: float, expected: float, adjusted: float, z: float) -> None:
    found = standardised(PERSONS[person], NORM)
    assert found
    assert found.z is not None
    assert (round(float(found.raw), 6), round(float(found.expected), 6)) == (raw, expected)
    assert (round(float(found.adjusted), 6), round(found.z, 6)) == (adjusted, z)


def test_v11_linear_model() -> None:
    found = linear_model(CELLS)
    assert found
    assert {person: round(each.value, 6) for person, each in found.persons.items()} == {
        "A": 3.675758,
        "B": 3.439394,
        "C": 3.590909,
    }
    assert {person: round(each.error, 6) for person, each in found.persons.items()} == {
        "A": 0.080003,
        "B": 0.128876,
        "C": 0.094318,
    }
    (service,) = found.factors
    assert {name: (round(each.value, 6), round(each.error, 6)) for name, each in service.items()} == {
        "izin": (-0.481818, 0.114565)
    }
    assert {person: round(each.value, 6) for person, each in found.pooled.items()} == {
        "A": 3.434848,
        "B": 3.198485,
        "C": 3.35,
    }


def test_cells_lose_nothing_against_single_answers_and_two_factors() -> None:
    cells = {
        (person, service, channel): tuple(n + shift for n in histogram)
        for (person, service), histogram in HISTOGRAMS.items()
        for channel, shift in (("kiosk", 0), ("web", 2))
    }
    rows = [
        ([key[0] == "A", key[0] == "B", key[0] == "C", key[1] == "izin", key[2] == "web"], score)
        for key, histogram in cells.items()
        for score, n in enumerate(histogram, start=1)
        for _ in range(n)
    ]
    design = np.array([row for row, _ in rows], dtype=float)
    scores = np.array([score for _, score in rows], dtype=float)
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ scores
    variance = float(((scores - design @ beta) ** 2).sum()) / (len(rows) - 5)
    contrast = np.array([1, 0, 0, design[:, 3].mean(), design[:, 4].mean()])

    found = linear_model({key: item_moments(histogram) for key, histogram in cells.items()})
    assert found
    estimates = [*found.persons.values(), *found.factors[0].values(), *found.factors[1].values()]
    assert [each.value for each in estimates] == pytest.approx(list(beta))
    assert [each.error for each in estimates] == pytest.approx(list(np.sqrt(variance * np.diag(inverse))))
    assert found.pooled["A"].value == pytest.approx(float(contrast @ beta))
    assert found.pooled["A"].error == pytest.approx(float(np.sqrt(variance * contrast @ inverse @ contrast)))


def test_the_pooled_mix_does_not_depend_on_the_first_service() -> None:
    found, turned = linear_model(CELLS), linear_model(dict(reversed(CELLS.items())))
    assert found
    assert turned
    assert turned.persons["A"].value != pytest.approx(found.persons["A"].value)
    for person, estimate in found.pooled.items():
        assert turned.pooled[person] == pytest.approx(estimate)


def test_empty_cells_do_not_count() -> None:
    empty = item_moments((0, 0, 0, 0))
    assert linear_model({("D", "sim"): empty, **CELLS, ("A", "kk"): empty}) == linear_model(CELLS)
    assert standardised({**PERSONS["A"], "sim": empty}, NORM) == standardised(PERSONS["A"], NORM)


def test_persons_who_share_no_service_cannot_be_compared() -> None:
    apart = {("A", "ktp"): CELLS["A", "ktp"], ("B", "izin"): CELLS["B", "izin"]}
    assert linear_model(apart) is None


def test_one_service_needs_no_adjustment() -> None:
    found = linear_model({key: cell for key, cell in CELLS.items() if key[1] == "ktp"})
    assert found
    assert found.factors == ({},)
    assert found.persons == found.pooled
    assert found.persons["A"].value == pytest.approx(float(CELLS["A", "ktp"].mean))


def test_too_few_answers_for_the_model() -> None:
    assert linear_model({}) is None
    assert linear_model({("A", "ktp"): item_moments((0, 0, 1, 0)), ("B", "ktp"): item_moments((0, 0, 0, 1))}) is None


def test_without_answers_or_a_norm_nothing_is_standardised() -> None:
    assert standardised({}, NORM) is None
    assert standardised({"ktp": item_moments((0, 0, 0, 0))}, NORM) is None
    assert standardised({"sim": item_moments((0, 0, 0, 1))}, NORM) is None
    assert standardised(PERSONS["A"], {**NORM, "izin": item_moments((0, 0, 0, 0))}) is None


def test_z_needs_a_norm_that_varies() -> None:
    once, unanimous = item_moments((0, 0, 0, 1)), item_moments((0, 0, 0, 9))
    for norm in ({"ktp": once}, {"ktp": unanimous}):
        found = standardised({"ktp": once}, norm)
        assert found
        assert found.raw == found.adjusted == 4
        assert found.z is None


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
    assert found.z in (0, None)
