"""Adding agencies, offices, services, counters and employees one by one."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import select

from app.access.tables import AuditEvent
from app.directory.faults import DirectoryFault
from app.directory.register import add_agency, add_counter, add_employee, add_office, add_service
from app.directory.tables import Agency, Posting
from app.foundation.storage.database import Database
from tests.directory.workbooks import NIP, NOW, dump
from tests.threads import Threads

WHO: dict[str, Any] = {"agency_id": "kota", "actor": "test", "now": NOW}


@pytest.fixture
def town(database: Database) -> Database:
    """An agency with one of everything."""
    with database.writing() as session:
        add_agency(session, code="kota", name="Kota", actor="test", now=NOW)
        add_office(session, code="setda", name="Setda", timezone="WIT", **WHO)
        add_service(session, code="kk", name="Kartu Keluarga", **WHO)
        add_counter(session, office="setda", code="loket-1", name="Loket 1", services=["kk"], **WHO)
        add_employee(session, code="E001", name="Budi", office="setda", nip=NIP, **WHO)
    return database


def test_every_addition_leaves_an_audit_row_without_personal_data(town: Database) -> None:
    with town.reading() as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.event_id)).all()  # type: ignore[arg-type]  # SQLModel types the column as its value
    assert [(event.action, event.subject, event.actor) for event in events] == [
        ("agency.added", "kota", "test"),
        ("office.added", "setda", "test"),
        ("service.added", "kk", "test"),
        ("counter.added", "setda/loket-1", "test"),
        ("employee.added", "E001", "test"),
    ]
    assert "Budi" not in str(events)
    assert NIP not in str(events)


def test_what_is_added_is_returned_as_it_is_kept(town: Database) -> None:
    with town.writing() as session:
        office = add_office(
            session, code="upt", name=" UPT ", timezone="wita", parent="setda", region_code="73.71", **WHO
        )
        service = add_service(session, code="ktp", name="KTP", family="adminduk", **WHO)
        counter = add_counter(session, office="upt", code="loket-1", name="Loket", **WHO)
    assert (office.name, office.timezone, office.parent) == ("UPT", "Asia/Makassar", "setda")
    assert (service.family, counter.services) == ("adminduk", [])


def test_a_posting_begins_today_at_the_office_unless_a_day_is_given(town: Database) -> None:
    late = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
    with town.writing() as session:
        add_employee(session, code="E002", name="Ani", office="setda", **WHO | {"now": late})
        add_employee(session, code="E003", name="Citra", office="setda", posted_from=date(2020, 2, 1), **WHO)
    with town.reading() as session:
        days = {posting.employee: posting.from_on for posting in session.exec(select(Posting))}
    assert days == {"E001": date(2026, 11, 18), "E002": date(2026, 11, 19), "E003": date(2020, 2, 1)}


@pytest.mark.parametrize(
    ("add", "values"),
    [
        (add_office, {"code": "upt", "name": "UPT", "timezone": "WIB"}),
        (add_service, {"code": "ktp", "name": "KTP"}),
        (add_counter, {"office": "setda", "code": "loket-2", "name": "Loket 2"}),
        (add_employee, {"code": "E002", "name": "Ani", "office": "setda"}),
    ],
)
def test_every_addition_renews_the_version(town: Database, add: Callable[..., Any], values: dict[str, Any]) -> None:
    with town.writing() as session:
        before = session.exec(select(Agency.directory_version)).one()
        add(session, **values, **WHO)
        assert session.exec(select(Agency.directory_version)).one() != before


@pytest.mark.once
@pytest.mark.parametrize(
    ("add", "values", "problem"),
    [
        (add_office, {"code": "setda", "name": "S", "timezone": "WIB"}, "office setda already exists"),
        (add_office, {"code": "upt", "name": "S", "timezone": "WIB", "parent": "x"}, "no office x"),
        (
            add_office,
            {"code": "Upt", "name": "", "timezone": "UTC"},
            "code: write .*; name: a .*; timezone: write",
        ),
        (add_office, {"code": "upt", "name": "S", "timezone": "WIB", "region_code": "7371"}, "region_code"),
        (add_service, {"code": "kk", "name": "KK"}, "service kk already exists"),
        (add_service, {"code": "a", "name": "KK", "family": "A B"}, "family"),
        (add_counter, {"office": "setda", "code": "loket-1", "name": "L"}, "already has a counter loket-1"),
        (add_counter, {"office": "x", "code": "loket-1", "name": "L"}, "no office x"),
        (add_counter, {"office": "setda", "code": "l", "name": "L", "services": ["kk", "x"]}, "no service x"),
        (add_employee, {"code": "E001", "name": "B", "office": "setda"}, "employee E001 already exists"),
        (add_employee, {"code": "E002", "name": "B", "office": "x"}, "no office x"),
        (add_employee, {"code": "E002", "name": "B", "office": "setda", "nip": NIP}, "another employee has"),
        (
            add_employee,
            {"code": "E002", "name": "B", "office": "setda", "nip": "1"},
            "nip: a NIP has exactly 18",
        ),
        (add_employee, {"code": NIP, "name": "B", "office": "setda"}, "must not hold a NIP"),
    ],
)
def test_a_wrong_addition_says_what_is_wrong_and_writes_nothing(
    town: Database, add: Callable[..., Any], values: dict[str, Any], problem: str
) -> None:
    before = dump(town)
    with pytest.raises(DirectoryFault, match=problem) as raised, town.writing() as session:
        add(session, **values, **WHO)
    assert NIP not in str(raised.value)
    assert dump(town) == before


@pytest.mark.parametrize(("code", "problem"), [("kota", "agency kota already exists"), ("Kota", "code: write")])
def test_a_wrong_agency_is_refused(town: Database, code: str, problem: str) -> None:
    with pytest.raises(DirectoryFault, match=problem), town.writing() as session:
        add_agency(session, code=code, name="Kota", actor="test", now=NOW)


def test_an_agency_does_not_see_the_offices_of_another(town: Database) -> None:
    with town.writing() as session:
        add_agency(session, code="desa", name="Desa", actor="test", now=NOW)
    with pytest.raises(DirectoryFault, match="no office setda"), town.writing() as session:
        add_counter(session, office="setda", code="l", name="L", **WHO | {"agency_id": "desa"})


def test_nothing_is_added_to_an_unknown_agency(town: Database) -> None:
    with pytest.raises(DirectoryFault, match="no agency nowhere"), town.writing() as session:
        add_service(session, code="a", name="A", **WHO | {"agency_id": "nowhere"})


def test_two_who_add_the_same_at_once_do_not_both_succeed(town: Database) -> None:
    def attempt(_: int) -> str:
        try:
            with town.writing() as session:
                add_office(session, code="upt", name="UPT", timezone="WIB", **WHO)
        except DirectoryFault as fault:
            return str(fault)
        return "added"

    with Threads(4) as pool:
        told = sorted(pool.map(attempt, range(4)))
    assert told == ["added", *["the office upt already exists"] * 3]
