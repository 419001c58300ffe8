"""What happens to a kiosk besides ratings: a server that is killed, refusals, a key that is revoked, a technician."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Playwright, Route, expect

from tests.browser.chromium import options
from tests.browser.kiosk import axe_in_every_language, pair, rate, send, tap, waiting
from tests.browser.standing import Standing

# Puts ratings in the local store as the page does when there is no network.
FILL = """count => new Promise((resolve, reject) => {
  const opening = indexedDB.open('cermin-kiosk');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const change = opening.result.transaction('waiting', 'readwrite', { durability: 'strict' });
    for (let n = 0; n < count; n += 1) {
      const moment = Date.now() - 60000 - n;
      const digits = moment.toString(16).padStart(12, '0') + '7' + '000' + '8' + n.toString(16).padStart(15, '0');
      const id = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
      const stamp = { moment, wall: moment, ticks: 0, run: 'an earlier one', sure: true };
      const body = { instrument: 'ikl-1', service: 'kk', scores: { speed: 4, transparency: 3, friendliness: 4 } };
      change.objectStore('waiting').add({ id, stamp, tried: true, body });
    }
    change.oncomplete = () => { opening.result.close(); resolve(); };
    change.onabort = () => reject(change.error);
  };
})"""


@pytest.fixture
def kiosk(service: Standing, browser: Browser) -> Iterator[Page]:
    """A paired kiosk whose timers the test turns."""
    with browser.new_context(locale="id-ID", viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        pair(page, service)
        yield page


def until(page: Page, holds: object, seconds: int = 20) -> None:
    """Wait for something that is no element."""
    assert callable(holds)
    for _ in range(seconds * 20):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")


def test_a_server_killed_during_the_drain_costs_and_doubles_nothing(service: Standing, kiosk: Page) -> None:
    before = service.stored()
    kiosk.evaluate(FILL, 1_000)
    batches = []

    def carry(route: Route) -> None:
        batches.append(route)
        route.continue_()
        if len(batches) == 5:
            # Whether this batch was stored nobody can tell.
            service.kill()

    kiosk.route("**/v1/ratings/batch", carry)
    # Wakes the sender.
    rate(kiosk, 4, 4, 4)
    send(kiosk)
    until(kiosk, lambda: service.service.pid is None)
    left = len(waiting(kiosk))
    assert 700 < left < 1_000
    kiosk.unroute("**/v1/ratings/batch")
    service.start()
    kiosk.reload()
    until(kiosk, lambda: not waiting(kiosk))
    assert waiting(kiosk, "parked") == []
    assert service.stored() == before + 1_001


def test_what_the_server_refuses_is_parked_shown_and_can_be_tried_again(service: Standing, kiosk: Page) -> None:
    kiosk.route(
        "**/v1/ratings/batch",
        lambda route: route.continue_(post_data=(route.request.post_data or "").replace('"ktp-el"', '"paspor"')),
    )
    rate(kiosk, 3, 3, 3)
    send(kiosk)
    until(kiosk, lambda: waiting(kiosk, "parked"))
    # Citizens see no notice for the staff, only a dot at the mark.
    expect(kiosk.locator("#mark.dotted")).to_be_visible()
    expect(kiosk.locator("[data-warning]")).to_have_count(0)
    [parked] = waiting(kiosk, "parked")
    assert parked["refused"] == {"status": 422, "code": "service-unknown"}
    assert waiting(kiosk) == []
    before = service.stored()
    kiosk.unroute("**/v1/ratings/batch")
    open_technician(kiosk)
    expect(kiosk.locator("[data-warning='parked']")).to_be_visible()
    expect(kiosk.get_by_role("cell", name="service-unknown")).to_be_visible()
    axe_in_every_language(kiosk)
    kiosk.get_by_role("button", name="Coba lagi yang ditolak").click()
    until(kiosk, lambda: not waiting(kiosk, "parked") and not waiting(kiosk))
    assert service.stored() == before + 1


def test_a_revoked_kiosk_says_so_and_keeps_its_queue(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context:
        page = context.new_page()
        pair(page, service, label="Dicabut")
        page.route("**/v1/ratings/batch", lambda route: route.abort())
        rate(page, 2, 2, 2)
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
        [device] = [one for one in service.ask("GET", "/v1/devices", "admin")["items"] if one["label"] == "Dicabut"]
        service.ask("POST", f"/v1/devices/{device['id']}/revoke", "admin")
        # Every ten seconds the service looks which keys have ended.
        page.wait_for_timeout(15_000)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Perangkat ini tidak aktif")
        page.unroute("**/v1/ratings/batch")
        expect(page.locator(".choice, .answer")).to_have_count(0)
        axe_in_every_language(page)
        assert len(waiting(page)) == 1
        # Paired again at the same counter, it delivers what it kept.
        before = service.stored()
        page.goto("about:blank")
        pair(page, service)
        until(page, lambda: not waiting(page))
        assert service.stored() == before + 1


def test_a_full_disk_is_shown_takes_no_thanks_and_loses_nothing_older(
    service: Standing, playwright: Playwright, tmp_path: Path
) -> None:
    with playwright.chromium.launch_persistent_context(tmp_path, locale="id-ID", **options()) as context:
        pair(context.pages[0], service)
        context.pages[0].evaluate(FILL, 100)
    with playwright.chromium.launch_persistent_context(tmp_path, locale="id-ID", **options()) as context:
        kiosk = context.pages[0]
        kiosk.route("**/v1/ratings/batch", lambda route: route.abort())
        # Before anything is written: the browser remembers for half a minute how much room there was.
        quota = context.new_cdp_session(kiosk)
        quota.send("Storage.overrideQuotaForOrigin", {"origin": service.url, "quotaSize": 1_000})
        kiosk.goto(f"{service.url}/kiosk")
        full_disk(service, kiosk, quota)


def full_disk(service: Standing, kiosk: Page, quota: CDPSession) -> None:
    """What is seen of it."""
    rate(kiosk, 1, 1, 1)
    send(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Jawaban belum tersimpan")
    expect(kiosk.locator("[data-warning]")).to_have_count(0)
    axe_in_every_language(kiosk)
    assert len(waiting(kiosk)) == 100
    open_technician(kiosk)
    expect(kiosk.locator("[data-warning='full']")).to_be_visible()
    # A browser whose profile is not installed promises nothing, and the kiosk says so.
    expect(kiosk.locator("[data-warning='unprotected']")).to_be_visible()
    # They are sent all the same, which makes room.
    before = service.stored()
    kiosk.unroute("**/v1/ratings/batch")
    kiosk.reload()
    until(kiosk, lambda: not waiting(kiosk))
    assert service.stored() == before + 100
    quota.send("Storage.overrideQuotaForOrigin", {"origin": service.url})


def test_what_another_counter_left_unsent_does_not_count_for_this_one(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context:
        page = context.new_page()
        pair(page, service)
        page.route("**/v1/ratings/batch", lambda route: route.abort())
        rate(page, 2, 2, 2)
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
        page.goto("about:blank")
        page.unroute("**/v1/ratings/batch")
        pair(page, service, counter="loket-1")
        [parked] = waiting(page, "parked")
        assert parked["refused"]["code"] == "other-place"  # type: ignore[index]  # JSON
        assert waiting(page) == []


def test_a_wrong_code_is_told_and_a_kiosk_address_never_keeps_the_code(service: Standing, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{service.url}/kiosk#ABCDE-FGHJK")
    assert page.url == f"{service.url}/kiosk"
    page.get_by_role("button", name="Hubungkan", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "Kode salah, sudah dipakai, atau sudah kedaluwarsa. Mintalah kode baru."
    )
    axe_in_every_language(page)
    assert not any("ABCDE" in url for url in asked)


def open_technician(page: Page, pin: str | None = None) -> None:
    """Hold the mark for three seconds."""
    page.locator("#mark").hover()
    page.mouse.down()
    page.wait_for_timeout(3_100)
    page.mouse.up()
    if pin is not None:
        page.get_by_label("PIN", exact=True).fill(pin)
        page.get_by_role("button", name="Buka").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Untuk teknisi")


def test_the_way_out_needs_the_pin(service: Standing, browser: Browser, tmp_path: Path) -> None:
    with browser.new_context(locale="id-ID") as context:
        page = context.new_page()
        pair(page, service, pin="4711")
        page.locator("#mark").click()
        expect(page.locator(".choice").first).to_be_visible()
        page.locator("#mark").focus()
        page.keyboard.down("Enter")
        page.wait_for_timeout(3_100)
        page.keyboard.up("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("PIN teknisi")
        axe_in_every_language(page)
        for wrong in ("0000", "1234", "9999", "4712", "471"):
            page.get_by_label("PIN", exact=True).fill(wrong)
            tap(page, "form .main")
            expect(page.get_by_role("alert")).not_to_be_empty()
        expect(page.get_by_role("alert")).to_contain_text("Tunggu")
        # The right one does not help before the penalty is over.
        page.get_by_label("PIN", exact=True).fill("4711")
        tap(page, "form .main")
        expect(page.get_by_role("heading", level=1)).to_have_text("PIN teknisi")
        kept = page.evaluate("localStorage.length") or waiting(page, "settings")
        assert "4711" not in str(kept)
        page.reload()
        open_technician(page, "4711")
        axe_in_every_language(page)
        page.get_by_role("button", name="Keluar dari halaman").click()
        expect(page).to_have_url(f"{service.url}/")


def test_a_proxys_refusal_parks_nothing(service: Standing, kiosk: Page) -> None:
    kiosk.route("**/v1/**", lambda route: route.fulfill(status=403, body="<html>forbidden</html>"))
    rate(kiosk, 2, 2, 2)
    send(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
    kiosk.wait_for_timeout(1_000)
    assert (len(waiting(kiosk)), waiting(kiosk, "parked")) == (1, [])
    expect(kiosk.get_by_role("heading", level=1)).not_to_have_text("Perangkat ini tidak aktif")
    before = service.stored()
    kiosk.unroute_all()
    kiosk.reload()
    until(kiosk, lambda: not waiting(kiosk))
    assert service.stored() == before + 1


def test_a_kiosk_is_paired_again_from_the_technicians_screen(service: Standing, kiosk: Page) -> None:
    kiosk.reload()
    expect(kiosk.locator(".choice").first).to_be_visible()
    open_technician(kiosk)
    kiosk.get_by_role("button", name="Hubungkan ulang").click()
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Hubungkan kios ini")
    kiosk.get_by_role("button", name="English").click()
    kiosk.get_by_label("Pairing code").fill(service.new_code(counter="loket-1"))
    kiosk.get_by_role("button", name="Pair", exact=True).click()
    expect(kiosk.locator("#office")).to_contain_text("Loket 1")


def test_what_takes_its_time_does_not_open_the_technicians_screen_for_a_citizen(kiosk: Page) -> None:
    open_technician(kiosk)
    held: list[Route] = []
    kiosk.route("**/v1/devices/me/heartbeat", lambda route: held.append(route))
    kiosk.get_by_role("button", name="Kirim sekarang").click()
    until(kiosk, lambda: held)
    kiosk.get_by_role("button", name="Kembali").click()
    rate(kiosk, 4)
    held[0].continue_()
    kiosk.wait_for_timeout(1_000)
    expect(kiosk.get_by_text("Pertanyaan 2 dari 3")).to_be_visible()


def test_another_language_during_the_thanks_shows_no_answer_and_skips_no_interval(kiosk: Page) -> None:
    rate(kiosk, 4, 4, 4)
    send(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
    kiosk.get_by_role("button", name="English").click()
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Thank you!")
    expect(kiosk.locator("main button")).to_have_count(0)
    # Then the kiosk begins anew, in the office's own language.
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Layanan apa yang Anda terima?")
