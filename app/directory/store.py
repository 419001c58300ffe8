"""The SQL of changing the directory; the other reads are in `catalogue_store` and `listing_store`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlmodel import SQLModel, col, insert, select, update

from app.directory.catalogue_store import duties_since, whole_directory
from app.directory.postings import Stay
from app.directory.tables import Agency, Counter, Duty, Employee, Office, Service
from app.foundation.database import Session
from app.foundation.ids import new_id

StoredRow: TypeAlias = SQLModel


@dataclass(frozen=True)
class Existing:
    """An agency's directory by its codes, and every employee's stays in order."""

    offices: Mapping[str, Office]
    services: Mapping[str, Service]
    counters: Mapping[tuple[str, str], Counter]
    employees: Mapping[str, Employee]
    stays: Mapping[str, Sequence[Stay]]


@dataclass
class Change:
    """New rows of a table, and known ones with their new values; each with its whole primary key."""

    table: type[StoredRow]
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)


def lock_agency(session: Session, agency_id: str) -> Agency | None:
    """The agency, held until the transaction ends: its directory is changed by one at a time."""
    return session.exec(select(Agency).where(Agency.agency_id == agency_id).with_for_update()).first()


def renew_version(session: Session, agency_id: str) -> None:
    """Tell every cache that the directory has changed."""
    session.exec(update(Agency).where(col(Agency.agency_id) == agency_id).values(directory_version=new_id()))


def existing_directory(session: Session, agency_id: str) -> Existing:
    """Everything but the duties."""
    rows = whole_directory(session, agency_id)
    stays: dict[str, list[Stay]] = {}
    for each in sorted(rows.postings, key=lambda posting: posting.from_on):
        stays.setdefault(each.employee, []).append(Stay(each.from_on, each.until_on, each.office))
    return Existing(
        offices={row.code: row for row in rows.offices},
        services={row.code: row for row in rows.services},
        counters={(row.office, row.code): row for row in rows.counters},
        employees={row.code: row for row in rows.employees},
        stays=stays,
    )


def duties_after(session: Session, agency_id: str, moment: datetime) -> Sequence[Duty]:
    """Duties that end after a moment, by counter and start."""
    return duties_since(session, agency_id, moment)


def add(session: Session, row: StoredRow) -> None:
    """Insert one row now, so that rows which refer to it may follow."""
    session.add(row)
    session.flush()


def find_office(session: Session, agency_id: str, code: str) -> Office | None:
    """One office of the agency."""
    return session.get(Office, (agency_id, code))


def find_service(session: Session, agency_id: str, code: str) -> Service | None:
    """One service of the agency."""
    return session.get(Service, (agency_id, code))


def find_counter(session: Session, agency_id: str, office: str, code: str) -> Counter | None:
    """One counter of the agency."""
    return session.get(Counter, (agency_id, office, code))


def find_employee(session: Session, agency_id: str, code: str) -> Employee | None:
    """One employee of the agency."""
    return session.get(Employee, (agency_id, code))


def nip_is_taken(session: Session, agency_id: str, nip: str) -> bool:
    """Whether an employee of the agency has this NIP."""
    query = select(Employee.code).where(Employee.agency_id == agency_id, Employee.nip == nip)
    return session.exec(query).first() is not None


def write(session: Session, changes: Sequence[Change]) -> None:
    """Insert and update in bulk, in the order given; rows a foreign key points to come first."""
    for change in changes:
        if change.new:
            session.exec(insert(change.table), params=change.new)
        if change.changed:
            session.exec(update(change.table), params=change.changed)
    # Rows read before would otherwise hide what was written past them.
    session.expire_all()
