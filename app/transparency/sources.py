"""Reads a published log, from a folder or over HTTP."""

from pathlib import Path
from typing import Protocol

from app.transparency.rules.merkle import HASH_BYTES, TILE_WIDTH
from app.transparency.rules.tiles import Tile, bundle_name, tile_name, unbundled

# The largest bundle has 256 entries of 64 kB; a log of ours has some kilobytes.
LARGEST_FILE = 20_000_000
SECONDS = 20.0


class NoSuchFile(ValueError):
    """The log has no file of this name."""


class Source(Protocol):
    """Where a log, or what a witness has seen, is published."""

    def read(self, name: str) -> bytes:
        """The file of this name. Raises NoSuchFile, and ValueError where it cannot be read."""


class FolderSource:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes:
        """The file of this name."""
        try:
            with (self._folder / name).open("rb") as handle:
                content = handle.read(LARGEST_FILE + 1)
        except FileNotFoundError:
            raise NoSuchFile(f"{self._folder} has no {name}") from None
        except OSError as error:
            raise ValueError(f"{self._folder / name} cannot be read: {error.strerror}") from None
        _bounded(content, name)
        return content


class UrlSource:
    """An address."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def read(self, name: str) -> bytes:
        """The file of this name."""
        # Here, because a service reads its own log from a folder.
        import httpx

        address = f"{self._url}/{name}"
        try:
            with httpx.stream("GET", address, timeout=SECONDS) as answer:
                if answer.status_code == httpx.codes.NOT_FOUND:
                    raise NoSuchFile(f"there is no {address}")
                if answer.status_code != httpx.codes.OK:
                    raise ValueError(f"{address} answers {answer.status_code}")
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    _bounded(content, name)
                return bytes(content)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise ValueError(f"{address} cannot be reached") from None


def source_of(place: str) -> Source:
    """The source behind an address or the name of a folder."""
    return UrlSource(place) if place.startswith(("http://", "https://")) else FolderSource(Path(place))


class PublishedTiles:
    """Tiles of a published log."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._read: dict[tuple[int, int, int], bytes] = {}

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of a tile. Raises ValueError where there are fewer."""
        place = (level, number, width)
        if place not in self._read:
            content = self._file(tile_name(Tile(level, number, width)), tile_name(Tile(level, number, TILE_WIDTH)))
            if len(content) < width * HASH_BYTES:
                raise ValueError(f"{tile_name(Tile(level, number, width))} is too short")
            self._read[place] = content[: width * HASH_BYTES]
        return self._read[place]

    def entries(self, number: int, width: int) -> list[bytes]:
        """The first `width` entries under a tile of level 0."""
        content = self._file(bundle_name(number, width), bundle_name(number, TILE_WIDTH))
        return unbundled(content)[:width]

    def _file(self, name: str, whole: str) -> bytes:
        try:
            return self._source.read(name)
        except NoSuchFile:
            # A log may throw partial tiles away once the whole one is there.
            return self._source.read(whole)


def _bounded(content: bytes | bytearray, name: str) -> None:
    if len(content) > LARGEST_FILE:
        raise ValueError(f"{name} is too large")
