"""A witness: cosigns only logs that go on from what it has seen of them (c2sp.org/tlog-witness, by static files).

It needs no database and no service: a folder with its key and, in one file, what it has seen.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from app.foundation.private_files import make_folder
from app.seals.signing import SigningKey, load_key, make_key
from app.transparency.publishing import place
from app.transparency.rules.checkpoints import Checkpoint, parse_checkpoint
from app.transparency.rules.merkle import consistency_proof, is_consistent, tree_root
from app.transparency.rules.notes import COSIGNER, Note, VerifierKey, cosignature, parse_note, public_half, signers
from app.transparency.rules.tiles import CHECKPOINT
from app.transparency.sources import PublishedTiles, Source

KEY, STATE, PUBLIC, REFUSED = "witness-key.pem", "seen.json", "public", "refused"


class Refused(Exception):
    """Why a witness does not cosign, in one sentence."""


class Witnessed(NamedTuple):
    """What a witness has cosigned, how large the log was before, and the file with its cosignature."""

    note: Note
    checkpoint: Checkpoint
    before: int
    file: Path


class WitnessPlace:
    """The folder of a witness, under the name by which policies know it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def key(self) -> SigningKey:
        """Its key, made at its first start. Raises SigningKeyFault and OSError."""
        file = self._folder / KEY
        return load_key(file) if file.exists() else make_key(file)

    def verifier(self) -> VerifierKey:
        """What policies write of it."""
        return VerifierKey(self._name, COSIGNER, public_half(self.key()))

    def cosign(self, log: VerifierKey, source: Source, now: datetime) -> Witnessed:
        """Look at a log and cosign its checkpoint. Raises Refused, ValueError where the log cannot be read, OSError."""
        key = self.key()
        with self._alone():
            note = _signed_by(log, source.read(CHECKPOINT))
            found = parse_checkpoint(note.text)
            seen = self._seen()
            before = _known(seen.get(log.name))
            try:
                _check(before, found, PublishedTiles(source))
            except Refused:
                # Two checkpoints signed by one key that do not fit are the proof against whoever signed them.
                self._keep_refused(note)
                raise
            line = cosignature(note.text, self._name, key, int(now.timestamp()))
            cosigned = Note(note.text, (*(each for each in note.signatures if each.name != self._name), line))
            seen[log.name] = {"size": found.size, "root": found.root.hex(), "checkpoint": str(cosigned)}
            # What was seen is on disk before anybody gets the cosignature.
            place(self._folder / STATE, json.dumps(seen, indent=1, sort_keys=True).encode())
            file = self._folder / PUBLIC / origin_hash(log.name) / CHECKPOINT
            place(file, str(cosigned).encode())
        return Witnessed(cosigned, found, before.size, file)

    def _seen(self) -> dict[str, Any]:
        try:
            seen: dict[str, Any] = json.loads((self._folder / STATE).read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            # Whoever has forgotten what was seen would cosign anything.
            raise Refused(f"{self._folder / STATE} cannot be read: restore it, or nothing is cosigned") from None
        return seen

    def _keep_refused(self, note: Note) -> None:
        content = str(note).encode()
        place(self._folder / REFUSED / f"{sha256(content).hexdigest()[:16]}.{CHECKPOINT}", content)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        make_folder(self._folder)
        with (self._folder / ".lock").open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def origin_hash(origin: str) -> str:
    """Under which name a witness publishes what it has seen of a log."""
    return sha256(origin.encode()).hexdigest()


def _signed_by(log: VerifierKey, content: bytes) -> Note:
    note = parse_note(content)
    if parse_checkpoint(note.text).origin != log.name:
        raise Refused(f"the checkpoint is of another log than {log.name}")
    try:
        if not signers(note, [log]):
            raise Refused(f"the checkpoint is not signed with the key of {log.name}")
    except ValueError as fault:
        raise Refused(str(fault)) from None
    return note


def _known(seen: dict[str, Any] | None) -> Checkpoint:
    if seen is None:
        return Checkpoint("", 0, b"")
    return Checkpoint("", seen["size"], bytes.fromhex(seen["root"]))


def _check(before: Checkpoint, found: Checkpoint, tiles: PublishedTiles) -> None:
    if found.size < before.size:
        raise Refused(f"rolled back: the log had {before.size} entries and has {found.size}")
    if found.size == before.size:
        if found.root != before.root:
            raise Refused(f"forked: {found.size} entries have another root than was seen")
        return
    if before.size == 0:
        if tree_root(tiles, found.size) != found.root:
            raise Refused("the tiles are not those of the checkpoint")
        return
    path = consistency_proof(tiles, before.size, found.size)
    if not is_consistent(before.size, before.root, found.size, found.root, path):
        raise Refused(f"forked or rewritten: {found.size} entries do not begin with the {before.size} that were seen")
