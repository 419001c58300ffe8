"""The pages in a browser that reaches them under a path of a host."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.agency import AGENCY, OFFICE
from tests.browser.chromium import complaints
from tests.browser.kiosk import send, tap, waiting
from tests.browser.turnable import Turnable

BASE = "/cermin"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Turnable]:
    """One whose proxy leaves the path on."""
    now = datetime.now(UTC)
    with Turnable.open(tmp_path, now, public_url=f"http://127.0.0.1{BASE}") as opened:
        yield opened


def test_citizens_kiosks_and_employees_get_along_under_a_path(service: Turnable, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with complaints(page) as heard:
        page.goto(f"{service.url}{BASE}/o/{AGENCY}/{OFFICE}")
        tap(page, ".choice:text-is('KTP-EL')")
        for _ in range(3):
            tap(page, ".answer[data-score='4']")
        send(page)
        expect(page.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
        page.goto(f"{service.url}{BASE}/kiosk#{service.new_code()}")
        page.get_by_role("button", name="Hubungkan", exact=True).click()
        page.locator(".choice").first.wait_for()
        # Without network it opens from what its worker has kept.
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        service.stop()
        page.reload()
        tap(page, ".choice:text-is('KTP-EL')")
        for _ in range(3):
            tap(page, ".answer[data-score='3']")
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
        assert len(waiting(page)) == 1
        service.start()
        page.reload()
        for _ in range(200):
            if not waiting(page):
                break
            page.wait_for_timeout(50)
        assert waiting(page) == []
        heard.clear()
        page.goto(f"{service.url}{BASE}/r")
        expect(page.get_by_role("status").first).to_contain_text("tautan pribadi")
        page.goto(f"{service.url}{BASE}/")
        page.get_by_role("link", name="/docs").click()
        expect(page.get_by_text("/v1/ratings/batch")).to_be_visible()
    assert heard == []
    assert all(url.startswith(f"{service.url}{BASE}/") for url in asked if url.startswith("http"))
    assert service.rows("SELECT count(*) FROM rating") == [(2,)]
