"""Serves the pages' scripts, styles and texts under a folder named after their content, so browsers cache for ever."""

import json
from collections.abc import Iterator, Mapping
from gzip import compress
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.foundation.problems import Problem

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "json": "application/json", "svg": "image/svg+xml"}
# A service worker has an address of its own, and is filled in by whoever serves it.
WORKER = "kiosk/worker.js"


class File(NamedTuple):
    """One file as it is sent; `packed` is its gzip, made once."""

    content: bytes
    packed: bytes
    media_type: str


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, File]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{path}{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, f"{name}/")
        elif media_type := MEDIA_TYPES.get(name.rpartition(".")[2]):
            content = entry.read_bytes()
            # Packed once and not by request; without a time, so that equal files have equal bytes.
            yield name, File(content, compress(content, mtime=0), media_type)


def _read() -> Mapping[str, File]:
    """All files by name: those in the folder `static/` of each room, in one tree."""
    found: dict[str, File] = {}
    for room in sorted(resources.files("app").iterdir(), key=lambda each: each.name):
        folder = room.joinpath("static")
        for name, file in _walk(folder, "") if folder.is_dir() else ():
            assert name not in found, f"two rooms have a file {name}"
            found[name] = file
    return found


FILES = _read()
VERSION = sha256(
    json.dumps([(name, sha256(file.content).hexdigest()) for name, file in FILES.items()]).encode()
).hexdigest()[:12]
FOLDER = f"/static/{VERSION}"

router = APIRouter(include_in_schema=False)
HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@router.get("/static/{version}/{name:path}")
async def get_file(request: Request, version: str, name: str) -> Response:
    """A file of this version, packed for whoever can unpack it; another version's is gone."""
    # Under an old address the new content would be cached for a year as the old one.
    if version != VERSION or name not in FILES or name == WORKER:
        raise Problem("not-found")
    file = FILES[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, media_type=file.media_type, headers=HEADERS | {"Content-Encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=HEADERS)
