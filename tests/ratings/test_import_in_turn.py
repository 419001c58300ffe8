"""A file of any size goes through an import row by row: from the disk, past a private file, into the store."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.principals import KeyKind, Principal
from app.foundation.storage.database import Database
from app.ratings.csv_import import csv_file, importing, past_answers
from app.ratings.csv_import.csv_file import FileFault, open_answers
from app.ratings.csv_import.identity import identified
from app.ratings.csv_import.importing import propose, store_answers
from app.ratings.csv_import.moments import EPOCH, USUAL, moment_of
from app.ratings.csv_import.past_answers import LineReader
from app.ratings.csv_import.spool import FirstRows, Spool
from app.ratings.csv_import.store import StoredSheets
from app.ratings.rating import NewRating
from app.ratings.schemas import ProfileIn, RatingIn
from app.ratings.validation import RatingValidator
from tests.house import NOW
from tests.ratings.csv_rows import CATALOGUE, CODES, FORM, IKL, KEYS, MAKASSAR, ROWS, TEN, Row, lines, proposal

FIRST = datetime(2000, 1, 2, tzinfo=UTC)
NAMES = "time,q1,q2,q3,officer,sex"


def test_a_spool_gives_its_rows_in_the_order_of_their_places_again_and_again() -> None:
    spool, rows = Spool(), [(f"{n:05}", (n, "x" * 300, {"a": None})) for n in range(20_000)]
    # More than its cache holds, so that most of it lies in its file.
    spool.put([*Random(1).sample(rows, 12_000), ("~", (None,))])
    assert len(spool) == 12_001
    first = list(spool)
    assert first == [*sorted(first[:-1]), (None,)] == list(spool)
    assert list(Spool()) == []


def test_a_text_is_known_by_the_row_in_which_it_came_first() -> None:
    rows = FirstRows()
    assert [rows.of(text, row) for row, text in enumerate(["a", "b", "a", "b", "a "], start=2)] == [2, 3, 2, 3, 6]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of three answers."""
    path = tmp_path / "answers.csv"
    path.write_text(f"{NAMES}\n{TEN},4,4,4,,\n{TEN},4,4,4,,,,x\n2020-07-16,3,3,3\n")
    return path


def test_rows_are_read_when_somebody_goes_through_them_and_faults_are_known_then(file: Path) -> None:
    opened = open_answers(file, NAMES.split(","))
    assert opened.faults == []
    for _ in range(2):
        assert [line.row for line in opened.lines] == [2, 4]
        assert [fault.row for fault in opened.faults] == [3]
    assert propose(opened, FORM, CODES, KEYS, NOW).read == 3


def test_a_file_that_is_written_meanwhile_is_refused_and_nothing_comes_of_it(file: Path) -> None:
    opened = open_answers(file, NAMES.split(","))
    file.write_text(f"{NAMES}\n{TEN},1,1,1,,\n")
    with pytest.raises(FileFault, match="the file was changed while it was read"):
        propose(opened, FORM, CODES, KEYS, NOW)


