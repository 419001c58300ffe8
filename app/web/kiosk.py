"""`/kiosk`: the page, its service worker and its manifest; once opened, the page works without network."""

import json

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.foundation.http.services import services_of
from app.pages.files import FILES, FOLDER, VERSION, WORKER
from app.web.pages import page
from app.web.rating_files import WORDS, languages_from

router = APIRouter(include_in_schema=False)
PAGE = "/kiosk"
# All that the worker keeps on the device: a file missing here breaks the page as soon as the network is away.
NEEDED = tuple(
    f"{FOLDER}/{name}"
    for name in FILES
    if (name.startswith(("rating/", "kiosk/", "texts/")) and name != WORKER) or name == "mark.svg"
)


@router.get("/kiosk")
async def kiosk(request: Request) -> HTMLResponse:
    """The kiosk page in the installation's language, the same for every kiosk: only the device holds a key."""
    language = services_of(request).settings.language
    return page(
        request, "kiosk.html", language=language, version=VERSION, languages=languages_from(language), words=WORDS
    )


@router.get("/kiosk-worker.js")
async def worker(request: Request) -> Response:
    """The service worker of this version. Browsers look for a newer one at every visit."""
    base = services_of(request).settings.base_path
    script = FILES[WORKER].content.decode()
    for name, value in (
        # Its own name for what it keeps, also beside another installation at the same host.
        ("version", f"{base} {VERSION}".strip()),
        ("page", f"{base}{PAGE}"),
        ("files", json.dumps([f"{base}{path}" for path in NEEDED])),
    ):
        script = script.replace(f"{{{name}}}", value)
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/kiosk.webmanifest")
async def manifest(request: Request) -> JSONResponse:
    """What makes the page an app on the home screen."""
    base = services_of(request).settings.base_path
    icon = {"src": f"{base}{FOLDER}/mark.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}
    described = {
        "id": f"{base}{PAGE}",
        "name": "Cermin",
        "short_name": "Cermin",
        "start_url": f"{base}{PAGE}",
        "scope": f"{base}{PAGE}",
        "display": "fullscreen",
        "background_color": "#fbfaf7",
        "theme_color": "#0b5c7a",
        "icons": [icon],
    }
    return JSONResponse(described, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})
