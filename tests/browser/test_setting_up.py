"""From an empty installation to a signed-in administrator in a real browser, and the pages that set an agency up."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from app.people.setting_up import set_up_code
from tests.browser.chromium import axe_violations, complaints
from tests.browser.standing import Standing
from tests.house import SECRET
from tests.instruments.test_instrument_files import FIVE_POINTS
from tests.people.persons import PASSPHRASE

# What the page itself would draw for these answers, beside what the server drew: shade, mouth and brows of each face.
DRAWN = """async (folder) => {
  const { face, happinessOf } = await import(`${folder}/rating/faces.js`);
  const parts = (svg) => [svg.querySelector(".skin").getAttribute("class"),
    ...Array.from(svg.querySelectorAll("path"), (path) => path.getAttribute("d"))];
  return Array.from(document.querySelectorAll(".questions .answers"), (answers) => {
    const shown = Array.from(answers.querySelectorAll("svg"));
    return shown.map((svg, place) => [parts(svg), parts(face(happinessOf(place, 0, shown.length - 1)))]);
  }).flat();
}"""


def migrated(database_url: str) -> dict[str, str]:
    """A database with every migration and nothing else."""
    migrating.upgrade(database_url)
    return {}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Standing]:
    """A service without any agency."""
    with Standing.open(tmp_path, migrated) as opened:
        yield opened


def link(service: Standing) -> str:
    """The link as the terminal shows it."""
    database = Database(service.database_url)
    found = set_up_code(database, SECRET.encode(), datetime.now(UTC))
    database.dispose()
    assert found is not None
    return f"{service.url}/setup#{found.code}"


def whole(page: Page) -> None:
    """Nothing is wrong with the page for axe, on a wide and on a narrow screen."""
    for width in (1_000, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe_violations(page) == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (page.url, width)


def passed_by(page: Page) -> None:
    """Look at nothing: axe itself is a script."""


def set_up(page: Page, address: str, *, look: Callable[[Page], None] = whole) -> None:
    """From the link to the first page of the administrator; `look` is called on the way."""
    page.goto(address)
    code = page.get_by_label("Kode tautan")
    look(page)
    if not code.input_value():
        code.fill(address)
    page.get_by_role("button", name="Lanjutkan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Instansi Anda")
    look(page)
    page.get_by_label("Nama instansi").fill("Kota Contoh")
    page.get_by_label("Kode singkat instansi").fill("Kota Contoh")
    page.get_by_label("Nama kantor pertama").fill("Dinas Dukcapil")
    page.get_by_label("Kode singkat kantor").fill("disdukcapil")
    page.get_by_label("Nama administrator").fill("Siti Rahma")
    page.get_by_role("button", name="Siapkan instansi").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    page.get_by_label("Kode singkat instansi").fill("kota-contoh")
    page.get_by_role("button", name="Siapkan instansi").click()
    expect(page.get_by_text("siti.rahma@kota-contoh")).to_be_visible()
    look(page)
    page.get_by_label("Frasa sandi", exact=True).fill(PASSPHRASE)
    page.get_by_label("Sekali lagi yang sama").fill(PASSPHRASE)
    page.get_by_role("button", name="Pakai frasa sandi ini").click()
    secret = page.locator("dd").first.inner_text().replace(" ", "")
    page.get_by_label("Enam angka").fill(TOTP(secret).now())
    page.get_by_role("button", name="Pastikan").click()
    page.get_by_role("link", name="lanjutkan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kota Contoh")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_empty_installation_becomes_an_agency_with_and_without_scripts(
    empty: Standing, browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    file = tmp_path / "survei.toml"
    file.write_text(FIVE_POINTS, "utf-8")
    look = whole if scripts else passed_by
    with (
        browser.new_context(locale="id-ID", java_script_enabled=scripts) as context,
        context.new_page() as page,
        complaints(page) as heard,
    ):
        address = link(empty)
        set_up(page, address, look=look)
        look(page)
        page.get_by_role("link", name="Tentukan kapan kantor buka").click()
        page.get_by_role("link", name="Dinas Dukcapil").click()
        page.get_by_label("Senin").fill("08.00-16.00")
        page.get_by_role("button", name="Simpan jam buka").click()
        expect(page.locator("dd").nth(1)).to_have_text("Senin 08.00–16.00")
        look(page)
        page.get_by_role("link", name="Kuesioner", exact=True).click()
        page.get_by_label("Berkas kuesioner").set_input_files(file)
        page.get_by_role("button", name="Tambahkan kuesioner").click()
        expect(page.get_by_role("heading", name="Seberapa mudah?")).to_be_visible()
        look(page)
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Instalasi ini sudah disiapkan")
        look(page)
    # The form that was wrong at first was answered with 422, which browsers report.
    assert [each for each in heard if "422" not in each] == []


def test_the_preview_draws_the_faces_that_the_rating_pages_draw(empty: Standing, page: Page, tmp_path: Path) -> None:
    set_up(page, link(empty))
    file = tmp_path / "survei.toml"
    file.write_text(FIVE_POINTS, "utf-8")
    page.goto(f"{empty.url}/desk/instruments")
    page.get_by_label("Berkas kuesioner").set_input_files(file)
    page.get_by_role("button", name="Tambahkan kuesioner").click()
    expect(page.get_by_role("heading", name="Seberapa mudah?")).to_be_visible()
    seen = 0
    for address in (page.url, f"{empty.url}/desk/instrument?id=ikl-1", f"{empty.url}/desk/instrument?id=skm-2017"):
        page.goto(address)
        folder = page.locator('link[rel="stylesheet"]').first.get_attribute("href")
        assert folder is not None
        for here, there in page.evaluate(DRAWN, folder.rpartition("/")[0]):
            assert sorted(here) == sorted(there)
            seen += 1
    assert seen == 5 + 3 * 4 + 9 * 4
