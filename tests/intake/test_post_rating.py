"""One rating through the real door: what is answered, and what is on disk afterwards."""

import json
from datetime import timedelta

import pytest

from tests.house import House, problem
from tests.intake.stored_rows import rows


def test_an_app_stores_a_rating_and_is_told_where_it_counts(house: House) -> None:
    sheet = house.sheet(employee="E001")
    response = house.post("/v1/ratings", sheet)
    assert response.status_code == 201
    assert response.json() == {
        "id": sheet["id"],
        "outcome": "stored",
        "office": "dukcapil",
        "employee": "E001",
        "rated_on": "2026-11-18",
    }
    [row] = rows(house)
    assert (row["sheet"], row["channel"], row["standing"]) == ("434", "mobile", "counted")


def test_the_client_id_and_the_time_are_not_in_the_row(house: House) -> None:
    sheet = house.sheet()
    house.post("/v1/ratings", sheet)
    [row] = rows(house)
    written = " ".join(str(value) for value in row.values()).replace("-", "")
    assert sheet["id"].replace("-", "")[13:] not in written
    assert sheet["id"].replace("-", "")[:12] not in written


SAYS_NOTHING: list[dict[str, object]] = [{"profile": {}}, {"profile": {"sex": None}}, {"profile": None}, {}]


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.parametrize("first", SAYS_NOTHING, ids=str)
def test_a_profile_that_says_nothing_is_none(house: House, first: dict[str, object]) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet | first).status_code == 201
    for again in SAYS_NOTHING:
        assert house.post("/v1/ratings", sheet | again).status_code == 200, again
    assert rows(house, "profile_tally") == []


@pytest.mark.long
def test_of_a_name_sent_twice_the_last_value_counts(house: House) -> None:
    # RFC 8259 leaves it open; looking for it would be a second reading of every rating.
    content = json.dumps(house.sheet()).replace('"speed": 4', '"speed": 1, "speed": 2')
    content = content.replace('"office": "dukcapil"', '"office": "setda", "office": "dukcapil"')
    headers = {"content-type": "application/json"}
    response = house.request("POST", "/v1/ratings", "app", content=content, headers=headers)
    assert (response.status_code, response.json()["office"]) == (201, "dukcapil")
    assert [row["sheet"] for row in rows(house)] == ["234"]


def test_without_an_id_the_server_makes_one(house: House) -> None:
    house.clock.now = house.clock.now.now(house.clock.now.tzinfo)
    response = house.post("/v1/ratings", house.sheet(id=None))
    assert response.status_code == 201
    assert house.post("/v1/ratings", house.sheet(id=response.json()["id"])).status_code == 200


def test_a_device_implies_office_counter_and_channel_and_the_roster_gives_the_employee(house: House) -> None:
    sheet = {
        "id": house.new_id(),
        "service": "kk",
        "scores": {"speed": 4, "transparency": 4, "friendliness": 4},
    }
    response = house.post("/v1/ratings", sheet, "device")
    assert response.status_code == 201
    assert response.json()["employee"] == "E001"
    [row] = rows(house)
    assert (row["office"], row["counter"], row["channel"]) == ("dukcapil", "loket-1", "kiosk")


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    ("minutes", "employee"),
    [(-121, None), (-120, "E001"), (0, "E001"), (119, "E001"), (120, "E004"), (359, "E004"), (360, None)],
)
def test_the_roster_at_the_moment_of_rating_decides_not_the_moment_of_arrival(
    house: House, minutes: int, employee: str | None
) -> None:
    moment = house.clock.now + timedelta(minutes=minutes)
    house.clock.now += timedelta(days=3)
    sheet = {
        "id": house.new_id(moment),
        "service": "kk",
        "scores": {"speed": 4, "transparency": 4, "friendliness": 4},
    }
    assert house.post("/v1/ratings", sheet, "device").json()["employee"] == employee


def test_a_counter_with_one_service_needs_no_service_in_the_sheet(house: House) -> None:
    sheet = {"id": house.new_id(), "scores": {"speed": 4, "transparency": 4, "friendliness": 4}}
    assert house.post("/v1/ratings", sheet, "device 2").status_code == 201
    problem(house.post("/v1/ratings", sheet | {"id": house.new_id()}, "device"), 422, "service-missing", "service")


def test_the_day_is_the_offices_local_day(house: House) -> None:
    # 23:30 in Jakarta is already half past one of the next day in Jayapura.
    moment = house.clock.now.replace(hour=16, minute=30)
    house.clock.now = moment
    in_jakarta = house.post("/v1/ratings", house.sheet(id=house.new_id(moment)))
    in_jayapura = house.post("/v1/ratings", house.sheet(id=house.new_id(moment), office="upt-jayapura"))
    assert in_jakarta.json()["rated_on"] == "2026-11-18"
    assert in_jayapura.json()["rated_on"] == "2026-11-19"


def test_a_skipped_answer_is_stored_as_skipped(house: House) -> None:
    sheet = house.sheet(scores={"speed": None, "transparency": 3, "friendliness": 4})
    assert house.post("/v1/ratings", sheet).status_code == 201
    assert rows(house)[0]["sheet"] == "-34"


def test_a_comment_with_control_characters_never_breaks_the_store(house: House) -> None:
    sheet = house.sheet(comment="\x00baik\x07 sekali\n\x00")
    assert house.post("/v1/ratings", sheet).status_code == 201
    assert [row["text"] for row in rows(house, "comment")] == ["baik sekali"]
    assert house.post("/v1/ratings", house.sheet(comment=" \x00 ")).status_code == 201
    assert len(rows(house, "comment")) == 1


def test_personal_data_in_a_comment_is_not_stored(house: House) -> None:
    assert house.post("/v1/ratings", house.sheet(comment="Hubungi 0812-3456-7890 ya")).status_code == 201
    [row] = rows(house, "comment")
    assert "3456" not in str(row["text"])
    assert row["written_in"] in ("2026-11-01", house.clock.now.date().replace(day=1))


def test_profiles_are_counted_per_office_and_month(house: House) -> None:
    for sex in ("F", "F", "M"):
        profile = {"sex": sex, "age_band": "25-34"}
        assert house.post("/v1/ratings", house.sheet(profile=profile)).status_code == 201
    counted = {(row["attribute"], row["value"]): row["n"] for row in rows(house, "profile_tally")}
    assert counted == {("sex", "F"): 2, ("sex", "M"): 1, ("age_band", "25-34"): 3}
