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
# A service worker has an address of its own, and is filled in (`kiosk.py`).
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
    """All files by name: `static/` as it is, and the catalogues of the rating pages under `texts/`."""
    package = resources.files("app.web")
    return dict([*_walk(package / "static", ""), *_walk(package / "texts", "texts/")])


FILES = _read()
VERSION = sha256(
    json.dumps([(name, sha256(file.content).hexdigest()) for name, file in FILES.items()]).encode()
).hexdigest()[:12]
FOLDER = f"/static/{VERSION}"
# A language of the rating pages is one file; it says its own name.
WORDS: Mapping[str, Mapping[str, str]] = {
    name.removeprefix("texts/").removesuffix(".json"): json.loads(file.content)["words"]
    for name, file in FILES.items()
    if name.startswith("texts/")
}
LANGUAGES: Mapping[str, str] = {language: words["language"] for language, words in WORDS.items()}

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


def scripts(*folders: str) -> tuple[str, ...]:
    """The names of these folders' scripts; a page lists them all, so that browsers fetch them at once."""
    return tuple(name for name in FILES if name.endswith(".js") and name.startswith(folders))


def languages_from(first: str) -> Mapping[str, str]:
    """The languages of the rating pages and their names, `first` in front."""
    return {each: LANGUAGES[each] for each in sorted(LANGUAGES, key=lambda each: each != first)}
