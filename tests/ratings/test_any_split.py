"""The same sheets give the same figures however they arrive: over days, channels, batches and processes."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import times
from tests.house import NOW, House, furnish
from tests.ratings.house_model import ITEMS, PARENTS, SERVICES, Sheet
from tests.threads import Threads

AGENCIES = count()
# Sheets that skip a question are told apart from the others, and so in other sums where they arrive otherwise.
complete = st.fixed_dictionaries(dict.fromkeys(ITEMS, st.sampled_from((4, 3, 1, 2))))


@pytest.fixture
def houses(furnished: tuple[str, dict[str, str]]) -> Iterator[tuple[House, House]]:
    """Two processes on one database."""
    url, keys = furnished
    with House.open(url, keys) as one, House.open(url, keys) as other:
        yield one, other


def agency(house: House) -> tuple[str, dict[str, str]]:
    """A fresh agency and its keys."""
    agency_id = f"split-{next(AGENCIES)}"
    return agency_id, furnish(house.database, agency_id, NOW)


def figures(house: House, keys: Mapping[str, str], **asked: str) -> str:
    """The whole answer about November, but for the agency's name."""
    response = house.get("/v1/indices", keys["reader"], params={"from": "2026-11-01", "to": "2026-11-30"} | asked)
    assert response.status_code == 200
    return json.dumps({name: value for name, value in response.json().items() if name != "agency"})


@pytest.mark.long
@times(0.08)
@given(sheets=st.lists(complete, min_size=10, max_size=40), chance=st.randoms(use_true_random=False))
def test_the_same_sheets_give_the_same_figures_however_they_arrive(
    houses: tuple[House, House], sheets: list[Sheet], chance: Random
) -> None:
    one, other = houses
    (plain_id, plain), (split_id, split) = agency(one), agency(one)
    # Here in one batch through one process, on one day and through one channel …
    together = [one.sheet(scores=given) for given in sheets]
    response = one.post("/v1/ratings/batch", {"ratings": together}, plain["app"])
    assert {result["status"] for result in response.json()["results"]} == {201}
    # … there over days, offices and channels, in pieces, through two processes at once, in any order, some twice.
    # Each office has ten or more: one with fewer would wait.
    offices = chance.sample(tuple(PARENTS), min(len(PARENTS), chance.randint(1, len(sheets) // 10)))
    spread = [
        one.sheet(
            id=one.new_id(NOW - timedelta(days=chance.randrange(17))),
            scores=given,
            office=offices[number % len(offices)],
            service=chance.choice(SERVICES),
            channel=chance.choice(("mobile", "web")),
        )
        for number, given in enumerate(sheets)
    ]
    sent = spread + [sheet for sheet in spread if chance.random() < 0.5]
    chance.shuffle(sent)
    pieces = []
    while sent:
        length = chance.randint(1, 9)
        pieces.append((chance.choice(houses), sent[:length]))
        sent = sent[length:]

    def deliver(piece: tuple[House, list[Sheet]]) -> list[tuple[str, int]]:
        house, batch = piece
        results = house.post("/v1/ratings/batch", {"ratings": batch}, split["app"]).json()["results"]
        return [(result["id"], result["status"]) for result in results]

    with Threads(4) as threads:
        told = [each for answer in threads.map(deliver, pieces) for each in answer]
    assert Counter(status for _, status in told) == {201: len(sheets)} | (
        {200: len(told) - len(sheets)} if len(told) > len(sheets) else {}
    )
    assert {rating_id for rating_id, status in told if status == 201} == {sheet["id"] for sheet in spread}
    outcomes = [one.release(plain_id), other.release(split_id)]
    assert [(outcome.told, outcome.waiting) for outcome in outcomes] == [(len(sheets), 0)] * 2
    expected = figures(one, plain)
    assert figures(one, split) == figures(other, split) == expected

    # Everything once more, the other way round: all replays, nothing changes.
    before = {by: figures(one, split, by=by) for by in ("office", "channel", "month", "service")}
    again = other.post("/v1/ratings/batch", {"ratings": spread[::-1]}, split["app"]).json()["results"]
    assert {result["status"] for result in again} == {200}
    assert {by: figures(other, split, by=by) for by in before} == before
    assert figures(other, split) == expected
    assert one.release(split_id).told == 0
