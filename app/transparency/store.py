"""The SQL of the log: entries, tiles, checkpoints and the parts of inventories."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, inspect, select, update

from app.directory.tables import Agency
from app.foundation.storage.database import Session
from app.foundation.storage.installation import fact
from app.transparency.rules.entries import INVENTORY
from app.transparency.rules.inventories import ROW_BYTES, Part
from app.transparency.tables import InventoryPart, LogCheckpoint, LogEntry, LogTile

AGENCY, ENTRY, TILE, CHECKPOINT, PART = (
    inspect(table).local_table.c for table in (Agency, LogEntry, LogTile, LogCheckpoint, InventoryPart)
)
# Under this name the installation remembers the last night of which inventories were taken.
NIGHT = "inventory"
# Rows bound into one statement; far below what either driver takes.
BATCH = 500


class NewEntry(NamedTuple):
    """An entry that is to be appended."""

    kind: str
    subject: str
    entry: bytes
    detail: dict[str, Any]


class Inventory(NamedTuple):
    """The newest inventory: its number and what its night kept of it."""

    number: int
    detail: dict[str, Any]


NONE_YET = Inventory(0, {})


def agencies(session: Session) -> list[str]:
    """The codes of all agencies."""
    return list(session.execute(select(AGENCY.agency_id).order_by(AGENCY.agency_id)).scalars())


def lock_agency(session: Session, agency_id: str) -> None:
    """Lock the agency until the transaction ends, so that its log has one writer at a time."""
    session.execute(select(AGENCY.agency_id).where(AGENCY.agency_id == agency_id).with_for_update(key_share=True))


def size_of(session: Session, agency_id: str) -> int:
    """How many entries the agency's log has."""
    newest = session.execute(select(func.max(ENTRY.position)).where(ENTRY.agency_id == agency_id)).scalar()
    return 0 if newest is None else newest + 1


def append(session: Session, agency_id: str, entries: Sequence[NewEntry]) -> None:
    """Append entries, in the caller's transaction, who holds the agency's lock."""
    first = size_of(session, agency_id)
    rows = [
        {
            "agency_id": agency_id,
            "position": position,
            "kind": each.kind,
            "subject": each.subject,
            "entry": each.entry.decode(),
            "detail": each.detail,
        }
        for position, each in enumerate(entries, start=first)
    ]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(LogEntry), rows[start : start + BATCH])


def entries_between(session: Session, agency_id: str, first: int, end: int) -> list[bytes]:
    """The entries from `first` to before `end`."""
    query = select(ENTRY.entry).where(ENTRY.agency_id == agency_id, ENTRY.position >= first, ENTRY.position < end)
    return [entry.encode() for entry in session.execute(query.order_by(ENTRY.position)).scalars()]


def every_entry(session: Session, agency_id: str) -> Iterator[Any]:
    """Position, kind, subject, entry and detail of all entries in their order, some at a time."""
    query = select(*ENTRY).where(ENTRY.agency_id == agency_id).order_by(ENTRY.position)
    yield from session.connection().execute(query, execution_options={"yield_per": BATCH})


def position_of(session: Session, agency_id: str, kind: str, subject: str) -> int | None:
    """Where the entry about this is; None where there is none."""
    query = select(ENTRY.position).where(ENTRY.agency_id == agency_id, ENTRY.kind == kind, ENTRY.subject == subject)
    return session.execute(query).scalar()


def longest_late(session: Session, agency_id: str) -> int:
    """How many days late ratings could come at most when an inventory was taken; 0 where there is none."""
    query = select(func.max(ENTRY.detail["late_days"].as_integer()))
    return session.execute(query.where(ENTRY.agency_id == agency_id, ENTRY.kind == INVENTORY)).scalar() or 0


