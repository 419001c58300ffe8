"""Takes an inventory of an agency's rows: what has come since the last one, as marks in the database and roots in the
log.

What cannot have come through the service is left out, so that it stays conspicuous (`reconciliation.py`).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from app.access.audit import record
from app.foundation.ids import new_id
from app.foundation.storage.database import Database, Session
from app.ratings.keys import first_key
from app.transparency import inventory_store, store
from app.transparency.rules.arrivals import GRACE, ZONES, Arrival, Since, day_of, is_back_dated, strange_arrivals
from app.transparency.rules.entries import INVENTORY, inventory_entry
from app.transparency.rules.inventories import ROW_BYTES, Marker, Part, gathered, parts_of, unpacked
from app.transparency.store import Inventory, NewEntry

BACK_DATED = "it is older than the inventory before"


class InventoryOrder(NamedTuple):
    """When an inventory is taken and by whom, how late ratings may come, and for how long they have traces.

    `accept`: also what cannot have come through the service, because somebody has looked at it.
    """

    now: datetime
    actor: str
    late: timedelta
    traces: timedelta
    accept: bool = False


class TakenInventory(NamedTuple):
    """The number of an inventory, how many rows it listed, and how many it left out."""

    number: int
    listed: int
    left_out: int


class Unlisted(NamedTuple):
    """What no inventory has of one kind: the rows that may have come since, by part, and the others with a reason."""

    rows: dict[str, bytearray]
    strange: list[tuple[str, str]]


class _ForNow(NamedTuple):
    """What one inventory is about to list."""

    last: Inventory
    parts: list[Part]
    detail: dict[str, object]
    left_out: int


def take_inventory(database: Database, agency_id: str, marker: Marker, order: InventoryOrder) -> TakenInventory | None:
    """Take one; None where another process has taken one meanwhile."""
    with database.snapshot(hurried=False) as session:
        found = _look(session, agency_id, marker, order)
    number = found.last.number + 1
    roots = marker.roots(number, found.parts, found.detail)
    entry = NewEntry(INVENTORY, str(number), inventory_entry(number, order.now, roots), found.detail)
    listed = sum(len(part.rows) // ROW_BYTES for part in found.parts)
    with database.unhurried() as session:
        store.lock_agency(session, agency_id)
        if store.newest_inventory(session, agency_id).number != found.last.number:
            return None
        store.add_parts(session, agency_id, number, found.parts)
        store.append(session, agency_id, [entry])
        if order.accept:
            record(
                session,
                agency_id=agency_id,
                actor=order.actor,
                action="inventory.accepted",
                subject=str(number),
                at=order.now,
                n=found.left_out,
            )
    return TakenInventory(number, listed, 0 if order.accept else found.left_out)


def _look(session: Session, agency_id: str, marker: Marker, order: InventoryOrder) -> _ForNow:
    last = store.newest_inventory(session, agency_id)
    # The ids of lines of the trail are made by the machine's own clock.
    begun = new_id()
    release = inventory_store.newest_release(session, agency_id)
    events, imported = unlisted_events(session, agency_id, marker, last)
    ratings = unlisted_ratings(session, agency_id, marker, order, last, imported)
    blocks = unlisted_blocks(session, agency_id, marker, last)
    detail: dict[str, object] = {
        "taken_at": order.now.isoformat(),
        "event": begun.hex,
        "release": release,
        "late_days": order.late.days,
    }
    found = {"rating": ratings, "block": blocks, "audit_event": events}
    if order.accept:
        found |= _everything(session, agency_id, marker)
    parts = [part for kind, unlisted in found.items() for part in parts_of(kind, unlisted.rows)]
    return _ForNow(last, parts, detail, len(ratings.strange) + len(events.strange))


def _everything(session: Session, agency_id: str, marker: Marker) -> dict[str, Unlisted]:
    """All ratings and lines of the trail that no inventory has, whatever is strange about them."""
    keys = list(_unlisted_keys(session, agency_id, None))
    known = listed_marks(session, agency_id, "audit_event")
    events = inventory_store.events(session, agency_id, marker)
    return {
        "rating": Unlisted(_gathered(inventory_store.ratings_of(session, agency_id, marker, keys)), []),
        "audit_event": Unlisted(_gathered(row for row in events if row.marked.id not in known), []),
    }


def listed_marks(
    session: Session, agency_id: str, kind: str, first: str = "", end: str | None = None
) -> dict[bytes, bytes]:
    """The marks of the rows in these parts by their ids; of a row that was listed again, the newest."""
    newest: dict[bytes, tuple[int, bytes]] = {}
    for _, number, _, rows in store.parts_from(session, agency_id, kind, first, end):
        for row in unpacked(bytes(rows)):
            if row.id not in newest or newest[row.id][0] < number:
                newest[row.id] = (number, row.mark)
    return {row_id: mark for row_id, (_, mark) in newest.items()}


def since(last: Inventory, order: InventoryOrder) -> Since:
    """What may have come since the last inventory."""
    late = max(order.late, timedelta(days=last.detail["late_days"]))
    return Since(taken_at(last), late, (order.now - order.traces + ZONES).date())


def taken_at(last: Inventory) -> datetime:
    """When an inventory was taken."""
    return datetime.fromisoformat(last.detail["taken_at"])


def unlisted_ratings(
    session: Session, agency_id: str, marker: Marker, order: InventoryOrder, last: Inventory, imported: int
) -> Unlisted:
    """The ratings that no inventory has, as far as they may be looked for: late ones in their window, imported ones of
    any day."""
    if not last.number:
        return Unlisted(_gathered(inventory_store.ratings(session, agency_id, marker)), [])
    terms = since(last, order)
    keys = list(_unlisted_keys(session, agency_id, None if imported else terms.first_day))
    traced = inventory_store.traced(session, agency_id, keys)
    found = list(inventory_store.ratings_of(session, agency_id, marker, keys))
    arrivals = [
        Arrival(key, day_of(key), row.part.partition("/")[2], key in traced)
        for key, row in zip(keys, found, strict=True)
    ]
    strange = dict(strange_arrivals(arrivals, terms, imported))
    rows = _gathered(row for arrival, row in zip(arrivals, found, strict=True) if arrival not in strange)
    told = [(f"rating {each.key} of {each.day} at {each.office}", reason) for each, reason in strange.items()]
    return Unlisted(rows, told)


def _unlisted_keys(session: Session, agency_id: str, first: date | None) -> Iterator[UUID]:
    """The keys of the ratings that no inventory has, from a day on, in their order; a day at a time."""
    keys = inventory_store.rating_keys(session, agency_id, None if first is None else first_key(first))
    for day, run in groupby(keys, day_of):
        # `0` is the sign after `/`.
        listed = listed_marks(session, agency_id, "rating", f"{day}/", f"{day}0")
        yield from (key for key in run if key.bytes not in listed)


def unlisted_blocks(session: Session, agency_id: str, marker: Marker, last: Inventory) -> Unlisted:
    """The blocks that a release has written since the last inventory."""
    after = last.detail["release"] if last.number else 0
    return Unlisted(_gathered(inventory_store.blocks(session, agency_id, marker, after)), [])


def unlisted_events(session: Session, agency_id: str, marker: Marker, last: Inventory) -> tuple[Unlisted, int]:
    """The lines of the audit trail since the last inventory, and how many ratings files have brought since."""
    first = event_floor(last)
    known = listed_marks(session, agency_id, "audit_event", "" if first is None else f"{day_of(first)}")
    rows, strange, imported = [], [], 0
    for row in inventory_store.events(session, agency_id, marker, first):
        if row.marked.id in known:
            continue
        about = row.about
        if last.number and is_back_dated(about.at, taken_at(last)):
            strange.append((f"audit_event {about.event_id} of {about.at:%Y-%m-%d}", BACK_DATED))
            continue
        imported += about.imported
        rows.append(row)
    return Unlisted(_gathered(rows), strange), imported


def event_floor(last: Inventory) -> UUID | None:
    """Below it no line of the trail can have come since."""
    if not last.number:
        return None
    begun = UUID(last.detail["event"])
    return UUID(int=begun.int - (int(GRACE.total_seconds() * 1_000) << 80))


def _gathered(found: Iterable[inventory_store.FoundRow]) -> dict[str, bytearray]:
    return gathered((row.part, row.marked) for row in found)
