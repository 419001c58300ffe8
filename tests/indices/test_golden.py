"""Published results, computed again from the published inputs.

Where a report prints the counts or the means of its elements, the service must give its index to the
last digit. Sources are named at each table; element order is that of `skm-2017`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from app.disclosure.rules.cells import Cell
from app.foundation.rounding import half_up
from app.indices.rules.official import Graded, composite_of_means, graded, official_index
from app.instruments.loading import load_instrument, shipped
from app.instruments.model import Instrument
from tests.cells import cell
from tests.house import House

SKM = shipped()["skm-2017"]
BOGOR = load_instrument((Path(__file__).parents[1] / "instruments" / "bogor-2011.toml").read_text("utf-8"))

# Perpustakaan Nasional RI, May to June 2023, 187 respondents: answers 1, 2, 3, 4 of U1..U9.
PERPUSNAS = [
    (0, 0, 118, 69),
    (0, 6, 93, 88),
    (0, 3, 106, 78),
    (1, 1, 23, 162),
    (0, 1, 124, 62),
    (0, 0, 95, 92),
    (0, 0, 89, 98),
    (1, 2, 34, 150),
    (1, 19, 77, 90),
]
PERPUSNAS_NRR = "3.369 3.439 3.401 3.850 3.326 3.492 3.524 3.781 3.369"

# Kanwil Kemenag (GASPUL), third quarter of 2025, 29 respondents: means printed with four decimals.
GASPUL_NRR = "3.6207 3.4828 3.4483 4.0000 3.5172 3.6207 3.6552 3.9655 3.6207"

# Dinas Pertanahan dan Tata Ruang Kabupaten Bantul, 2023.
BANTUL_NRR = "3.31 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.35"

# BPT Kabupaten Bogor under KEP/25/2004: fourteen elements, weight 0.071.
BOGOR_NRR = {
    "74.67": "3.007 2.993 3.020 3.000 3.113 3.033 2.887 2.947 2.980 3.033 3.000 3.033 3.020 3.000",
    "74.59": "2.980 3.027 3.067 3.020 3.040 3.060 2.733 3.007 3.227 3.067 2.927 2.827 2.947 3.093",
}

# Kabupaten Sekadau, first half of 2019: 49 real answer sheets, without a published index.
SEKADAU = """
223434443 332333323 333443334 224444343 332333323 333433334 333333324 343334434 333333333 323444443
234444443 333333323 343433324 344433444 323333323 333333323 333333432 224444444 333433334 113433332
333233323 334434443 333333323 233444342 312233333 333433334 444434344 333433334 332332222 224444433
333433333 333434443 333433334 223443332 333433334 333434334 333333334 332322323 333444323 333433333
223444433 332434323 344433434 333433334 334343434 334444443 321323312 334444443 333444323
"""


def means(instrument: Instrument, published: str) -> dict[str, Fraction | None]:
    """The published means by item code."""
    return dict(zip(instrument.codes, map(Fraction, published.split()), strict=True))


def cell_with(histograms: Iterable[Sequence[int]]) -> Cell:
    """A cell whose items have these counts per score; which answers meet on one sheet is of no matter."""
    columns = ["".join(str(score) * n for score, n in enumerate(counts, start=1)) for counts in histograms]
    return cell(SKM, Counter(map("".join, zip(*columns, strict=True))))


def shown(figure: Graded | None) -> str:
    """The figure as a report prints it."""
    assert figure
    return f"{figure.rounded} {figure.band.grade}"


def test_perpusnas_2023_from_its_counts_is_87_64() -> None:
    official = official_index(SKM, cell_with(PERPUSNAS))
    assert shown(official.composite) == "87.64 B"
    assert official.composite
    assert half_up(official.composite.exact, 4) == Decimal("87.6411")
    assert [str(half_up(item.mean, 3)) for item in official.items if item.mean] == PERPUSNAS_NRR.split()


def test_perpusnas_2023_from_its_rounded_means_is_a_little_more() -> None:
    figure = composite_of_means(SKM, means(SKM, PERPUSNAS_NRR))
    assert shown(figure) == "87.64 B"
    assert figure
    assert half_up(figure.exact, 4) == Decimal("87.6417")


@pytest.mark.parametrize(("mode", "published"), [("exact", "91.48 A"), ("0.11", "90.56 A")])
def test_gaspul_2025_prints_two_indices_for_the_same_answers(mode: str, published: str) -> None:
    assert shown(composite_of_means(SKM, means(SKM, GASPUL_NRR), mode)) == published
    # Sums of 29 whole answers are whole, so the rounded means give them back.
    sums = [int(half_up(Fraction(mean) * 29, 0)) for mean in GASPUL_NRR.split()]
    assert sums == [105, 101, 100, 116, 102, 105, 106, 115, 105]
    official = official_index(SKM, cell_with([(0, 0, 4 * 29 - total, total - 3 * 29) for total in sums]), mode)
    assert shown(official.composite) == published
    assert [str(half_up(item.mean, 4)) for item in official.items if item.mean] == GASPUL_NRR.split()


def test_bantul_2023_is_87_28_grade_b() -> None:
    assert shown(composite_of_means(SKM, means(SKM, BANTUL_NRR))) == "87.28 B"


@pytest.mark.parametrize("published", BOGOR_NRR)
def test_bogor_2011_and_2013_follow_the_rules_of_their_time(published: str) -> None:
    figure = composite_of_means(BOGOR, means(BOGOR, BOGOR_NRR[published]))
    assert shown(figure) == f"{published} B"
    # With the bands of today the same figure would be a C.
    assert figure
    assert shown(graded(figure.exact, SKM.bands("2017"))) == f"{published} C"


def test_bogor_2011_with_exact_weights_would_have_been_75_12() -> None:
    assert shown(composite_of_means(BOGOR, means(BOGOR, BOGOR_NRR["74.67"]), "exact")) == "75.12 B"


@pytest.mark.parametrize(("mode", "index"), [("exact", "78.74 B"), ("0.111", "78.66 B"), ("0.11", "77.95 B")])
def test_sekadau_2019_from_its_49_answer_sheets(mode: str, index: str) -> None:
    official = official_index(SKM, cell(SKM, Counter(SEKADAU.split())), mode)
    assert official.sheets == 49
    assert [item.mean for item in official.items] == [
        Fraction(total, 49) for total in (138, 139, 150, 177, 159, 163, 161, 143, 159)
    ]
    assert shown(official.composite) == index


@pytest.mark.parametrize(("mode", "index"), [("exact", "78.74"), ("0.111", "78.66"), ("0.11", "77.95")])
def test_sekadau_2019_through_the_service_is_the_same(house: House, mode: str, index: str) -> None:
    sheets = [
        house.sheet(instrument=SKM.id, scores=dict(zip(SKM.codes, map(int, answers), strict=True)))
        for answers in SEKADAU.split()
    ]
    results = house.post("/v1/ratings/batch", {"ratings": sheets}).json()["results"]
    assert [result["status"] for result in results] == [201] * 49
    house.release()
    asked = {"instrument": SKM.id, "weights": mode, "from": "2026-11-01", "to": "2026-11-30"}
    (row,) = house.get("/v1/indices", params=asked).json()["rows"]
    assert (row["n"], row["waiting"], row["held"]) == (49, None, 0)
    assert (row["index"]["name"], row["index"]["value"], row["index"]["grade"]) == ("IKM", index, "B")
    assert row["index"]["interval"]["n"] == 49
    means = "2.8163 2.8367 3.0612 3.6122 3.2449 3.3265 3.2857 2.9184 3.2449"
    assert [dimension["mean"] for dimension in row["dimensions"]] == means.split()
