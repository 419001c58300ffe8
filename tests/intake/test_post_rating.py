"""One rating through the real door: what is answered, and what is on disk afterwards."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.house import House, problem, uuid7


def rows(house: House, table: str = "rating") -> list[dict[str, object]]:
    """Every row of a table, as the store holds it."""
    with house.database.reading() as session:
        return [dict(row._mapping) for row in session.execute(text(f"SELECT * FROM {table}"))]


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


def test_two_agencies_may_use_the_same_id(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet, "app").status_code == 201
    assert house.post("/v1/ratings", sheet, "desa app").status_code == 201
    assert len({row["key"] for row in rows(house)}) == 2


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


WRONG: list[tuple[dict[str, object], str, str]] = [
    ({"office": "tiada"}, "office-unknown", "office"),
    ({"office": None}, "office-missing", "office"),
    ({"service": "tiada"}, "service-unknown", "service"),
    ({"service": None}, "service-missing", "service"),
    ({"employee": "E999"}, "employee-unknown", "employee"),
    ({"employee": "E003"}, "employee-not-posted", "employee"),
    ({"employee": "E002"}, "employee-not-posted", "employee"),
    ({"instrument": "tiada-1"}, "instrument-unknown", "instrument"),
    ({"channel": None}, "channel-missing", "channel"),
    ({"channel": "kiosk"}, "field-invalid", "channel"),
    ({"scores": {"speed": 4, "transparency": 3}}, "score-missing", "scores.friendliness"),
    ({"scores": {"speed": 4, "transparency": 3, "friendliness": 4, "x": 1}}, "score-unknown", "scores"),
    (
        {"scores": {"speed": 5, "transparency": 3, "friendliness": 4}},
        "score-out-of-range",
        "scores.speed",
    ),
    (
        {"scores": {"speed": 0, "transparency": 3, "friendliness": 4}},
        "score-out-of-range",
        "scores.speed",
    ),
    (
        {"scores": {"speed": 10**30, "transparency": 3, "friendliness": 4}},
        "score-out-of-range",
        "scores.speed",
    ),
    ({"scores": dict.fromkeys(("speed", "transparency", "friendliness"))}, "score-all-skipped", "scores"),
    ({"scores": {"speed": 4.0, "transparency": 3, "friendliness": 4}}, "field-type", "scores.speed"),
    ({"scores": {"speed": True, "transparency": 3, "friendliness": 4}}, "field-type", "scores.speed"),
    ({"scores": {"speed": "4", "transparency": 3, "friendliness": 4}}, "field-type", "scores.speed"),
    ({"scores": {}}, "field-invalid", "scores"),
    ({"scores": [4, 3, 4]}, "field-type", "scores"),
    ({"nilai": 4}, "field-unknown", "nilai"),
    ({"profile": {"sex": "X"}}, "field-invalid", "profile.sex"),
    ({"profile": {"nik": "3201"}}, "field-unknown", "profile.nik"),
    ({"comment": "x" * 1_001}, "comment-too-long", "comment"),
    ({"comment": 7}, "field-type", "comment"),
    ({"office": "TIDAK SAH"}, "field-invalid", "office"),
    ({"id": "bbec3969-9bd9-40ff-9e8c-9a206f5c5310"}, "id-not-uuid7", "id"),
    ({"id": "bukan-uuid"}, "id-not-uuid7", "id"),
    ({"id": 7}, "id-not-uuid7", "id"),
]


@pytest.mark.sqlite_daily
@pytest.mark.quiet
def test_a_wrong_sheet_is_told_what_to_change_and_leaves_nothing(house: House, subtests: pytest.Subtests) -> None:
    for changed, code, field in WRONG:
        with subtests.test(code=code, field=field):
            problem(house.post("/v1/ratings", house.sheet(**changed)), 422, code, field)
    assert rows(house) == []


@pytest.mark.quiet
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"office": "setda"}, "office-fixed", "office"),
        ({"channel": "web"}, "channel-fixed", "channel"),
        ({"service": "skck"}, "service-elsewhere", "service"),
    ],
    ids=str,
)
def test_a_device_cannot_speak_for_another_place(
    house: House, changed: dict[str, object], code: str, field: str
) -> None:
    sheet = {
        "id": house.new_id(),
        "service": "kk",
        "scores": {"speed": 4, "transparency": 4, "friendliness": 4},
    }
    problem(house.post("/v1/ratings", sheet | changed, "device"), 422, code, field)


def test_an_app_of_one_subtree_cannot_rate_elsewhere(house: House) -> None:
    inside = house.sheet(office="upt-jayapura")
    assert house.post("/v1/ratings", inside, "app makassar").status_code == 201
    problem(house.post("/v1/ratings", house.sheet(), "app makassar"), 403, "out-of-scope")


def test_a_wrong_clock_is_told_the_servers_time(house: House) -> None:
    ahead = house.new_id(house.clock.now + timedelta(minutes=5, seconds=1))
    late = house.new_id(house.clock.now - timedelta(days=35, seconds=1))
    for rating_id, code in ((ahead, "id-in-future"), (late, "id-too-late")):
        document = problem(house.post("/v1/ratings", house.sheet(id=rating_id)), 422, code)
        assert document["server_time"] == "2026-11-18T03:00:00.000+00:00"
    for moment in (house.clock.now + timedelta(minutes=5), house.clock.now - timedelta(days=35)):
        assert house.post("/v1/ratings", house.sheet(id=house.new_id(moment))).status_code == 201


def test_an_id_at_the_end_of_time_is_only_in_the_future(house: House) -> None:
    far = "ffffffff-ffff-7fff-bfff-ffffffffffff"
    problem(house.post("/v1/ratings", house.sheet(id=far)), 422, "id-in-future")
    problem(
        house.post("/v1/ratings", house.sheet(id=uuid7(house.clock.now.fromtimestamp(0, house.clock.now.tzinfo), 1))),
        422,
        "id-too-late",
    )


def test_a_retry_after_the_late_limit_is_still_the_same_rating(house: House) -> None:
    sheet = house.sheet(employee="E001")
    assert house.post("/v1/ratings", sheet).status_code == 201
    house.clock.now += timedelta(days=40)
    assert house.post("/v1/ratings", sheet).status_code == 200
    problem(house.post("/v1/ratings", sheet | {"comment": "lain"}), 422, "id-too-late")


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"scores":{"speed":1}', b'{"scores":{"x":"\\ud800"}}'])
def test_malformed_json_is_said_to_be_that(house: House, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    problem(house.request("POST", "/v1/ratings", "app", content=body, headers=headers), 400, "malformed-json")


@pytest.mark.quiet
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_types_are_refused(house: House, content_type: str) -> None:
    headers = {"content-type": content_type}
    response = house.request("POST", "/v1/ratings", "app", content=b"{}", headers=headers)
    problem(response, 415, "unsupported-media-type")


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize("path", ["/v1/ratings", "/v1/ratings/batch"])
@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json;charset=ISO-8859-1"},
        {"content-type": "application/json; charset="},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-encoding": "br", "content-type": "application/json"},
        {"content-type": "application/json", "content-encoding": "identity, gzip"},
    ],
    ids=str,
)
def test_other_charsets_and_compressed_bodies_are_refused(house: House, path: str, headers: dict[str, str]) -> None:
    response = house.request("POST", path, "app", content=b"\x1f\x8b", headers=headers)
    problem(response, 415, "unsupported-media-type")


@pytest.mark.once
@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "Application/JSON; charset=utf-8"},
        {"content-type": 'application/json;x=y; Charset="UTF-8"'},
        {"content-type": "application/json;"},
        {"content-type": "application/json", "content-encoding": "Identity"},
    ],
    ids=str,
)
def test_json_in_utf_8_is_taken_however_it_is_declared(house: House, headers: dict[str, str]) -> None:
    response = house.request("POST", "/v1/ratings", "app", content=b"{}", headers=headers)
    problem(response, 422, "field-missing", "scores")


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
