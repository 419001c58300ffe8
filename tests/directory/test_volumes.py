"""Served volumes sent over HTTP: stored once, replaced by what is sent last, refused as a whole with every fault."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.access.tables import AuditEvent
from app.directory.register import add_agency
from app.directory.store import put_volumes, renew_version
from app.directory.tables import Office, Service, Volume
from app.directory.volumes.volume import DayVolume
from app.foundation.storage.database import Database
from tests.directory.volume_requests import DAY, PATH, errors, post, read, stored, volume
from tests.house import NOW, House, problem
from tests.threads import Threads

JSON = {"content-type": "application/json"}


def audits(house: House) -> Sequence[AuditEvent]:
    """The audit rows about volumes."""
    with house.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == "volumes.stored")
        return session.exec(query.order_by(col(AuditEvent.event_id))).all()


def test_a_volume_is_read_as_it_was_sent(house: House) -> None:
    nobody = volume(employee=..., offered=..., served=0)
    assert stored(post(house, volume(), nobody)) == (2, 2)
    assert read(house) == [nobody | {"employee": None, "offered": None}, volume()]


def test_sending_again_changes_nothing_and_leaves_no_trace(house: House) -> None:
    told = volume(), volume(employee=None, offered=None)
    post(house, *told)
    before = read(house), len(audits(house))
    assert stored(post(house, *told)) == (2, 0)
    assert (read(house), len(audits(house))) == before


def test_the_number_sent_last_replaces_the_one_before(house: House) -> None:
    post(house, volume(), volume(service="kk"))
    assert stored(post(house, volume(served=43), volume(service="kk"))) == (2, 1)
    assert stored(post(house, volume(served=43, offered=None))) == (1, 1)
    assert stored(post(house, volume(served=43, offered=0))) == (1, 1)
    assert [(each["service"], each["served"], each["offered"]) for each in read(house)] == [
        ("kk", 42, 40),
        ("ktp-el", 43, 0),
    ]


def test_the_audit_row_tells_who_and_how_many_and_no_more(house: House) -> None:
    post(house, volume(), volume(service="kk"))
    post(house, volume(served=1), volume(service="kk"), key="admin")
    first, second = audits(house)
    assert (first.subject, first.detail) == ("kota", {"stored": 2, "changed": 2})
    assert second.detail == {"stored": 2, "changed": 1}
    assert (first.actor.split(":")[0], second.actor.split(":")[0]) == ("queue", "admin")


def test_more_may_be_offered_than_served_and_fewer(house: House) -> None:
    # Who is turned away may still be asked, so neither number bounds the other.
    assert stored(post(house, volume(served=0, offered=9), volume(service="kk", served=9, offered=0))) == (2, 2)


def test_every_fault_is_named_and_nothing_is_stored(house: House) -> None:
    response = post(
        house,
        volume(),
        volume(office="tiada", employee="E003"),
        volume(service="tiada", employee="E999"),
        volume(employee="E003"),
        volume(date="2026-11-19", employee=None),
        volume(served=1),
    )
    problem(response, 422, "office-unknown", "volumes.1.office")
    assert errors(response) == [
        ("volumes.1.office", "office-unknown"),
        ("volumes.2.service", "service-unknown"),
        ("volumes.2.employee", "employee-unknown"),
        ("volumes.3.employee", "employee-not-posted"),
        ("volumes.4.date", "day-in-future"),
        ("volumes.5", "entry-repeated"),
    ]
    assert (read(house), audits(house)) == ([], [])


@pytest.mark.sqlite_daily
@pytest.mark.once
@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"office": ...}, "office", "field-missing"),
        ({"office": "a b"}, "office", "field-invalid"),
        ({"service": None}, "service", "field-type"),
        ({"employee": ""}, "employee", "field-invalid"),
        ({"served": ...}, "served", "field-missing"),
        ({"served": None}, "served", "field-type"),
        ({"served": -1}, "served", "field-invalid"),
        ({"served": 1_000_001}, "served", "field-invalid"),
        ({"served": "42"}, "served", "field-type"),
        ({"served": 4.5}, "served", "field-type"),
        ({"served": True}, "served", "field-type"),
        ({"offered": -1}, "offered", "field-invalid"),
        ({"date": "1999-12-31"}, "date", "field-invalid"),
        ({"date": "2026-02-30"}, "date", "field-invalid"),
        ({"date": "17-11-2026"}, "date", "field-invalid"),
        ({"date": "1700000000"}, "date", "field-invalid"),
        ({"date": 1_700_000_000}, "date", "field-invalid"),
        ({"date": "2026-11-17T00:00:00"}, "date", "field-invalid"),
        ({"date": None}, "date", "field-invalid"),
        ({"counter": "loket-1"}, "counter", "field-unknown"),
    ],
)
def test_a_field_of_the_wrong_form_is_refused(house: House, wrong: dict[str, Any], field: str, code: str) -> None:
    response = post(house, volume(service="kk"), volume(**wrong))
    problem(response, 422, code, f"volumes.1.{field}")
    assert len(errors(response)) == 1
    assert read(house) == []


def test_a_request_holds_one_to_500_volumes(house: House) -> None:
    days = [(DAY - timedelta(days=back)).isoformat() for back in range(501)]
    many = [volume(date=day, employee="E001") for day in days]
    assert stored(post(house, *many[:500])) == (500, 500)
    problem(post(house, *many), 422, "field-invalid", "volumes")
    problem(post(house), 422, "field-invalid", "volumes")
    problem(house.post(PATH, {}, "queue"), 422, "field-missing", "volumes")
    problem(house.post(PATH, {"volumes": 1}, "queue"), 422, "field-type", "volumes")
    problem(house.request("POST", PATH, "queue", content=b"{", headers=JSON), 400, "malformed-json")
    problem(house.request("POST", PATH, "queue", content=b" " * 300_000, headers=JSON), 413, "body-too-large")


def test_today_is_that_of_the_office(house: House) -> None:
    # 16:30 in UTC is still the 18th in Jakarta and already the 19th in Makassar.
    house.clock.now = NOW.replace(hour=16, minute=30)
    told = volume(date="2026-11-19", employee=None)
    problem(post(house, told), 422, "day-in-future", "volumes.0.date")
    assert stored(post(house, told | {"office": "upt-makassar"})) == (1, 1)


def test_an_employee_counts_where_posted_that_day(house: House) -> None:
    told = volume(employee="E002")
    problem(post(house, told), 422, "employee-not-posted", "volumes.0.employee")
    assert stored(post(house, told | {"date": "2026-11-10"}, told | {"office": "upt-makassar"})) == (2, 2)


def test_what_was_added_to_the_directory_a_moment_ago_is_known(furnished: tuple[str, dict[str, str]]) -> None:
    with House.open(*furnished, directory_cache_seconds=60) as house:
        problem(post(house, volume(service="baru")), 422, "service-unknown", "volumes.0.service")
        with house.database.writing() as session:
            session.add(Service(agency_id="kota", code="baru", name="Baru", family="baru"))
            renew_version(session, "kota")
        house.clock.now += timedelta(seconds=2)
        assert stored(post(house, volume(service="baru"))) == (1, 1)


def test_the_store_takes_no_negative_number_and_no_unknown_office(house: House) -> None:
    good = DayVolume("dukcapil", DAY, "kk", "", 1, 1)
    for wrong in (good._replace(served=-1), good._replace(offered=-1), good._replace(office="tiada")):
        with pytest.raises(IntegrityError), house.database.writing() as session:
            put_volumes(session, "kota", [wrong])


def test_senders_at_the_same_time_never_block_each_other_for_good(database: Database) -> None:
    with database.writing() as session:
        add_agency(session, code="kota", name="Kota", actor="test", now=NOW)
        session.add(Office(agency_id="kota", code="setda", name="Setda", timezone="Asia/Jakarta"))
    days = [DAY - timedelta(days=back) for back in range(300)]

    def send(number: int) -> None:
        told = [DayVolume("setda", day, "kk", "", number, None) for day in (days if number % 2 else days[::-1])]
        with database.writing() as session:
            put_volumes(session, "kota", told)

    with Threads(4) as pool:
        list(pool.map(send, range(12)))
    with database.reading() as session:
        assert len(session.exec(select(Volume)).all()) == 300
