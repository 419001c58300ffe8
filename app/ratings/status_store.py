"""The SQL that moves sheets between standings: the rating and its tallies in one transaction, nothing deleted."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Date, bindparam, inspect, select, text, update

from app.directory.tables import Agency
from app.foundation.storage.database import Session
from app.ratings import statements
from app.ratings.tables import Rating
from app.ratings.tallies.rules.increments import Counted, TallyKey, moved

RATING, AGENCY = inspect(Rating).local_table.c, inspect(Agency).local_table.c
# Keys bound into one statement; far below what either driver takes.
BATCH = 500


class TallyMissing(RuntimeError):
    """There is no tally to take a sheet from: `cermin check` says more. The transaction must be given up."""


def move(session: Session, agency_id: str, keys: Iterable[UUID], *, source: str, target: str) -> list[UUID]:
    """Move these sheets from one standing to the other and return those that were there to be moved, sorted.

    Others (already moved, or in a third standing) stay as they are. Whoever moves must hold the agency's lock, so
    that no two move at once. Beside it intake goes on: it locks tallies in the order of their keys, and so does this.
    Raises `TallyMissing`.
    """
    found: list[UUID] = []
    sheets: list[Counted] = []
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), BATCH):
        statement = (
            update(Rating)
            .where(
                RATING.agency_id == agency_id, RATING.key.in_(ordered[start : start + BATCH]), RATING.standing == source
            )
            .values(standing=target)
            .returning(RATING.key, *(RATING[name] for name in Counted._fields))
            .execution_options(synchronize_session=False)
        )
        for key, *values in session.execute(statement):
            found.append(key)
            sheets.append(Counted(*values))
    _recount(session, agency_id, moved(agency_id, sheets, source, target))
    return sorted(found)


def lock_agency(session: Session, agency_id: str) -> bool:
    """Let nobody else of this agency move sheets or decide until the transaction ends; False if it is unknown."""
    # FOR NO KEY UPDATE: rows of the directory that refer to the agency do not wait.
    statement = select(AGENCY.agency_id).where(AGENCY.agency_id == agency_id).with_for_update(key_share=True)
    return session.execute(statement).first() is not None


def _recount(session: Session, agency_id: str, changes: Sequence[tuple[TallyKey, int]]) -> None:
    """Take away first, in the order of the keys: only these rows are shared with intake."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    less, more = _dated(statements.TALLY_LESS), _dated(statements.tally_more(is_sqlite=is_sqlite))
    for key, n in changes:
        if n < 0:
            changed = cast("CursorResult[Any]", session.execute(less, _values(agency_id, key, n)))
            if changed.rowcount != 1:
                raise TallyMissing
    for key, n in changes:
        if n > 0:
            session.execute(more, _values(agency_id, key, n))


def _values(agency_id: str, key: TallyKey, n: int) -> dict[str, str | date | bool | int]:
    return {"agency_id": agency_id, **key._asdict(), "n": n}


def _dated(statement: str) -> Any:
    return text(statement).bindparams(bindparam("period_start", type_=Date))
