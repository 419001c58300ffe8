"""Proofs that an entry is in a log (c2sp.org/tlog-proof), which can be checked without the log."""

from typing import NamedTuple

from app.transparency.rules.base64_text import decoded, encoded
from app.transparency.rules.checkpoints import NUMBER, Checkpoint, parse_checkpoint
from app.transparency.rules.merkle import HASH_BYTES, is_included, leaf_hash
from app.transparency.rules.notes import Note, parse_note

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63


class LogProof(NamedTuple):
    """Where an entry is, the way from it to the root, the checkpoint with that root, and its time stamp.

    The stamp stands in the line `extra`, which is each application's own and vouched for by nobody.
    """

    position: int
    path: tuple[bytes, ...]
    note: Note
    stamp: bytes = b""

    def __str__(self) -> str:
        extra = [f"extra {encoded(self.stamp)}"] if self.stamp else []
        lines = [HEADER, *extra, f"index {self.position}", *map(encoded, self.path)]
        return "".join(f"{line}\n" for line in lines) + f"\n{self.note}"

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that the note is."""
        return parse_checkpoint(self.note.text)

    def holds(self, entry: bytes) -> bool:
        """Whether the entry is in the tree of the checkpoint; who signed that is another question."""
        checkpoint = self.checkpoint
        return is_included(leaf_hash(entry), self.position, checkpoint.size, self.path, checkpoint.root)


def parse_proof(content: bytes) -> LogProof:
    """A proof. Raises ValueError with a sentence."""
    head, empty, note = content.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise ValueError("the proof is not text") from None
    if lines[0] != HEADER or not empty:
        raise ValueError(f"a proof begins with {HEADER} and ends with a checkpoint")
    del lines[0]
    stamp = b""
    if lines and lines[0].startswith("extra "):
        stamp = _value(lines.pop(0).removeprefix("extra "), "extra line")
    name, _, number = lines[0].partition(" ") if lines else ("", "", "")
    if name != "index" or not NUMBER.fullmatch(number):
        raise ValueError("a proof names the index of its entry")
    path = tuple(_value(line, "path") for line in lines[1:])
    if len(path) > LONGEST_PATH or any(len(each) != HASH_BYTES for each in path):
        raise ValueError("the path of a proof is no list of hashes")
    proof = LogProof(int(number), path, parse_note(note), stamp)
    parse_checkpoint(proof.note.text)
    return proof


def _value(text: str, where: str) -> bytes:
    try:
        return decoded(text)
    except ValueError:
        raise ValueError(f"the {where} of a proof is not base64") from None
