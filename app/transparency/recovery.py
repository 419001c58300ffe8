"""Brings the entries back that a restored backup lacks, from what was published: a log goes on or it is another one."""

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from app.access.audit import record
from app.foundation.ids import new_id
from app.foundation.storage.database import Database, Session
from app.transparency import inventory_store, store
from app.transparency.log import StoredTiles, keep_tile_roots
from app.transparency.rules.checkpoints import Checkpoint, parse_checkpoint
from app.transparency.rules.entries import INVENTORY
from app.transparency.rules.merkle import TILE_WIDTH, consistency_proof, is_consistent, tree_root
from app.transparency.rules.notes import Note, VerifierKey, parse_note, signers
from app.transparency.rules.stamps import Trusted, stamp_fault, stamp_name
from app.transparency.rules.tiles import CHECKPOINT, LONGEST_ENTRY
from app.transparency.sources import NoSuchFile, PublishedTiles, Source
from app.transparency.store import NewEntry

LONGEST_STORED = 1_000


class NotRecovered(Exception):
    """Why nothing is brought back, in one sentence."""


class RecoveryOrder(NamedTuple):
    """Who brings what back: `key` is the log's, `late` how late a rating may come, `by` whose time stamps count."""

    key: VerifierKey
    late: timedelta
    by: Trusted | None
    actor: str
    now: datetime


class Recovered(NamedTuple):
    """How many entries came back, and why the checkpoint's time stamp did not; None where it did, or there is none."""

    entries: int
    unstamped: str | None


def recover(database: Database, agency_id: str, source: Source, order: RecoveryOrder) -> Recovered:
    """Append the published entries that are not here. Raises NotRecovered, and ValueError."""
    key = order.key
    note = parse_note(source.read(CHECKPOINT))
    if not signers(note, [key]):
        raise NotRecovered("the published checkpoint is not signed with the key of this log")
    published, tiles = parse_checkpoint(note.text), PublishedTiles(source)
    with database.unhurried() as session:
        store.lock_agency(session, agency_id)
        size, newest = store.size_of(session, agency_id), store.newest_checkpoint(session, agency_id)
        _refuse_other(session, agency_id, size, published, tiles)
        entries = _published_entries(tiles, size, published.size)
        kept = [_entry(session, agency_id, size + place, each, order.late) for place, each in enumerate(entries)]
        store.append(session, agency_id, kept)
        own = StoredTiles(session, agency_id)
        keep_tile_roots(session, agency_id, newest.size if newest else 0, published.size, own)
        if tree_root(own, published.size) != published.root:
            raise NotRecovered("the published entries are not those of the checkpoint")
        line = next(each for each in note.signatures if (each.name, each.id) == (key.name, key.id))
        store.add_checkpoint(session, agency_id, published.size, str(Note(note.text, (line,))), order.now)
        unstamped = _stamp(session, agency_id, source, published.size, note.text, order.by)
        record(
            session,
            agency_id=agency_id,
            actor=order.actor,
            action="log.recovered",
            subject=str(published.size),
            at=order.now,
            n=len(kept),
        )
    return Recovered(len(kept), unstamped)


def _stamp(session: Session, agency_id: str, source: Source, size: int, text: str, by: Trusted | None) -> str | None:
    """Bring the checkpoint's time stamp back; why it was not, where it does not hold.

    It tells an earlier time than one that could be asked for now.
    """
    try:
        stamp = source.read(stamp_name(size))
    except NoSuchFile:
        return None
    fault = stamp_fault(stamp, text, by)
    if fault is None:
        store.put_stamp(session, agency_id, size, stamp)
    return fault


def _refuse_other(session: Session, agency_id: str, size: int, published: Checkpoint, tiles: PublishedTiles) -> None:
    if published.size <= size:
        raise NotRecovered(f"there is nothing to bring back: {published.size} entries were published, {size} are here")
    own = tree_root(StoredTiles(session, agency_id), size)
    path = consistency_proof(tiles, size, published.size)
    if not is_consistent(size, own, published.size, published.root, path):
        raise NotRecovered(f"the {size} entries that are here are not the beginning of what was published")


def _published_entries(tiles: PublishedTiles, first: int, end: int) -> list[bytes]:
    found: list[bytes] = []
    for number in range(first // TILE_WIDTH, -(-end // TILE_WIDTH)):
        width = min(TILE_WIDTH, end - number * TILE_WIDTH)
        found += tiles.entries(number, width)[max(0, first - number * TILE_WIDTH) :]
    return found


def _entry(session: Session, agency_id: str, position: int, content: bytes, late: timedelta) -> NewEntry:
    if len(content) > min(LONGEST_ENTRY, LONGEST_STORED):
        raise NotRecovered(f"the published entry {position} is none of this log")
    said = json.loads(content)
    if said["kind"] != INVENTORY:
        # Which report it was, nobody can tell from the entry; it is named as one that is gone.
        return NewEntry(said["kind"], f"of entry {position}", content, {})
    detail = {
        "taken_at": said["taken_at"],
        "event": new_id().hex,
        "release": inventory_store.newest_release(session, agency_id),
        "late_days": late.days,
    }
    return NewEntry(INVENTORY, str(said["number"]), content, detail)
