"""Writes an agency's log as static files for any web server (c2sp.org/tlog-tiles): what is new, the checkpoint last."""

import os
import secrets
from pathlib import Path
from typing import NamedTuple

from app.foundation.storage.database import Database, Session
from app.transparency import store
from app.transparency.log import StoredTiles, with_cosignatures
from app.transparency.rules.checkpoints import Checkpoint, parse_checkpoint
from app.transparency.rules.merkle import TILE_WIDTH, tree_root
from app.transparency.rules.notes import VerifierKey, parse_note, signers
from app.transparency.rules.stamps import stamp_name
from app.transparency.rules.tiles import CHECKPOINT, Tile, bundle, bundle_name, tile_name, tiles_since
from app.transparency.sources import NoSuchFile, Source


class NotPublished(Exception):
    """Why a log is not written, in one sentence."""


class Published(NamedTuple):
    """How many entries the published log has, and how many files were written."""

    size: int
    files: int


def publish(database: Database, agency_id: str, folder: Path, key: VerifierKey) -> Published:
    """Write what the folder lacks of the newest checkpoint's tree. Raises NotPublished and OSError.

    What was published stays the beginning of what is published, or nothing is written.
    """
    with database.snapshot(hurried=False) as session:
        newest = store.newest_checkpoint(session, agency_id)
        if newest is None:
            raise NotPublished(f"the log of {agency_id} has no checkpoint yet")
        note = with_cosignatures(newest.note, newest.cosignatures)
        tiles = StoredTiles(session, agency_id)
        former = _published(folder, key)
        if former is not None and (former.size > newest.size or tree_root(tiles, former.size) != former.root):
            raise NotPublished(
                f"the log in {folder} has {former.size} entries with which the log of {agency_id} does not begin: "
                "publishing it would be a fork, which no witness takes"
            )
        old = former.size if former else 0
        written = _write_tiles(session, agency_id, folder, tiles, old, newest.size)
        written += sum(
            place(folder / stamp_name(size), stamp) for size, stamp in store.stamps_from(session, agency_id, old)
        )
        return Published(newest.size, written + place(folder / CHECKPOINT, str(note).encode()))


def published_fault(session: Session, agency_id: str, source: Source, key: VerifierKey) -> str | None:
    """Why the log is not the one that was published there; None where it goes on from that, or nothing is published."""
    try:
        note = parse_note(source.read(CHECKPOINT))
        former = parse_checkpoint(note.text)
        if not signers(note, [key]):
            return "the published checkpoint is not signed with the key of this log"
        if former.size > store.size_of(session, agency_id):
            return f"{former.size} entries were published, and the log has {store.size_of(session, agency_id)}"
        if tree_root(StoredTiles(session, agency_id), former.size) != former.root:
            return f"the log does not begin with the {former.size} entries that were published"
    except NoSuchFile:
        return None
    except ValueError as fault:
        return f"what was published cannot be compared: {fault}"
    return None


def _published(folder: Path, key: VerifierKey) -> Checkpoint | None:
    try:
        content = (folder / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None
    try:
        note = parse_note(content)
        if not signers(note, [key]):
            raise NotPublished(f"the checkpoint in {folder} is not signed with the key of this log")
        return parse_checkpoint(note.text)
    except ValueError as fault:
        raise NotPublished(f"the checkpoint in {folder} cannot be read: {fault}") from None


def _write_tiles(session: Session, agency_id: str, folder: Path, tiles: StoredTiles, old: int, size: int) -> int:
    files = 0
    for tile in tiles_since(old, size):
        files += place(folder / tile_name(tile), tiles.tile(*tile))
        if tile.level == 0:
            files += place(folder / bundle_name(tile.number, tile.width), _bundle(session, agency_id, tile))
    return files


def _bundle(session: Session, agency_id: str, tile: Tile) -> bytes:
    first = tile.number * TILE_WIDTH
    return bundle(store.entries_between(session, agency_id, first, first + tile.width))


def place(file: Path, content: bytes) -> bool:
    """Give a file its content, whole or not at all; False where it has it already."""
    try:
        if file.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with draft.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
    return True
