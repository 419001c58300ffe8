"""The only SQL of imports: what is stored under a row's key, and how many ratings are stored beside those of a file."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from app.foundation.storage.database import Database, Session
from app.ratings.keys import first_key
from app.ratings.selection_store import BATCH, RATING
from app.ratings.status import OPEN


class StoredSheet(NamedTuple):
    """What is stored under a key: the answers, and the digest of the sheet as it was sent."""

    sheet: str
    digest: str


class StoredDay(NamedTuple):
    """Where, how and on which local day ratings were given."""

    office: str
    service: str
    channel: str
    on: date


class StoredSheets:
    """The agency's stored ratings, as an import meets them."""

    def __init__(self, database: Database, agency_id: str) -> None:
        self._database = database
        self._agency_id = agency_id

    def any_between(self, first: date, last: date) -> bool:
        """Whether anything is stored whose key is of these days."""
        with self._database.reading() as session:
            return _any(session, self._agency_id, first_key(first), first_key(last + timedelta(days=1)))

    def sheets_under(self, keys: Collection[str]) -> Mapping[str, StoredSheet]:
        """The stored sheets of these keys, by key; without those of which none is stored."""
        return sheets_under(self._database, self._agency_id, keys)


def _any(session: Session, agency_id: str, first: UUID, last: UUID) -> bool:
    between = (RATING.agency_id == agency_id, RATING.key.between(first, last))
    return session.execute(select(RATING.key).where(*between).limit(1)).first() is not None


def sheets_under(database: Database, agency_id: str, keys: Collection[str]) -> Mapping[str, StoredSheet]:
    """The stored sheets of these keys, by key; without those of which none is stored."""
    found: dict[str, StoredSheet] = {}
    ordered = sorted(keys)
    with database.reading() as session:
        # Mostly a file brings what nobody has stored, and then one look is enough.
        if not ordered or not _any(session, agency_id, UUID(hex=ordered[0]), UUID(hex=ordered[-1])):
            return found
        for start in range(0, len(ordered), BATCH):
            asked = [UUID(hex=key) for key in ordered[start : start + BATCH]]
            rows = session.execute(
                select(RATING.key, RATING.sheet, RATING.digest).where(
                    RATING.agency_id == agency_id, RATING.key.in_(asked)
                )
            )
            found |= {row.key.hex: StoredSheet(row.sheet, row.digest) for row in rows}
    return found


def stored_by_day(
    database: Database,
    agency_id: str,
    instrument: str,
    offices: Collection[str],
    days: tuple[date, date],
) -> Counter[StoredDay]:
    """How many ratings by this questionnaire are stored of these offices, by office, service, channel and day."""
    counted: Counter[StoredDay] = Counter()
    ordered = sorted(offices)
    by = (RATING.office, RATING.service, RATING.channel, RATING.rated_on)
    with database.reading() as session:
        for start in range(0, len(ordered), BATCH):
            grouped = (
                select(*by, func.count())
                .where(
                    RATING.agency_id == agency_id,
                    RATING.office.in_(ordered[start : start + BATCH]),
                    RATING.rated_on.between(*days),
                    RATING.instrument == instrument,
                    # An import brings neither of them.
                    RATING.ticketed.is_(False),
                    RATING.standing != OPEN,
                )
                .group_by(*by)
            )
            for *day, n in session.execute(grouped):
                counted[StoredDay(*day)] += n
    return counted
