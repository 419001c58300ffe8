"""The comparison of books: whatever is counted once too often, or not at all, is seen."""

import pytest

from app.foundation.telemetry import Metrics
from tests.faults.accounts import Account, Told, differences

ONE, BATCH = "/v1/ratings", "/v1/ratings/batch"


@pytest.fixture
def account() -> Account:
    """Three ratings one by one, a batch with one refused, a batch that was refused whole."""
    account = Account()
    for status in (201, 200, 503):
        account.answered(ONE, status, [status], 0.1)
    account.answered(BATCH, 200, [201, 201, 200, 503], 0.2)
    account.answered(BATCH, 503, [503] * 5, 0.3)
    return account


def metrics(*, door: bool = False) -> Metrics:
    """What the service counts meanwhile; at its door it refuses what it has not looked at."""
    told = Metrics()
    for status in (201, 200, 503):
        told.answered("POST", ONE, status)
    for status in (200, 503):
        told.answered("POST", BATCH, status)
    told.answered("GET", "/metrics", 200)
    told.submitted("stored", 3)
    told.submitted("replayed", 2)
    told.submitted("busy", 1 if door else 7)
    return told


def read(told: Metrics) -> Told:
    return Told.read(told.exposition().decode())


@pytest.mark.parametrize("door", [False, True])
def test_good_books_have_no_differences(account: Account, door: bool) -> None:
    assert differences(account, read(metrics(door=door))) == []
    assert account.slowest == 0.3


@pytest.mark.parametrize(
    ("outcome", "n", "words"),
    [
        ("stored", 1, "stored: 3 heard, 4 counted, 0 more possible"),
        ("stored", -1, "stored: 3 heard, 2 counted, 0 more possible"),
        ("replayed", 1, "replayed: 2 heard, 3 counted, 0 more possible"),
        ("office-unknown", 1, "refused: 1 heard, 8 counted, 6 more possible"),
        ("busy", -7, "refused: 1 heard, 0 counted, 6 more possible"),
    ],
)
def test_a_rating_that_is_counted_wrongly_is_seen(account: Account, outcome: str, n: int, words: str) -> None:
    told = metrics()
    told.submitted(outcome, n)
    assert words in differences(account, read(told))


@pytest.mark.parametrize("status", [201, 500])
def test_an_answer_that_nobody_got_is_seen(account: Account, status: int) -> None:
    told = metrics()
    told.answered("POST", ONE, status)
    assert any(each.startswith(f"{ONE} {status}: ") for each in differences(account, read(told)))


def test_an_answer_that_was_not_counted_is_seen(account: Account) -> None:
    account.answered(BATCH, 200, [], 0.1)
    assert f"{BATCH} 200: 2 heard, 1 counted, 0 more possible" in differences(account, read(metrics()))


def test_what_nobody_heard_may_have_been_counted_once(account: Account) -> None:
    account.broke(BATCH, 3)
    told = metrics()
    assert differences(account, read(told)) == []
    told.answered("POST", BATCH, 200)
    told.submitted("stored", 3)
    assert differences(account, read(told)) == []
    told.answered("POST", BATCH, 503)
    assert differences(account, read(told)) == [f"{BATCH}: 2 heard, 4 counted, 1 more possible"]
    told.submitted("replayed", 3)
    assert "all ratings: 6 heard, 18 counted, 9 more possible" in differences(account, read(told))
