"""Integrity reports in Chromium: sent by keyboard, also without JavaScript; opened with a key that never leaves it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Request, expect

from app.access.principals import Role
from app.web.integrity_words import CATALOGUES
from app.web.rating_files import WORDS as RATING_WORDS
from tests.browser.agency import AGENCY, OFFICE
from tests.browser.chromium import axe_violations, complaints
from tests.browser.desks import served, signed_in
from tests.browser.keyboard import press, tab_to
from tests.browser.kiosk import tap
from tests.browser.layout import wrong_with
from tests.browser.standing import Standing
from tests.browser.test_citizens_page import answer, ticket
from tests.browser.test_screens import BOXES
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk
from tests.house import House
from tests.integrity.reporting import CONTACT, WORDS, Holder, listed, new_holder, opened, proved, send, settle
from tests.people.persons import Door

PASSPHRASE = "hujan turun di pasar pagi"
FORM = "/integrity/kota"


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """A service whose agency takes no reports so far."""
    with lend("sqlite") as (url, keys), desk(url, keys) as opened_house:
        yield opened_house


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    """Where Chromium reaches it."""
    with served(house) as address:
        yield address


@pytest.fixture(scope="module")
def seats(house: House) -> dict[Role, Browser]:
    """An auditor and an administrator, who have just proved to be there."""
    found = {role: Browser(house) for role in (Role.auditor, Role.administrator)}
    with Door.open(house.database.url.render_as_string(hide_password=False)) as door:
        for role, seat in found.items():
            seat.join(door, f"P {role}", role)
    return found


@pytest.fixture(scope="module")
def holders(house: House) -> tuple[Holder, ...]:
    """Who opens reports: two of the agency, and the inspectorate's."""
    found = opened(house)
    proved(house, "inspectorate")
    settle(house, inspectorate="Inspektorat Kota Cermin")
    return found


@contextmanager
def sent_by(page: Page) -> Iterator[list[str]]:
    """Whatever this page sends, in addresses, headers and bodies."""
    heard: list[str] = []

    def hear(request: Request) -> None:
        heard.append(" ".join([request.url, request.post_data or "", *map(str, request.all_headers().items())]))

    page.on("request", hear)
    yield heard


def test_a_key_is_made_added_proved_and_opens_a_report_without_leaving_the_browser(
    house: House, url: str, seats: dict[Role, Browser], browser: Chromium, tmp_path: Path
) -> None:
    files = []
    with signed_in(browser, url, seats[Role.administrator]) as context, context.new_page() as page:
        with complaints(page) as heard, sent_by(page) as sent:
            for number, passphrase in enumerate((PASSPHRASE, "")):
                page.goto(f"{url}/desk/integrity/keys")
                assert axe_violations(page) == []
                page.get_by_label("Frasa sandi untuk berkas kunci").fill(passphrase)
                page.get_by_label("Sekali lagi yang sama").fill("lain" if number == 0 else passphrase)
                making = page.get_by_role("button", name="Buat kunci dan simpan berkasnya")
                if number == 0:
                    making.click()
                    expect(page.locator("[data-said]")).to_have_text("Kedua frasa sandi berbeda.")
                    page.get_by_label("Sekali lagi yang sama").fill(passphrase)
                with page.expect_download() as saving:
                    making.click()
                files.append(tmp_path / saving.value.suggested_filename)
                saving.value.save_as(files[-1])
                page.get_by_label("Kunci siapa ini").fill(f"Pemegang {number}")
                page.get_by_role("button", name="Tambahkan kunci").click()
                expect(page.get_by_role("heading", level=1)).to_have_text(f"Pemegang {number}")
                assert axe_violations(page) == []
                proving = page.get_by_role("button", name="Buktikan kunci ini")
                proving.click()
                expect(page.locator("[data-said]")).to_have_text("Pilih berkas kunci dahulu.")
                page.get_by_label("Berkas kunci Anda").set_input_files(files[-1])
                if number == 0:
                    proving.click()
                    expect(page.locator("[data-said]")).to_have_text("Frasa sandinya bukan milik berkas ini.")
                page.get_by_label("Frasa sandi berkas").fill(passphrase)
                proving.click()
                expect(page.get_by_text("Terbukti: laporan dapat disegel untuknya.", exact=False)).to_be_visible()
        assert heard == []
    [private] = [json.loads(file.read_text()) for file in files[1:]]
    for secret in (private["d"], PASSPHRASE, *(file.read_text().strip() for file in files)):
        assert [each for each in sent if secret in each] == []
    assert settle(house).json()["taking"] is True
    assert send(house, kind="incompetence").status_code == 201
    [known] = [each["id"] for each in listed(house) if each["kind"] == "incompetence"]
    stranger = tmp_path / "stranger.jwk"
    stranger.write_text(json.dumps(new_holder().private))
    with signed_in(browser, url, seats[Role.auditor]) as context, context.new_page() as page:
        with complaints(page) as heard, sent_by(page) as sent:
            for file, passphrase in zip(files, (PASSPHRASE, ""), strict=True):
                page.goto(f"{url}/desk/integrity/report?id={known}")
                opening = page.get_by_role("button", name="Buka laporan")
                for wrong, told in (
                    (stranger, "Ini tidak disegel untuk kunci di berkas ini."),
                    (Path(__file__), "Berkas ini bukan kunci privat"),
                ):
                    page.get_by_label("Berkas kunci Anda").set_input_files(wrong)
                    opening.click()
                    expect(page.locator("[data-said]")).to_contain_text(told)
                page.get_by_label("Berkas kunci Anda").set_input_files(file)
                page.get_by_label("Frasa sandi berkas").fill(passphrase)
                opening.click()
                expect(page.get_by_text(WORDS)).to_be_visible()
                expect(page.get_by_text(CONTACT)).to_be_visible()
                expect(page.locator("[data-said]")).to_contain_text("Laporan terbuka.")
                assert axe_violations(page) == []
        assert heard == []
    for secret in (private["d"], PASSPHRASE, WORDS, *(file.read_text().strip() for file in files)):
        assert [each for each in sent if secret in each] == []


