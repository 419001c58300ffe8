"""Tiles and bundles of entries as files (c2sp.org/tlog-tiles): their names, their bytes, and which a tree has."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.transparency.rules.merkle import TILE_HEIGHT, TILE_WIDTH

CHECKPOINT = "checkpoint"
LONGEST_ENTRY = 2**16 - 1
# A number is written in groups of three digits, all but the last with an x before them.
NAME = re.compile(r"tile/(entries|[0-7])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class Tile(NamedTuple):
    """A tile's place in its tree: the level, the number within it, and how many hashes it has."""

    level: int
    number: int
    width: int


def tile_name(tile: Tile) -> str:
    """The file of a tile: `tile/1/x001/234` or `tile/0/000.p/17`."""
    return f"tile/{tile.level}/{_numbered(tile.number, tile.width)}"


def bundle_name(number: int, width: int) -> str:
    """The file of the entries under the tile of this number at level 0."""
    return f"tile/entries/{_numbered(number, width)}"


def _numbered(number: int, width: int) -> str:
    parts = [f"{number % 1_000:03}"]
    while number := number // 1_000:
        parts.append(f"x{number % 1_000:03}")
    whole = "/".join(reversed(parts))
    return whole if width == TILE_WIDTH else f"{whole}.p/{width}"


def tile_of(name: str) -> tuple[Tile, bool] | None:
    """The tile that a file's name means, and whether the file has the entries under it; None for any other name."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    level, number, width = found.groups()
    is_bundle = level == "entries"
    tile = Tile(
        0 if is_bundle else int(level),
        int(number.replace("/x", "").removeprefix("x").replace("/", "")),
        int(width or TILE_WIDTH),
    )
    # Numbers have one spelling each: no zeros in front, no partial tile that is whole.
    spelled = bundle_name(tile.number, tile.width) if is_bundle else tile_name(tile)
    return (tile, is_bundle) if spelled == name and tile.width <= TILE_WIDTH else None


def tiles_since(old: int, size: int) -> Iterator[Tile]:
    """The tiles of a tree of `size` entries that a tree of `old` entries did not have, or had narrower."""
    level = 0
    while hashes := size >> level * TILE_HEIGHT:
        before = old >> level * TILE_HEIGHT
        for number in range(before // TILE_WIDTH, -(-hashes // TILE_WIDTH)):
            width = min(TILE_WIDTH, hashes - number * TILE_WIDTH)
            if number * TILE_WIDTH + width > before:
                yield Tile(level, number, width)
        level += 1


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after the other, each after its length."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundled(content: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError for what is none."""
    entries, place = [], 0
    while place < len(content):
        end = place + 2 + int.from_bytes(content[place : place + 2], "big")
        if end > len(content) or place + 2 > len(content):
            raise ValueError("a bundle of entries ends within an entry")
        entries.append(content[place + 2 : end])
        place = end
    return entries
