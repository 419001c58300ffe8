"""The SQL of tickets."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, delete, func, insert, select, text, tuple_, update

import app.ratings.tables  # noqa: F401 - it registers a table that is named below
from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session, metadata
from app.tickets.rules.lifecycle import CountKey, LiveTicket
from app.tickets.tables import Ticket, TicketCount

# The tables as such: rows are read and written as values, not as objects of a session.
TICKET, COUNT = metadata.tables["ticket"].c, metadata.tables["ticket_count"].c
RATING = metadata.tables["rating"].c
NOTHING: Mapping[str, str | None] = {}
LIVE_COLUMNS = [TICKET[name] for name in LiveTicket._fields]


def add_tickets(session: Session, agency_id: str, tickets: Sequence[LiveTicket]) -> None:
    """Insert issued tickets in the order of their digests, which says nothing of the order of arrival."""
    session.execute(insert(Ticket), [{"agency_id": agency_id, **each._asdict()} for each in sorted(tickets)])


def tickets_of(session: Session, agency_id: str, digests: Iterable[str]) -> Mapping[str, LiveTicket]:
    """The agency's unspent tickets among these, by digest, locked until the transaction ends."""
    statement = (
        select(*LIVE_COLUMNS)
        .where(TICKET.agency_id == agency_id, TICKET.digest.in_(sorted(set(digests))))
        .order_by(TICKET.digest)
        .with_for_update()
    )
    return {row.digest: LiveTicket(*row) for row in session.execute(statement)}


def set_armed(session: Session, agency_id: str, tickets: Iterable[LiveTicket]) -> None:
    """Write the service of each armed ticket."""
    for ticket in tickets:
        values = {name: getattr(ticket, name) for name in ("counter", "service", "employee", "served_on", "issued_at")}
        session.execute(
            update(Ticket).where(TICKET.agency_id == agency_id, TICKET.digest == ticket.digest).values(**values)
        )


def find_armed(
    session: Session, agencies: Collection[str] | None, digest: str, day: date
) -> tuple[str, LiveTicket] | None:
    """The ticket of these agencies (None: of any) that a rating of this day may spend, with its agency: one query."""
    query = select(TICKET.agency_id, *LIVE_COLUMNS).where(of_agencies(TICKET.agency_id, agencies), *_live(digest, day))
    found = session.execute(query).first()
    return None if found is None else (found.agency_id, LiveTicket(*found[1:]))


def spend(session: Session, agency_id: str, digest: str, day: date) -> bool:
    """Delete the ticket and count it as spent; False when another rating was faster."""
    # DELETE … RETURNING decides the race: of two ratings at once only one gets the row back.
    deletion = delete(Ticket).where(TICKET.agency_id == agency_id, *_live(digest, day)).returning(*LIVE_COLUMNS)
    found = session.execute(deletion).one_or_none()
    if found is None:
        return False
    session.execute(
        update(TicketCount)
        .where(*_at(agency_id, LiveTicket(*found).count_key))
        .values(spent=COUNT.spent + 1, mixed=False)
    )
    return True


def sweep(session: Session, before: date) -> None:
    """Delete the tickets that expired before this day; their counts stay."""
    session.execute(delete(Ticket).where(TICKET.expires_on < before))


def forget_moments(session: Session, before: date) -> None:
    """Forget when tickets were issued that expired before this day: their service will not happen any more."""
    forgotten = TICKET.issued_at.is_not(None), TICKET.expires_on < before
    session.execute(update(Ticket).where(*forgotten).values(issued_at=None))


def count_issued(session: Session, agency_id: str, key: CountKey, n: int) -> None:
    """Add tickets issued."""
    _add(session, agency_id, key, n, 0)


def count_armed(session: Session, agency_id: str, changes: Iterable[tuple[CountKey, int, int]]) -> None:
    """Apply the changes (key, issued, armed) that `lifecycle.armed_counts` gives."""
    for key, issued, armed in changes:
        # Only a key that gains tickets can be new; any other has had a row since its tickets were issued.
        if issued > 0:
            _add(session, agency_id, key, issued, armed)
        else:
            grown = {"issued": COUNT.issued + issued, "armed": COUNT.armed + armed, "mixed": False}
            session.execute(update(TicketCount).where(*_at(agency_id, key)).values(**grown))


def ratings_under(session: Session, keys: Sequence[tuple[str, str]]) -> Sequence[Any]:
    """Digest, office, employee and day of the ratings with these (agency, key)."""
    statement = select(RATING.digest, RATING.office, RATING.employee, RATING.rated_on)
    wanted = [(agency_id, UUID(key)) for agency_id, key in keys]
    return session.execute(statement.where(tuple_(RATING.agency_id, RATING.key).in_(wanted))).all()


def counts(
    session: Session,
    agency_id: str,
    offices: frozenset[str] | None,
    first: date | None,
    last: date | None,
    by: Sequence[str],
    only: Mapping[str, str | None] = NOTHING,
) -> Sequence[Any]:
    """Issued, armed and spent of these offices (None: all) by the columns named, in their order.

    `only` narrows columns to a value each; None narrows nothing.
    """
    columns = [COUNT[name] for name in by]
    sums = [func.sum(COUNT[name]).label(name) for name in ("issued", "armed", "spent")]
    statement = select(*columns, *sums).where(COUNT.agency_id == agency_id)
    if offices is not None:
        statement = statement.where(COUNT.office.in_(sorted(offices)))
    if first is not None:
        statement = statement.where(COUNT.issued_on >= first)
    if last is not None:
        statement = statement.where(COUNT.issued_on <= last)
    statement = statement.where(*(COUNT[name] == value for name, value in only.items() if value is not None))
    # Arming moves a ticket from the row of nobody to that of an employee, and may leave a row of zeros behind.
    statement = statement.where(COUNT.issued > 0)
    return session.execute(statement.group_by(*columns).order_by(*columns)).all()


