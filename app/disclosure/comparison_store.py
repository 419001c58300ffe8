"""The SQL of how offices compare: kept by period until a release changes something in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, inspect, select

from app.disclosure.rules.division import Month
from app.disclosure.store import batches
from app.disclosure.tables import OfficeComparison
from app.foundation.storage.database import Session
from app.ratings.status_store import lock_agency

TABLE = inspect(OfficeComparison).local_table.c
# Where stands what all offices of a period share.
SHARED = ""


class ComparedPeriod(NamedTuple):
    """An agency's months by one questionnaire: the first and the last one."""

    agency_id: str
    instrument: str
    first: Month
    last: Month


def forget_compared(session: Session, months: ComparedPeriod) -> None:
    """Let no period be known any more that has one of these months: something in them has changed."""
    session.execute(
        delete(OfficeComparison).where(
            TABLE.agency_id == months.agency_id,
            TABLE.instrument == months.instrument,
            TABLE.first_month <= months.last,
            TABLE.last_month >= months.first,
            TABLE.office == SHARED,
        )
    )


def compared_periods(session: Session, agency_id: str) -> dict[ComparedPeriod, dict[str, Any]]:
    """The periods that something is known of, with what their offices share."""
    query = select(TABLE.instrument, TABLE.first_month, TABLE.last_month, TABLE.found).where(
        TABLE.agency_id == agency_id, TABLE.office == SHARED
    )
    return {ComparedPeriod(agency_id, *row[:-1]): row[-1] for row in session.execute(query)}


def shared_of(session: Session, period: ComparedPeriod) -> dict[str, Any] | None:
    """What the offices of a period share; None where nothing is known."""
    query = select(TABLE.found).where(*_of(period), TABLE.office == SHARED)
    return session.execute(query).scalar()


def compared_codes(session: Session, period: ComparedPeriod) -> set[str]:
    """The offices of which something is known."""
    return set(session.execute(select(TABLE.office).where(*_of(period), TABLE.office != SHARED)).scalars())


def compared_offices(
    session: Session, period: ComparedPeriod, offices: Collection[str] | None
) -> dict[str, dict[str, Any]]:
    """What is known of each of these offices (None: of all); it says something only beside what they share."""
    query = select(TABLE.office, TABLE.found).where(*_of(period), TABLE.office != SHARED)
    found: dict[str, dict[str, Any]] = {}
    for batch in [None] if offices is None else batches(offices):
        within = query if batch is None else query.where(TABLE.office.in_(batch))
        found |= {row[0]: row[1] for row in session.execute(within)}
    return found


def begin_comparing(session: Session, period: ComparedPeriod, token: str) -> None:
    """Leave a token in the place of what the offices share: whatever changes something from now on removes it.

    What is known of each office goes: it says nothing without what they share.
    """
    lock_agency(session, period.agency_id)
    session.execute(delete(OfficeComparison).where(*_of(period)))
    session.execute(insert(OfficeComparison), [_row(period, SHARED, {"token": token})])


def keep_offices(
    session: Session, period: ComparedPeriod, token: str, offices: Sequence[tuple[str, Mapping[str, Any]]]
) -> bool:
    """Keep what is known of these offices, unless something has changed since `begin_comparing`; whether it is kept.

    Nobody sees it before `keep_shared`.
    """
    if not _is_ours(session, period, token):
        return False
    session.execute(insert(OfficeComparison), [_row(period, *each) for each in offices])
    return True


def keep_shared(session: Session, period: ComparedPeriod, token: str, shared: Mapping[str, Any]) -> bool:
    """Keep what all offices share, unless something has changed since; whether it is kept.

    From now on what is kept of each office is known.
    """
    if not _is_ours(session, period, token):
        return False
    _put_shared(session, period, shared)
    return True


def _is_ours(session: Session, period: ComparedPeriod, token: str) -> bool:
    lock_agency(session, period.agency_id)
    return shared_of(session, period) == {"token": token}


def _put_shared(session: Session, period: ComparedPeriod, shared: Mapping[str, Any]) -> None:
    session.execute(delete(OfficeComparison).where(*_of(period), TABLE.office == SHARED))
    session.execute(insert(OfficeComparison), [_row(period, SHARED, shared)])


def _row(period: ComparedPeriod, office: str, found: Mapping[str, Any]) -> dict[str, Any]:
    agency_id, instrument, first, last = period
    return {
        "agency_id": agency_id,
        "instrument": instrument,
        "first_month": first,
        "last_month": last,
        "office": office,
        "found": found,
    }


def _of(period: ComparedPeriod) -> tuple[Any, ...]:
    return (
        TABLE.agency_id == period.agency_id,
        TABLE.instrument == period.instrument,
        TABLE.first_month == period.first,
        TABLE.last_month == period.last,
    )
