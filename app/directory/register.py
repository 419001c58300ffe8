"""Adds agencies, offices, services, counters and employees one by one, each with its audit row.

Everything happens in the caller's transaction. `cells` are the columns of the directory workbook, so that a value
given by command is checked exactly as one in a file.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.access.audit import record
from app.access.audit_actions import AuditAction
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
from app.directory.workbook.rows import (
    AgencyRow,
    AnyRow,
    CounterRow,
    EmployeeRow,
    OfficeRow,
    ServiceRow,
    checked,
)
from app.foundation.ids import new_id
from app.foundation.storage.database import IntegrityError, Session
from app.foundation.storage.installation import SET_UP, forget_fact


def add_agency(session: Session, *, code: str, name: str, actor: str, now: datetime) -> Agency:
    """Add a tenant. Raises DirectoryFault if its code is taken or wrong, as all functions here do."""
    row = _row(AgencyRow, now, {"code": code, "name": name})
    if lock_agency(session, row.code) is not None:
        raise DirectoryFault(f"the agency {row.code} already exists")
    agency = Agency(agency_id=row.code, name=row.name, directory_version=new_id(), created_at=now)
    try:
        add(session, agency)
    except IntegrityError:
        # There was no row yet to lock: somebody has added it at the same moment.
        raise DirectoryFault(f"the agency {row.code} already exists") from None
    # With the first agency the link that sets an installation up is dead, in every process.
    forget_fact(session, SET_UP)
    record(session, agency_id=row.code, actor=actor, action="agency.added", subject=row.code, at=now)
    return agency


def set_period(session: Session, *, agency_id: str, months: int, actor: str, now: datetime) -> None:
    """Set by which period an agency's figures are told: a quarter (3 months) or a month (1). What is told stays told.

    The same again changes nothing. Raises DirectoryFault if there is no such agency.
    """
    agency = _lock(session, agency_id)
    if agency.period_months == months:
        return
    agency.period_months = months
    session.add(agency)
    record(session, agency_id=agency_id, actor=actor, action="agency.period", subject=agency_id, at=now, months=months)


def rename_agency(session: Session, *, agency_id: str, name: str, actor: str, now: datetime) -> None:
    """Give an agency another name; the same name changes nothing. Reports that are final keep the one they have.

    Raises DirectoryFault if there is no such agency, or for a wrong name.
    """
    agency = _lock(session, agency_id)
    row = _row(AgencyRow, now, {"code": agency_id, "name": name})
    if row.name == agency.name:
        return
    agency.name = row.name
    session.add(agency)
    session.flush()
    renew_version(session, agency_id)
    record(session, agency_id=agency_id, actor=actor, action="agency.renamed", subject=agency_id, at=now)


def add_office(session: Session, *, agency_id: str, actor: str, now: datetime, **cells: Cell | None) -> Office:
    """Add an office: `code`, `name`, `timezone` (or WIB, WITA, WIT), perhaps `parent` and `region_code`."""
    row = _row(OfficeRow, now, cells)
    _lock(session, agency_id)
    if find_office(session, agency_id, row.code) is not None:
        raise DirectoryFault(f"the office {row.code} already exists")
    if row.parent is not None:
        _office(session, agency_id, row.parent)
    office = Office(agency_id=agency_id, **row.columns())
    _add_with_audit(session, office, "office.added", row.code, actor, now)
    return office


def add_service(session: Session, *, agency_id: str, actor: str, now: datetime, **cells: Cell | None) -> Service:
    """Add a service: `code`, `name`, perhaps `family`; without one it is a family of its own."""
    row = _row(ServiceRow, now, cells)
    _lock(session, agency_id)
    if find_service(session, agency_id, row.code) is not None:
        raise DirectoryFault(f"the service {row.code} already exists")
    service = Service(agency_id=agency_id, **row.columns())
    _add_with_audit(session, service, "service.added", row.code, actor, now)
    return service


def add_counter(
    session: Session,
    *,
    agency_id: str,
    actor: str,
    now: datetime,
    services: Sequence[str] = (),
    **cells: Cell | None,
) -> Counter:
    """Add a counter: `office`, `code`, `name`; without services it gives every service of the agency."""
    row = _row(CounterRow, now, {**cells, "services": ";".join(services)})
    _lock(session, agency_id)
    _office(session, agency_id, row.office)
    if find_counter(session, agency_id, row.office, row.code) is not None:
        raise DirectoryFault(f"the office {row.office} already has a counter {row.code}")
    for service in row.services:
        if find_service(session, agency_id, service) is None:
            raise DirectoryFault(f"there is no service {service}")
    counter = Counter(agency_id=agency_id, **row.columns())
    _add_with_audit(session, counter, "counter.added", f"{row.office}/{row.code}", actor, now)
    return counter


def add_employee(
    session: Session,
    *,
    agency_id: str,
    actor: str,
    now: datetime,
    office: str,
    posted_from: date | None = None,
    **cells: Cell | None,
) -> Employee:
    """Add an employee, posted at an office from a day on (the office's today if none is given).

    Cells are `code`, `name`, perhaps `nip`, `position`, `grade` and `appraiser`, another employee's code.
    """
    _lock(session, agency_id)
    place = _office(session, agency_id, office)
    first = posted_from or now.astimezone(ZoneInfo(place.timezone)).date()
    row = _row(EmployeeRow, now, {**cells, "office": office, "posted_from": first})
    if find_employee(session, agency_id, row.code) is not None:
        raise DirectoryFault(f"the employee {row.code} already exists")
    if row.nip is not None and nip_is_taken(session, agency_id, row.nip):
        raise DirectoryFault("another employee has this NIP")
    if row.appraiser is not None and find_employee(session, agency_id, row.appraiser) is None:
        raise DirectoryFault(f"there is no employee {row.appraiser}")
    employee = Employee(agency_id=agency_id, **row.columns())
    posting = Posting(agency_id=agency_id, employee=row.code, from_on=row.posted_from, office=row.office)
    add(session, employee)
    _add_with_audit(session, posting, "employee.added", row.code, actor, now)
    return employee


def _row(model: type[AnyRow], now: datetime, cells: Mapping[str, Cell | None]) -> AnyRow:
    """The row of these cells, checked; what is not named is an empty cell."""
    named = {name: cell for name, cell in cells.items() if cell is not None}
    return checked(model, now.date(), dict.fromkeys(model.model_fields, "") | named)


def _lock(session: Session, agency_id: str) -> Agency:
    # Two commands at once would both find a code free; so whoever changes a directory holds its agency's row.
    agency = lock_agency(session, agency_id)
    if agency is None:
        raise DirectoryFault(f"there is no agency {agency_id}")
    return agency


def _office(session: Session, agency_id: str, code: str) -> Office:
    office = find_office(session, agency_id, code)
    if office is None:
        raise DirectoryFault(f"there is no office {code}")
    return office


def _add_with_audit(
    session: Session,
    row: Office | Service | Counter | Posting,
    action: AuditAction,
    subject: str,
    actor: str,
    now: datetime,
) -> None:
    add(session, row)
    # In the same transaction: a cache that sees the new version finds the new row as well.
    renew_version(session, row.agency_id)
    record(session, agency_id=row.agency_id, actor=actor, action=action, subject=subject, at=now)
