"""What was given out before codes, keys and ids carried their agency is good for as long as it was made for."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Uuid, bindparam, text

from app.access import keys
from app.access.keys import digest
from app.devices.rules.pairing_codes import code_digest as pairing_digest
from app.foundation.ids import new_id
from app.foundation.secret import derive
from app.foundation.storage import migrations as migrating
from app.tickets.rules.codes import UNMARKED, check_character, code_digest
from tests.closing.documents import employee_document
from tests.downgrading import downgrade
from tests.foundation.test_migrations import connected
from tests.house import NOW, SECRET, House, problem
from tests.postgres import owners_address

BEFORE = "0019_passkeys"
DRAWN = "4W5RT9K2HQ0"
TICKET, PAIRING = DRAWN + check_character(DRAWN, UNMARKED), "K7QM2-XHD4R"
LOOKUP, LAST = "0123456789ab", "cdefghjkmnpqrstvwxyz0123456789ab"
KEY, REPLY = f"crm_reader_{LOOKUP}_{LAST}", f"crm_reply_{LOOKUP}_{LAST}"
KEY_ID, DEVICE, DRAFT, SEALED = (new_id() for _ in range(4))
ROWS: list[tuple[str, dict[str, Any]]] = [
    (
        "api_key",
        {
            "key_id": KEY_ID,
            "kind": "reader",
            "lookup": LOOKUP,
            "digest": digest(LAST),
            "label": "from before",
            "sees_nip": False,
            "issued_at": NOW,
        },
    ),
    (
        "ticket",
        {
            "digest": code_digest(derive(SECRET.encode(), "ticket"), TICKET),
            "office": "dukcapil",
            "service": "ktp-el",
            "issued_on": NOW.date(),
            "expires_on": NOW.date() + timedelta(days=7),
            "served_on": NOW.date(),
        },
    ),
    (
        "ticket_count",
        {
            "office": "dukcapil",
            "service": "ktp-el",
            "employee": "",
            "issued_on": NOW.date(),
            "issued": 1,
            "armed": 1,
            "spent": 0,
            "mixed": False,
        },
    ),
    (
        "device",
        {
            "device_id": DEVICE,
            "office": "dukcapil",
            "counter": "loket-1",
            "label": "from before",
            "instrument": "ikl-1",
            "added_at": NOW,
        },
    ),
    (
        "pairing",
        {
            "device_id": DEVICE,
            "digest": pairing_digest(derive(SECRET.encode(), "pairing"), PAIRING),
            "expires_at": NOW + timedelta(minutes=15),
        },
    ),
    (
        "period",
        {
            "root": "",
            "code": "2026-10",
            "instrument": "ikl-1",
            "revision": 1,
            "state": "draft",
            "first_on": NOW.date(),
            "last_on": NOW.date(),
            "drafted_at": NOW,
            "replies_end_at": NOW + timedelta(days=14),
        },
    ),
    *(
        (
            "report",
            {
                "report_id": report_id,
                "root": "",
                "period": "2026-10",
                "instrument": "ikl-1",
                "revision": 1,
                "kind": "employee",
                "unit": unit,
                "document": json.dumps({"id": str(report_id), **employee_document()}),
                "envelope": envelope,
            },
        )
        for report_id, unit, envelope in (
            (DRAFT, "E001", None),
            (SEALED, "E004", json.dumps({"document": {"final_on": "2026-11-01"}, "digest": "none"})),
        )
    ),
    (
        "invitation",
        {
            "report_id": DRAFT,
            "lookup": LOOKUP,
            "digest": digest(LAST),
            "expires_at": NOW + timedelta(days=14),
        },
    ),
]


def insert(url: str) -> None:
    """The rows as they were written before, whatever the tables of today have in addition."""
    with connected(url) as connection, connection.begin():
        for table, row in ROWS:
            names = ("agency_id", *row)
            statement = text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{n}' for n in names)})")
            ids = [bindparam(name, type_=Uuid()) for name in names if name.endswith("_id") and name != "agency_id"]
            connection.execute(statement.bindparams(*ids), {"agency_id": "kota", **row})


@pytest.fixture
def house(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The service of today on a database that was filled before."""
    url, named = furnished
    downgrade(url, BEFORE)
    insert(url)
    migrating.upgrade(owners_address(url))
    with House.open(url, named) as opened:
        yield opened


@pytest.mark.long
def test_what_was_given_out_before_opens_what_it_opened(house: House) -> None:
    assert house.get("/v1/offices", KEY).status_code == 200
    assert house.post("/v1/tickets/look", {"ticket": TICKET}, None).json()["office"]["code"] == "dukcapil"
    sheet = {"id": house.new_id(), "ticket": TICKET, "scores": {"speed": 4, "transparency": 3, "friendliness": 4}}
    assert [house.post("/v1/ratings", sheet, None).status_code for _ in range(2)] == [201, 200]
    problem(house.post("/v1/ratings", sheet | {"id": house.new_id()}, None), 410, "ticket-refused")
    paired = house.post("/v1/devices/pair", {"code": PAIRING}, None).json()
    assert (paired["id"], paired["agency"]) == (str(DEVICE), "kota")
    assert house.get("/v1/devices/me", paired["key"]).status_code == 200
    problem(house.post("/v1/devices/pair", {"code": PAIRING}, None), 410, "pairing-refused")
    assert house.post("/v1/replies/read", {"token": REPLY}, None).status_code == 200
    assert house.get(f"/v1/reports/{SEALED}/verification", None).json()["final_on"] == "2026-11-01"
    problem(house.get(f"/v1/reports/{DRAFT}/verification", None), 404, "report-unknown")


@pytest.mark.long
def test_it_ends_when_it_would_have_ended(house: House) -> None:
    house.clock.now += timedelta(minutes=15)
    problem(house.post("/v1/devices/pair", {"code": PAIRING}, None), 410, "pairing-refused")
    house.clock.now += timedelta(days=8)
    problem(house.post("/v1/tickets/look", {"ticket": TICKET}, None), 410, "ticket-refused")
    with house.database.writing() as session:
        keys.revoke(session, agency_id="kota", key_id=KEY_ID, actor="test", now=house.clock.now)
    problem(house.get("/v1/offices", KEY), 401, "key-revoked")
