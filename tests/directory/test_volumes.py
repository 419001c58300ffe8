"""Served volumes over HTTP and as reports read them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.access.tables import AuditEvent
from app.directory.register import add_agency
from app.directory.store import put_volumes, renew_version, served_volumes
from app.directory.tables import Office, Service, Volume
from app.directory.volumes.volume import DayVolume, ServedVolume
from app.foundation.storage.database import Database
from tests.house import NOW, House, problem
from tests.threads import Threads

PATH = "/v1/volumes"
DAY = date(2026, 11, 17)
JSON = {"content-type": "application/json"}


def volume(**changed: Any) -> dict[str, Any]:
    """A good volume; `...` removes a field."""
    told = {
        "office": "dukcapil",
        "service": "ktp-el",
        "employee": "E001",
        "date": "2026-11-17",
        "served": 42,
        "offered": 40,
    } | changed
    return {name: value for name, value in told.items() if value is not ...}


def post(house: House, *volumes: dict[str, Any], key: str = "queue") -> httpx.Response:
    """Send volumes."""
    return house.post(PATH, {"volumes": list(volumes)}, key)


def stored(response: httpx.Response) -> tuple[int, int]:
    """How many are stored, and how many of them changed something."""
    assert response.status_code == 200, response.text
    body = response.json()
    return body["stored"], body["changed"]


def read(house: House, key: str = "reader", **query: Any) -> list[dict[str, Any]]:
    """One page of volumes."""
    response = house.get(PATH, key, params=query)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def audits(house: House) -> Sequence[AuditEvent]:
    """The audit rows about volumes."""
    with house.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == "volumes.stored")
        return session.exec(query.order_by(col(AuditEvent.event_id))).all()


def errors(response: httpx.Response) -> list[tuple[str, str]]:
    """Field and code of every fault."""
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


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


def test_a_queue_system_of_one_office_reaches_no_other(house: House) -> None:
    key = "queue dukcapil"
    assert stored(post(house, volume(), key=key)) == (1, 1)
    response = post(house, volume(served=1), volume(office="setda", employee=None), volume(service="x"), key=key)
    problem(response, 403, "out-of-scope")
    assert errors(response) == [("volumes.1.office", "out-of-scope"), ("volumes.2.service", "service-unknown")]
    post(house, volume(office="setda", employee=None))
    assert read(house, key) == [volume()]
    assert len(read(house, "reader makassar")) == 0
    problem(house.get(PATH, key, params={"office": "setda"}), 403, "out-of-scope")
    problem(house.get(PATH, key, params={"office": "tiada"}), 404, "office-unknown")


@pytest.mark.quiet
def test_a_queue_system_reads_the_directory_and_a_supervisor_the_indices(house: House) -> None:
    offices = house.get("/v1/offices", "queue dukcapil").json()["items"]
    assert [office["code"] for office in offices] == ["dukcapil"]
    problem(house.get("/v1/indices", "queue"), 403, "key-kind-refused")
    assert house.get("/v1/indices", "supervisor").json() == house.get("/v1/indices", "reader").json()


def test_pages_follow_one_another_in_the_order_of_the_key(house: House) -> None:
    told = [
        volume(office=office, date=day, service=service, employee=employee)
        for office in ("dukcapil", "setda")
        for day in ("2026-11-16", "2026-11-17")
        for service in ("kk", "ktp-el")
        for employee in ((None, "E001", "E004") if office == "dukcapil" else (None,))
    ]
    post(house, *reversed(told))
    pages, after = list[Any](), None
    while after is not None or not pages:
        query = {"limit": 3} | ({} if after is None else {"after": after})
        page = house.get(PATH, params=query).json()
        pages += page["items"]
        after = page["next"]
    assert pages == told


def test_an_office_and_a_period_may_be_asked_for(house: House) -> None:
    days = ["2026-11-15", "2026-11-16", "2026-11-17"]
    post(house, *(volume(date=day) for day in days), volume(office="setda", employee=None))
    assert [each["date"] for each in read(house, office="dukcapil")] == days
    assert [each["date"] for each in read(house, office="dukcapil", **{"from": days[1]})] == days[1:]
    assert [each["date"] for each in read(house, to=days[0])] == days[:1]
    assert [each["date"] for each in read(house, office="dukcapil", **{"from": days[1], "to": days[1]})] == days[1:2]
    problem(house.get(PATH, params={"from": days[1], "to": days[0]}), 422, "period-reversed")


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize(
    "query",
    [
        {"after": "dukcapil"},
        {"after": "dukcapil/2026-13-01/kk/"},
        {"after": "dukcapil/2026-11-01/kk"},
        {"limit": "0"},
        {"from": "1700000000"},
        {"to": "1999-12-31"},
        {"office": "a b"},
        {"service": "kk"},
    ],
)
def test_wrong_parameters_are_refused(house: House, query: dict[str, str]) -> None:
    document = problem(house.get(PATH, params=query), 422, "invalid-request")
    assert [error["field"].split(".")[-1] for error in document["errors"]] == list(query)


def test_volumes_are_summed_over_days_and_what_is_not_told_is_not_made_up(house: House) -> None:
    post(
        house,
        volume(date="2026-10-31", served=1_000),
        volume(date="2026-11-01", served=3, offered=2),
        volume(date="2026-11-03", served=4, offered=4),
        volume(date="2026-11-01", service="kk", served=5, offered=0),
        volume(date="2026-11-02", service="kk", served=6, offered=None),
        volume(date="2026-11-02", employee=None, served=0, offered=None),
        volume(date="2026-11-17", served=1_000),
    )
    with house.database.reading() as session:
        found = served_volumes(session, "kota", date(2026, 11, 1), date(2026, 11, 16))
        assert served_volumes(session, "desa", date(2026, 1, 1), date(2026, 12, 31)) == []
    assert found == [
        ServedVolume("dukcapil", "kk", "E001", 11, None),
        ServedVolume("dukcapil", "ktp-el", None, 0, None),
        ServedVolume("dukcapil", "ktp-el", "E001", 7, 6),
    ]
    assert all(type(each.served) is int for each in found)


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
