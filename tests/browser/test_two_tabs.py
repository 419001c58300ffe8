"""Two tabs of one phone: each sends and tells of its own answer; what a closed one leaves behind is taken over."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.kiosk import send, tap
from tests.browser.standing import Standing
from tests.browser.test_citizens_page import answer, counts, ticket

KEPT, SENT = "Jawaban disimpan di ponsel ini", "Jawaban Anda sudah diterima."
# Browsers on plain http, and old ones, have no locks.
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"


@pytest.fixture(params=["locks", "no locks"])
def phone(service: Standing, browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A phone on which tabs can be opened."""
    with browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}, has_touch=True) as context:
        if request.param == "no locks":
            context.add_init_script(NO_LOCKS)
        yield context


def answered_without_network(phone: BrowserContext, service: Standing) -> tuple[Page, str]:
    """A tab with an answer that does not get through, and its ticket."""
    code = ticket(service)
    page = phone.new_page()
    page.route("**/v1/ratings", lambda route: route.abort())
    page.goto(f"{service.url}/t#{code}")
    answer(page, 4, 4, 4)
    send(page)
    expect(page.get_by_text(KEPT)).to_be_visible()
    return page, code


def test_a_tab_sends_its_own_answer_and_no_other_tabs(service: Standing, phone: BrowserContext) -> None:
    first, code = answered_without_network(phone, service)
    before, _ = counts(service)
    second = phone.new_page()
    carried: list[str] = []

    def carry(route: Route) -> None:
        carried.append(route.request.post_data or "")
        route.continue_()

    second.route("**/v1/ratings", carry)
    second.goto(f"{service.url}/t#{ticket(service)}")
    answer(second, 1, 1, 1)
    send(second)
    expect(second.get_by_text(SENT)).to_be_visible()
    assert len(carried) == 1
    assert code not in carried[0]
    assert counts(service)[0] == before + 1
    # The first one has lost nothing, sends by itself and says so.
    first.unroute("**/v1/ratings")
    first.evaluate("dispatchEvent(new Event('online'))")
    expect(first.get_by_text(SENT)).to_be_visible()
    assert counts(service)[0] == before + 2


def test_what_a_tab_is_refused_is_told_by_that_tab(service: Standing, phone: BrowserContext) -> None:
    first, _ = answered_without_network(phone, service)
    second = phone.new_page()
    second.goto(f"{service.url}/t#{ticket(service)}")
    answer(second, 2, 2, 2)
    send(second)
    expect(second.get_by_text(SENT)).to_be_visible()
    first.unroute("**/v1/ratings")
    refused = '{"type": "urn:cermin:problem:ticket-refused", "code": "ticket-refused", "status": 410}'
    first.route("**/v1/ratings", lambda route: route.fulfill(status=410, body=refused))
    first.evaluate("dispatchEvent(new Event('online'))")
    expect(first.get_by_role("heading", level=1)).to_have_text("Tiket tidak berlaku")
    expect(second.get_by_text(SENT)).to_be_visible()


def test_a_closed_tabs_answer_is_taken_over(service: Standing, phone: BrowserContext) -> None:
    first, code = answered_without_network(phone, service)
    before, _ = counts(service)
    # The same slip in a second tab waits for the first, and goes on when that is gone.
    second = phone.new_page()
    second.goto(f"{service.url}/t#{code}")
    expect(second.get_by_text(KEPT)).to_be_visible()
    second.wait_for_timeout(500)
    assert counts(service)[0] == before
    first.close()
    expect(second.get_by_text(SENT)).to_be_visible()
    assert counts(service)[0] == before + 1


BROKEN = {
    "no IndexedDB": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "one that refuses": "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };",
    "one that never answers": "IDBFactory.prototype.open = () => ({});",
    "one that reads nothing": "IDBDatabase.prototype.transaction = () => { throw new DOMException('no', 'X'); };",
    "nothing at all": "for (const name of ['indexedDB', 'localStorage', 'sessionStorage'])"
    " Object.defineProperty(window, name, { get: () => { throw new DOMException('no', 'SecurityError'); } });",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_browser_that_keeps_nothing_says_so_and_sends_all_the_same(
    service: Standing, page: Page, broken: str
) -> None:
    page.add_init_script(BROKEN[broken])
    page.goto(f"{service.url}/t#{ticket(service)}")
    page.locator(".answer").first.wait_for()
    expect(page.locator("#promise")).to_contain_text("tidak dapat menyimpan jawaban")
    answer(page, 3, 3, 3)
    before, _ = counts(service)
    page.route("**/v1/ratings", lambda route: route.abort())
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Jawaban belum terkirim")
    expect(page.get_by_text("jangan tutup halaman ini")).to_be_visible()
    page.unroute("**/v1/ratings")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_text(SENT)).to_be_visible()
    assert counts(service)[0] == before + 1


@pytest.mark.parametrize("broken", BROKEN)
def test_a_kiosk_that_can_keep_nothing_does_not_begin_and_says_why(service: Standing, page: Page, broken: str) -> None:
    page.add_init_script(BROKEN[broken])
    page.goto(f"{service.url}/kiosk#{service.new_code()}")
    expect(page.get_by_role("alert")).to_contain_text("tidak menyimpan data")


@pytest.mark.parametrize("fragment", ["%", "%E0%A4%A", "%00", "😀", "A" * 5_000])
def test_a_damaged_code_is_refused_and_another_can_be_typed(service: Standing, page: Page, fragment: str) -> None:
    page.goto(f"{service.url}/t#{fragment}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiket tidak berlaku")
    page.get_by_role("button", name="Kode lain").click()
    page.get_by_label("Kode tiket").fill(ticket(service))
    tap(page, "form .main")
    expect(page.locator(".answer").first).to_be_visible()
    page.goto("about:blank")
    page.goto(f"{service.url}/kiosk#{fragment}")
    page.get_by_role("button", name="Hubungkan", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "Server tidak menerima kode ini. Periksa tulisannya."
        if len(fragment) > 1_000
        else "Kode salah, sudah dipakai, atau sudah kedaluwarsa. Mintalah kode baru."
    )
