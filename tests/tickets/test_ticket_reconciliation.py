"""`cermin check` finds a ticket that was spent without its rating, and the other way round."""

import pytest
from sqlalchemy import text

from app.foundation.storage.database import IntegrityError
from app.tickets.reconciliation import reconcile_tickets
from tests.house import House

SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}


@pytest.fixture
def spent(house: House) -> House:
    """Of eight tickets six are armed and four spent, by two persons; one ticket stays nobody's."""
    for employee, service in (("E001", "ktp-el"), (None, "kk")):
        body = {"office": "dukcapil", "service": service, "count": 4}
        codes = [each["code"] for each in house.post("/v1/tickets", body, "queue").json()["tickets"]]
        wishes = [{"ticket": code, "employee": employee} for code in codes[:3]]
        assert house.post("/v1/tickets/arm", {"tickets": wishes}, "queue").json()["results"] == ["armed"] * 3
        for code in codes[:2]:
            sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES}
            assert house.post("/v1/ratings", sheet, None).status_code == 201
    return house


def faults(house: House, agency_id: str | None = None) -> list[str]:
    """What does not agree."""
    return list(reconcile_tickets(house.database, agency_id).faults)


def test_what_the_service_wrote_agrees(spent: House) -> None:
    report = reconcile_tickets(spent.database)
    assert (report.spent, report.faults) == (4, [])
    assert reconcile_tickets(spent.database, "desa").spent == 0


@pytest.mark.sqlite_daily
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM rating WHERE employee = 'E001'", "2 tickets spent, but 0 ratings with a ticket at dukcapil, ktp"),
        (
            "UPDATE rating SET ticketed = false WHERE employee IS NULL",
            "but 0 ratings with a ticket at dukcapil, kk, no",
        ),
        ("UPDATE rating SET employee = 'E004' WHERE employee = 'E001'", "0 tickets spent, but 2 ratings"),
        ("UPDATE ticket_count SET spent = spent - 1 WHERE employee = 'E001'", "1 tickets spent, but 2 ratings"),
        ("UPDATE ticket_count SET armed = 2 WHERE service = 'kk' AND spent = 2", "1 of them armed"),
        ("DELETE FROM ticket_count WHERE spent = 0", "1 issued, 0 of them armed"),
    ],
)
def test_every_single_damage_is_found_and_located(spent: House, damage: str, words: str) -> None:
    with spent.database.writing() as session:
        session.execute(text(damage))
    found = faults(spent)
    assert any(words in fault for fault in found), found
    assert faults(spent, "kota") == found
    assert faults(spent, "desa") == []


def test_a_row_that_counts_more_spent_than_armed_cannot_be_written(spent: House) -> None:
    for column, value in (("spent", "armed + 1"), ("armed", "issued + 1"), ("spent", "-1")):
        with pytest.raises(IntegrityError), spent.database.writing() as session:
            session.execute(text(f"UPDATE ticket_count SET {column} = {value}"))
