"""What officials note on comments: only on told ones, found by element and state, gone when the comment goes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, text
from sqlmodel import col

from app.disclosure.rules.comments import Mark, ToldComment, by_state
from app.disclosure.rules.due import span_of_months
from app.foundation.storage.rewriting import unlink
from app.ratings.retention import COMMENTS, tidy
from app.ratings.tables import Comment
from tests.closing.surveys import commented
from tests.house import House, problem

OCTOBER = {"period": "2026-10", "office": "dukcapil"}
ONE, TWO, THREE = (ToldComment(1, UUID(int=n), f"Kata {n}") for n in (1, 2, 3))
MARKS = {
    ONE.comment_id: Mark("speed", handled=True, note="Loket.", by="supervisor:x", on=None),
    TWO.comment_id: Mark("speed", handled=False, note=None, by="supervisor:x", on=None),
}


@pytest.mark.once
@pytest.mark.parametrize(
    ("state", "element", "expected"),
    [
        (None, None, (ONE, TWO, THREE)),
        ("handled", None, (ONE,)),
        ("open", None, (TWO, THREE)),
        (None, "speed", (ONE, TWO)),
        ("open", "speed", (TWO,)),
        ("handled", "friendliness", ()),
    ],
)
def test_comments_are_chosen_by_what_was_said_of_them(
    state: str | None, element: str | None, expected: tuple[ToldComment, ...]
) -> None:
    assert by_state((ONE, TWO, THREE), MARKS, state, element) == expected


@pytest.mark.once
@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-10", "2026-10", "2026-10"),
        ("2026-10", "2026-11", "2026-Q4"),
        ("2026-06", "2026-07", "2026"),
        ("2026-01", "2026-06", "2026-S1"),
    ],
)
def test_the_period_of_two_months_is_the_shortest_that_has_both(first: str, last: str, code: str) -> None:
    assert span_of_months(first, last) == code


def mark(house: House, comment_id: str, key: str = "supervisor", **said: Any) -> Any:
    """Say something of a comment."""
    return house.put(f"/v1/comments/{comment_id}/mark", said, key)


def told(house: House, key: str = "supervisor", **query: str) -> dict[str, Any]:
    """What is told of October."""
    response = house.get("/v1/comments", key, params=OCTOBER | query)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def rows(house: House) -> int:
    """How many marks there are."""
    with house.database.reading() as session:
        n: int = session.execute(text("SELECT count(*) FROM comment_mark")).scalar_one()
    return n


@pytest.fixture
def town(house: House) -> House:
    """A dozen comments that are told, nine that are not."""
    commented(house.database, "dukcapil", [f"Antrean {n}" for n in range(12)], 100, "ikl-1")
    commented(house.database, "setda", [f"Rahasia {n}" for n in range(9)], 300, "ikl-1")
    house.release()
    return house


@pytest.mark.long
def test_a_told_comment_is_marked_found_and_unmarked(town: House) -> None:
    first, second = (each["id"] for each in told(town)["items"][:2])
    said = mark(town, first, handled=True, element="speed", note="Loket kedua dibuka.")
    assert said.status_code == 200, said.text
    assert said.json()["mark"]["note"] == "Loket kedua dibuka."
    assert mark(town, second, element="friendliness").status_code == 200
    page = told(town)
    assert (page["n"], page["handled"], page["elements"]) == (12, 1, {"friendliness": 1, "speed": 1})
    assert [each["id"] for each in told(town, state="handled")["items"]] == [first]
    assert told(town, state="open")["n"] == 11
    assert [each["id"] for each in told(town, element="friendliness")["items"]] == [second]
    assert told(town, element="speed", search="tiada")["n"] == 0
    # What says nothing takes the mark away.
    assert mark(town, first).json()["mark"] is None
    assert rows(town) == 1


def test_what_is_not_told_out_of_reach_or_of_others_cannot_be_marked(town: House) -> None:
    [*_, known] = (each["id"] for each in told(town)["items"])
    for comment_id, key in (
        (str(UUID(int=300)), "supervisor"),
        (str(UUID(int=7)), "supervisor"),
        (known, "desa supervisor"),
    ):
        problem(mark(town, comment_id, key, handled=True), 404, "comment-unknown")
    problem(mark(town, known, "reader", handled=True), 403, "key-kind-refused")
    problem(mark(town, known, element="WAKTU"), 404, "element-unknown")
    problem(mark(town, known, note="a\x00b"), 422, "invalid-request")
    problem(mark(town, known, note="x" * 501), 422, "invalid-request")
    assert rows(town) == 0


def test_a_mark_is_audited_without_its_words_and_names_no_rating(town: House) -> None:
    [first, *_] = (each["id"] for each in told(town)["items"])
    mark(town, first, handled=True, note="Kata rahasia.")
    [row] = town.get("/v1/audit", "auditor", params={"action": "comment.marked"}).json()["items"]
    assert (row["subject"], row["detail"]["handled"], row["detail"]["office"]) == ("dukcapil", True, "dukcapil")
    assert "rahasia" not in str(row)
    with town.database.reading() as session:
        columns = session.execute(text("SELECT * FROM comment_mark")).keys()
    # Nothing finer than the day on which an official wrote, and nothing of whoever rated.
    assert set(columns) == {"agency_id", "comment_id", "element", "handled", "note", "marked_by", "marked_on"}


def test_a_night_leaves_marks_where_they_are_and_a_purge_takes_them(town: House) -> None:
    [first, *_] = (each["id"] for each in told(town)["items"])
    mark(town, first, handled=True, note="Selesai.")
    unlink(town.database, COMMENTS)
    assert [each["id"] for each in told(town, state="handled")["items"]] == [first]
    assert tidy(town.database, town.clock.now, timedelta(days=365), actor="service") == 0
    assert rows(town) == 1
    assert tidy(town.database, town.clock.now + timedelta(days=500), timedelta(days=365), actor="service") == 21
    assert rows(town) == 0


def test_of_a_block_that_lost_comments_none_is_read_or_marked(town: House) -> None:
    ids = [each["id"] for each in told(town)["items"]]
    with town.database.writing() as session:
        session.execute(delete(Comment).where(col(Comment.comment_id).in_([UUID(each) for each in ids[:3]])))
    assert told(town)["told"] == 0
    problem(mark(town, ids[5], handled=True), 404, "comment-unknown")
