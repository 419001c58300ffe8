"""The SQL that lists the directory: keyset pages, of one agency, within some of its offices."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import and_, col, func, or_, select, tuple_
from sqlmodel.sql.expression import SelectOfScalar

from app.directory.rules.head_zone import head_zone
from app.directory.schemas import VolumeQuery
from app.directory.tables import Agency, Counter, Employee, Office, Posting, Service, Volume
from app.foundation.storage.database import Session

# Codes bound into one statement; far below what either driver takes.
BATCH = 500
NAMED: Mapping[str, type[Office | Service | Employee]] = {"office": Office, "service": Service, "employee": Employee}


def agency_name(session: Session, agency_id: str) -> str:
    """The agency's name; LookupError for no such agency."""
    agency = session.get(Agency, agency_id)
    if agency is None:
        raise LookupError("there is no such agency")
    return agency.name


def office_parents(session: Session, agency_id: str) -> dict[str, str | None]:
    """Each office's code with that of the office above it."""
    return dict(session.exec(select(Office.code, Office.parent).where(Office.agency_id == agency_id)).all())


def office_branches(session: Session, agency_id: str, *offices: str | None) -> dict[str, str | None]:
    """As `office_parents`, of these offices with all below and above them; where None is among them, of all there are.

    Of tens of thousands a page about one reads no others.
    """
    if None in offices:
        return office_parents(session, agency_id)
    own = select(Office.code, Office.parent).where(Office.agency_id == agency_id)
    named = own.where(col(Office.code).in_(offices))
    below, above = _with_below(agency_id, named), named.cte("above", recursive=True)
    above = above.union(own.join(above, col(Office.code) == above.c.parent))
    rows = session.execute(select(below.c.code, below.c.parent).union(select(above.c.code, above.c.parent))).all()
    return {row[0]: row[1] for row in rows}


def count_offices(session: Session, agency_id: str, root: str | None = None) -> int:
    """How many offices the agency has, or `root` with those below it."""
    query = select(func.count()).select_from(Office).where(*_of_branch(agency_id, root))
    return session.exec(query).one()


def office_codes(session: Session, agency_id: str, root: str | None, *, after: str | None, limit: int) -> Sequence[str]:
    """Codes of the agency's offices, or of `root` and those below it, in order."""
    query = select(Office.code).where(*_of_branch(agency_id, root), col(Office.code) > (after or ""))
    return session.exec(query.order_by(col(Office.code)).limit(limit)).all()


def codes_by_name(session: Session, agency_id: str, root: str | None, *, skip: int, limit: int) -> Sequence[str]:
    """Codes of the agency's offices, or of those below `root`, in the order of their names."""
    query = select(Office.code).where(*_of_branch(agency_id, root), col(Office.code) != (root or ""))
    return session.exec(query.order_by(col(Office.name), col(Office.code)).offset(skip).limit(limit)).all()


def _of_branch(agency_id: str, root: str | None) -> list[Any]:
    """That an office is of the agency, or is `root` or below it."""
    of_agency = col(Office.agency_id) == agency_id
    if root is None:
        return [of_agency]
    named = select(Office.code, Office.parent).where(of_agency, col(Office.code) == root)
    return [of_agency, col(Office.code).in_(select(_with_below(agency_id, named).c.code))]


def _with_below(agency_id: str, named: Any) -> Any:
    below = named.cte("below", recursive=True)
    # A circle ends, since a row that is there already is not taken again.
    own = select(Office.code, Office.parent).where(Office.agency_id == agency_id)
    return below.union(own.join(below, col(Office.parent) == below.c.code))


class Place(NamedTuple):
    """What an office is called, and its time zone."""

    name: str
    timezone: str


def places_of(session: Session, agency_id: str, offices: Collection[str]) -> dict[str, Place]:
    """Names and time zones of a few offices, by code."""
    query = select(Office.code, Office.name, Office.timezone)
    rows = session.exec(query.where(Office.agency_id == agency_id, col(Office.code).in_(offices))).all()
    return {code: Place(name, timezone) for code, name, timezone in rows}


