"""A kiosk from its code to its end, over HTTP, on both stores."""

from datetime import timedelta
from hashlib import pbkdf2_hmac
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.access.keys import issue
from app.access.principals import KeyKind, Reach
from app.devices.fleet import count_silent, count_silent_in_reach
from app.devices.heartbeats import Heartbeats
from app.devices.pairing import KioskPairing
from app.devices.rules.pairing_codes import new_code
from app.foundation.problems import Problem
from app.instruments.registry import add_own
from tests.house import CANARY_NIP, House, problem
from tests.threads import Threads

PLACE = {"office": "dukcapil", "counter": "loket-1", "label": "Kios pintu masuk"}
BEAT = {"app_version": "1.2.0", "queue_depth": 3, "parked": 3, "clock_offset_ms": -1_790_000_000_000,
        "unsent_seconds": 90, "parked_codes": {"id-conflict": 2, "invalid-request": 1},
        "storage": {"persisted": True, "free_bytes": 2**40}}  # fmt: skip
PIN = "48151623"
OWN_INSTRUMENT = (Path(__file__).parents[1] / "instruments" / "bogor-2011.toml").read_text("utf-8")


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


@pytest.mark.quiet
def test_a_body_that_is_no_text_is_no_json(house: House) -> None:
    sent = {"content": b"\xff\xfe\x1f", "headers": {"content-type": "application/json"}}
    problem(house.request("POST", "/v1/devices/pair", None, **sent), 400, "malformed-json")


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_who_guesses_has_to_wait_and_who_has_the_right_code_does_not(house: House) -> None:
    code = added(house)["code"]
    for _ in range(100):
        problem(house.post("/v1/devices/pair", {"code": new_code(b"guess", "kota")}, None), 410, "pairing-refused")
    refused = house.post("/v1/devices/pair", {"code": new_code(b"guess", "kota")}, None)
    problem(refused, 429, "too-many-codes")
    paired(house, code)
    house.clock.now += timedelta(seconds=int(refused.headers["retry-after"]))
    problem(house.post("/v1/devices/pair", {"code": new_code(b"guess", "kota")}, None), 410, "pairing-refused")


