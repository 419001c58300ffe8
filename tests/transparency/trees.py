"""Trees of a few entries, in memory."""

from collections.abc import Sequence

from app.transparency.rules.merkle import HASH_BYTES, TILE_WIDTH, leaf_hash, root_of


class MemoryTiles:
    """The tiles of these entries, each made from all the hashes below it."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.levels = [list(map(leaf_hash, entries))]
        while len(self.levels[-1]) >= TILE_WIDTH:
            below = self.levels[-1]
            whole = range(0, len(below) - len(below) % TILE_WIDTH, TILE_WIDTH)
            self.levels.append([root_of(below[first : first + TILE_WIDTH]) for first in whole])

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of a tile."""
        first = number * TILE_WIDTH
        found = b"".join(self.levels[level][first : first + width])
        assert len(found) == width * HASH_BYTES, "only tiles that are there are asked for"
        return found


def entries_of(n: int, seed: int = 0) -> list[bytes]:
    """So many different entries."""
    return [f"{seed}:{each}".encode() for each in range(n)]
