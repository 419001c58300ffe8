"""Reads SQLite's file and its log as bytes, as somebody does who has a copy: rows with the place where they lie."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LOG_HEADER, FRAME_HEADER = 32, 24
INDEX_INNER, INDEX_LEAF = 0x02, 0x0A
SIZES = {5: 6, 6: 8, 7: 8, 8: 0, 9: 0}


class Cell(NamedTuple):
    """One row of a table without row numbers: its page, its address in it, its values."""

    page: int
    address: int
    values: tuple[object, ...]


class Commit(NamedTuple):
    """The pages that one transaction wrote into the log."""

    pages: tuple[tuple[int, bytes], ...]


def pages_of(file: Path) -> Iterator[tuple[int, bytes]]:
    """Every page of a database file, with its number."""
    whole = file.read_bytes()
    size = struct.unpack(">H", whole[16:18])[0] or 65_536
    for start in range(0, len(whole), size):
        yield start // size + 1, whole[start : start + size]


def commits_of(log: Path) -> Iterator[Commit]:
    """Every transaction whose frames lie in the log, also those from before it was begun anew."""
    whole = log.read_bytes() if log.exists() else b""
    if len(whole) < LOG_HEADER:
        return
    size = struct.unpack(">I", whole[8:12])[0]
    written: list[tuple[int, bytes]] = []
    for start in range(LOG_HEADER, len(whole) - size - FRAME_HEADER + 1, size + FRAME_HEADER):
        page, is_last = struct.unpack(">II", whole[start : start + 8])
        written.append((page, whole[start + FRAME_HEADER : start + FRAME_HEADER + size]))
        if is_last:
            yield Commit(tuple(written))
            written = []


def cells_of(number: int, page: bytes) -> Iterator[Cell]:
    """The rows on a page of a table without row numbers or of an index; nothing of any other page."""
    start = 100 if number == 1 else 0
    kind = page[start]
    if kind not in (INDEX_INNER, INDEX_LEAF):
        return
    [count] = struct.unpack(">H", page[start + 3 : start + 5])
    pointers = start + (12 if kind == INDEX_INNER else 8)
    for n in range(count):
        [address] = struct.unpack(">H", page[pointers + 2 * n : pointers + 2 * n + 2])
        at = address + (4 if kind == INDEX_INNER else 0)
        length, at = _varint(page, at)
        payload = page[at : at + length]
        if len(payload) == length and length < len(page) // 4:
            yield Cell(number, address, _values(payload))


def _values(payload: bytes) -> tuple[object, ...]:
    end, at = _varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[object] = []
    for kind in kinds:
        size = (kind - 12) // 2 if kind >= 12 else SIZES.get(kind, kind)
        piece, at = payload[at : at + size], at + size
        if kind == 0:
            values.append(None)
        elif kind >= 12:
            values.append(piece.decode("utf-8", "replace") if kind % 2 else piece)
        else:
            values.append({8: 0, 9: 1}.get(kind, int.from_bytes(piece, "big", signed=True)))
    return tuple(values)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for n in range(8):
        byte = data[at + n]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + n + 1
    return value << 8 | data[at + 8], at + 9
