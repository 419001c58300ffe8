"""Served volumes are read over HTTP within the offices of a key, and summed for reports."""

from datetime import date
from typing import Any

import pytest

from app.directory.store import served_volumes
from app.directory.volumes.volume import ServedVolume
from tests.directory.volume_requests import PATH, errors, post, read, stored, volume
from tests.house import House, problem


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