@pytest.mark.parametrize(
    ("last", "row", "words"), [(b"\xe9,4,4,4,,\n", 4, "not UTF-8"), (b'x,"4"4,4,4,,\n', 4, "not well-formed CSV")]
)
def test_what_cannot_be_read_on_is_found_where_it_stands(tmp_path: Path, last: bytes, row: int, words: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(f'{NAMES}\n{TEN},4,4,4,,\n"{TEN}",4,4,4,,\n'.encode() + last)
    with pytest.raises(FileFault, match=words) as caught:
        propose(open_answers(path, NAMES.split(",")), FORM, CODES, KEYS, NOW)
    assert [fault.row for fault in caught.value.faults] == [row]


def test_a_file_that_is_read_in_turn_has_its_own_largest_size(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MOST_ROWS", 0)
    monkeypatch.setattr(csv_file, "LARGEST_FILE", 0)
    assert len(list(open_answers(file, NAMES.split(",")).lines)) == 2
    monkeypatch.setattr(csv_file, "MOST_ROWS_IN_TURN", 1)
    with pytest.raises(FileFault, match="at most 1 rows; split it"):
        list(open_answers(file, NAMES.split(",")).lines)
    monkeypatch.setattr(csv_file, "LARGEST_FILE_IN_TURN", 10)
    with pytest.raises(FileFault, match="at most 0 MiB; split it"):
        open_answers(file, NAMES.split(","))


@given(rows=st.lists(ROWS, min_size=1, max_size=20), together=st.integers(1, 5))
def test_it_makes_no_difference_how_many_answers_are_judged_together(rows: list[Row], together: int) -> None:
    whole = list(proposal(rows).ratings)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(importing, "JUDGED_TOGETHER", together)
        patched.setattr(past_answers, "REMEMBERED", 1)
        assert list(proposal(rows).ratings) == whole


def as_sent(row: Row) -> NewRating:
    """What becomes of the same answers when a client sends them, but for the trace that it leaves."""
    [line] = lines([row]).lines
    answer = LineReader(FORM, CATALOGUE, NOW, {}).read(line)
    assert answer is not None
    [(rating_id, _)] = identified([answer], "kota", IKL.id)
    scores = {item: IKL.readings[mark] for item, mark in zip(FORM.answers.values(), answer.marks, strict=True)}
    # The wire knows no channel `import`, so this sheet is filled in, not validated.
    sheet = RatingIn(scores=scores).model_copy(
        update={
            "instrument": IKL.id,
            "office": answer.office,
            "service": answer.service,
            "channel": answer.channel,
            "employee": answer.employee,
            "profile": ProfileIn.model_validate(answer.profile) if answer.profile else None,
        }
    )
    principal = Principal("kota", KeyKind.app, UUID(int=0))
    validated = RatingValidator(KEYS, NOW - EPOCH).validate(principal, sheet, rating_id, CODES, NOW)
    assert isinstance(validated, NewRating)
    return validated._replace(place=validated.place._replace(hour=None), source=None)


@given(ROWS)
def test_a_row_becomes_the_rating_that_it_would_become_over_http(row: Row) -> None:
    assert list(proposal([row]).ratings) == [as_sent(row)]


@given(
    st.integers(0, 630_000_000).map(lambda s: f"{FIRST + timedelta(seconds=s):%Y-%m-%d %H:%M:%S}")
    | st.from_regex(
        r"20[0-2][0-9][-/.W][01][0-9][-/.][0-3][0-9][ T][0-2][0-9][:.][0-6][0-9][:.+][0-6][0-9]", fullmatch=True
    )
)
def test_the_usual_time_is_read_as_every_other(text: str) -> None:
    """With a year that stands first, a fraction of no length is all that parts the two ways of reading it."""
    assert len(text) == USUAL

    def read(written: str) -> tuple[str, str]:
        try:
            return "", moment_of(written, MAKASSAR, NOW).isoformat()
        except ValueError as error:
            return str(error), ""

    assert read(text) == read(f"{text}.0" if text[16] != "+" else text.replace("+", "  +"))


@pytest.fixture
def opened(furnished: tuple[str, dict[str, str]]) -> Iterator[Database]:
    """A database with the agencies of the house."""
    database = Database(furnished[0])
    yield database
    database.dispose()


def test_what_is_stored_is_met_by_days_and_keys_and_never_another_agencys(opened: Database) -> None:
    proposed = proposal([(TEN, "4", "4", "4", "", "")])
    store_answers(opened, proposed, actor="test", now=NOW)
    [rating] = proposed.ratings
    mine, others = StoredSheets(opened, "kota"), StoredSheets(opened, "desa")
    day, one = date(2020, 7, 15), timedelta(days=1)
    assert [mine.any_between(day + n * one, day + n * one) for n in (-1, 0, 1)] == [False, True, False]
    assert not others.any_between(day, day)
    assert mine.sheets_under([rating.key]).keys() == {rating.key}
    assert not others.sheets_under([rating.key])
    assert not mine.sheets_under([])
