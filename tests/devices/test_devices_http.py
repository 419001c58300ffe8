"""A kiosk from its code to its end, over HTTP, on both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.devices.fleet import count_silent
from app.foundation.problems import Problem
from tests.house import CANARY_NIP, House, problem

PLACE = {"office": "dukcapil", "counter": "loket-1", "label": "Kios pintu masuk"}
BEAT = {"app_version": "1.2.0", "queue_depth": 3, "parked": 1, "clock_offset_ms": -1_790_000_000_000,
        "unsent_seconds": 90}  # fmt: skip


def added(house: House, **changed: Any) -> dict[str, Any]:
    """A new device with its code."""
    response = house.post("/v1/devices", PLACE | changed, "admin")
    assert response.status_code == 201, response.text
    assert response.headers["cache-control"] == "no-store"
    told: dict[str, Any] = response.json()
    return told


def paired(house: House, code: str) -> dict[str, Any]:
    """What the kiosk gets for the code."""
    response = house.post("/v1/devices/pair", {"code": code}, None)
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


def test_a_code_is_exchanged_once_for_a_key_of_its_counter_that_rates(house: House) -> None:
    device = added(house)
    kiosk = paired(house, device["code"].lower())
    assert (kiosk["office"], kiosk["counter"], kiosk["id"]) == ("dukcapil", "loket-1", device["id"])
    sheet = house.sheet(office=None, channel=None)
    assert house.post("/v1/ratings", sheet, kiosk["key"]).json()["employee"] == "E001"
    with house.database.reading() as session:
        actions = session.execute(text("SELECT action FROM audit_event WHERE actor <> 'test' ORDER BY at")).scalars()
        assert {"device.added", "key.issued", "device.paired"} <= set(actions)
        assert session.execute(text("SELECT count(*) FROM pairing")).scalar_one() == 0


def test_wrong_used_and_expired_codes_get_one_and_the_same_answer(house: House) -> None:
    used, late = added(house)["code"], added(house)["code"]
    paired(house, used)
    house.clock.now += timedelta(minutes=15)
    answers = [house.post("/v1/devices/pair", {"code": code}, None) for code in (used, late, "AAAAA-AAAAA", "", "x")]
    problem(answers[0], 410, "pairing-refused")
    assert len({(each.content, str(each.headers)) for each in answers}) == 1


def test_a_body_that_is_no_text_is_no_json(house: House) -> None:
    sent = {"content": b"\xff\xfe\x1f", "headers": {"content-type": "application/json"}}
    problem(house.request("POST", "/v1/devices/pair", None, **sent), 400, "malformed-json")


def test_who_guesses_has_to_wait_and_even_the_right_code_then_waits(house: House) -> None:
    code = added(house)["code"]
    for _ in range(100):
        problem(house.post("/v1/devices/pair", {"code": "AAAAA-AAAAA"}, None), 410, "pairing-refused")
    refused = house.post("/v1/devices/pair", {"code": code}, None)
    problem(refused, 429, "too-many-codes")
    house.clock.now += timedelta(seconds=int(refused.headers["retry-after"]))
    paired(house, code)


def test_of_many_who_type_a_code_at_once_one_gets_a_key(house: House) -> None:
    code = added(house)["code"]
    desk = house.app.state.pairing_desk

    def attempt(_: int) -> str:
        try:
            desk.pair("x", code, house.clock.now)
        except Problem as refused:
            return refused.code
        return "paired"

    with ThreadPoolExecutor(8) as threads:
        ends = sorted(threads.map(attempt, range(16)))
    assert ends == ["paired", *["pairing-refused"] * 15]


def test_no_code_and_no_key_of_a_kiosk_is_seen_where_machines_keep_what_they_saw(
    house: House, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    code, other = added(house)["code"], added(house)["code"]
    key = paired(house, code)["key"]
    refusals = [house.post("/v1/devices/pair", body, None).text for body in ({"code": code}, {"code": [other]})]
    with house.database.reading() as session:
        tables = ("audit_event", "device", "pairing", "api_key")
        kept = [str(tuple(row)) for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    seen = "".join((*refusals, *kept, caplog.text, *capsys.readouterr(), house.get("/metrics", None).text)).lower()
    secrets = (*(form for each in (code, other) for form in (each, each.replace("-", ""))), key.rsplit("_", 1)[1])
    assert [each for each in secrets if each.lower() in seen] == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [({"office": "tiada"}, "office-unknown", "office"), ({"counter": "tiada"}, "counter-unknown", "counter"),
     ({"label": " "}, "field-invalid", "label"), ({"label": "a\nb"}, "field-invalid", "label")],
)  # fmt: skip
def test_a_device_stands_at_a_counter_there_is(house: House, changed: dict[str, str], code: str, field: str) -> None:
    problem(house.post("/v1/devices", PLACE | changed, "admin"), 422, code, field)


def test_the_fleet_tells_how_kiosks_are_doing_and_which_are_silent(house: House) -> None:
    device, waiting = added(house), added(house)
    kiosk = paired(house, device["code"])
    told = house.post("/v1/devices/me/heartbeat", BEAT, kiosk["key"])
    assert told.status_code == 200, told.text
    assert told.json() == {"server_time": "2026-11-18T03:00:00Z", "key_expires_at": None}
    house.post("/v1/devices/me/heartbeat", BEAT | {"queue_depth": 0}, kiosk["key"])
    first, second = house.get("/v1/devices", "supervisor").json()["items"]
    assert first["id"] == device["id"]
    assert {name: first[name] for name in BEAT} == BEAT | {"queue_depth": 0}
    assert (first["state"], first["silent"], second["state"]) == ("paired", False, "waiting")
    assert second["id"] == waiting["id"]
    page = house.get("/v1/devices?limit=1", "admin").json()
    assert house.get(f"/v1/devices?after={page['next']}", "admin").json()["items"] == [second]
    house.clock.now += timedelta(minutes=61)
    first, second = house.get("/v1/devices", "admin").json()["items"]
    assert (first["silent"], second["silent"], second["state"]) == (True, False, "expired")
    assert count_silent(house.database, house.clock.now, timedelta(minutes=60)) == 1
    assert "cermin_devices_silent" in house.get("/metrics", None).text


def test_a_revoked_kiosk_is_told_so_and_revoking_again_changes_nothing(house: House) -> None:
    device = added(house)
    kiosk = paired(house, device["code"])
    for _ in range(2):
        ended = house.request("POST", f"/v1/devices/{device['id']}/revoke", "admin")
        assert (ended.status_code, ended.json()["state"]) == (200, "revoked")
    problem(house.post("/v1/devices/me/heartbeat", BEAT, kiosk["key"]), 401, "key-revoked")
    unused = added(house)
    house.request("POST", f"/v1/devices/{unused['id']}/revoke", "admin")
    problem(house.post("/v1/devices/pair", {"code": unused["code"]}, None), 410, "pairing-refused")


def test_a_device_of_another_agency_is_none(house: House) -> None:
    device = added(house)
    foreign = house.request("POST", f"/v1/devices/{device['id']}/revoke", "desa admin")
    nobodys = house.request("POST", f"/v1/devices/{UUID(int=7)}/revoke", "desa admin")
    problem(nobodys, 404, "device-unknown")
    assert (foreign.content, foreign.headers) == (nobodys.content, nobodys.headers)
    assert house.get("/v1/devices", "desa admin").json()["items"] == []


def test_a_kiosk_gets_all_it_shows_and_304_while_nothing_changed(house: House) -> None:
    response = house.get("/v1/devices/me", "device")
    shown = response.json()
    assert [service["code"] for service in shown["services"]] == ["kk", "ktp-el"]
    assert [(duty["employee"], duty["name"]) for duty in shown["roster"]] == [("E001", "Siti"), ("E004", "Siti")]
    assert shown["roster"][0]["from"] == "2026-11-18T01:00:00Z"
    assert shown["instrument"]["id"] == "ikl-1"
    assert "Kenari" not in response.text
    assert CANARY_NIP not in response.text
    known = {"If-None-Match": response.headers["etag"]}
    house.clock.now += timedelta(hours=6)
    assert house.get("/v1/devices/me", "device", headers=known).status_code == 304
    assert house.get("/v1/devices/me", "device 2", headers=known).status_code == 200
    house.clock.now += timedelta(days=1)
    assert house.get("/v1/devices/me", "device", headers=known).json()["roster"] == []