def test_of_many_who_type_a_code_at_once_one_gets_a_key(house: House) -> None:
    code = added(house)["code"]
    desk = house.services.of(KioskPairing)

    def attempt(_: int) -> str:
        try:
            desk.pair("x", code, house.clock.now)
        except Problem as refused:
            return refused.code
        return "paired"

    with Threads(8) as threads:
        ends = sorted(threads.map(attempt, range(16)))
    assert ends == ["paired", *["pairing-refused"] * 15]


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_no_code_and_no_key_of_a_kiosk_is_seen_where_machines_keep_what_they_saw(
    house: House, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    code, other = added(house, pin=PIN)["code"], added(house)["code"]
    assert PIN not in house.post("/v1/devices", PLACE | {"pin": PIN, "counter": "tiada"}, "admin").text
    key = paired(house, code)["key"]
    refusals = [house.post("/v1/devices/pair", body, None).text for body in ({"code": code}, {"code": [other]})]
    with house.database.reading() as session:
        tables = ("audit_event", "device", "pairing", "api_key")
        kept = [str(tuple(row)) for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    seen = "".join((*refusals, *kept, caplog.text, *capsys.readouterr(), house.get("/metrics", None).text)).lower()
    secrets = (PIN, *(form for each in (code, other) for form in (each, each.replace("-", ""))), key.rsplit("_", 1)[1])
    assert [each for each in secrets if each.lower() in seen] == []


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [({"office": "tiada"}, "office-unknown", "office"), ({"counter": "tiada"}, "counter-unknown", "counter"),
     ({"instrument": "tiada"}, "instrument-unknown", "instrument"),
     ({"pin": "123"}, "field-invalid", "pin"), ({"pin": "123456789"}, "field-invalid", "pin"),
     ({"pin": "12a4"}, "field-invalid", "pin"), ({"pin": "١٢٣٤"}, "field-invalid", "pin"),
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
    untold = {"parked": 0, "parked_codes": {}, "storage": {"persisted": None, "free_bytes": None}}
    assert house.post("/v1/devices/me/heartbeat", BEAT | untold, kiosk["key"]).status_code == 200
    house.services.of(Heartbeats).write()
    heard = house.get("/v1/devices", "supervisor").json()["items"][0]
    assert {name: heard[name] for name in BEAT} == BEAT | untold
    house.post("/v1/devices/me/heartbeat", BEAT | {"queue_depth": 0}, kiosk["key"])
    house.services.of(Heartbeats).write()
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
    with house.database.reading() as session:
        for agency, office, n in (
            ("kota", None, 1),
            ("kota", "dukcapil", 1),
            ("kota", "upt-makassar", 0),
            ("desa", None, 0),
        ):
            reach = Reach(agency, office, "test")
            assert count_silent_in_reach(session, reach, house.clock.now, timedelta(minutes=60)) == n, (agency, office)
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


@pytest.mark.long
def test_a_kiosk_that_was_not_paired_in_time_gets_a_new_code(house: House) -> None:
    device = added(house, instrument="skm-2017", pin=PIN)
    first = house.post(f"/v1/devices/{device['id']}/code", {}, "admin").json()
    assert {name: first[name] for name in first if name not in ("code", "expires_at")} == {
        name: device[name] for name in device if name not in ("code", "expires_at")
    }
    # The one before is none any more.
    problem(house.post("/v1/devices/pair", {"code": device["code"]}, None), 410, "pairing-refused")
    house.clock.now += timedelta(minutes=16)
    assert house.get(f"/v1/devices/{device['id']}", "supervisor").json()["state"] == "expired"
    again = house.request("POST", f"/v1/devices/{device['id']}/code", "admin")
    assert (again.status_code, again.headers["cache-control"]) == (201, "no-store")
    assert again.json()["expires_at"] == "2026-11-18T03:31:00Z"
    assert house.get(f"/v1/devices/{device['id']}", "supervisor").json()["state"] == "waiting"
    kiosk = paired(house, again.json()["code"])
    assert kiosk["id"] == device["id"]
    shown = house.get("/v1/devices/me", kiosk["key"]).json()
    assert (shown["instrument"]["id"], shown["pin"] is None) == ("skm-2017", False)
    with house.database.reading() as session:
        said = session.execute(text("SELECT subject FROM audit_event WHERE action = 'device.code-renewed'")).scalars()
        assert list(said) == [device["id"]] * 2


def test_a_kiosk_that_was_paired_or_revoked_gets_no_new_code(house: House) -> None:
    device, unused = added(house), added(house)
    paired(house, device["code"])
    house.request("POST", f"/v1/devices/{unused['id']}/revoke", "admin")
    for each in (device, unused):
        problem(house.request("POST", f"/v1/devices/{each['id']}/code", "admin"), 409, "device-not-waiting")


def test_a_device_elsewhere_is_out_of_scope(house: House) -> None:
    device = added(house)
    with house.database.writing() as session:
        for kind in (KeyKind.admin, KeyKind.supervisor):
            text_of_key, _ = issue(
                session,
                agency_id="kota",
                kind=kind,
                label="x",
                actor="test",
                now=house.clock.now,
                office="upt-makassar",
            )
            house.keys[f"{kind} makassar"] = text_of_key
    for method, what in (("POST", "/revoke"), ("POST", "/code"), ("GET", "")):
        refused = house.request(method, f"/v1/devices/{device['id']}{what}", "admin makassar")
        problem(refused, 403, "out-of-scope")
    problem(house.get(f"/v1/devices/{device['id']}", "supervisor makassar"), 403, "out-of-scope")
    assert house.get(f"/v1/devices/{device['id']}", "supervisor").json()["id"] == device["id"]


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"parked_codes": {f"code-{n}": 1 for n in range(21)}}, "parked_codes"),
        ({"parked_codes": {"id-conflict": -1}}, "parked_codes.id-conflict"),
        ({"parked_codes": {"Nama Orang": 1}}, "parked_codes.Nama Orang.[key]"),
        ({"storage": {"free_bytes": -1}}, "storage.free_bytes"),
        ({"storage": {"free_bytes": 2**63}}, "storage.free_bytes"),
        ({"storage": {"persisted": 1}}, "storage.persisted"),
    ],
)
def test_a_heartbeat_tells_only_what_can_be(house: House, told: dict[str, Any], field: str) -> None:
    refused = house.post("/v1/devices/me/heartbeat", BEAT | told, "device")
    assert field in {error["field"] for error in problem(refused, 422, "invalid-request")["errors"]}


