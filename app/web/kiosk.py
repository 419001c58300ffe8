"""`/kiosk`: the page, its service worker and its manifest; once opened, the page works without network."""

import json

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.foundation.http.services import services_of
from app.web.files import FILES, FOLDER, LANGUAGES, VERSION, WORKER
from app.web.pages import page

router = APIRouter(include_in_schema=False)
# All that the worker keeps on the device: a file missing here breaks the page as soon as the network is away.
NEEDED = tuple(
    f"{FOLDER}/{name}"
    for name in FILES
    if (name.startswith(("rating/", "kiosk/", "texts/")) and name != WORKER) or name == "mark.svg"
)
MANIFEST = {
    "id": "/kiosk",
    "name": "Cermin",
    "short_name": "Cermin",
    "start_url": "/kiosk",
    "scope": "/kiosk",
    "display": "fullscreen",
    "background_color": "#fbfaf7",
    "theme_color": "#0b5c7a",
    "icons": [{"src": f"{FOLDER}/mark.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"}],
}


@router.get("/kiosk")
async def kiosk(request: Request) -> HTMLResponse:
    """The kiosk page in the installation's language, the same for every kiosk: only the device holds a key."""
    language = services_of(request).settings.language
    ordered = sorted(LANGUAGES, key=lambda each: each != language)
    return page(request, "kiosk.html", language, version=VERSION, languages=ordered)


@router.get("/kiosk-worker.js")
async def worker() -> Response:
    """The service worker of this version. Browsers look for a newer one at every visit."""
    script = FILES[WORKER].content.decode().replace("{version}", VERSION).replace("{files}", json.dumps(NEEDED))
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@router.get("/kiosk.webmanifest")
async def manifest() -> JSONResponse:
    """What makes the page an app on the home screen."""
    return JSONResponse(MANIFEST, media_type="application/manifest+json", headers={"Cache-Control": "no-cache"})
