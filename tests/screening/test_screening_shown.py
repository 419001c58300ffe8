"""What screening did stands in the reports; what was sealed stays as it was, and a revision tells the rest."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.screening import store
from app.screening.rules.one_device import DutyDay
from app.seals.signing import make_key
from app.tickets.tables import TicketCount
from tests.house import NOW, House
from tests.screening.office import STUFFED, checked, lunch, ordinary, rows, screen

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

IN_HOUR = STUFFED + 2
DECEMBER = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)


def report(house: House, unit: str) -> dict[str, Any]:
    """The newest document about a unit in November."""
    listed = house.get("/v1/reports", "supervisor", params={"period": "2026-11", "unit": unit}).json()["items"]
    [line] = [each for each in listed if each["kind"] != "skm"]
    document: dict[str, Any] = house.get(f"/v1/reports/{line['id']}", "supervisor").json()["document"]
    return document


def decided(house: House, what: str) -> None:
    """Decide the only finding."""
    [found] = house.get("/v1/findings", "auditor").json()["items"]
    assert house.post(f"/v1/findings/{found['id']}/{what}", {"note": "Diperiksa"}, "auditor").status_code == 200


@pytest.mark.long
def test_reports_tell_why_ratings_are_held_and_a_sealed_one_stays(
    furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    url, keys = furnished
    key_file = tmp_path / "key.pem"
    make_key(key_file)
    with House.open(url, keys, signing_key_file=key_file) as house:
        ordinary(house)
        lunch(house)
        screen(house)
        house.clock.now = DECEMBER
        house.release()
        assert house.post("/v1/periods/2026-11/close", {}, "supervisor").status_code == 201
        for unit in ("dukcapil", "E001"):
            document = report(house, unit)
            assert (document["figures"]["held"], document["held_reasons"]) == (IN_HOUR, {"burst": IN_HOUR}), unit
        assert report(house, "E004")["held_reasons"] == {}
        told = report(house, "kota")["integrity"]
        assert (told["bursts"], told["held_reasons"]) == (None, {"burst": IN_HOUR})
        assert told["findings"] == {"held": None, "noted": 0, "released": 0, "confirmed": 0}
        house.clock.now = DECEMBER + timedelta(days=10)
        assert house.post("/v1/periods/2026-11/finalise", {}, "supervisor").status_code == 200
        sealed = report(house, "dukcapil")
        decided(house, "release")
        assert report(house, "dukcapil") == sealed
        house.release()
        assert house.post("/v1/periods/2026-11/revise", {}, "supervisor").status_code == 201
        revised = report(house, "dukcapil")
        assert (revised["figures"]["held"], revised["held_reasons"]) == (0, {})
        assert revised["n"] == sealed["n"] + IN_HOUR
        findings = report(house, "kota")["integrity"]["findings"]
        assert findings == {"held": 0, "noted": 0, "released": None, "confirmed": 0}
        checked(house)


def test_withheld_tickets_are_noted_once_and_hold_nothing(house: House) -> None:
    first = NOW.date() - timedelta(days=NOW.weekday() + 35)
    with house.database.writing() as session:
        for week in range(4):
            for who in ("E001", "E004"):
                spent = 20 if who == "E001" and week == 3 else 45
                on = first + timedelta(days=7 * week)
                for service, armed in (("kk", 30), ("ktp-el", 20)):
                    session.add(
                        TicketCount(agency_id="kota", office="dukcapil", issued_on=on, service=service, employee=who,
                                    issued=armed, armed=armed, spent=spent * armed // 50)
                    )  # fmt: skip
    assert screen(house) == (0, 0, 1, 0)
    [found] = house.get("/v1/findings", "auditor").json()["items"]
    assert (found["reason"], found["employee"], found["standing"], found["n"]) == ("coverage-drop", "E001", "noted", 0)
    assert (found["from"], found["days"]) == ((first + timedelta(days=21)).isoformat(), 7)
    assert (found["evidence"]["count"], found["evidence"]["of"]) == (20, 50)
    assert screen(house, NOW + timedelta(days=1)) == (0, 0, 0, 0)
    decided(house, "confirm")
    assert screen(house, NOW + timedelta(days=2)) == (0, 0, 0, 0)
    assert rows(house, "SELECT count(*) FROM doubt") == [(0,)]


def test_the_roster_is_read_by_local_day(house: House) -> None:
    with house.database.reading() as session:
        day = NOW.date()
        zone = ZoneInfo("Asia/Jakarta")
        assert store.roster_of(session, "kota", "dukcapil", zone, date(2026, 11, 1)) == {
            DutyDay("E001", day, "counter:loket-1"),
            DutyDay("E004", day, "counter:loket-1"),
        }
        assert store.roster_of(session, "kota", "dukcapil", zone, day + timedelta(days=1)) == set()