@pytest.mark.long
def test_a_kiosk_asks_the_instrument_and_has_the_pin_that_its_device_was_given(house: House) -> None:
    plain = paired(house, added(house)["code"])
    device = added(house, instrument="skm-2017", pin=PIN)
    assert device["instrument"] == "skm-2017"
    kiosk = paired(house, device["code"])
    ordinary, other = (house.get("/v1/devices/me", each["key"]) for each in (plain, kiosk))
    assert (ordinary.json()["instrument"]["id"], ordinary.json()["pin"]) == ("ikl-1", None)
    assert other.json()["instrument"]["id"] == "skm-2017"
    assert other.headers["etag"] != ordinary.headers["etag"]
    pin = other.json()["pin"]
    assert pin["digest"] == pbkdf2_hmac("sha256", PIN.encode(), bytes.fromhex(pin["salt"]), pin["iterations"]).hex()
    listed = house.get("/v1/devices", "admin").json()["items"]
    assert [(each["instrument"], each["has_pin"]) for each in listed] == [("ikl-1", False), ("skm-2017", True)]


def test_a_kiosk_may_ask_the_agencys_own_instrument_and_no_other_agencys(house: House) -> None:
    with house.database.writing() as session:
        own = add_own(session, "kota", OWN_INSTRUMENT, actor="test", now=house.clock.now).id
    kiosk = paired(house, added(house, instrument=own)["code"])
    assert house.get("/v1/devices/me", kiosk["key"]).json()["instrument"]["id"] == own
    foreign = house.post("/v1/devices", PLACE | {"instrument": own}, "desa admin")
    problem(foreign, 422, "instrument-unknown", "instrument")


@pytest.mark.sqlite_daily
def test_a_kiosk_learns_the_pace_of_the_service(furnished: tuple[str, dict[str, str]]) -> None:
    tags = set()
    for seconds in (0, 2.5):
        with House.open(*furnished, device_interval_seconds=seconds) as house:
            shown = house.get("/v1/devices/me", "device")
            assert shown.json()["interval_seconds"] == seconds
            assert shown.json()["idle_seconds"] == 30
            tags.add(shown.headers["etag"])
    assert len(tags) == 2


def test_a_device_of_another_agency_is_none(house: House) -> None:
    device = added(house)
    for method, what in (("POST", "/revoke"), ("POST", "/code"), ("GET", "")):
        foreign = house.request(method, f"/v1/devices/{device['id']}{what}", "desa admin")
        nobodys = house.request(method, f"/v1/devices/{UUID(int=7)}{what}", "desa admin")
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


@pytest.mark.long
def test_who_runs_the_kiosks_sees_how_many_ratings_came_today_in_tens(house: House) -> None:
    kiosk = paired(house, added(house)["code"])
    scores = {"speed": 4, "transparency": 3, "friendliness": 4}
    seen = []
    for number in range(21):
        sheet = {
            "id": house.new_id(house.clock.now - timedelta(days=number == 0)),
            "service": "ktp-el",
            "scores": scores,
        }
        assert house.post("/v1/ratings", sheet, kiosk["key"]).status_code == 201
        [device] = [each for each in house.get("/v1/devices", "admin").json()["items"] if each["state"] == "paired"]
        seen.append(device["received_today"])
    assert seen == [0] * 10 + [10] * 10 + [20]
