"""A wrong rating is told what to change: sheets, places, clocks, and bodies that are no JSON."""

from datetime import timedelta

import pytest

from tests.house import House, problem, uuid7
from tests.intake.stored_rows import rows

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
