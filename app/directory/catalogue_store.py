"""The SQL that reads a whole directory, for the catalogue and for imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, select

from app.directory.tables import Agency, Counter, Duty, Employee, Office, Posting, Service
from app.foundation.storage.database import Session


@dataclass(frozen=True)
class WholeDirectory:
    """All rows of an agency's directory but its duties."""

    offices: Sequence[Office]
    services: Sequence[Service]
    counters: Sequence[Counter]
    employees: Sequence[Employee]
    postings: Sequence[Posting]


def agencies(session: Session) -> Sequence[Agency]:
    """Every agency of the installation by its code: for whoever runs it, never for a key."""
    return session.exec(select(Agency).order_by(col(Agency.agency_id))).all()


def agency_ids(session: Session) -> Sequence[str]:
    """The code of every agency of the installation."""
    return session.exec(select(Agency.agency_id)).all()


def has_agencies(session: Session) -> bool:
    """Whether the installation has any agency yet."""
    return session.exec(select(Agency.agency_id).limit(1)).first() is not None


def directory_version(session: Session, agency_id: str) -> UUID | None:
    """The version, which every change of the directory renews; None for no such agency."""
    return session.exec(select(Agency.directory_version).where(Agency.agency_id == agency_id)).first()


def directory_versions(session: Session) -> dict[str, UUID]:
    """The version of each agency in scope."""
    return dict(session.exec(select(Agency.agency_id, Agency.directory_version)).all())


def whole_directory(session: Session, agency_id: str) -> WholeDirectory:
    """All rows of the agency's directory but its duties, which grow with time."""
    return WholeDirectory(
        offices=session.exec(select(Office).where(Office.agency_id == agency_id)).all(),
        services=session.exec(select(Service).where(Service.agency_id == agency_id)).all(),
        counters=session.exec(select(Counter).where(Counter.agency_id == agency_id)).all(),
        employees=session.exec(select(Employee).where(Employee.agency_id == agency_id)).all(),
        postings=session.exec(select(Posting).where(Posting.agency_id == agency_id)).all(),
    )


def duties_since(session: Session, agency_id: str, since: datetime) -> Sequence[Duty]:
    """Duties that end after `since`, by counter and start."""
    return session.exec(
        select(Duty)
        .where(Duty.agency_id == agency_id, col(Duty.until_at) > since)
        .order_by(col(Duty.office), col(Duty.counter), col(Duty.from_at))
    ).all()


def directory_counts(session: Session, agency_id: str) -> Mapping[str, int]:
    """How many rows of each kind the agency's directory has."""
    tables: Mapping[str, type[Office | Service | Counter | Employee | Duty]] = {
        "offices": Office,
        "services": Service,
        "counters": Counter,
        "employees": Employee,
        "duties": Duty,
    }
    return {
        kind: session.exec(select(func.count()).select_from(table).where(col(table.agency_id) == agency_id)).one()
        for kind, table in tables.items()
    }


def newest_duties(session: Session, agency_id: str, limit: int) -> Sequence[Duty]:
    """The duties that end last, at most `limit`, the newest first."""
    return session.exec(
        select(Duty)
        .where(Duty.agency_id == agency_id)
        .order_by(col(Duty.until_at).desc(), col(Duty.office), col(Duty.counter))
        .limit(limit)
    ).all()
