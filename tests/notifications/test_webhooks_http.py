"""Webhooks over HTTP: who adds them, what is told of them, and that their secrets are shown once."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.access.keys import issue
from app.access.principals import KeyKind
from app.notifications.spreading import spread
from app.notifications.webhooks import MOST_WEBHOOKS
from tests.house import House, problem
from tests.notifications.messages import added, deliveries, happened
from tests.screening.office import rows

PUBLIC = "https://penerima.example.go.id/kait?kunci=sangat-rahasia"


def of_subtree(house: House, office: str = "upt-makassar") -> str:
    with house.database.writing() as session:
        return issue(
            session, agency_id="kota", kind=KeyKind.admin, label="x", actor="test", now=house.clock.now, office=office
        )[0]


def test_a_secret_is_told_once_and_neither_it_nor_the_address_lies_open(house: House) -> None:
    made = added(house, PUBLIC)
    assert made["secret"].startswith("whsec_")
    assert made["public_key"] is None
    [listed] = house.get("/v1/webhooks", "admin").json()["items"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert listed["address"] == PUBLIC
    kept = str(rows(house, "SELECT * FROM webhook")) + str(rows(house, "SELECT * FROM audit_event"))
    for secret in (PUBLIC, "sangat-rahasia", made["secret"], made["secret"].removeprefix("whsec_")):
        assert secret not in kept
    assert "webhook.added" in kept


def test_of_a_key_pair_the_public_half_is_told_and_the_other_one_never(house: House) -> None:
    made = added(house, PUBLIC, signing="v1a", kinds=["period.final", "period.final"], office="dukcapil")
    assert made["secret"] is None
    assert made["public_key"].startswith("whpk_")
    assert (made["kinds"], made["office"], made["signing"]) == (["period.final"], "dukcapil", "v1a")


@pytest.mark.once
@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({}, "field-missing", "address"),
        ({"address": "http://penerima.example.go.id/"}, "webhook-address-refused", "address"),
        ({"address": "https://127.0.0.1/"}, "webhook-address-refused", "address"),
        ({"address": ""}, "field-invalid", "address"),
        ({"address": "x" * 501}, "field-invalid", "address"),
        ({"address": PUBLIC, "kinds": ["rating.new"]}, "field-invalid", "kinds.0"),
        ({"address": PUBLIC, "kinds": ["period.final"] * 10}, "field-invalid", "kinds"),
        ({"address": PUBLIC, "kinds": ["integrity-report.received"]}, "kind-for-persons", "kinds"),
        ({"address": PUBLIC, "office": "tiada"}, "office-unknown", "office"),
        ({"address": PUBLIC, "signing": "v2"}, "field-invalid", "signing"),
        ({"address": PUBLIC, "secret": "whsec_x"}, "field-unknown", "secret"),
    ],
)
@pytest.mark.quiet
def test_a_webhook_that_cannot_be_is_refused(house: House, asked: dict[str, object], code: str, field: str) -> None:
    problem(house.post("/v1/webhooks", asked, "admin"), 422, code, field)


def test_an_agency_has_so_many_webhooks_and_no_more(house: House) -> None:
    for _ in range(MOST_WEBHOOKS):
        added(house, PUBLIC)
    problem(house.post("/v1/webhooks", {"address": PUBLIC}, "admin"), 409, "webhooks-many")
    added(house, PUBLIC, "desa admin")


def test_another_agencys_webhook_is_none(house: House) -> None:
    theirs = added(house, PUBLIC, "desa admin")["id"]
    assert house.get("/v1/webhooks", "admin").json()["items"] == []
    for identifier in (theirs, UUID(int=7)):
        path = f"/v1/webhooks/{identifier}"
        problem(house.get(f"{path}/deliveries", "admin"), 404, "webhook-unknown")
        for verb in ("on", "off"):
            problem(house.request("POST", f"{path}/{verb}", "admin"), 404, "webhook-unknown")
        problem(house.post(f"{path}/replay", {}, "admin"), 404, "webhook-unknown")


def test_who_has_a_part_of_the_agency_has_the_webhooks_of_that_part(house: House) -> None:
    key = of_subtree(house)
    whole, elsewhere = added(house, PUBLIC)["id"], added(house, PUBLIC, office="dukcapil")["id"]
    own = added(house, PUBLIC, key)
    assert own["office"] == "upt-makassar"
    below = added(house, PUBLIC, key, office="upt-jayapura")["id"]
    assert [each["id"] for each in house.get("/v1/webhooks", key).json()["items"]] == [own["id"], below]
    for identifier in (whole, elsewhere):
        problem(house.request("POST", f"/v1/webhooks/{identifier}/off", key), 403, "out-of-scope")
    asked = {"address": PUBLIC, "office": "dukcapil"}
    problem(house.post("/v1/webhooks", asked, key), 422, "out-of-scope", "office")


def test_switching_off_and_on_again_changes_nothing_twice(house: House) -> None:
    path = f"/v1/webhooks/{added(house, PUBLIC)['id']}"
    off = house.request("POST", f"{path}/off", "admin").json()
    house.clock.now += timedelta(hours=1)
    assert house.request("POST", f"{path}/off", "admin").json() == off
    assert off["off_because"] == "asked"
    problem(house.post(f"{path}/replay", {}, "admin"), 409, "webhook-off")
    assert house.request("POST", f"{path}/on", "admin").json()["off_at"] is None
    assert house.request("POST", f"{path}/on", "admin").json()["off_because"] is None
    told = [action for (action,) in rows(house, "SELECT action FROM audit_event ORDER BY event_id")]
    assert [each for each in told if each.startswith("webhook.")] == [
        "webhook.added",
        "webhook.switched-off",
        "webhook.switched-on",
    ]


def test_deliveries_come_in_pages_by_state(house: House) -> None:
    made = added(house, PUBLIC)
    off = added(house, PUBLIC)["id"]
    house.request("POST", f"/v1/webhooks/{off}/off", "admin")
    events = [str(happened(house)) for _ in range(3)]
    assert spread(house.database, house.clock.now, mail=False) == 3
    first = house.get(f"/v1/webhooks/{made['id']}/deliveries", "admin", params={"limit": 2}).json()
    assert [each["event"] for each in first["items"]] == events[:0:-1]
    rest = deliveries(house, made["id"], after=first["next"])
    assert [each["event"] for each in rest] == events[:1]
    assert {(each["state"], each["kind"], each["attempts"]) for each in first["items"]} == {
        ("waiting", "finding.raised", 0)
    }
    assert deliveries(house, made["id"], state="failed") == []
    assert deliveries(house, off) == []
    for wrong in ({"state": "lost"}, {"limit": 0}, {"limit": 501}, {"after": "x"}):
        assert house.get(f"/v1/webhooks/{made['id']}/deliveries", "admin", params=wrong).status_code == 422
