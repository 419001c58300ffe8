"""Which rating a row of a file is: its day, its id, and the digest by which it is known again."""

from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.rules.postings import Stay
from app.foundation.ids import moment_of as moment_of_id
from app.instruments.loading import shipped
from app.ratings.csv_import.identity import identified
from app.ratings.csv_import.importing import ImportProposal, propose
from app.ratings.csv_import.past_answers import Form, LineReader
from app.ratings.validation import KnownCodes
from tests.house import NOW
from tests.ratings.csv_rows import (
    CATALOGUE,
    FORM,
    IKL,
    KEYS,
    MAKASSAR,
    ROWS,
    TEN,
    Row,
    changed,
    keys,
    lines,
    parts_of,
    proposal,
)


def test_a_rating_has_the_local_day_and_nothing_finer() -> None:
    # In Makassar, half an hour past midnight is still yesterday in UTC and in WIB, whose day the key has.
    [rating] = proposal([("2020-07-16 00:30:00", "4", "-", "3", "E001", "P")]).ratings
    place = rating.place
    assert (place.rated_on, place.office, place.counter) == (date(2020, 7, 16), "upt-makassar", None)
    assert (place.service, place.employee, place.channel) == ("skck", "E001", "import")
    assert (rating.sheet, rating.profile, rating.comment) == ("4-3", {"sex": "F"}, None)
    assert moment_of_id(UUID(rating.key)) == datetime(2020, 7, 15, tzinfo=UTC)


def test_an_id_is_a_uuid7_of_the_time_of_the_row() -> None:
    reader = LineReader(FORM, CATALOGUE, NOW, {})
    answers = [reader.read(line) for line in lines([(TEN, "4", "4", "4", "", "")] * 2).lines]
    ids = [rating_id for rating_id, _ in identified([a for a in answers if a], "kota", IKL.id)]
    assert len(set(ids)) == 2
    for rating_id in ids:
        assert (rating_id.version, rating_id.variant) == (7, UUID(int=0x8 << 60).variant)
        assert moment_of_id(rating_id) == datetime(2020, 7, 15, 2, tzinfo=UTC)


def test_ten_identical_honest_answers_are_ten() -> None:
    assert len(keys(proposal([(TEN, "4", "4", "4", "", "")] * 10))) == 10


def test_the_same_moment_and_blank_written_otherwise_are_the_same_answer() -> None:
    one = proposal([(TEN, "4", "", "4", "", "L")])
    other = proposal([("2020-07-15T09:00:00+07:00", "4", "-", "4", "-", "m")])
    assert digests(one) == digests(other)


@pytest.mark.parametrize(
    "form", [changed(FORM, channel="kiosk"), changed(FORM, profile={})], ids=["channel", "profile"]
)
def test_a_file_read_otherwise_meets_its_own_rows(form: Form) -> None:
    rows = [(TEN, "4", "3", "2", "E001", "L")] * 3
    first, again = digests(proposal(rows)), digests(proposal(rows, form))
    assert first.keys() == again.keys()
    assert all(first[key] != again[key] for key in first)


@pytest.mark.parametrize(
    "form",
    [
        changed(FORM, office=OfficeEntry("dukcapil", None, MAKASSAR)),
        changed(FORM, service="kk"),
        changed(FORM, employee=None),
        changed(FORM, answers={"q1": "friendliness", "q2": "transparency", "q3": "speed"}),
    ],
    ids=["office", "service", "employee", "questions exchanged"],
)
def test_answers_about_something_else_are_other_answers(form: Form) -> None:
    office = form.office
    assert isinstance(office, OfficeEntry)
    codes = KnownCodes(
        Catalogue("kota", UUID(int=0), {office.code: office}, frozenset(["kk", "skck"]), {},
                  CATALOGUE.employees, {"E001": (Stay(date(2020, 1, 1), None, office.code),)}),
        shipped(),
    )  # fmt: skip
    row = (TEN, "4", "3", "2", "E001", "L")
    other = propose(lines([row]), form, codes, KEYS, NOW)
    assert keys(other).isdisjoint(keys(proposal([row])))
    assert not other.faults


def digests(proposed: ImportProposal) -> dict[str, str]:
    """The digests of the proposed ratings by key."""
    return {rating.key: rating.digest for rating in proposed.ratings}


@given(rows=st.lists(ROWS, max_size=40), seed=st.randoms(use_true_random=False))
def test_any_order_of_the_rows_gives_the_same_ratings(rows: list[Row], seed: Random) -> None:
    whole = proposal(rows)
    shuffled = proposal(seed.sample(rows, len(rows)))
    assert len(whole.ratings) == len(keys(whole)) == len(rows)
    assert list(shuffled.ratings) == list(whole.ratings)


@given(rows=st.lists(ROWS, max_size=40), seed=st.randoms(use_true_random=False))
def test_any_division_that_keeps_equal_rows_together_gives_the_same(rows: list[Row], seed: Random) -> None:
    whole, parts = proposal(rows), parts_of(rows, seed)
    ratings = [rating for part in parts for rating in proposal(part).ratings]
    assert sorted(ratings, key=lambda rating: rating.key) == list(whole.ratings)


@given(rows=st.lists(ROWS, min_size=1, max_size=40), seed=st.randoms(use_true_random=False))
def test_a_longer_file_adds_only_its_new_rows(rows: list[Row], seed: Random) -> None:
    older = seed.sample(rows, len(rows) // 2)
    assert keys(proposal(older)) <= keys(proposal(rows))
