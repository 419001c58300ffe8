"""Two agencies in one database, what each has for itself, and what tells whether one learns of the other."""

from datetime import date
from importlib import resources
from itertools import count
from typing import Any

import httpx
import pytest

from app.directory.tables import Counter, Employee, Office, Posting, Service
from app.instruments.registry import add_own
from tests.effort import sized
from tests.house import NOW, House

AGENCIES = ("kota", "desa")
KEY_OF = {"kota": "", "desa": "desa "}

# What exists in one agency alone, and what exists nowhere; of the same length, so that nothing differs.
OWN = {
    "kota": {"office": "rsud-kota", "service": "imb-kota", "employee": "K777", "instrument": "kota-1"},
    "desa": {"office": "rsud-desa", "service": "imb-desa", "employee": "D777", "instrument": "desa-1"},
}
NOWHERE = {"office": "rsud-niet", "service": "imb-niet", "employee": "N777", "instrument": "niet-1"}

# Each of them asks everything. The first sees all, the second what is overseen, the third a part.
ASKING = ("reader", "auditor", "reader dukcapil", *sized((), ("admin", "device")))
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v1/agency", {}),
    ("/v1/offices", {}),
    ("/v1/offices", {"after": "dukcapil", "limit": 1}),
    ("/v1/services", {}),
    ("/v1/counters", {}),
    ("/v1/counters", {"office": "dukcapil"}),
    ("/v1/employees", {}),
    ("/v1/employees", {"office": "dukcapil"}),
    ("/v1/devices", {}),
    ("/v1/devices/me", {}),
    ("/v1/volumes", {}),
    ("/v1/volumes", NOVEMBER | {"office": "dukcapil"}),
    ("/v1/tickets/counts", NOVEMBER | {"by": "employee"}),
    ("/v1/tickets/counts", {"office": "dukcapil"}),
    ("/v1/offices/dukcapil/poster", {}),
    ("/v1/webhooks", {}),
    ("/v1/integrity-reports", {}),
    ("/v1/integrity-settings", {}),
    ("/v1/integrity-keys", {}),
    ("/v1/findings", {}),
    ("/v1/findings", NOVEMBER | {"office": "dukcapil", "standing": "held"}),
    ("/v1/offices/dukcapil/opening", {}),
    ("/v1/instruments", {}),
    ("/v1/instruments/ikl-1", {}),
    ("/v1/indices", NOVEMBER),
    ("/v1/indices", NOVEMBER | {"office": "dukcapil"}),
    ("/v1/indices", NOVEMBER | {"office": "setda", "include": "children"}),
    ("/v1/indices", NOVEMBER | {"service": "ktp-el"}),
    ("/v1/indices", NOVEMBER | {"employee": "E001"}),
    ("/v1/indices", {}),
    ("/v1/indices", {"from": "2026-10-01", "to": "2026-12-31"}),
    ("/v1/indices", {"from": "2026-11-10", "to": "2026-11-20"}),
    ("/v1/measures/employees", {"period": "2026-11"}),
    ("/v1/measures/offices", {"period": "2026-Q4", "office": "dukcapil"}),
    ("/v1/measures/recognition", {"period": "2026-11"}),
    ("/v1/measures/training", {"period": "2026-11"}),
    ("/v1/periods", {}),
    ("/v1/appraisals", {"period": "2026-10"}),
    ("/v1/evidence-pack", {"period": "2026-10"}),
    ("/v1/appraisals/pack", {"period": "2026-10", "appraiser": "E002"}),
    ("/v1/periods/2026-11/follow-ups", {}),
    ("/v1/targets", {"period": "2026-11"}),
    ("/v1/promises", {}),
    ("/v1/promises", {"service": "ktp-el"}),
    ("/v1/periods/2026-11/publications", {"office": "dukcapil"}),
    *(("/v1/indices", NOVEMBER | {"by": by}) for by in ("office", "service", "employee", "channel", "month", "day")),
)


@pytest.fixture
def town(house: House) -> House:
    """The house, where each agency also has something of its own."""
    furnish_own(house)
    return house


def furnish_own(house: House) -> None:
    """Give each agency something of its own."""
    with house.database.writing() as session:
        for agency_id, own in OWN.items():
            a = agency_id
            for row in (
                Office(agency_id=a, code=own["office"], name="RSUD", parent="setda", timezone="Asia/Jakarta"),
                Service(agency_id=a, code=own["service"], name="IMB", family="izin"),
                Employee(agency_id=a, code=own["employee"], name="Ani"),
                Counter(agency_id=a, office=own["office"], code="loket-9", name="Loket 9"),
                Posting(agency_id=a, employee=own["employee"], office="dukcapil", from_on=date(2020, 1, 1)),
            ):
                session.add(row)
                session.flush()
            add_own(session, a, instrument_of(own["instrument"]), actor="test", now=NOW)


def instrument_of(identifier: str) -> str:
    """The shipped instrument under another name."""
    source = resources.files("app.instruments").joinpath("definitions/ikl-1.toml").read_text("utf-8")
    name, version = identifier.split("-")
    named = source.replace('name = "ikl"', f'name = "{name}"', 1)
    return named.replace('version = "1"', f'version = "{version}"', 1)


def same(ours: httpx.Response, nobodys: httpx.Response) -> None:
    """Assert that two answers cannot be told apart."""
    assert ours.status_code == nobodys.status_code
    assert ours.headers == nobodys.headers
    assert ours.content == nobodys.content


def other(agency_id: str) -> str:
    """The other agency."""
    return AGENCIES[1 - AGENCIES.index(agency_id)]


def volume(**changed: Any) -> dict[str, Any]:
    """A served volume of an office that both agencies have."""
    return {"office": "dukcapil", "service": "ktp-el", "date": "2026-11-02", "served": 7} | changed


def everything(house: House, agency_id: str) -> list[bytes]:
    """Every answer this agency can get to reading questions."""
    keys = [f"{KEY_OF[agency_id]}{name}" for name in ASKING]
    return [house.get(path, key, params=given).content for path, given in QUESTIONS for key in keys]


def fill(house: House, agency_id: str, n: int) -> None:
    """Ratings of an agency in all its offices, with comments and profiles, and their release."""
    serial = count()
    sheets = [
        house.sheet(
            office=("dukcapil", "setda", "upt-makassar", OWN[agency_id]["office"])[next(serial) % 4],
            employee=None,
            comment="Pelayanan baik",
            profile={"sex": "F"},
        )
        for _ in range(n)
    ]
    sheets += [house.sheet(employee="E001", service=OWN[agency_id]["service"]) for _ in range(n)]
    response = house.post("/v1/ratings/batch", {"ratings": sheets}, f"{KEY_OF[agency_id]}app")
    assert {result["status"] for result in response.json()["results"]} == {201}
    volumes = [volume(served=n), volume(office=OWN[agency_id]["office"], service=OWN[agency_id]["service"])]
    volumes.append(volume(employee=OWN[agency_id]["employee"]))
    response = house.post("/v1/volumes", {"volumes": volumes}, f"{KEY_OF[agency_id]}queue")
    assert response.status_code == 200, response.text
    house.release(agency_id)
