"""The personal link of an employee: reload, second link, draft of the reply, thanks, and the final report."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.access.principals import Reach
from app.closing.replies import invite
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from app.seals.signing import make_key
from tests.browser.chromium import axe_violations, complaints
from tests.browser.turnable import Turnable
from tests.closing.steps import AFTER_THE_WINDOW, rated
from tests.house import LATE, LONG_AFTER, NOW
from tests.ratings.visits import put

TITLES = {"id": "Tanggapan Anda", "en": "Your reply"}


@dataclass
class Closed:
    """A service whose agency has closed October, and the links of two employees."""

    service: Turnable
    links: dict[str, str]

    def finalise(self) -> None:
        """Sign the reports, after the window."""
        self.service.clock.now += AFTER_THE_WINDOW
        self.service.ask("POST", "/v1/periods/2026-10/finalise", "supervisor")


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Closed]:
    """October is a draft."""
    key = tmp_path / "keys" / "signing-key.pem"
    make_key(key)
    with Turnable.open(tmp_path, NOW, signing_key_file=key) as service:
        database = Database(f"sqlite:///{service.file}")
        put(database, [*rated("E001", 12), *rated("E002", 40, "433")])
        release_agency(database, "kota", ReleaseOrder(LONG_AFTER, "test", timedelta(0), LATE, whole=True))
        service.ask("POST", "/v1/periods/2026-10/close", "supervisor", {})
        with database.writing() as session:
            tokens = invite(session, Reach("kota", None, "test"), "2026-10", None, NOW)
        database.dispose()
        yield Closed(service, {employee: f"{service.url}/r#{token}" for employee, token in tokens.items()})


def test_a_link_survives_a_reload_and_gives_way_to_a_second_one(closed: Closed, page: Page) -> None:
    with complaints(page) as heard:
        page.goto(closed.links["E001"])
        expect(page.locator("#name")).to_contain_text("E001")
        assert page.url == f"{closed.service.url}/r"
        page.locator("#text").fill("Antrean dua kali lipat.")
        page.reload()
        expect(page.locator("#name")).to_contain_text("E001")
        # What was being written is still there.
        expect(page.locator("#text")).to_have_value("Antrean dua kali lipat.")
        # A second link typed into the same tab; its reply is its own.
        page.evaluate(f"location.href = '{closed.links['E002']}'")
        expect(page.locator("#name")).to_contain_text("E002")
        expect(page.locator("#text")).to_have_value("")
        page.goto("about:blank")
        page.goto(closed.links["E001"])
        expect(page.locator("#text")).to_have_value("Antrean dua kali lipat.")
    assert heard == []
    # Another tab knows nothing of it.
    other = page.context.new_page()
    other.goto(f"{closed.service.url}/r")
    expect(other.get_by_role("status").first).to_contain_text("memerlukan tautan pribadi")


@pytest.mark.parametrize("language", TITLES)
def test_a_reply_is_thanked_for_where_the_form_was_and_dates_are_words(
    closed: Closed, browser: Browser, language: str
) -> None:
    with browser.new_context(locale=language, viewport={"width": 360, "height": 640}) as context:
        page = context.new_page()
        page.goto(closed.links["E001"])
        indonesian = language == "id"
        # The fifth working day after 18 November, as its end.
        until = "25 November 2026 pukul 24.00 WIB" if indonesian else "25 November 2026 at 24:00 WIB"
        expect(page.locator("#window")).to_contain_text(until)
        expect(page.locator("#period")).to_have_text("Oktober 2026" if indonesian else "October 2026")
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator("#text").fill("Antrean panjang.")
        page.route("**/v1/replies", lambda route: route.abort())
        page.locator("#form button").click()
        expect(page.locator("#outcome")).to_contain_text("tidak" if indonesian else "nothing was sent")
        expect(page.locator("#text")).to_have_value("Antrean panjang.")
        page.unroute("**/v1/replies")
        page.locator("#form button").click()
        expect(page.locator("#outcome")).to_contain_text("Terima kasih" if indonesian else "Thank you")
        expect(page.locator("#outcome")).to_be_in_viewport()
        expect(page.locator("#given")).to_have_text("Antrean panjang.")
        expect(page.locator("#given")).to_be_in_viewport()
        expect(page.locator("#form")).to_be_hidden()
        expect(page.get_by_role("heading", name=TITLES[language])).to_be_focused()
        assert axe_violations(page) == []


def test_the_link_shows_the_final_report_after_the_window(closed: Closed, page: Page) -> None:
    page.goto(closed.links["E002"])
    page.locator("#text").fill("Belum selesai ditulis")
    closed.service.clock.now += AFTER_THE_WINDOW
    # Too late: it says so, and the form is gone.
    page.locator("#form button").click()
    expect(page.locator("#outcome")).to_have_text("Tanggapan Anda datang setelah masanya berakhir dan tidak disimpan.")
    expect(page.locator("#window")).to_have_text("Tanggapan diterima sampai 25 November 2026 pukul 24.00 WIB.")
    expect(page.locator("#form")).to_be_hidden()
    expect(page.locator("#state")).to_contain_text("Laporan final akan tampil di sini")
    closed.service.clock.now -= AFTER_THE_WINDOW
    note = {"employee": "E002", "text": "Loket sering penuh."}
    closed.service.ask("POST", "/v1/periods/2026-10/notes", "supervisor", note)
    closed.finalise()
    page.reload()
    expect(page.locator("#state")).to_have_text("Ini laporan final, ditandatangani pada 26 November 2026.")
    expect(page.locator("#rows tr")).to_have_count(4)
    expect(page.locator("#note")).to_have_text("Loket sering penuh.")
    expect(page.locator("#outcome")).to_have_text("Anda tidak memberi tanggapan.")
    expect(page.locator("#form")).to_be_hidden()
    assert axe_violations(page) == []


def test_the_code_of_a_printed_report_shows_people_a_page(closed: Closed, page: Page) -> None:
    closed.finalise()
    listed = closed.service.ask("GET", "/v1/reports?period=2026-10&unit=E001", "supervisor")
    address = f"{closed.service.url}/v1/reports/{listed['items'][0]['id']}/verification"
    page.goto(address)
    expect(page.get_by_text("masih seperti saat ditandatangani")).to_be_visible()
    assert axe_violations(page) == []
    page.goto(f"{closed.service.url}/tidak-ada")
    expect(page.get_by_role("heading", level=1)).to_have_text("Halaman tidak ditemukan")
    assert axe_violations(page) == []