def zone_of_agency(session: Session, agency_id: str) -> str:
    """The time zone in which an agency as a whole lives."""
    tops = select(Office.timezone, func.count()).where(Office.agency_id == agency_id, col(Office.parent).is_(None))
    return head_zone(dict(session.exec(tops.group_by(Office.timezone)).all()))


def families_of(session: Session, agency_id: str) -> dict[str, str]:
    """Each service's family."""
    return dict(session.exec(select(Service.code, Service.family).where(Service.agency_id == agency_id)).all())


def names_of(session: Session, agency_id: str, kind: str, codes: Collection[str]) -> dict[str, str]:
    """The names behind codes of the kind `office`, `service` or `employee`; unknown codes are absent.

    Other kinds (channels, months, days) have no names.
    """
    table = NAMED.get(kind)
    if table is None:
        return {}
    names: dict[str, str] = {}
    # PostgreSQL answers a NUL, which no code holds, with an error instead of finding nothing.
    ordered = sorted(code for code in codes if "\0" not in code)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        query = select(table.code, table.name).where(table.agency_id == agency_id, col(table.code).in_(batch))
        names.update(session.exec(query).all())
    return names


# Pages begin after a key and not at a number: rows added meanwhile move nothing, and a late page costs what the first
# does.
def offices_page(
    session: Session, agency_id: str, *, within: Collection[str] | None, after: str | None, limit: int
) -> Sequence[Office]:
    """Offices by code, of those `within` (None: all)."""
    query = select(Office).where(Office.agency_id == agency_id, col(Office.code) > (after or ""))
    if within is not None:
        query = query.where(col(Office.code).in_(within))
    return session.exec(query.order_by(col(Office.code)).limit(limit)).all()


def only_agency_with(session: Session, office: str) -> str | None:
    """The agency of the one active office with this code; None where no agency or more than one has it."""
    # Two are enough to know that the code alone does not say which agency is meant.
    query = select(Office.agency_id).where(Office.code == office, col(Office.active).is_(True)).limit(2)
    found = session.exec(query).all()
    return found[0] if len(found) == 1 else None


def services_at(session: Session, agency_id: str, office: str) -> Sequence[Service]:
    """The active services by code that an office's counters give: all where one of them gives all, or there is none."""
    # A counter that names no service gives all; so does an office that has not listed its counters.
    counters = session.exec(select(Counter).where(Counter.agency_id == agency_id, Counter.office == office)).all()
    query = select(Service).where(Service.agency_id == agency_id, col(Service.active).is_(True))
    if counters and all(each.services for each in counters):
        query = query.where(col(Service.code).in_({code for each in counters for code in each.services}))
    return session.exec(query.order_by(col(Service.code))).all()


def services_page(
    session: Session, agency_id: str, *, among: Collection[str] | None, after: str | None, limit: int
) -> Sequence[Service]:
    """Services by code, of those `among` (None: all)."""
    query = select(Service).where(Service.agency_id == agency_id, col(Service.code) > (after or ""))
    if among is not None:
        query = query.where(col(Service.code).in_(among))
    return session.exec(query.order_by(col(Service.code)).limit(limit)).all()


def counters_page(
    session: Session,
    agency_id: str,
    *,
    within: Collection[str] | None,
    only: str | None,
    after: tuple[str, str],
    limit: int,
) -> Sequence[Counter]:
    """Counters by office and code, of the offices `within` (None: all), of one code (None: any)."""
    office, code = after
    later = or_(col(Counter.office) > office, and_(Counter.office == office, col(Counter.code) > code))
    query = select(Counter).where(Counter.agency_id == agency_id, later)
    if within is not None:
        query = query.where(col(Counter.office).in_(within))
    if only is not None:
        query = query.where(Counter.code == only)
    return session.exec(query.order_by(col(Counter.office), col(Counter.code)).limit(limit)).all()


