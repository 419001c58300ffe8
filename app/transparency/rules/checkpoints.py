"""Checkpoints (c2sp.org/tlog-checkpoint): how large a log is and its root, as the text of a signed note."""

import re
from typing import NamedTuple

from app.transparency.rules.base64_text import decoded, encoded
from app.transparency.rules.merkle import EMPTY_ROOT, HASH_BYTES

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class Checkpoint(NamedTuple):
    """Which log, how many entries, and their root."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text; further lines are left alone. Raises ValueError with a sentence."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise ValueError("a checkpoint has three lines: origin, size and root")
    origin, size, root = lines[:3]
    if not NUMBER.fullmatch(size):
        raise ValueError("the size of a checkpoint is no number")
    try:
        value = decoded(root)
    except ValueError:
        value = b""
    if len(value) != HASH_BYTES:
        raise ValueError("the root of a checkpoint is no hash")
    if int(size) == 0 and value != EMPTY_ROOT:
        raise ValueError("an empty log has another root")
    return Checkpoint(origin, int(size), value)