def test_a_private_half_is_not_even_sent(url: str, seats: dict[Role, Browser], browser: Chromium) -> None:
    private = new_holder().private
    with signed_in(browser, url, seats[Role.administrator]) as context, context.new_page() as page:
        page.goto(f"{url}/desk/integrity/keys")
        with sent_by(page) as sent:
            page.get_by_label("Kunci siapa ini").fill("Pemegang")
            page.locator("[name=jwk]").fill(json.dumps(private))
            page.get_by_role("button", name="Tambahkan kunci").click()
            expect(page.locator("[data-said]")).to_contain_text("Tidak ada yang dikirim.")
        assert [each for each in sent if private["d"] in each] == []


def test_another_reports_words_are_not_taken_for_this_ones(
    house: House, url: str, seats: dict[Role, Browser], browser: Chromium, holders: tuple[Holder, ...], tmp_path: Path
) -> None:
    key = tmp_path / "key.jwk"
    key.write_text(json.dumps(holders[0].private))
    for kind in ("conflict-of-interest", "discrimination"):
        send(house, kind=kind)
    one, other = (
        next(each["id"] for each in listed(house) if each["kind"] == kind)
        for kind in ("conflict-of-interest", "discrimination")
    )
    with signed_in(browser, url, seats[Role.auditor]) as context, context.new_page() as page:
        page.goto(f"{url}/desk/integrity/report?id={one}")

        def swapped(route: Any) -> None:
            theirs = page.request.get(f"{url}/desk/integrity/file?id={other}").json()
            mine = route.fetch().json()
            mine[0]["cermin_sealed"] = theirs[0]["cermin_sealed"]
            route.fulfill(json=mine)

        page.route("**/desk/integrity/file*", swapped)
        page.get_by_label("Berkas kunci Anda").set_input_files(key)
        page.get_by_role("button", name="Buka laporan").click()
        expect(page.locator("[data-said]")).to_contain_text("Awas")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("language", CATALOGUES)
def test_a_report_is_sent_by_keyboard_and_its_state_asked(
    house: House, url: str, browser: Chromium, holders: tuple[Holder, ...], language: str, scripts: bool
) -> None:
    said, kinds = CATALOGUES[language].words, CATALOGUES[language].kinds
    with browser.new_context(java_script_enabled=scripts, viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(f"{url}{FORM}?lang={language}")
        if scripts:
            assert axe_violations(page) == []
        # What is missing is said, and the focus is where it is said.
        press(page, page.locator("form button"))
        expect(page.locator(".faults")).to_be_focused()
        if scripts:
            assert axe_violations(page) == []
        tab_to(page, page.locator(".faults a").nth(1))
        page.keyboard.press("Enter")
        tab_to(page, page.locator("#kind-undue-delay"))
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label(kinds["no-service"].name)).to_be_checked()
        tab_to(page, page.locator("#text"))
        page.keyboard.type(WORDS)
        tab_to(page, page.locator("#contact"))
        tab_to(page, page.locator("#recipient-agency"))
        page.keyboard.press("Space")
        page.locator("#office").focus()
        page.keyboard.type("Dukcapil")
        press(page, page.locator("form button"))
        expect(page.get_by_role("heading", level=1)).to_have_text(said["sent_title"])
        if scripts:
            assert axe_violations(page) == []
        code = page.locator(".receipt code").inner_text()
        page.goto(f"{url}/integrity?lang={language}")
        tab_to(page, page.locator("#code"))
        page.keyboard.type(code.lower())
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text(said["state_received"])
        if scripts:
            assert axe_violations(page) == []
        assert context.cookies() == []


