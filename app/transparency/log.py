"""The log of an agency as a whole: its name and key, its tree in the database, checkpoints and proofs."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from app.foundation.secret import derive
from app.foundation.storage.database import Database, Session
from app.transparency import store
from app.transparency.rules.checkpoints import Checkpoint, parse_checkpoint
from app.transparency.rules.entries import REPORT, report_entry
from app.transparency.rules.merkle import (
    TILE_HEIGHT,
    TILE_WIDTH,
    inclusion_proof,
    leaf_hash,
    root_of,
    split_hashes,
    tree_root,
)
from app.transparency.rules.notes import SIGNER, Note, VerifierKey, parse_note, public_half, signed
from app.transparency.rules.proofs import LogProof
from app.transparency.rules.tiles import tiles_since
from app.transparency.store import NewEntry

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class LogKey(NamedTuple):
    """The name of an agency's log (its origin) and the key that signs its checkpoints."""

    origin: str
    key: "Ed25519PrivateKey"

    @property
    def verifier(self) -> VerifierKey:
        """What others check its checkpoints with."""
        return VerifierKey(self.origin, SIGNER, public_half(self.key))


class LoggedReport(NamedTuple):
    """A final report as the log knows it: its id, and its envelope's digest and signature."""

    report_id: UUID
    digest: str
    signature: str

    @property
    def entry(self) -> bytes:
        """Its entry."""
        return report_entry(self.digest, self.signature)


class StoredTiles:
    """Tiles of an agency's log out of the database."""

    def __init__(self, session: Session, agency_id: str) -> None:
        self._session = session
        self._agency_id = agency_id
        self._read: dict[tuple[int, int, int], bytes] = {}

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of a tile."""
        place = (level, number, width)
        if place not in self._read:
            first = number * TILE_WIDTH
            hashes = self._hashes(level, first, first + width)
            if len(hashes) < width:
                raise ValueError(f"the log has no tile {number} of level {level} with {width} hashes")
            self._read[place] = b"".join(hashes)
        return self._read[place]

    def _hashes(self, level: int, first: int, end: int) -> Sequence[bytes]:
        if level:
            return store.tile_roots(self._session, self._agency_id, level - 1, first, end)
        return list(map(leaf_hash, store.entries_between(self._session, self._agency_id, first, end)))


def log_key(session: Session, agency_id: str, secret: bytes, public_url: str | None) -> LogKey:
    """The agency's log: named when it was begun, after the address of the service or, without one, after its secret."""
    # Here, because a start need not read the library.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    first = store.first_note(session, agency_id)
    # Read as it stands: what is wrong with it is for the check to say.
    origin = first.partition("\n")[0] if first else None
    key = Ed25519PrivateKey.from_private_bytes(derive(secret, f"log-key-{agency_id}"))
    return LogKey(origin or _origin(agency_id, secret, public_url), key)


def _origin(agency_id: str, secret: bytes, public_url: str | None) -> str:
    if public_url:
        parts = urlsplit(public_url)
        place = f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
    else:
        place = f"{derive(secret, 'log-origin').hex()[:16]}.cermin.invalid"
    return f"{place}/log/{agency_id}"


def append_reports(session: Session, agency_id: str, reports: Sequence[LoggedReport]) -> None:
    """Enter final reports, in the transaction that makes them final, whose caller holds the agency's lock."""
    ordered = sorted(reports, key=lambda each: each.entry)
    store.append(session, agency_id, [NewEntry(REPORT, str(each.report_id), each.entry, {}) for each in ordered])


def checkpoint(database: Database, agency_id: str, secret: bytes, public_url: str | None, now: datetime) -> Note | None:
    """Sign how the log is now, unless nothing came since; returns the newest checkpoint, None of an empty log.

    Raises ValueError where the log does not begin as it was signed before.
    """
    with database.unhurried() as session:
        store.lock_agency(session, agency_id)
        size = store.size_of(session, agency_id)
        newest = store.newest_checkpoint(session, agency_id)
        if size == 0 and newest is None:
            return None
        tiles = StoredTiles(session, agency_id)
        if newest is not None:
            former = parse_checkpoint(parse_note(newest.note.encode()).text)
            if former.size > size or tree_root(tiles, former.size) != former.root:
                raise ValueError(f"the log of {agency_id} does not begin as it was signed with {former.size} entries")
            if former.size == size:
                return with_cosignatures(newest.note, newest.cosignatures)
        log = log_key(session, agency_id, secret, public_url)
        keep_tile_roots(session, agency_id, newest.size if newest else 0, size, tiles)
        note = signed(str(Checkpoint(log.origin, size, tree_root(tiles, size))), log.origin, log.key)
        store.add_checkpoint(session, agency_id, size, str(note), now)
        return note


def keep_tile_roots(session: Session, agency_id: str, old: int, size: int, tiles: StoredTiles) -> None:
    """Keep the roots of the tiles that have become full since the log had `old` entries."""
    for tile in tiles_since(old, size):
        # Level by level: a tile of the next one is made of the roots that have just been kept.
        if tile.width == TILE_WIDTH and (tile.number + 1) * TILE_WIDTH > old >> tile.level * TILE_HEIGHT:
            root = root_of(split_hashes(tiles.tile(*tile)))
            store.add_tile_roots(session, agency_id, [(tile.level, tile.number, root)])


def with_cosignatures(note: str, cosignatures: str) -> Note:
    """A checkpoint with the lines of its witnesses."""
    try:
        return parse_note((note + cosignatures).encode())
    except ValueError:
        # Lines that somebody has damaged in the database prove nothing; the log's own signature still does.
        return parse_note(note.encode())


def proof_of(session: Session, agency_id: str, report_id: UUID) -> LogProof | None:
    """That a final report is in the log, by the checkpoint that most witnesses have seen, with its time stamp if it has
    one; None while there is no checkpoint.

    A log that somebody has damaged proves nothing; `cermin check` says where.
    """
    position = store.position_of(session, agency_id, REPORT, str(report_id))
    if position is None:
        return None
    best = store.best_checkpoint(session, agency_id, position)
    if best is None:
        return None
    with suppress(ValueError):
        path = inclusion_proof(StoredTiles(session, agency_id), position, best.size)
        note = with_cosignatures(best.note, best.cosignatures)
        return LogProof(position, tuple(path), note, best.stamp or b"")
    return None
