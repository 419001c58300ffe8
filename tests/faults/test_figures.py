"""The checker itself: each kind of harm is seen for what it is."""

from random import Random

import pytest

from app.ratings.keys import KeyMaker
from tests.faults.accounts import CREATED, REPLAYED
from tests.faults.figures import Figures, compare, total
from tests.faults.inventory import Inventory, Row
from tests.faults.ledger import BUSY, Ledger
from tests.faults.sheets import Sheet, fill_in
from tests.house import SECRET

KEYS = KeyMaker.of(SECRET.encode())


def fresh() -> Sheet:
    return fill_in("kota", is_device=False, dice=Random())


def row_of(sheet: Sheet) -> Row:
    """The row as the service would store it; any text salted with the id may stand for the digest."""
    return Row(sheet.agency, KEYS.key(sheet.agency, sheet.id), sheet.answers, str(sheet.id))


def found(ledger: Ledger, rows: list[Row]) -> Figures:
    comments = sum(sheet.has_comment for sheet in ledger.attempted.values())
    profiles = sum(sheet.has_profile for sheet in ledger.attempted.values())
    return compare(ledger, Inventory(rows, comments, profiles, 0), KEYS)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def sheet(ledger: Ledger) -> Sheet:
    """A sheet that was sent."""
    sheet = fresh()
    ledger.sending([sheet])
    return sheet


def test_nothing_acknowledged_proves_nothing(ledger: Ledger, sheet: Sheet) -> None:
    assert not ledger.answered(sheet, BUSY)
    assert found(ledger, [row_of(sheet)]).verdict == "unknown"


def test_acknowledged_and_stored_once_keeps_the_promise(ledger: Ledger, sheet: Sheet) -> None:
    assert ledger.answered(sheet, CREATED)
    assert found(ledger, [row_of(sheet)]).verdict == "kept"


def test_acknowledged_and_not_stored_is_lost(ledger: Ledger, sheet: Sheet) -> None:
    ledger.answered(sheet, REPLAYED)
    figures = found(ledger, [])
    assert (figures.lost, figures.verdict) == (1, "broken")


def test_stored_and_not_acknowledged_is_recovered_and_no_harm(ledger: Ledger, sheet: Sheet) -> None:
    other = fresh()
    ledger.sending([other])
    ledger.answered(other, CREATED)
    ledger.broke([sheet])
    figures = found(ledger, [row_of(sheet), row_of(other)])
    assert (figures.recovered, figures.broken, figures.verdict) == (1, 1, "kept")


def test_a_second_row_of_one_id_is_a_duplicate(ledger: Ledger, sheet: Sheet) -> None:
    ledger.answered(sheet, CREATED)
    second = row_of(sheet)._replace(key=KEYS.key("kota", fresh().id))
    figures = found(ledger, [row_of(sheet), second])
    assert (figures.duplicate, figures.verdict) == (1, "broken")


def test_a_row_nobody_sent_is_a_phantom(ledger: Ledger, sheet: Sheet) -> None:
    ledger.answered(sheet, CREATED)
    figures = found(ledger, [row_of(sheet), row_of(fresh())])
    assert (figures.phantom, figures.verdict) == (1, "broken")


def test_a_row_with_other_answers_than_were_sent_is_a_phantom(ledger: Ledger, sheet: Sheet) -> None:
    ledger.answered(sheet, CREATED)
    figures = found(ledger, [row_of(sheet)._replace(answers="---")])
    assert (figures.phantom, figures.verdict) == (1, "broken")


def test_an_answer_outside_the_contract_breaks_the_promise(ledger: Ledger, sheet: Sheet) -> None:
    ledger.answered(sheet, CREATED)
    ledger.answered(sheet, CREATED)
    assert found(ledger, [row_of(sheet)]).verdict == "broken"


def test_books_that_do_not_add_up_break_the_promise() -> None:
    assert Figures(acknowledged=1).verdict == "kept"
    assert Figures(acknowledged=1, unaccounted=("stored: 3 heard, 2 counted",)).verdict == "broken"


def test_the_bound_counts_strikes_and_not_ratings() -> None:
    assert Figures().bound == 1.0
    assert Figures(strikes=3_000, acknowledged=9).bound == pytest.approx(0.000998, rel=1e-3)


def test_rounds_add_up_and_the_slowest_of_them_stays() -> None:
    one = Figures(attempted=5, strikes=2, surprises={"status 500": 1}, unaccounted=("a",), slowest_return=2.0)
    other = Figures(attempted=7, strikes=1, surprises={"status 500": 1}, unaccounted=("b",), slowest_return=0.5)
    both = total([one, other])
    assert (both.attempted, both.strikes, both.slowest_return) == (12, 3, 2.0)
    assert (both.surprises, both.unaccounted) == ({"status 500": 2}, ("a", "b"))
    assert total([]) == Figures()
