"""The guide's figures are what the model prints, and the model is what its words say."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.capacity import WORDS, figures_table, table
from benchmarks.capacity_model import MEASURED, MEASURED_SQLITE, Assumed, Place, need

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {"en": "capacity.md", "id": "capacity.id.md"}


@pytest.mark.parametrize("language", WORDS)
def test_the_guide_shows_what_the_model_prints(language: str) -> None:
    text = (DOCS / GUIDES[language]).read_text()
    assert "\n".join(table(language)) in text
    assert "\n".join(figures_table(language)) in text


def test_a_place_needs_what_its_figures_add_up_to() -> None:
    one = replace(MEASURED, request=0, rating=1_000, rating_server=500, contact=6_000, contact_server=600, page=0)
    place = Place(offices=100, kiosks=2, ratings=36, measured=one)
    found = need(place, Assumed(peak=0.5, busy=0.25, pages=0, persons=0, copies=2, log_days=10))
    assert found.ratings_a_second == pytest.approx(0.5)
    # Half a rating and 3.3 contacts a second.
    assert found.service == pytest.approx(0.5 * 0.001 + 200 / 60 * 0.006)
    assert found.database == pytest.approx(0.5 * 0.0005 + 200 / 60 * 0.0006)
    assert (found.processes, found.cores) == (1, 2)
    assert found.night == pytest.approx(3_600 * 21 * 57e-6 / 60)
    reports = 4 * 200
    assert found.papers == pytest.approx(200 * 0.057 / 3_600)
    assert found.disk == pytest.approx((3_600 * 245 * 622 + reports * 10_258) / 1e9)
    assert found.log == pytest.approx(3_600 * 1_005 / 1e9)
    assert found.rupiah == pytest.approx(2 * 250_000 + (found.disk * 2 + found.log * 10) * 1_500)


def test_more_ratings_never_need_less() -> None:
    needs = [need(Place(offices=24_629, kiosks=1, ratings=ratings)) for ratings in (1, 10, 100, 1_000)]
    for less, more in pairwise(needs):
        assert all(vars(less)[name] <= vars(more)[name] for name in vars(less))


def test_sqlite_needs_no_server() -> None:
    found = need(Place(offices=1, kiosks=2, ratings=120, measured=MEASURED_SQLITE))
    assert (found.database, found.log, found.cores) == (0, 0, found.processes)
