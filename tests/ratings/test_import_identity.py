"""A past answer is the same rating however its file is written, also if it was imported before that was so."""

from collections.abc import Collection, Sequence
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.ids import moment_of
from app.ratings.csv_import.csv_file import AnswersFile, CsvLine
from app.ratings.csv_import.identity import Answer, formerly_identified, identified
from app.ratings.csv_import.importing import ImportProposal, propose
from app.ratings.csv_import.past_answers import Form, LineReader
from tests.house import NOW
from tests.ratings.csv_rows import (
    CATALOGUE,
    CODES,
    FORM,
    IKL,
    KEYS,
    ROWS,
    TEN,
    Row,
    changed,
    keys,
    lines,
    proposal,
)

FORMER = {
    2: "01735033-3500-7800-a442-2f6759199f86",
    3: "01735033-3500-7246-a4ff-527c55a856c3",
    4: "01735033-db04-7c8c-a81c-84f2161a03e7",
    5: "017355c7-6e00-79ac-bf58-c574e4aab22e",
}
BY_ID = changed(FORM, own_id="key", employee=None, profile={})


def answers_of(rows: Sequence[Row], form: Form = FORM) -> list[Answer]:
    """The answers as they are read."""
    reader = LineReader(form, CATALOGUE, NOW, {})
    return [answer for line in lines(rows, form).lines if (answer := reader.read(line))]


def test_rows_imported_before_have_the_ids_they_had() -> None:
    rows = [
        (TEN, "4", "4", "4", "", ""),
        (TEN, "4", "4", "4", "", ""),
        ("2020-07-15 10:00:42.5", "4", "-", "3", "E001", "P"),
        ("2020-07-16", "3", "2", "", "", "L"),
    ]
    found = formerly_identified(answers_of(rows), "kota", IKL.id)
    assert {answer.row: str(rating_id) for rating_id, answer in found} == FORMER


@pytest.mark.parametrize(
    "row",
    [
        ("2020-07-15 10:00", "4", "-", "3", "E001", "P"),
        ("2020-07-15T10:00:59.999", "4", "", "3", "E001", "P"),
        ("2020/07/15 9:00:30 AM GMT+7", "4.0", "-", "3", "E001", "P"),
        ("2020-07-15T02:00:00Z", "4", "-", "3,00", "E001", "P"),
    ],
)
def test_seconds_offset_and_decimals_make_no_other_answer(row: Row) -> None:
    assert keys(proposal([row])) == keys(proposal([("2020-07-15 10:00:42", "4", "-", "3", "E001", "P")]))


def test_other_headings_make_no_other_answer() -> None:
    line = {"time": TEN, "q1": "4", "q2": "3", "q3": "2", "officer": "", "sex": ""}
    renamed = {"waktu": TEN, "z cepat": "4", "b terbuka": "3", "a ramah": "2", "petugas": "", "sex": ""}
    questions = {"z cepat": "speed", "b terbuka": "transparency", "a ramah": "friendliness"}
    form = changed(FORM, time="waktu", answers=questions, employee="petugas")
    files = [AnswersFile([CsvLine(2, cells)], [], "0" * 64) for cells in (line, renamed)]
    one, other = (propose(file, each, CODES, KEYS, NOW) for file, each in zip(files, (FORM, form), strict=True))
    assert list(one.ratings) == list(other.ratings)


@pytest.mark.long
@given(
    rows=st.lists(ROWS, max_size=30),
    cuts=st.lists(st.integers(0, 30), max_size=3),
    upgraded_at=st.integers(0, 3),
    draw=st.randoms(use_true_random=False),
)
def test_growing_files_count_every_row_once_also_across_the_upgrade(
    rows: list[Row], cuts: list[int], upgraded_at: int, draw: Random
) -> None:
    """Files of ever more of the rows, in any order, the first ones imported when ids were still the former ones."""
    stored: set[UUID] = set()

    def are_stored(ids: Collection[UUID]) -> Collection[UUID]:
        return stored.intersection(ids)

    for number, end in enumerate([*sorted(cuts), len(rows), len(rows)]):
        answers = answers_of(draw.sample(rows[:end], len(rows[:end])))
        if number < upgraded_at:
            stored |= {rating_id for rating_id, _ in formerly_identified(answers, "kota", IKL.id)}
        else:
            ids = [rating_id for rating_id, _ in identified(answers, "kota", IKL.id, are_stored)]
            assert len(set(ids)) == len(answers)
            stored |= set(ids)
        assert len(stored) == len(rows[:end])


def by_id(*rows: tuple[str, ...]) -> AnswersFile:
    """A file whose rows have an id of their own: time, id, three answers."""
    names = ("time", "key", "q1", "q2", "q3")
    return AnswersFile([CsvLine(n, dict(zip(names, row, strict=True))) for n, row in enumerate(rows, 2)], [], "0" * 64)


def digest_of(proposed: ImportProposal) -> str:
    """The digest of its only rating."""
    [rating] = proposed.ratings
    return rating.digest


def test_with_its_own_id_a_row_is_known_by_it_and_its_day_alone() -> None:
    one = propose(by_id((TEN, "uuid:1", "4", "4", "4")), BY_ID, CODES, KEYS, NOW)
    for time, scores, same in (
        ("2020-07-15 23:59", ("4", "4", "4"), True),
        ("2020-07-15", ("4", "4", "4"), True),
        # At the office it is the same day, wherever the survey tool's clock stands.
        ("2020-07-14T16:30:00Z", ("4", "4", "4"), True),
        (TEN, ("1", "4", "4"), False),
    ):
        other = propose(by_id((time, "uuid:1", *scores)), BY_ID, CODES, KEYS, NOW)
        assert keys(other) == keys(one)
        assert (digest_of(other) == digest_of(one)) is same
    apart = propose(by_id((TEN, "uuid:1", "4", "4", "4"), (TEN, "uuid:2", "4", "4", "4")), BY_ID, CODES, KEYS, NOW)
    assert len(keys(apart)) == 2
    assert keys(one) < keys(apart)


def test_an_id_stands_in_every_row_and_once() -> None:
    faults = propose(
        by_id((TEN, "1", "4", "4", "4"), (TEN, "", "4", "4", "4"), (TEN, "1", "3", "4", "4")), BY_ID, CODES, KEYS, NOW
    ).faults
    assert [(fault.row, fault.column) for fault in faults] == [(3, "key"), (4, "key")]
    assert "needs the id" in faults[0].problem
    assert faults[1].problem == "this id stands in row 2 already"


def test_an_id_is_a_uuid7_of_the_minute_or_of_the_days_noon() -> None:
    [(minute, _)] = identified(answers_of([("2020-07-15 10:00:42", "4", "4", "4", "", "")]), "kota", IKL.id)
    assert moment_of(minute).isoformat() == "2020-07-15T02:00:00+00:00"
    [answer] = [LineReader(BY_ID, CATALOGUE, NOW, {}).read(line) for line in by_id((TEN, "1", "4", "4", "4")).lines]
    assert answer is not None
    [(noon, _)] = identified([answer], "kota", IKL.id)
    assert moment_of(noon).isoformat() == "2020-07-15T04:00:00+00:00"