def test_the_pages_are_whole_however_they_are_seen(url: str, browser: Chromium, holders: tuple[Holder, ...]) -> None:
    with browser.new_context() as context, context.new_page() as page:
        for number, path in enumerate((FORM, f"{FORM}/dukcapil", "/integrity", "/integrity/desa")):
            assert wrong_with(page, number, f"{url}{path}") == []
        page.goto(f"{url}{FORM}/dukcapil")
        page.get_by_role("button").click()
        page.locator(".faults").wait_for()
        assert wrong_with(page, 1) == []
        page.locator("#office").select_option("dukcapil")
        page.locator("#kind-partiality").check()
        page.locator("#text").fill(WORDS)
        page.locator("#recipient-inspectorate").check()
        page.get_by_role("button").click()
        page.locator(".receipt").wait_for()
        for number in (0, 1, 3):
            assert wrong_with(page, number) == []
        # On paper the code stands, and what is for the screen does not.
        page.emulate_media(media="print")
        expect(page.locator(".receipt code")).to_be_visible()
        expect(page.locator(".screen-only")).to_be_hidden()


@pytest.fixture(scope="module")
def taking(standing: Standing) -> Standing:
    """The service of citizens' pages, whose agency takes reports."""
    standing.start()
    for holder in (new_holder(), new_holder()):
        asked = {"recipient": "agency", "label": "Uji", "jwk": holder.jwk}
        made = standing.ask("POST", "/v1/integrity-keys", "admin", asked)
        word = {"word": holder.word(made)}
        standing.ask("POST", f"/v1/integrity-keys/{holder.key_id}/prove", "admin", word)
    settings = {"open": True, "retention_days": 30, "inspectorate": None}
    assert standing.ask("PUT", "/v1/integrity-settings", "admin", settings)["taking"]
    return standing


def test_a_tickets_page_leads_to_the_form_after_rating_without_the_ticket(taking: Standing, browser: Chromium) -> None:
    code = ticket(taking)
    with browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}) as context:
        page = context.new_page()
        page.goto(f"{taking.url}/t#{code}")
        link = page.get_by_role("link", name=RATING_WORDS["id"]["report_improper"])
        expect(page.locator(".answer").first).to_be_visible()
        expect(link).to_have_count(0)
        page.locator("#languages [lang=jv]").click()
        answer(page, 4, 3, 4)
        tap(page, ".main")
        link = page.get_by_role("link", name=RATING_WORDS["jv"]["report_improper"])
        expect(link).to_be_visible()
        assert axe_violations(page) == []
        with page.expect_request("**/integrity/**") as led:
            link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(CATALOGUES["jv"].words["report_title"])
        headers = led.value.all_headers()
        assert {"referer", "cookie", "origin"} & headers.keys() == set()
        assert led.value.url == f"{taking.url}/integrity/{AGENCY}/{OFFICE}?lang=jv"
        assert code.replace("-", "") not in page.content().replace("-", "")
        assert page.evaluate("document.referrer") == ""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_an_open_page_leads_to_the_form_at_any_time(taking: Standing, browser: Chromium, scripts: bool) -> None:
    with browser.new_context(locale="id-ID", java_script_enabled=scripts) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 360, "height": 640})
        page.goto(f"{taking.url}/o/{AGENCY}/{OFFICE}")
        language = "id"
        if scripts:
            tap(page, ".choice:text-is('KTP-EL')")
            expect(page.locator(".answer")).to_have_count(4)
            assert axe_violations(page) == []
            page.locator("#languages [lang=su]").click()
            language = "su"
            # The answers stay in sight above it.
            assert [seen for *_, seen in page.evaluate(BOXES)] == [True] * 4
        page.get_by_role("link", name=RATING_WORDS[language]["report_improper"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(CATALOGUES[language].words["report_title"])
        assert page.evaluate("document.referrer") == ""
