"""Inventories: which rows there are, each as its id and a keyed mark of what in it never changes.

Rows come in parts (a day's ratings of an office, a release's blocks, a day's audit trail). The root over the parts of a
night is what the log says of them. Marks and roots are keyed, so nobody can find out a rating by trying.
"""

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any, NamedTuple

from app.foundation.secret import derive
from app.seals.rules.canonical_json import canonical
from app.transparency.rules.merkle import leaf_hash, root_of

ID_BYTES, MARK_BYTES = 16, 16
ROW_BYTES = ID_BYTES + MARK_BYTES
SEPARATOR, ABSENT = "\x1f", "\x1e"
# The rows of an inventory, by the tables they are in: what the log calls their roots.
KINDS: Mapping[str, str] = {"rating": "ratings", "block": "released", "audit_event": "audit"}


class MarkedRow(NamedTuple):
    """A row as an inventory has it."""

    id: bytes
    mark: bytes


class Part(NamedTuple):
    """The rows of one part by their ids, 32 bytes each."""

    kind: str
    name: str
    rows: bytes


class Marker:
    """Marks rows and roots of one agency, keyed with the installation's secret."""

    def __init__(self, secret: bytes, agency_id: str) -> None:
        self._rows = {kind: derive(secret, f"inventory-{kind}-{agency_id}") for kind in KINDS}
        self._roots = derive(secret, f"inventory-root-{agency_id}")

    def mark(self, kind: str, row_id: bytes, values: Sequence[object]) -> MarkedRow:
        """A row with its mark; the values are codes, numbers, dates and canonical JSON, in a fixed order."""
        written = SEPARATOR.join([ABSENT if value is None else str(value) for value in values])
        key = self._rows[kind]
        return MarkedRow(row_id, blake2b(row_id + written.encode(), key=key, digest_size=MARK_BYTES).digest())

    def roots(self, number: int, parts: Sequence[Part], detail: Mapping[str, Any]) -> dict[str, str]:
        """The roots over the parts of the inventory of this number (64 hex digits each), by the names of the kinds.

        Keyed as a whole, too: else they would tell of a night that nothing came. They vouch for what is kept beside
        the entry as well.
        """
        known = canonical(dict(detail)).decode()
        return {name: self._root(f"{number}\n{known}\n{kind}", kind, parts) for kind, name in KINDS.items()}

    def seal(self, month: str, counts: Mapping[str, int], lines: Iterable[str]) -> str:
        """The digest (64 hex digits) over all that is told of a month, a line each, and over how much it is of."""
        content = sha256()
        for line in lines:
            content.update(f"{len(line)}\n{line}\n".encode())
        about = f"sealed\n{month}\n{canonical(dict(counts)).decode()}\n{content.hexdigest()}"
        return hmac.digest(self._roots, about.encode(), sha256).hex()

    def _root(self, about: str, kind: str, parts: Sequence[Part]) -> str:
        leaves = [leaf_hash(_written(part)) for part in sorted(parts) if part.kind == kind]
        return hmac.digest(self._roots, f"{about}\n{root_of(leaves).hex()}".encode(), sha256).hex()


def _written(part: Part) -> bytes:
    return f"{part.kind}\n{part.name}\n{len(part.rows) // ROW_BYTES}\n".encode() + sha256(part.rows).digest()


def gathered(rows: Iterable[tuple[str, MarkedRow]]) -> dict[str, bytearray]:
    """Rows that come in the order of their ids, by the name of their part: 32 bytes each, however many there are."""
    found: dict[str, bytearray] = defaultdict(bytearray)
    for name, row in rows:
        found[name] += row.id + row.mark
    return found


def unpacked(content: bytes) -> Iterator[MarkedRow]:
    """The marked rows of a part."""
    for start in range(0, len(content), ROW_BYTES):
        yield MarkedRow(content[start : start + ID_BYTES], content[start + ID_BYTES : start + ROW_BYTES])


def parts_of(kind: str, rows: Mapping[str, bytearray]) -> list[Part]:
    """The parts of a kind, from its rows by the name of their part."""
    return [Part(kind, name, bytes(marked)) for name, marked in sorted(rows.items())]
