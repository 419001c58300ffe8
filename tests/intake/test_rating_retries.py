"""One id is one rating of an agency: sent again it is the same, with other content a conflict."""

from datetime import timedelta

import pytest

from tests.house import House, problem
from tests.intake.stored_rows import rows


def test_the_same_rating_again_is_a_replay_with_the_same_body(house: House) -> None:
    sheet = house.sheet(employee="E001", comment="Cepat", profile={"sex": "F"})
    first, again = house.post("/v1/ratings", sheet), house.post("/v1/ratings", sheet)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(rows(house)) == 1
    assert len(rows(house, "comment")) == 1
    assert [row["n"] for row in rows(house, "profile_tally")] == [1]


OTHER_CONTENT: list[dict[str, object]] = [
    {"scores": {"speed": 1, "transparency": 3, "friendliness": 4}},
    {"office": "setda"},
    {"office": "upt-jayapura"},
    {"service": "kk"},
    {"employee": "E001"},
    {"channel": "web"},
    {"comment": "lain"},
    {"profile": {"sex": "M"}},
]


def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(
    house: House, subtests: pytest.Subtests
) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet).status_code == 201
    before = [rows(house, table) for table in ("rating", "comment", "profile_tally")]
    for changed in OTHER_CONTENT:
        with subtests.test(changed=changed):
            problem(house.post("/v1/ratings", sheet | changed), 409, "id-conflict")
    assert before == [rows(house, table) for table in ("rating", "comment", "profile_tally")]


def test_order_of_scores_and_composition_of_letters_do_not_make_another_rating(house: House) -> None:
    sheet = house.sheet(comment="cafe\u0301 bagus ")
    assert house.post("/v1/ratings", sheet).status_code == 201
    again = sheet | {"comment": "caf\u00e9 bagus", "scores": dict(reversed(sheet["scores"].items()))}
    assert house.post("/v1/ratings", again).status_code == 200


def test_two_agencies_may_use_the_same_id(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet, "app").status_code == 201
    assert house.post("/v1/ratings", sheet, "desa app").status_code == 201
    assert len({row["key"] for row in rows(house)}) == 2


def test_a_retry_after_the_late_limit_is_still_the_same_rating(house: House) -> None:
    sheet = house.sheet(employee="E001")
    assert house.post("/v1/ratings", sheet).status_code == 201
    house.clock.now += timedelta(days=40)
    assert house.post("/v1/ratings", sheet).status_code == 200
    problem(house.post("/v1/ratings", sheet | {"comment": "lain"}), 422, "id-too-late")
