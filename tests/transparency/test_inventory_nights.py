"""Nights of an ordinary agency: whatever the service does by day and by night, the check says nothing."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from app.closing.logged import reconcile_reports
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.ids import new_id
from app.jobs import rewriting_of
from app.ratings.csv_import.importing import store_answers
from app.ratings.retention import forget, tidy
from app.seals.keyring import usable_keys
from app.transparency.reconciliation import LONGEST_REPORT
from tests.effort import sized
from tests.house import House
from tests.ratings.csv_rows import proposal
from tests.screening.office import lunch, ordinary, screen
from tests.transparency.houses import LATE, TRACES, change, checked, faults, inventory, published, rate

DAY = timedelta(days=1)


class Life:
    """What happens at an agency, a day after the other."""

    def __init__(self, house: House, draw: Random) -> None:
        self.house = house
        self.draw = draw
        self.brought = 0

    def day(self) -> None:
        """Some of what can happen; the clock goes on."""
        ways = (self.rate, self.rate_late, self.rate_openly, self.import_file, self.release, self.decide, self.purge)
        for way in self.draw.sample(ways, self.draw.randrange(2, len(ways))):
            way()
        self.house.clock.now += DAY

    def rate(self) -> None:
        rate(self.house, self.draw.randrange(1, 6), employee=self.draw.choice(["E001", "E004", None]))

    def rate_late(self) -> None:
        rate(self.house, 1, days=self.draw.randrange(1, 35), comment="Antrean panjang")

    def rate_openly(self) -> None:
        sheet = self.house.sheet(agency="kota", channel="web")
        assert self.house.post("/v1/ratings", sheet, None).status_code == 201

    def import_file(self) -> None:
        n = self.draw.randrange(1, 4)
        years = [self.draw.randrange(2010, 2020) for _ in range(n)]
        day = 1 + self.brought % 28
        rows = [(f"{year}-03-{day:02} 09:{place:02}", "4", "3", "4", "", "L") for place, year in enumerate(years)]
        self.brought += n
        store_answers(self.house.database, proposal(rows), actor="test", now=self.house.clock.now)

    def release(self) -> None:
        screen(self.house, self.house.clock.now)
        order = ReleaseOrder(self.house.clock.now, "test", timedelta(0), LATE, whole=True)
        release_agency(self.house.database, "kota", order)

    def decide(self) -> None:
        waiting = self.house.get("/v1/findings", "auditor", params={"standing": "held"}).json()["items"]
        for each in waiting[:1]:
            what = self.draw.choice(["release", "confirm"])
            answer = self.house.post(f"/v1/findings/{each['id']}/{what}", {"note": "Sudah dilihat"}, "auditor")
            assert answer.status_code == 200

    def purge(self) -> None:
        now = self.house.clock.now
        tidy(self.house.database, now, timedelta(days=20), "test")
        forget(self.house.database, now, TRACES)
        assert rewriting_of(self.house.database, self.house.clock, 1).now()
        self.house.get("/v1/indices", "reader", params={"from": "2026-10-01", "to": "2026-10-31", "by": "employee"})


@pytest.mark.long
@pytest.mark.sized
def test_clean_days_give_no_alarm(house: House, tmp_path: Path) -> None:
    ordinary(house)
    lunch(house)
    life = Life(house, Random(3))
    for night in range(sized(8, 100)):
        life.day()
        # By day, too, with what has come since the last night.
        assert faults(house) == (), night
        if life.draw.random() < 0.9:
            assert inventory(house).left_out == 0
        if life.draw.random() < 0.3:
            published(house, tmp_path)
        assert faults(house) == (), night
    assert reconcile_reports(house.database, usable_keys(tmp_path)) == ()


@pytest.mark.long
def test_what_did_not_come_through_the_service_is_left_out_and_stays_conspicuous(house: House) -> None:
    rate(house, 3)
    inventory(house)
    copied = (
        "INSERT INTO rating SELECT agency_id, :key, rated_on, office, counter, service, employee, channel, ticketed, "
        "standing, instrument, sheet, digest FROM rating WHERE agency_id = 'kota' LIMIT 1"
    )
    change(house.database, copied, key=house.new_id().replace("-", ""))
    [fault] = faults(house)
    assert "was inserted: it left no trace, as 1 did, and files brought 0" in fault
    rate(house, 2)
    for _ in range(2):
        assert inventory(house).left_out == 1
        assert faults(house) == (fault,)
    # Somebody has looked at it: it is listed, and the trail says who did so.
    assert inventory(house, accept=True) == (4, 1, 0)
    assert faults(house) == ()
    [event] = house.get("/v1/audit", "auditor", params={"action": "inventory.accepted"}).json()["items"]
    assert (event["subject"], event["detail"]) == ("4", {"n": 1})


def test_a_line_of_the_trail_that_is_older_than_the_inventory_is_left_out(house: House) -> None:
    inventory(house)
    copied = (
        "INSERT INTO audit_event SELECT agency_id, :id, :at, actor, action, subject, detail FROM audit_event "
        "WHERE agency_id = 'kota' LIMIT 1"
    )
    at = house.clock.now - DAY
    sent = at.isoformat(sep=" ").removesuffix("+00:00") if house.database.is_sqlite else at
    # By its id it was written just now.
    change(house.database, copied, id=new_id().hex, at=sent)
    assert inventory(house).left_out == 1
    [fault] = faults(house)
    assert "was inserted: it is older than the inventory before" in fault
    inventory(house, accept=True)
    assert faults(house) == ()


@pytest.mark.long
def test_a_check_says_so_much_and_no_more(house: House) -> None:
    rate(house, 230)
    inventory(house)
    change(house.database, "UPDATE rating SET sheet = '111'")
    assert len(faults(house)) == LONGEST_REPORT
    found = checked(house.database, house.clock.now)
    assert (found.entries, found.rows >= 230) == (1, True)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE rating SET standing = 'counted' WHERE standing = 'held'", "though finding"),
        ("DELETE FROM doubt", "no finding says so"),
        ("UPDATE finding SET standing = 'confirmed', decided_at = found_at", "the audit trail does not say so"),
        ("UPDATE finding SET n = n + 1", "sheets and holds"),
        ("DELETE FROM audit_event WHERE action = 'finding.raised'", "the audit trail does not know it"),
        ("DELETE FROM rating WHERE standing = 'held'", "was deleted"),
    ],
)
@pytest.mark.long
def test_status_is_what_findings_and_the_trail_say(house: House, statement: str, told: str) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    inventory(house)
    assert faults(house) == ()
    change(house.database, statement)
    assert any(told in each for each in faults(house))


@pytest.mark.long
def test_a_finding_that_was_deleted_is_missed(house: House) -> None:
    ordinary(house)
    lunch(house)
    screen(house)
    inventory(house)
    change(house.database, "DELETE FROM doubt")
    change(house.database, "DELETE FROM finding")
    assert any("finding" in each and "was deleted" in each for each in faults(house))
