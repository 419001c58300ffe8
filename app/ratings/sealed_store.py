"""The SQL of sealed months: up to which month an agency's ratings are sealed, and which of them are still here."""

from collections import Counter
from datetime import date

from sqlalchemy import String, cast, func, inspect, select, text

from app.foundation.storage.database import Session
from app.ratings.keys import first_key
from app.ratings.rules.months import next_month
from app.ratings.tables import Rating, SealedMonth

RATING, SEALED = (inspect(table).local_table.c for table in (Rating, SealedMonth))
# Both databases write a date as `2026-11-29`.
MONTH = func.substr(cast(RATING.rated_on, String), 1, 7)


def hold_ratings(session: Session) -> None:
    """Let no partition of ratings go while a snapshot lasts; to be asked first in it.

    PostgreSQL's snapshots show rows as they were, and a table that is gone to nobody.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE rating, block_rating IN ACCESS SHARE MODE"))


def sealed_through(session: Session, agency_id: str) -> str | None:
    """The last month that is sealed, and with it all before; None where none is."""
    found: str | None = session.execute(select(func.max(SEALED.month)).where(SEALED.agency_id == agency_id)).scalar()
    return found


def first_unsealed(session: Session, agency_id: str) -> date | None:
    """The first day whose ratings are not sealed; None where all are open."""
    sealed = sealed_through(session, agency_id)
    return None if sealed is None else next_month(date.fromisoformat(f"{sealed}-01"))


def sealed_months(session: Session, agency_id: str) -> list[SealedMonth]:
    """Every sealed month, the oldest first."""
    query = select(SealedMonth).where(SEALED.agency_id == agency_id).order_by(SEALED.month)
    return list(session.execute(query).scalars())


def ratings_by_month(
    session: Session, agency_id: str, *, before: date, since: date | None = None, reach: int | None = None
) -> Counter[str]:
    """How many ratings there are of days from `since` on to before a day, by month.

    `reach`: by how many days their keys lie later at most, so that only so many are looked at.
    """
    query = select(MONTH, func.count()).where(RATING.agency_id == agency_id, RATING.rated_on < before).group_by(MONTH)
    if since is not None:
        query = query.where(RATING.rated_on >= since)
    if reach is not None:
        query = query.where(RATING.key < first_key(date.fromordinal(before.toordinal() + reach)))
    return Counter({row[0]: row[1] for row in session.execute(query)})


def seal_faults(session: Session, agency_id: str) -> list[str]:
    """Sealed months of which more or fewer ratings are here than were left, as sentences."""
    first = first_unsealed(session, agency_id)
    return [] if first is None else month_faults(session, agency_id, ratings_by_month(session, agency_id, before=first))


def month_faults(session: Session, agency_id: str, there: Counter[str]) -> list[str]:
    """The same, where it is known how many there are."""
    left = {each.month: each.ratings - each.dropped for each in sealed_months(session, agency_id)}
    return [
        f"month {month}: {there[month]} ratings are here, and {left.get(month, 0)} were left when it was sealed"
        for month in sorted(there.keys() | left.keys())
        if there[month] != left.get(month, 0)
    ]
