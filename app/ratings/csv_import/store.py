"""The only SQL of imports: what is stored under a row's key, and how many ratings are stored beside those of a file."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from app.foundation.storage.database import Database
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


def sheets_under(database: Database, agency_id: str, keys: Collection[str]) -> Mapping[str, StoredSheet]:
    """The stored sheets of these keys, by key; without those of which none is stored."""
    found: dict[str, StoredSheet] = {}
    ordered = sorted(keys)
    with database.reading() as session:
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
