"""A passkey in Chromium, with the browser's own authenticator in software: added, used, ended."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from app.access.principals import Role
from app.foundation.storage.database import Database
from app.people.granting import Asked
from app.people.inviting import Invitation, invite
from tests.browser.agency import AGENCY
from tests.browser.chromium import axe_violations, complaints
from tests.browser.standing import Standing
from tests.people.persons import OPERATOR, PASSPHRASE


@pytest.fixture
def named(standing: Standing) -> Iterator[str]:
    """The service under a name at which browsers have passkeys."""
    if standing.service.pid is not None:
        standing.stop()
    before, url = standing.service.settings, f"http://localhost:{standing.service.port}"
    standing.service.settings = {**before, "CERMIN_PUBLIC_URL": url}
    standing.start()
    yield url
    standing.stop()
    standing.service.settings = before


def device(page: Page, *, verified: bool = True) -> None:
    """Give the page's browser an authenticator that holds passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )


def come_in(page: Page, url: str, standing: Standing, name: str) -> None:
    """An administrator takes an invitation and sets up a second factor."""
    database = Database(standing.database_url)
    with database.writing() as session:
        code = invite(session, AGENCY, Invitation(name), Asked(Role.administrator), OPERATOR, datetime.now(UTC)).code
    database.dispose()
    page.goto(f"{url}/sign-in/link#{code}")
    page.get_by_label("Frasa sandi", exact=True).fill(PASSPHRASE)
    page.get_by_label("Sekali lagi yang sama").fill(PASSPHRASE)
    page.get_by_role("button", name="Pakai frasa sandi ini").click()
    secret = page.locator("dd").first.inner_text().replace(" ", "")
    page.get_by_label("Enam angka").fill(TOTP(secret).now())
    page.get_by_role("button", name="Pastikan").click()
    expect(page.locator("tbody tr")).to_have_count(10)


def test_an_administrator_adds_a_passkey_and_comes_in_with_it(named: str, standing: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page, complaints(page) as heard:
        device(page)
        come_in(page, named, standing, "Siti Sandi")
        page.goto(f"{named}/desk/account")
        page.get_by_role("link", name="Tambahkan kunci sandi").click()
        assert axe_violations(page) == []
        page.get_by_label("Nama kunci sandi").fill("laptop kantor")
        page.get_by_role("button", name="Buat kunci sandi").click()
        expect(page.get_by_role("link", name="laptop kantor")).to_be_visible()
        assert axe_violations(page) == []
        page.get_by_role("button", name="Keluar", exact=True).click()
        page.goto(f"{named}/sign-in")
        page.get_by_role("link", name="Masuk dengan kunci sandi").click()
        assert axe_violations(page) == []
        page.get_by_role("button", name="Pakai kunci sandi").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Orang dan peran")
        # By keyboard alone, before what is sensitive.
        page.goto(f"{named}/desk/confirm/passkey?to=keys")
        page.get_by_role("button", name="Pakai kunci sandi").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Kunci")
        # The same device makes no second one.
        page.goto(f"{named}/desk/passkeys/add")
        page.get_by_label("Nama kunci sandi").fill("sekali lagi")
        page.get_by_role("button", name="Buat kunci sandi").click()
        expect(page.get_by_role("alert")).to_contain_text("sudah memiliki kunci sandi")
        expect(page.get_by_label("Nama kunci sandi")).to_have_value("sekali lagi")
        page.goto(f"{named}/desk/account")
        page.get_by_role("link", name="laptop kantor").click()
        page.get_by_role("button", name="Akhiri kunci sandi").click()
        expect(page.get_by_text("Anda belum memilikinya.")).to_be_visible()
    # The page that refuses is answered with 422, which the console tells.
    assert [each for each in heard if "422" not in each] == []


def test_a_device_that_does_not_know_the_person_signs_nothing(named: str, standing: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page:
        device(page, verified=False)
        come_in(page, named, standing, "Siti Asing")
        page.goto(f"{named}/desk/passkeys/add")
        page.get_by_label("Nama kunci sandi").fill("laptop orang lain")
        page.get_by_role("button", name="Buat kunci sandi").click()
        expect(page.get_by_role("alert")).to_contain_text("Tidak ada yang ditandatangani")


@pytest.mark.parametrize("scripts", [True, False])
def test_without_passkeys_the_page_says_what_remains(named: str, browser: Browser, scripts: bool) -> None:
    with browser.new_context(locale="id-ID", java_script_enabled=scripts) as context, context.new_page() as page:
        page.add_init_script("Object.defineProperty(navigator, 'credentials', { value: undefined })")
        page.goto(f"{named}/sign-in/passkey")
        page.get_by_role("button", name="Pakai kunci sandi").click()
        expect(page.get_by_role("alert")).to_contain_text("pakai frasa sandi Anda")
