"""The SQL of changing the directory and of served volumes; other reads are in `catalogue_store`, `listing_store`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import Date, bindparam, text
from sqlmodel import SQLModel, col, insert, select, update

from app.directory.catalogue_store import whole_directory
from app.directory.rules.postings import Stay
from app.directory.tables import Agency, Counter, Employee, Office, Service
from app.directory.volumes.volume import DayVolume, ServedVolume
from app.foundation.ids import new_id
from app.foundation.storage.database import Session

StoredRow: TypeAlias = SQLModel

# All rows travel as one JSON text, so that one statement stores them however many they are. It writes in the order
# of the key: unsorted concurrent batches deadlocked 145 times of 180, sorted ones never. What is stored already is left
# alone and not counted; the rows are counted by themselves, as Citus also calls those written that were left alone.
POSTGRESQL_PUT = text(
    "WITH put AS (INSERT INTO volume (agency_id, office, served_on, service, employee, served, offered) "
    "SELECT :agency_id, office, served_on, service, employee, served, offered "
    "FROM json_to_recordset(CAST(:rows AS json)) AS sent(office text, served_on date, service text, employee text, "
    "served integer, offered integer) ORDER BY office, served_on, service, employee "
    "ON CONFLICT ON CONSTRAINT volume_pkey DO UPDATE SET served = excluded.served, offered = excluded.offered "
    "WHERE volume.served <> excluded.served OR volume.offered IS DISTINCT FROM excluded.offered RETURNING 1) "
    "SELECT count(*) FROM put"
)
# `WHERE true` tells SQLite's parser that ON belongs to the insert and not to a join.
SQLITE_PUT = text(
    "INSERT INTO volume (agency_id, office, served_on, service, employee, served, offered) "
    "SELECT :agency_id, value ->> 'office', value ->> 'served_on', value ->> 'service', value ->> 'employee', "
    "value ->> 'served', value ->> 'offered' FROM json_each(:rows) WHERE true "
    "ON CONFLICT DO UPDATE SET served = excluded.served, offered = excluded.offered "
    "WHERE volume.served <> excluded.served OR volume.offered IS NOT excluded.offered"
)
# If one day does not say how many were offered a rating, neither does the sum: a part would look like the whole.
SERVED = text(
    "SELECT office, service, employee, sum(served) AS served, "
    "CASE WHEN count(offered) = count(*) THEN sum(offered) END AS offered FROM volume "
    "WHERE agency_id = :agency_id AND served_on BETWEEN :first AND :last "
    "GROUP BY office, service, employee ORDER BY office, service, employee"
).bindparams(bindparam("first", type_=Date), bindparam("last", type_=Date))


@dataclass(frozen=True)
class ExistingDirectory:
    """An agency's directory by its codes, and every employee's stays in order."""

    offices: Mapping[str, Office]
    services: Mapping[str, Service]
    counters: Mapping[tuple[str, str], Counter]
    employees: Mapping[str, Employee]
    stays: Mapping[str, Sequence[Stay]]


@dataclass
class DirectoryChange:
    """New rows of a table and changed ones with their new values, each with its whole primary key."""

    table: type[StoredRow]
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)


def lock_agency(session: Session, agency_id: str) -> Agency | None:
    """The agency, its row locked until the transaction ends, so that one at a time changes its directory."""
    # SQLite knows no FOR UPDATE and needs none: its writing transactions exclude each other from their begin.
    return session.exec(select(Agency).where(Agency.agency_id == agency_id).with_for_update()).first()


def renew_version(session: Session, agency_id: str) -> None:
    """Give the directory a new version, by which every cache sees that it has changed."""
    session.exec(update(Agency).where(col(Agency.agency_id) == agency_id).values(directory_version=new_id()))


def existing_directory(session: Session, agency_id: str) -> ExistingDirectory:
    """The agency's directory by codes, without its duties."""
    rows = whole_directory(session, agency_id)
    stays: dict[str, list[Stay]] = {}
    for each in sorted(rows.postings, key=lambda posting: posting.from_on):
        stays.setdefault(each.employee, []).append(Stay(each.from_on, each.until_on, each.office))
    return ExistingDirectory(
        offices={row.code: row for row in rows.offices},
        services={row.code: row for row in rows.services},
        counters={(row.office, row.code): row for row in rows.counters},
        employees={row.code: row for row in rows.employees},
        stays=stays,
    )


def add(session: Session, row: StoredRow) -> None:
    """Insert one row now, so that rows which refer to it may follow."""
    session.add(row)
    session.flush()


def find_agency(session: Session, agency_id: str) -> Agency | None:
    """One agency."""
    return session.get(Agency, agency_id)


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


def write(session: Session, changes: Sequence[DirectoryChange]) -> None:
    """Insert and update in bulk, in the order given; rows a foreign key points to come first."""
    for change in changes:
        if change.new:
            session.exec(insert(change.table), params=change.new)
        if change.changed:
            session.exec(update(change.table), params=change.changed)
    # Rows read before would otherwise hide what was written past them.
    session.expire_all()


def put_volumes(session: Session, agency_id: str, volumes: Iterable[DayVolume]) -> int:
    """Store volumes of different keys, each replacing the one before; returns how many are new or changed."""
    rows = [
        volume._asdict() | {"served_on": volume.served_on.isoformat()}
        for volume in sorted(volumes, key=lambda volume: volume.key)
    ]
    values = {"agency_id": agency_id, "rows": json.dumps(rows, separators=(",", ":"))}
    if session.get_bind().dialect.name == "sqlite":
        return session.connection().execute(SQLITE_PUT, values).rowcount
    return int(session.execute(POSTGRESQL_PUT, values).scalar_one())


def served_volumes(session: Session, agency_id: str, first: date, last: date) -> list[ServedVolume]:
    """The sums of the volumes from `first` to `last`, by office, service and employee; missing days are not imputed.

    Every person served is in one row: under the employee who served, or under nobody.
    """
    rows = session.execute(SERVED, {"agency_id": agency_id, "first": first, "last": last})
    return [ServedVolume(row.office, row.service, row.employee or None, row.served, row.offered) for row in rows]
