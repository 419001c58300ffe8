"""`/docs`, which works without the internet: Swagger UI's files come from a package, not from a CDN."""

import json
from functools import cache
from gzip import compress
from importlib import resources

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.pages.files import FOLDER
from app.pages.shell import POLICY
from app.web.pages import templates

FILES = "/static/docs"
DOCUMENT = "/openapi.json"
MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
# Swagger UI sets styles on what it draws and has its icons in its style sheet.
DOCS_POLICY = f"{POLICY}; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
KEPT = {"Cache-Control": "public, max-age=86400"}


def install(app: FastAPI) -> None:
    """Serve the page, its files and the document, each packed for whoever can unpack it."""

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        root = services_of(request).settings.base_path
        page = templates.get_template("docs.html").render(
            files=f"{root}{FILES}", folder=f"{root}{FOLDER}", document=f"{root}{DOCUMENT}"
        )
        return packed(request, page.encode(), "text/html", {"Content-Security-Policy": DOCS_POLICY})

    # In a thread: writing it takes a second the first time, in which ratings would wait.
    @app.get(DOCUMENT, include_in_schema=False)
    def document(request: Request) -> Response:
        return packed(request, json.dumps(app.openapi(), ensure_ascii=False).encode(), "application/json", {})

    @app.get(FILES + "/{name}", include_in_schema=False)
    def docs_file(request: Request, name: str) -> Response:
        if name not in MEDIA_TYPES:
            raise Problem("not-found")
        if not _unpacks(request):
            return Response(_file(name), media_type=MEDIA_TYPES[name], headers=KEPT | {"Vary": "Accept-Encoding"})
        headers = KEPT | {"Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
        return Response(_packed_file(name), media_type=MEDIA_TYPES[name], headers=headers)


def packed(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """What is made anew for each request, packed quickly."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if _unpacks(request):
        content, headers["Content-Encoding"] = compress(content, 5, mtime=0), "gzip"
    return Response(content, media_type=media_type, headers=headers)


def _unpacks(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


@cache
def _file(name: str) -> bytes:
    return resources.files("fastapi_offline").joinpath("static", name).read_bytes()


@cache
def _packed_file(name: str) -> bytes:
    # Once in a process, when somebody looks: it takes a tenth of a second that no start should pay for.
    return compress(_file(name), mtime=0)