def total_spent(session: Session, agency_id: str | None) -> int:
    """How many tickets the agency (None: all) has seen spent."""
    return int(session.execute(SPENT, {"agency_id": agency_id}).scalar_one())


def spent_differences(session: Session, agency_id: str | None, most: int) -> Sequence[Any]:
    """Where the tickets spent are not the ratings with a ticket, by office, service and employee."""
    return session.execute(SPENT_DIFFERENCES, {"agency_id": agency_id, "most": most}).all()


def live_surplus(session: Session, agency_id: str | None, most: int) -> Sequence[Any]:
    """Where more tickets are there, or armed, than were counted and not spent. Swept ones are fewer."""
    return session.execute(LIVE_SURPLUS, {"agency_id": agency_id, "most": most}).all()


def _live(digest: str, day: date) -> list[Any]:
    return [TICKET.digest == digest, TICKET.served_on.is_not(None), TICKET.expires_on >= day]


def _at(agency_id: str, key: CountKey) -> list[Any]:
    return [COUNT.agency_id == agency_id, *(COUNT[name] == value for name, value in key._asdict().items())]


def _add(session: Session, agency_id: str, key: CountKey, issued: int, armed: int) -> None:
    # By name: a column list may match no index while one is rebuilt.
    conflict = "" if session.get_bind().dialect.name == "sqlite" else "ON CONSTRAINT ticket_count_pkey"
    statement = text(ADD_COUNTS.format(conflict=conflict)).bindparams(bindparam("issued_on", type_=Date))
    session.execute(statement, {"agency_id": agency_id, **key._asdict(), "issued": issued, "armed": armed})


def keep_spent(session: Session, agency_id: str, counts: Iterable[tuple[str, str, str, int]]) -> None:
    """Keep how many ratings with a ticket go with their month, by office, service and employee ('': nobody)."""
    conflict = "" if session.get_bind().dialect.name == "sqlite" else "ON CONSTRAINT sealed_ticket_pkey"
    for office, service, employee, n in counts:
        values = {"agency_id": agency_id, "office": office, "service": service, "employee": employee, "n": n}
        session.execute(text(KEEP_SPENT.format(conflict=conflict)), values)


ADD_COUNTS = (
    "INSERT INTO ticket_count (agency_id, office, issued_on, service, employee, issued, armed, spent) "
    "VALUES (:agency_id, :office, :issued_on, :service, :employee, :issued, :armed, 0) "
    "ON CONFLICT {conflict} DO UPDATE "
    "SET issued = ticket_count.issued + excluded.issued, armed = ticket_count.armed + excluded.armed, mixed = false"
)

# The agency may be left out; the cast tells PostgreSQL what NULL is.
SPENT = text(
    "SELECT coalesce(sum(spent), 0) FROM ticket_count "
    "WHERE (CAST(:agency_id AS VARCHAR) IS NULL OR agency_id = :agency_id)"
)
KEEP_SPENT = (
    "INSERT INTO sealed_ticket (agency_id, office, service, employee, n) "
    "VALUES (:agency_id, :office, :service, :employee, :n) "
    "ON CONFLICT {conflict} DO UPDATE SET n = sealed_ticket.n + excluded.n"
)
SPENT_DIFFERENCES = text(
    "SELECT agency_id, office, service, employee, sum(spent) AS spent, sum(rated) AS rated FROM ("
    "SELECT agency_id, office, service, employee, spent, 0 AS rated FROM ticket_count UNION ALL "
    "SELECT agency_id, office, service, coalesce(employee, '') AS employee, 0 AS spent, 1 AS rated "
    "FROM rating WHERE ticketed UNION ALL "
    "SELECT agency_id, office, service, employee, 0 AS spent, n AS rated FROM sealed_ticket) AS both_sides "
    "WHERE (CAST(:agency_id AS VARCHAR) IS NULL OR agency_id = :agency_id) "
    "GROUP BY agency_id, office, service, employee HAVING sum(spent) <> sum(rated) "
    "ORDER BY agency_id, office, service, employee LIMIT :most"
)
LIVE_SURPLUS = text(
    "SELECT agency_id, office, service, employee, issued_on, sum(live) AS live, sum(ready) AS armed FROM ("
    "SELECT agency_id, office, service, employee, issued_on, 0 AS live, 0 AS ready, issued - spent AS unspent, "
    "armed - spent AS unspent_armed FROM ticket_count UNION ALL "
    "SELECT agency_id, office, service, coalesce(employee, '') AS employee, issued_on, 1 AS live, "
    "CASE WHEN served_on IS NULL THEN 0 ELSE 1 END AS ready, 0 AS unspent, 0 AS unspent_armed "
    "FROM ticket) AS both_sides "
    "WHERE (CAST(:agency_id AS VARCHAR) IS NULL OR agency_id = :agency_id) "
    "GROUP BY agency_id, office, service, employee, issued_on "
    "HAVING sum(live) > sum(unspent) OR sum(ready) > sum(unspent_armed) "
    "ORDER BY agency_id, office, service, employee, issued_on LIMIT :most"
)
