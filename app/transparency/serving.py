"""Hands out an agency's log file by file (c2sp.org/tlog-tiles), out of the database or of the published folder."""

from pathlib import Path

from app.foundation.storage.database import Database, Session
from app.transparency import store
from app.transparency.log import StoredTiles, with_cosignatures
from app.transparency.rules.merkle import TILE_HEIGHT, TILE_WIDTH
from app.transparency.rules.stamps import stamped_size
from app.transparency.rules.tiles import CHECKPOINT, Tile, bundle, tile_of
from app.transparency.sources import FolderSource, NoSuchFile, Source


class StoredLog:
    """The log of an agency as it would be published now: the newest checkpoint and the tiles of its tree."""

    def __init__(self, database: Database, agency_id: str) -> None:
        self._database = database
        self._agency_id = agency_id

    def read(self, name: str) -> bytes:
        """The file of this name. Raises NoSuchFile."""
        with self._database.snapshot() as session:
            newest = store.newest_checkpoint(session, self._agency_id)
            if newest is None:
                raise NoSuchFile("the log has no checkpoint yet")
            if name == CHECKPOINT:
                return str(with_cosignatures(newest.note, newest.cosignatures)).encode()
            if (size := stamped_size(name)) is not None:
                return _stamp(session, self._agency_id, size)
            found = tile_of(name)
            if found is None or not _is_within(found[0], newest.size):
                raise NoSuchFile(f"the log has no {name}")
            tile, is_bundle = found
            if not is_bundle:
                return StoredTiles(session, self._agency_id).tile(*tile)
            first = tile.number * TILE_WIDTH
            return bundle(store.entries_between(session, self._agency_id, first, first + tile.width))


def _stamp(session: Session, agency_id: str, size: int) -> bytes:
    stamp = store.stamp_of(session, agency_id, size)
    if stamp is None:
        raise NoSuchFile(f"the checkpoint of {size} entries has no stamp")
    return stamp


def served_log(database: Database, agency_id: str, folder: Path | None) -> Source:
    """What the service hands out of an agency's log.

    Where it is published to a folder, that is what everybody sees: the same log twice, but for what only one of both
    has after a backup was restored, would be a fork.
    """
    return StoredLog(database, agency_id) if folder is None else FolderSource(folder / agency_id)


def _is_within(tile: Tile, size: int) -> bool:
    """Whether a tree of so many entries has these hashes, though perhaps more beside them."""
    return tile.number * TILE_WIDTH + tile.width <= size >> tile.level * TILE_HEIGHT