def counter_names(session: Session, agency_id: str, offices: Collection[str]) -> dict[tuple[str, str], str]:
    """The names of all counters of these offices, by office and code."""
    names: dict[tuple[str, str], str] = {}
    ordered = sorted(offices)
    for start in range(0, len(ordered), BATCH):
        batch = ordered[start : start + BATCH]
        query = select(Counter).where(Counter.agency_id == agency_id, col(Counter.office).in_(batch))
        names.update({(each.office, each.code): each.name for each in session.exec(query)})
    return names


def employees_page(
    session: Session,
    agency_id: str,
    *,
    within: Collection[str] | None,
    days: Mapping[str, date],
    after: str | None,
    limit: int,
) -> Sequence[Employee]:
    """Employees by code: everybody, or those posted `within` some offices on their office's day."""
    query = select(Employee).where(Employee.agency_id == agency_id, col(Employee.code) > (after or ""))
    if within is not None:
        posted = _postings_of(agency_id, days).where(col(Posting.office).in_(within))
        query = query.where(col(Employee.code).in_(posted.with_only_columns(col(Posting.employee))))
    return session.exec(query.order_by(col(Employee.code)).limit(limit)).all()


def posted_within(
    session: Session, agency_id: str, offices: Collection[str], days: Mapping[str, date]
) -> frozenset[str]:
    """The codes of all who are posted at one of these offices on that office's day, however many offices there are."""
    ordered, found = sorted(offices), set[str]()
    for start in range(0, len(ordered), BATCH):
        posted = _postings_of(agency_id, days).where(col(Posting.office).in_(ordered[start : start + BATCH]))
        found.update(each.employee for each in session.exec(posted))
    return frozenset(found)


def posted_offices(
    session: Session, agency_id: str, employees: Collection[str], days: Mapping[str, date]
) -> dict[str, str]:
    """The office at which each of these employees is posted today; who is posted nowhere is absent."""
    # By their beginning, so that of two postings in force the later one stays.
    query = _postings_of(agency_id, days).where(col(Posting.employee).in_(employees))
    return {each.employee: each.office for each in session.exec(query.order_by(col(Posting.from_on)))}


def nips_of(session: Session, agency_id: str, employees: Collection[str]) -> dict[str, str | None]:
    """The NIP of each of these employees as the directory has it now; only for readers who may see it."""
    query = select(Employee.code, Employee.nip).where(
        Employee.agency_id == agency_id, col(Employee.code).in_(employees)
    )
    return dict(session.exec(query).all())


def volumes_page(
    session: Session,
    agency_id: str,
    query: VolumeQuery,
    *,
    within: Collection[str] | None,
) -> Sequence[Volume]:
    """The page asked for and one row more, of the offices `within` (None: all): by office, day, service, employee."""
    key = (col(Volume.office), col(Volume.served_on), col(Volume.service), col(Volume.employee))
    found = select(Volume).where(Volume.agency_id == agency_id)
    if within is not None:
        found = found.where(col(Volume.office).in_(within))
    if query.first is not None:
        found = found.where(Volume.served_on >= query.first)
    if query.last is not None:
        found = found.where(Volume.served_on <= query.last)
    if query.key is not None:
        # Both stores compare rows of values, so the primary key's index finds the place at once.
        found = found.where(tuple_(*key) > query.key)
    return session.exec(found.order_by(*key).limit(query.limit + 1)).all()


def counter_services(session: Session, agency_id: str, office: str, code: str) -> Sequence[str]:
    """The services of one counter; none named (or no such counter): every service."""
    counter = session.get(Counter, (agency_id, office, code))
    return counter.services if counter else ()


def _postings_of(agency_id: str, days: Mapping[str, date]) -> SelectOfScalar[Posting]:
    """Postings in force on the day it is in their office's zone; `days` gives that day by zone."""
    in_force = [
        and_(
            Office.timezone == zone,
            col(Posting.from_on) <= day,
            or_(col(Posting.until_on).is_(None), col(Posting.until_on) >= day),
        )
        for zone, day in days.items()
    ]
    office = and_(Office.agency_id == Posting.agency_id, Office.code == Posting.office)
    return select(Posting).join(Office, office).where(Posting.agency_id == agency_id, or_(*in_force))
