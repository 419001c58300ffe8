"""Adding to the directory one by one. Each verb writes its audit row in the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.access.audit import record
from app.directory.faults import DirectoryFault
from app.directory.store import (
    add,
    find_counter,
    find_employee,
    find_office,
    find_service,
    lock_agency,
    nip_is_taken,
    renew_version,
)
from app.directory.tables import Agency, Counter, Employee, Office, Posting, Service
from app.directory.workbook.cells import Cell
from app.directory.workbook.rows import AgencyRow, CounterRow, EmployeeRow, OfficeRow, ServiceRow, checked
from app.foundation.ids import new_id
from app.foundation.storage.database import Session


def add_agency(session: Session, *, code: str, name: str, actor: str, now: datetime) -> Agency:
    """A new tenant. Raises DirectoryFault when its code is taken or wrong, as all verbs here do."""
    row = checked(AgencyRow, now.date(), {"code": code, "name": name})
    if lock_agency(session, row.code) is not None:
        raise DirectoryFault(f"the agency {row.code} already exists")
    agency = Agency(agency_id=row.code, name=row.name, directory_version=new_id(), created_at=now)
    add(session, agency)
    record(session, agency_id=row.code, actor=actor, action="agency.added", subject=row.code, at=now)
    return agency


def add_office(
    session: Session,
    *,
    agency_id: str,
    code: str,
    name: str,
    timezone: str,
    actor: str,
    now: datetime,
    parent: str | None = None,
    region_code: str | None = None,
) -> Office:
    """A new office, under `parent` if given; `timezone` may be WIB, WITA or WIT."""
    cells = {
        "code": code,
        "name": name,
        "parent": parent or "",
        "timezone": timezone,
        "region_code": region_code or "",
    }
    row = checked(OfficeRow, now.date(), cells)
    _lock(session, agency_id)
    if find_office(session, agency_id, row.code) is not None:
        raise DirectoryFault(f"the office {row.code} already exists")
    if row.parent is not None:
        _office(session, agency_id, row.parent)
    office = Office(agency_id=agency_id, **row.columns())
    _keep(session, office, "office.added", row.code, actor, now)
    return office


def add_service(
    session: Session,
    *,
    agency_id: str,
    code: str,
    name: str,
    actor: str,
    now: datetime,
    family: str | None = None,
) -> Service:
    """A new service; without a family it is a family of its own."""
    row = checked(ServiceRow, now.date(), {"code": code, "name": name, "family": family or ""})
    _lock(session, agency_id)
    if find_service(session, agency_id, row.code) is not None:
        raise DirectoryFault(f"the service {row.code} already exists")
    service = Service(agency_id=agency_id, **row.columns())
    _keep(session, service, "service.added", row.code, actor, now)
    return service


def add_counter(
    session: Session,
    *,
    agency_id: str,
    office: str,
    code: str,
    name: str,
    actor: str,
    now: datetime,
    services: Sequence[str] = (),
) -> Counter:
    """A new counter of an office; without services it gives every service of the agency."""
    cells = {"office": office, "code": code, "name": name, "services": ";".join(services)}
    row = checked(CounterRow, now.date(), cells)
    _lock(session, agency_id)
    _office(session, agency_id, row.office)
    if find_counter(session, agency_id, row.office, row.code) is not None:
        raise DirectoryFault(f"the office {row.office} already has a counter {row.code}")
    for service in row.services:
        if find_service(session, agency_id, service) is None:
            raise DirectoryFault(f"there is no service {service}")
    counter = Counter(agency_id=agency_id, **row.columns())
    _keep(session, counter, "counter.added", f"{row.office}/{row.code}", actor, now)
    return counter


def add_employee(
    session: Session,
    *,
    agency_id: str,
    code: str,
    name: str,
    office: str,
    actor: str,
    now: datetime,
    posted_from: date | None = None,
    nip: str | None = None,
    position: str | None = None,
    grade: str | None = None,
    appraiser: str | None = None,
) -> Employee:
    """A new employee, posted at an office from a day on (its today when none is given).

    `appraiser` is the code of another employee of the agency.
    """
    _lock(session, agency_id)
    place = _office(session, agency_id, office)
    cells: dict[str, Cell] = {
        "code": code,
        "name": name,
        "nip": nip or "",
        "position": position or "",
        "grade": grade or "",
        "office": office,
        "posted_from": posted_from or now.astimezone(ZoneInfo(place.timezone)).date(),
        "appraiser": appraiser or "",
    }
    row = checked(EmployeeRow, now.date(), cells)
    if find_employee(session, agency_id, row.code) is not None:
        raise DirectoryFault(f"the employee {row.code} already exists")
    if row.nip is not None and nip_is_taken(session, agency_id, row.nip):
        raise DirectoryFault("another employee has this NIP")
    if row.appraiser is not None and find_employee(session, agency_id, row.appraiser) is None:
        raise DirectoryFault(f"there is no employee {row.appraiser}")
    employee = Employee(agency_id=agency_id, **row.columns())
    posting = Posting(agency_id=agency_id, employee=row.code, from_on=row.posted_from, office=row.office)
    add(session, employee)
    _keep(session, posting, "employee.added", row.code, actor, now)
    return employee


def _lock(session: Session, agency_id: str) -> None:
    if lock_agency(session, agency_id) is None:
        raise DirectoryFault(f"there is no agency {agency_id}")


def _office(session: Session, agency_id: str, code: str) -> Office:
    office = find_office(session, agency_id, code)
    if office is None:
        raise DirectoryFault(f"there is no office {code}")
    return office


def _keep(
    session: Session,
    row: Office | Service | Counter | Posting,
    action: str,
    subject: str,
    actor: str,
    now: datetime,
) -> None:
    add(session, row)
    renew_version(session, row.agency_id)
    record(session, agency_id=row.agency_id, actor=actor, action=action, subject=subject, at=now)
