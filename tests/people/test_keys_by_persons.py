"""Administrators list, make and end the keys of machines over the API, within their reach."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from app.access.principals import Role
from app.devices.store import keys_of_devices
from app.people.rules.key_states import state_of
from tests.house import NOW, problem
from tests.people.signed import Seats, seats

READER = {"kind": "reader", "label": "Dasbor bupati"}


@pytest.fixture
def town(furnished: tuple[str, dict[str, str]]) -> Iterator[Seats]:
    """A service with an administrator of the agency, one of an office, and one of the other agency."""
    with seats(*furnished) as found:
        found.join("Ani", Role.administrator)
        found.join("Cabang", Role.administrator, "upt-makassar")
        found.join("Desa", Role.administrator, agency="desa")
        yield found


def test_a_key_is_made_told_once_used_and_ended(town: Seats) -> None:
    made = town.ask("Ani", "POST", "/v1/keys", READER | {"office": "dukcapil", "days": 30})
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    assert [each["code"] for each in town.house.get("/v1/offices", key).json()["items"]] == ["dukcapil"]
    listed = town.ask("Ani", "GET", "/v1/keys")
    assert key.rpartition("_")[2] not in listed.text
    [row] = [each for each in listed.json()["items"] if each["id"] == made.json()["id"]]
    assert (row["kind"], row["label"], row["office"], row["state"]) == ("reader", "Dasbor bupati", "dukcapil", "valid")
    assert row["expires_at"].startswith("2026-12-18")
    ending = f"/v1/keys/{row['id']}/revoke"
    for _ in range(2):
        assert town.ask("Ani", "POST", ending).json()["state"] == "revoked"
    problem(town.house.get("/v1/offices", key), 401, "key-revoked")
    of_state = {
        state: {each["id"] for each in town.ask("Ani", "GET", "/v1/keys", params={"state": state}).json()["items"]}
        for state in ("valid", "revoked", "expired")
    }
    assert [state for state, ids in of_state.items() if row["id"] in ids] == ["revoked"]


def test_an_administrators_key_ends_a_key_that_was_found_somewhere(town: Seats) -> None:
    lost = town.ask("Ani", "POST", "/v1/keys", READER).json()
    assert lost["expires_at"] is None
    assert town.house.post(f"/v1/keys/{lost['id']}/revoke", None, "admin").json()["state"] == "revoked"


@pytest.mark.sqlite_daily
def test_keys_that_let_their_holder_act_in_a_role_are_not_made_here(town: Seats) -> None:
    for kind in ("device", "supervisor", "auditor", "admin"):
        [error] = problem(town.ask("Ani", "POST", "/v1/keys", READER | {"kind": kind}), 422, "invalid-request")[
            "errors"
        ]
        assert error["field"] == "kind"


def test_nobody_makes_sees_or_ends_a_key_beyond_the_own_reach(town: Seats) -> None:
    everywhere = town.ask("Ani", "POST", "/v1/keys", READER).json()["id"]
    for sent in (READER, READER | {"office": "dukcapil"}, READER | {"office": "tiada"}):
        [error] = problem(town.ask("Cabang", "POST", "/v1/keys", sent), 422, "invalid-request")["errors"]
        assert (error["field"], error["message"]) == ("office", "Choose one of your offices.")
    own = town.ask("Cabang", "POST", "/v1/keys", READER | {"office": "upt-jayapura"}).json()["id"]
    listed = [each["id"] for each in town.ask("Cabang", "GET", "/v1/keys").json()["items"]]
    assert own in listed
    assert everywhere not in listed
    for name, key_id in (("Cabang", everywhere), ("Desa", everywhere), ("Ani", str(UUID(int=7)))):
        problem(town.ask(name, "POST", f"/v1/keys/{key_id}/revoke"), 404, "api-key-unknown")
    assert everywhere not in town.ask("Desa", "GET", "/v1/keys").text


def test_a_kiosks_key_that_was_issued_by_hand_ends_here_and_a_paired_ones_with_its_kiosk(town: Seats) -> None:
    sent = {"office": "dukcapil", "counter": "loket-1", "label": "Kios pintu"}
    code = town.house.post("/v1/devices", sent, "admin").json()["code"]
    paired = town.house.post("/v1/devices/pair", {"code": code}, None).json()
    asked = town.ask("Ani", "GET", "/v1/keys").json()["items"]
    by_hand = {each["label"]: each["id"] for each in asked if each["kind"] == "device"}
    assert set(by_hand) == {"device", "device 2"}
    with town.house.database.reading() as session:
        [kiosks] = keys_of_devices(session, "kota")
    problem(town.ask("Ani", "POST", f"/v1/keys/{kiosks}/revoke"), 404, "api-key-unknown")
    assert town.ask("Ani", "POST", f"/v1/keys/{by_hand['device']}/revoke").json()["state"] == "revoked"
    problem(town.house.post("/v1/ratings", town.house.sheet(office=None, channel=None), "device"), 401, "key-revoked")
    sheet = town.house.sheet(office=None, channel=None)
    assert town.house.post("/v1/ratings", sheet, paired["key"]).status_code == 201


def test_a_revoked_key_is_called_so_whenever_it_would_have_expired() -> None:
    before, after = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert state_of(None, None, NOW) == "valid"
    assert state_of(after, None, NOW) == "valid"
    assert state_of(NOW, None, NOW) == "expired"
    assert state_of(before, None, NOW) == "expired"
    assert state_of(before, before, NOW) == "revoked"
