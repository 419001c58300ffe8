"""The SQL that changes the status of ratings: the rating and its tallies in one transaction, nothing deleted."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Date, bindparam, inspect, select, text, update

from app.directory.tables import Agency
from app.foundation.storage.database import Session
from app.ratings import statements
from app.ratings.tables import Rating
from app.ratings.tallies.rules.increments import CountedSheet, TallyKey, moved_counts

RATING, AGENCY = inspect(Rating).local_table.c, inspect(Agency).local_table.c
# Keys bound into one statement; far below what either driver takes.
BATCH = 500


class TallyMissing(RuntimeError):
    """There is no tally to take a sheet from: `cermin check` says more. The transaction must be given up."""


def move(session: Session, agency_id: str, keys: Iterable[UUID], *, source: str, target: str) -> list[UUID]:
    """Change the status of these sheets from `source` to `target`; returns the keys that had `source`, sorted.

    Others (already changed, or with a third status) stay as they are. The caller must hold the agency's lock, so that
    no two change at once. Beside it intake goes on: it locks tallies in the order of their keys, and so does this.
    Raises `TallyMissing`.
    """
    found: list[UUID] = []
    sheets: list[CountedSheet] = []
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), BATCH):
        statement = (
            update(Rating)
            .where(
                RATING.agency_id == agency_id, RATING.key.in_(ordered[start : start + BATCH]), RATING.standing == source
            )
            .values(standing=target)
            .returning(RATING.key, *(RATING[name] for name in CountedSheet._fields))
            .execution_options(synchronize_session=False)
        )
        for key, *values in session.execute(statement):
            found.append(key)
            sheets.append(CountedSheet(*values))
    _apply_changes(session, agency_id, moved_counts(agency_id, sheets, source, target))
    return sorted(found)


def lock_agency(session: Session, agency_id: str) -> bool:
    """Lock the agency against other status changes until the transaction ends; False if there is no such agency."""
    # FOR NO KEY UPDATE: rows of the directory that refer to the agency do not wait.
    statement = select(AGENCY.agency_id).where(AGENCY.agency_id == agency_id).with_for_update(key_share=True)
    return session.execute(statement).first() is not None


def _apply_changes(session: Session, agency_id: str, changes: Sequence[tuple[TallyKey, int]]) -> None:
    """Decrease tallies, then increase others, each pass in the order of the keys as intake does.

    Of the two statuses intake writes only one, so the two passes cannot deadlock with it.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    decrease = _with_date(statements.DECREASE_TALLY)
    increase = _with_date(statements.increase_tally(is_sqlite=is_sqlite))
    for key, n in changes:
        if n < 0:
            changed = cast("CursorResult[Any]", session.execute(decrease, _values(agency_id, key, n)))
            # The rating exists, so its tally must; going on would make the difference permanent.
            if changed.rowcount != 1:
                raise TallyMissing
    for key, n in changes:
        if n > 0:
            session.execute(increase, _values(agency_id, key, n))


def _values(agency_id: str, key: TallyKey, n: int) -> dict[str, str | date | bool | int]:
    return {"agency_id": agency_id, **key._asdict(), "n": n}


def _with_date(statement: str) -> Any:
    return text(statement).bindparams(bindparam("period_start", type_=Date))
