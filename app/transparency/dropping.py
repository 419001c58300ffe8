"""Drops the ratings of sealed months: on PostgreSQL whole partitions, elsewhere row by row.

What is still counted of them (held sheets, tickets spent) is kept in the transaction in which they go.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from app.access.audit import record
from app.foundation.storage.database import Database, Session
from app.foundation.storage.partition_store import BEFORE, Partition, drop, full_name, hold, partitions
from app.ratings.keys import first_key
from app.ratings.partitions import TABLES, patiently
from app.ratings.sealed_store import first_unsealed, month_faults, ratings_by_month, sealed_through
from app.screening.held_store import keep_held
from app.tickets.store import keep_spent
from app.transparency import sealing_store, store
from app.transparency.sealing import SealingOrder, reach_of
from app.transparency.sealing_store import Condition

# A partition in which something still has to stay is looked at again next month. After so long, what may go of it
# goes row by row.
OVERDUE = timedelta(days=93)


class Dropped(NamedTuple):
    """How many ratings went, by agency; the partitions that went; and why others did not, as sentences."""

    ratings: Counter[str]
    parts: list[str]
    faults: list[str]


class _Disagrees(Exception):
    """More or fewer ratings are here than were sealed; each argument is a sentence."""


def drop_sealed(database: Database, order: SealingOrder) -> Dropped:
    """Drop what may go. Raises where others use the tables for too long; what went until then is gone."""
    found = Dropped(Counter(), [], [])
    with database.reading() as session:
        agencies = store.agencies(session)
        sealed = {each: first for each in agencies if (first := first_unsealed(session, each)) is not None}
        parts = {} if database.is_sqlite else {each.part: each for each in partitions(session, "rating")}
    if not sealed:
        return found
    for part in parts.values():
        if (
            part.first is not None
            and part.end is not None
            and _may_go(database, (part.first, part.end), sealed, agencies)
        ):
            _collecting(found, partial(_drop_part, database, part, order, found))
    for agency_id, first in sealed.items():
        _collecting(found, partial(_delete_rows, database, agency_id, _end(parts, first), order, found))
    return found


def drop_traces(database: Database, before: date) -> list[str]:
    """Drop the partitions of traces that are all past their time and empty by now; returns their names."""
    if database.is_sqlite:
        return []
    with database.keeping() as session:
        past = [
            part
            for part in partitions(session, "trace")
            if part.first is not None
            and part.end is not None
            and part.end <= first_key(before)
            and sealing_store.is_empty(session, full_name("trace", part))
        ]
    for part in past:
        patiently(partial(_drop_trace, database, part))
    return [part.part for part in past]


def _collecting(found: Dropped, step: Callable[[], object]) -> None:
    """Do a step; where rows are not what was sealed nothing of it is done, and it is said why."""
    try:
        patiently(step)
    except _Disagrees as error:
        found.faults.extend(line for line in error.args if line not in found.faults)


def _may_go(database: Database, keys: tuple[UUID, UUID], sealed: Mapping[str, date], agencies: Sequence[str]) -> bool:
    """Whether each agency that has ratings with these keys has sealed their month; asked of the index alone."""
    behind = [each for each in agencies if each not in sealed or keys[1] > first_key(sealed[each])]
    if len(behind) == len(agencies):
        return False
    with database.reading() as session:
        return not any(sealing_store.has_some(session, each, keys) for each in behind)


def _end(parts: dict[str, Partition], first: date) -> UUID:
    """Before which key rows are deleted by themselves."""
    end = first_key(first)
    if not parts:
        return end
    before = parts[BEFORE].end
    assert before is not None, "only the last one has none"
    return min(end, max(before, first_key(first - OVERDUE)))


def _drop_part(database: Database, part: Partition, order: SealingOrder, found: Dropped) -> None:
    """Drop a month's partitions, if all that is in them may go."""
    assert part.first is not None, "the caller looks"
    assert part.end is not None, "the caller looks"
    keys = part.first, part.end
    gone: Counter[str] = Counter()
    with database.keeping() as session:
        for agency_id in sorted(sealing_store.newest_days(session, keys)):
            store.lock_agency(session, agency_id)
        hold(session, "rating", part)
        for agency_id, newest in sorted(sealing_store.newest_days(session, keys).items()):
            first = first_unsealed(session, agency_id)
            if first is None or newest >= first or part.end > first_key(first):
                return
            gone[agency_id] = _book(session, agency_id, first, sealing_store.going(first, keys), order)
        for table in TABLES:
            drop(session, table, part)
    found.ratings.update(gone)
    found.parts.append(part.part)


def _drop_trace(database: Database, part: Partition) -> None:
    with database.keeping() as session:
        drop(session, "trace", part)


def _delete_rows(database: Database, agency_id: str, end: UUID, order: SealingOrder, found: Dropped) -> None:
    with database.unhurried() as session:
        store.lock_agency(session, agency_id)
        first = first_unsealed(session, agency_id)
        assert first is not None, "the caller looks, and no seal is ever taken away"
        going = sealing_store.going(first, (None, end))
        n = _book(session, agency_id, first, going, order)
        if n:
            sealing_store.delete_ratings(session, agency_id, going)
    found.ratings[agency_id] += n


def _book(session: Session, agency_id: str, first: date, going: Condition, order: SealingOrder) -> int:
    """Keep what is still counted of the ratings that go; how many there are. Raises `_Disagrees`."""
    counts = sealing_store.by_month(session, agency_id, going)
    if not counts:
        return 0
    there = ratings_by_month(session, agency_id, before=first, reach=reach_of(session, agency_id, order))
    if faults := month_faults(session, agency_id, there):
        raise _Disagrees(*(f"{agency_id}: {fault}" for fault in faults))
    keep_held(session, agency_id, going)
    keep_spent(session, agency_id, sealing_store.ticketed(session, agency_id, going))
    sealing_store.add_dropped(session, agency_id, counts)
    n = sum(counts.values())
    record(
        session,
        agency_id=agency_id,
        actor=order.actor,
        action="ratings.dropped",
        subject=str(sealed_through(session, agency_id)),
        at=order.now,
        n=n,
    )
    return n
