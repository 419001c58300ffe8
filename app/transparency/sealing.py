"""Seals months whose ratings are past their retention: all that is told of them is proven once more, and stays.

A month is sealed when every month before it is, when nothing in it is undecided or still to be told, and when each
block that it has a part in is what its ratings give. What waits for ten by then is never told.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.access.audit import record
from app.disclosure.reconciliation import Sealing, faults_before_sealing
from app.foundation.storage.database import Database, Session
from app.ratings.rules.months import next_month
from app.ratings.sealed_store import first_unsealed, ratings_by_month, sealed_through
from app.ratings.tables import SealedMonth
from app.transparency import sealing_store, store
from app.transparency.rules.entries import SEALED, sealed_entry
from app.transparency.rules.inventories import Marker
from app.transparency.store import NewEntry

# Offices are in three time zones, and a key has the day of one of them.
ZONES = 2


class SealingOrder(NamedTuple):
    """When and by whom months are sealed that end before `stays`, and how late ratings may come."""

    now: datetime
    actor: str
    stays: date
    late: timedelta


class Month(NamedTuple):
    """A month of an agency that is past its retention: how much is sealed with it, or `reasons` why it is not."""

    agency_id: str
    month: str
    blocks: int
    ratings: int
    untold: int
    reasons: tuple[str, ...] = ()


def seal_months(
    database: Database, agency_id: str, marker: Marker, order: SealingOrder, *, dry_run: bool = False
) -> list[Month]:
    """Seal one month after the other, up to the first for which there is a reason not to."""
    if dry_run:
        with database.snapshot(hurried=False) as session:
            due, reach = _due(session, agency_id, order), reach_of(session, agency_id, order)
            after = [sealed_through(session, agency_id), *due]
            return [
                _look(session, agency_id, Sealing(former, month, reach), n)
                for former, (month, n) in zip(after, due.items(), strict=False)
            ]
    found: list[Month] = []
    while not found or not found[-1].reasons:
        with database.unhurried() as session:
            # Nobody holds or tells anything meanwhile.
            store.lock_agency(session, agency_id)
            due = _due(session, agency_id, order)
            if not due:
                break
            month, n = next(iter(due.items()))
            sealing = Sealing(sealed_through(session, agency_id), month, reach_of(session, agency_id, order))
            looked = _look(session, agency_id, sealing, n)
            if not looked.reasons:
                _seal(session, looked, sealing, marker, order)
            found.append(looked)
    return found


def reach_of(session: Session, agency_id: str, order: SealingOrder) -> int:
    """By how many days a key may differ from the day of its rating: a ticket counts on the day of the service.

    How late ratings may come may have been set otherwise before.
    """
    return max(order.late.days, store.longest_late(session, agency_id)) + ZONES


def _due(session: Session, agency_id: str, order: SealingOrder) -> dict[str, int]:
    """The months past their retention of which there are ratings, the oldest first, and how many there are."""
    since = first_unsealed(session, agency_id)
    if since is not None and since >= order.stays:
        return {}
    reach = reach_of(session, agency_id, order)
    return dict(sorted(ratings_by_month(session, agency_id, before=order.stays, since=since, reach=reach).items()))


def _look(session: Session, agency_id: str, sealing: Sealing, ratings: int) -> Month:
    month = sealing.month
    first = date.fromisoformat(f"{month}-01")
    end = next_month(first)
    reasons = list(_undone(session, agency_id, month, end))
    blocks, faults = faults_before_sealing(session, agency_id, sealing)
    if faults:
        reasons.append(f"{len(faults)} of its blocks are not what their ratings give; cermin check names them")
    untold = sealing_store.untold(session, agency_id, (first, end), sealing.reach)
    return Month(agency_id, month, blocks, ratings, untold, tuple(reasons))


def _undone(session: Session, agency_id: str, month: str, end: date) -> Iterator[str]:
    """What has to happen before a month can be sealed."""
    release = sealing_store.newest_release(session, agency_id)
    if release is None or release.through < month:
        yield "no release has told it yet"
        return
    if n := sealing_store.undecided(session, agency_id, end):
        yield f"{n} findings wait for an auditor"
    decided = sealing_store.last_decision(session, agency_id, end)
    if (decided is not None and decided >= release.released_at) or sealing_store.has_unsummed(
        session, agency_id, month
    ):
        yield "something waits for the next release"
    listed = store.newest_inventory(session, agency_id)
    if not listed.number or listed.detail["release"] < release.number:
        yield "the newest release is in no inventory of the log yet"


def _seal(session: Session, looked: Month, sealing: Sealing, marker: Marker, order: SealingOrder) -> None:
    agency_id, month = looked.agency_id, looked.month
    counts = {"blocks": looked.blocks, "ratings": looked.ratings, "untold": looked.untold}
    lines = sealing_store.told_lines(session, agency_id, sealing.after, month)
    digest = marker.seal(month, counts, lines)
    sealing_store.put(
        session, SealedMonth(agency_id=agency_id, month=month, sealed_at=order.now, digest=digest, **counts)
    )
    store.append(session, agency_id, [NewEntry(SEALED, month, sealed_entry(month, digest), counts)])
    record(
        session,
        agency_id=agency_id,
        actor=order.actor,
        action="month.sealed",
        subject=month,
        at=order.now,
        **counts,
    )
