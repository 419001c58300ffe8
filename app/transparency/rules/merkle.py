"""Merkle trees of RFC 6962: hashes, roots, proofs of inclusion and of consistency, and their verification.

Who makes a proof hands in a reader of tiles (c2sp.org/tlog-tiles), so a tree is never held as a whole.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

HASH_BYTES = 32
# A tile has so many hashes, which are those of subtrees of this height times its level.
TILE_WIDTH, TILE_HEIGHT = 256, 8
EMPTY_ROOT = sha256(b"").digest()


class TileReader(Protocol):
    """Hands out tiles of a tree."""

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of a tile. Raises ValueError where there are fewer."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes."""
    if not leaves:
        return EMPTY_ROOT
    while len(leaves) > 1:
        pairs = [node_hash(left, right) for left, right in zip(leaves[::2], leaves[1::2], strict=False)]
        # The last of an odd number is a subtree of its own and goes up as it is.
        leaves = [*pairs, leaves[-1]] if len(leaves) % 2 else pairs
    return leaves[0]


def tree_root(tiles: TileReader, size: int) -> bytes:
    """The root of the first `size` entries."""
    return EMPTY_ROOT if size == 0 else _subtree(tiles, size, 0, size)


def inclusion_proof(tiles: TileReader, position: int, size: int) -> list[bytes]:
    """Which hashes lead from the entry at this position to the root of the first `size` entries, its sibling first."""
    if not 0 <= position < size:
        raise ValueError(f"a tree of {size} entries has none at {position}")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if position < middle:
            path.append(_subtree(tiles, size, middle, end))
            end = middle
        else:
            path.append(_subtree(tiles, size, first, middle))
            first = middle
    return path[::-1]


def consistency_proof(tiles: TileReader, old: int, size: int) -> list[bytes]:
    """Which hashes show that the tree of `old` entries is the beginning of the tree of `size` entries."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} entries does not begin with one of {old}")
    if old in (0, size):
        return []
    path: list[bytes] = []
    first, end, rest, is_whole = 0, size, old, True
    while rest != end - first:
        middle = first + _split(end - first)
        if rest <= middle - first:
            path.append(_subtree(tiles, size, middle, end))
            end = middle
        else:
            path.append(_subtree(tiles, size, first, middle))
            rest -= middle - first
            first, is_whole = middle, False
    if not is_whole:
        path.append(_subtree(tiles, size, first, end))
    return path[::-1]


def is_included(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf hash at this position to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= position < size:
        return False
    node, last, found = position, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the second tree begins with the first (RFC 9162 §2.1.4.2)."""
    if old == size:
        return not path and old_root == root
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if not 0 < old < size or not path:
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    former = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            former, found = node_hash(step, former), node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    return last == 0 and former == old_root and found == root


def _split(n: int) -> int:
    """The largest power of two below n."""
    return 1 << (n - 1).bit_length() - 1


def _subtree(tiles: TileReader, size: int, first: int, end: int) -> bytes:
    """The hash of the entries from `first` to before `end`: a subtree of a tree of `size` entries."""
    n = end - first
    if n & (n - 1) == 0:
        return _complete(tiles, size, first, n.bit_length() - 1)
    middle = first + _split(n)
    return node_hash(_subtree(tiles, size, first, middle), _subtree(tiles, size, middle, end))


def _complete(tiles: TileReader, size: int, first: int, height: int) -> bytes:
    """The hash of a complete subtree, which lies in one tile."""
    level, within = divmod(height, TILE_HEIGHT)
    number, offset = divmod(first >> level * TILE_HEIGHT, TILE_WIDTH)
    width = min(TILE_WIDTH, (size >> level * TILE_HEIGHT) - number * TILE_WIDTH)
    hashes = split_hashes(tiles.tile(level, number, width))
    return root_of(hashes[offset : offset + (1 << within)])


def split_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES)]
