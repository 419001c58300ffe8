"""The kiosk, a citizen's page and the desk in a browser, at the demo agency on a weekday at ten in the morning."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from app.access.keys import issue
from app.access.principals import KeyKind
from app.cli.context import err
from app.demo.loading import extend_roster
from app.demo.town import AGENCY_CODE
from app.foundation.clock import system_clock
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.main import create_app
from docs.desk_pictures import LANGUAGES, draw_desk

OFFICE, COUNTER, SERVICE = "disdukcapil", "loket-1", "ktp-el"
TABLET, PHONE = ViewportSize(width=1024, height=640), ViewportSize(width=360, height=640)
# Longer than the guard against double taps.
GUARD = 500


def draw_pages(folder: Path, settings: Settings) -> None:
    """Write `kiosk-….png`, `ticket-….png` and `desk-….png` into the folder, from the agency in this database."""
    now = _ten_in_the_morning(system_clock())
    database = Database(settings.database_url)
    extend_roster(database, now, err)
    keys = _keys(database, now)
    with _serving(settings, now) as url, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        for language in LANGUAGES:
            _draw_kiosk(browser, url, keys, language, folder / f"kiosk-{language}.png")
            _draw_ticket(browser, url, keys, language, folder / f"ticket-{language}.png")
        draw_desk(browser, url, database, now, folder)
        browser.close()
    database.dispose()


def _ten_in_the_morning(now: datetime) -> datetime:
    """Of the last weekday that is over, in western Indonesia."""
    day = now - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day.astimezone(UTC).replace(hour=3, minute=0, second=0, microsecond=0)


def _keys(database: Database, now: datetime) -> dict[KeyKind, str]:
    with database.writing() as session:
        return {
            kind: issue(session, agency_id=AGENCY_CODE, kind=kind, label="pictures", actor="cli:pictures", now=now)[0]
            for kind in (KeyKind.admin, KeyKind.queue)
        }


@contextmanager
def _serving(settings: Settings, now: datetime) -> Iterator[str]:
    """The address of a service that believes it is `now`, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(settings, lambda: now), port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def _ask(url: str, path: str, key: str, body: object) -> Any:
    response = httpx.post(url + path, headers={"Authorization": f"Bearer {key}"}, json=body)
    return response.raise_for_status().json()


def _draw_kiosk(browser: Browser, url: str, keys: dict[KeyKind, str], language: str, file: Path) -> None:
    device = {"office": OFFICE, "counter": COUNTER, "label": "Tablet"}
    code = _ask(url, "/v1/devices", keys[KeyKind.admin], device)["code"]
    # Where nothing promises to keep the storage the page warns its staff, which is not what the picture is about.
    context = browser.new_context(viewport=TABLET)
    context.add_init_script("navigator.storage.persisted = async () => true")
    page = context.new_page()
    page.goto(f"{url}/kiosk#{code}")
    page.locator("form .main").click()
    page.locator(".choice, .answer").first.wait_for()
    page.locator(f"#languages [lang={language}]").click()
    if page.locator(".choice").count():
        page.wait_for_timeout(GUARD)
        page.locator(".choice").first.click()
    _picture(page, file)
    context.close()


def _draw_ticket(browser: Browser, url: str, keys: dict[KeyKind, str], language: str, file: Path) -> None:
    wanted = {"office": OFFICE, "counter": COUNTER, "service": SERVICE}
    [ticket] = _ask(url, "/v1/tickets", keys[KeyKind.queue], wanted)["tickets"]
    _ask(url, "/v1/tickets/arm", keys[KeyKind.queue], {"tickets": [{"ticket": ticket["code"]}]})
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale=language)
    page = context.new_page()
    page.goto(f"{url}/t?lang={language}#{ticket['code']}")
    _picture(page, file)
    context.close()


def _picture(page: Page, file: Path) -> None:
    page.locator(".answer").first.wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=file)