def entries_about(session: Session, agency_id: str, kind: str) -> list[tuple[str, str]]:
    """What the entries of a kind are about, and what they say."""
    query = select(ENTRY.subject, ENTRY.entry).where(ENTRY.agency_id == agency_id, ENTRY.kind == kind)
    return [(*row,) for row in session.execute(query.order_by(ENTRY.position))]


def newest_inventory(session: Session, agency_id: str) -> Inventory:
    """The agency's newest inventory; number 0 where there is none yet."""
    query = (
        select(ENTRY.subject, ENTRY.detail)
        .where(ENTRY.agency_id == agency_id, ENTRY.kind == INVENTORY)
        .order_by(ENTRY.position.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return NONE_YET if row is None else Inventory(int(row.subject), row.detail)


def inventory_night(session: Session, agency_id: str) -> str | None:
    """The last night of which there must be an inventory, as the installation remembers it; None for a new agency."""
    night = fact(session, NIGHT)
    begun = session.execute(select(AGENCY.created_at).where(AGENCY.agency_id == agency_id)).scalar()
    return night if night is not None and begun is not None and f"{begun:%Y-%m-%d}" < night else None


def add_parts(session: Session, agency_id: str, number: int, parts: Iterable[Part]) -> None:
    """Keep the parts of an inventory."""
    rows = [
        {
            "agency_id": agency_id,
            "kind": part.kind,
            "part": part.name,
            "number": number,
            "n": len(part.rows) // ROW_BYTES,
            "rows": part.rows,
        }
        for part in parts
    ]
    for start in range(0, len(rows), BATCH):
        session.execute(insert(InventoryPart), rows[start : start + BATCH])


def parts_from(session: Session, agency_id: str, kind: str, first: str = "", end: str | None = None) -> Iterator[Any]:
    """Name, number, n and rows of a kind's parts whose names are from `first` to before `end`, by name and number."""
    query = select(PART.part, PART.number, PART.n, PART.rows).where(
        PART.agency_id == agency_id, PART.kind == kind, PART.part >= first
    )
    if end is not None:
        query = query.where(PART.part < end)
    ordered = query.order_by(PART.part, PART.number)
    yield from session.connection().execute(ordered, execution_options={"yield_per": BATCH})


def parts_of(session: Session, agency_id: str, number: int) -> list[Part]:
    """The parts of one inventory."""
    query = select(PART.kind, PART.part, PART.rows).where(PART.agency_id == agency_id, PART.number == number)
    return [Part(kind, name, bytes(rows)) for kind, name, rows in session.execute(query)]


def part_names(session: Session, agency_id: str, kind: str) -> list[str]:
    """The names of all parts of a kind."""
    query = select(PART.part).distinct().where(PART.agency_id == agency_id, PART.kind == kind).order_by(PART.part)
    return list(session.execute(query).scalars())


def numbers_of_parts(session: Session, agency_id: str) -> list[int]:
    """The numbers of the inventories that parts name."""
    return list(session.execute(select(PART.number).distinct().where(PART.agency_id == agency_id)).scalars())


def tile_roots(session: Session, agency_id: str, level: int, first: int, end: int) -> list[bytes]:
    """The roots of the full tiles of a level from `first` to before `end`."""
    query = select(TILE.root).where(
        TILE.agency_id == agency_id, TILE.level == level, TILE.number >= first, TILE.number < end
    )
    return [bytes.fromhex(root) for root in session.execute(query.order_by(TILE.number)).scalars()]


def add_tile_roots(session: Session, agency_id: str, roots: Iterable[tuple[int, int, bytes]]) -> None:
    """Keep the roots of full tiles: level, number and root of each."""
    rows = [
        {"agency_id": agency_id, "level": level, "number": number, "root": root.hex()} for level, number, root in roots
    ]
    if rows:
        session.execute(insert(LogTile), rows)


def checkpoints_of(session: Session, agency_id: str) -> list[LogCheckpoint]:
    """Every checkpoint of the log, the smallest first."""
    query = select(LogCheckpoint).where(CHECKPOINT.agency_id == agency_id).order_by(CHECKPOINT.size)
    return list(session.execute(query).scalars())


def newest_checkpoint(session: Session, agency_id: str) -> LogCheckpoint | None:
    """The checkpoint of the largest size."""
    query = select(LogCheckpoint).where(CHECKPOINT.agency_id == agency_id).order_by(CHECKPOINT.size.desc()).limit(1)
    return session.execute(query).scalar()


def first_note(session: Session, agency_id: str) -> str | None:
    """The log's first checkpoint, as it is stored."""
    query = select(CHECKPOINT.note).where(CHECKPOINT.agency_id == agency_id).order_by(CHECKPOINT.size).limit(1)
    return session.execute(query).scalar()


def best_checkpoint(session: Session, agency_id: str, position: int) -> LogCheckpoint | None:
    """Of the checkpoints that have this entry, one that most witnesses have seen, the newest of these."""
    query = (
        select(LogCheckpoint)
        .where(CHECKPOINT.agency_id == agency_id, CHECKPOINT.size > position)
        .order_by(CHECKPOINT.witnesses.desc(), CHECKPOINT.size.desc())
        .limit(1)
    )
    return session.execute(query).scalar()


def checkpoint_of(session: Session, agency_id: str, size: int) -> LogCheckpoint | None:
    """The checkpoint of this size."""
    return session.get(LogCheckpoint, (agency_id, size))


def add_checkpoint(session: Session, agency_id: str, size: int, note: str, now: datetime) -> None:
    """Keep a checkpoint."""
    session.add(LogCheckpoint(agency_id=agency_id, size=size, note=note, signed_at=now))
    session.flush()


def put_cosignatures(session: Session, agency_id: str, size: int, lines: Sequence[str]) -> None:
    """Keep the lines of the witnesses who have seen a checkpoint."""
    session.execute(
        update(LogCheckpoint)
        .where(CHECKPOINT.agency_id == agency_id, CHECKPOINT.size == size)
        .values(witnesses=len(lines), cosignatures="".join(lines))
    )


def put_stamp(session: Session, agency_id: str, size: int, stamp: bytes) -> None:
    """Keep the time stamp of a checkpoint."""
    session.execute(
        update(LogCheckpoint).where(CHECKPOINT.agency_id == agency_id, CHECKPOINT.size == size).values(stamp=stamp)
    )


def stamp_of(session: Session, agency_id: str, size: int) -> bytes | None:
    """The time stamp of the checkpoint of this size."""
    query = select(CHECKPOINT.stamp).where(CHECKPOINT.agency_id == agency_id, CHECKPOINT.size == size)
    return session.execute(query).scalar()


def unstamped(session: Session) -> list[tuple[str, int, str]]:
    """Agency, size and note of each agency's newest checkpoint, as far as it has no time stamp."""
    newest = (
        select(CHECKPOINT.agency_id, func.max(CHECKPOINT.size).label("size")).group_by(CHECKPOINT.agency_id).subquery()
    )
    query = (
        select(CHECKPOINT.agency_id, CHECKPOINT.size, CHECKPOINT.note)
        .join(newest, (newest.c.agency_id == CHECKPOINT.agency_id) & (newest.c.size == CHECKPOINT.size))
        .where(CHECKPOINT.stamp.is_(None))
        .order_by(CHECKPOINT.agency_id)
    )
    return [(*row,) for row in session.execute(query)]


def stamps_from(session: Session, agency_id: str, size: int) -> list[tuple[int, bytes]]:
    """Size and time stamp of the checkpoints from this size on that have one."""
    query = select(CHECKPOINT.size, CHECKPOINT.stamp).where(
        CHECKPOINT.agency_id == agency_id, CHECKPOINT.size >= size, CHECKPOINT.stamp.is_not(None)
    )
    return [(*row,) for row in session.execute(query.order_by(CHECKPOINT.size))]
