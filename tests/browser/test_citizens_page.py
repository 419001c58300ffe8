"""A citizen's own phone: with a ticket, without a network, at a poster."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from app.foundation.ids import new_id
from app.web.rating_files import LANGUAGES
from tests.browser.agency import AGENCY, COUNTER, MORNING, OFFICE
from tests.browser.chromium import axe_violations, complaints
from tests.browser.kiosk import send, tap
from tests.browser.standing import Standing
from tests.browser.test_kiosk_rating import VOICES

FIRST_LOAD = 60 * 1_024


@pytest.fixture
def phone(service: Standing, browser: Browser) -> Iterator[Page]:
    """A small phone that speaks Indonesian."""
    with browser.new_context(
        locale="id-ID", viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    ) as context:
        yield context.new_page()


def ticket(service: Standing, *, armed: bool = True) -> str:
    """A code, as it is printed at arrival and armed at the end of the service."""
    wanted = {"office": OFFICE, "service": "ktp-el", "counter": COUNTER}
    [issued] = service.ask("POST", "/v1/tickets", "queue", wanted)["tickets"]
    code: str = issued["code"]
    if armed:
        done = service.ask("POST", "/v1/tickets/arm", "queue", {"tickets": [{"ticket": code, "employee": MORNING}]})
        assert done["results"] == ["armed"]
    return code


def answer(page: Page, *scores: int) -> None:
    """Up to the review."""
    for score in scores:
        tap(page, f".answer[data-score='{score}']")


def counts(service: Standing) -> tuple[int, int]:
    """How many answers are counted, and how many apart."""
    return service.stored(), service.stored("open")


@pytest.mark.glimpse
def test_a_ticket_rates_once_and_its_code_is_in_no_address(service: Standing, phone: Page) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    code = ticket(service)
    with complaints(phone) as heard:
        phone.goto(f"{service.url}/t#{code}")
        expect(phone.get_by_text("Anda dilayani oleh Siti")).to_be_visible()
        expect(phone.locator("#office")).to_have_text("Dukcapil – KTP-EL")
        assert phone.url == f"{service.url}/t"
        answer(phone, 4, 3, 2)
        send(phone)
        expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    assert heard == []
    assert not any(code in url for url in asked)
    phone.goto("about:blank")
    phone.goto(f"{service.url}/t#{code}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tiket tidak berlaku")
    expect(phone.get_by_text("sudah dipakai, sudah kedaluwarsa, atau pelayanannya belum selesai")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_wrong_in_any_state_and_language(service: Standing, phone: Page, language: str) -> None:
    phone.goto(f"{service.url}/t")
    phone.locator(f"#languages [lang={language}]").click()
    expect(phone.locator("html")).to_have_attribute("lang", language)
    assert axe_violations(phone) == [], "code"
    phone.locator("#code").fill(ticket(service, armed=False))
    tap(phone, "form .main")
    expect(phone.get_by_role("status")).to_be_visible()
    assert axe_violations(phone) == [], "refused"
    phone.goto("about:blank")
    phone.goto(f"{service.url}/t#{ticket(service)}")
    phone.locator(".answer").first.wait_for()
    assert axe_violations(phone) == [], "question"
    answer(phone, 1, 2, 3)
    assert axe_violations(phone) == [], "review"
    # What is on the screen fits the smallest phone.
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    send(phone)
    expect(phone.get_by_role("status")).to_be_visible()
    assert axe_violations(phone) == [], "kept"


@pytest.mark.glimpse
def test_an_answer_given_without_network_arrives_later_and_once(service: Standing, phone: Page) -> None:
    code = ticket(service)
    phone.goto(f"{service.url}/t#{code}")
    answer(phone, 4, 4, 4)
    before, _ = counts(service)
    phone.context.set_offline(True)
    send(phone)
    expect(phone.get_by_text("Jawaban disimpan di ponsel ini")).to_be_visible()
    assert counts(service)[0] == before
    phone.context.set_offline(False)
    expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    assert counts(service)[0] == before + 1


def test_an_answer_whose_page_was_closed_is_sent_when_it_is_opened_again(service: Standing, phone: Page) -> None:
    phone.goto(f"{service.url}/t#{ticket(service)}")
    answer(phone, 3, 3, 3)
    before, _ = counts(service)

    def lost(route: Route) -> None:
        # The server stores it, the answer never comes back.
        route.fetch()
        route.abort()

    phone.route("**/v1/ratings", lost)
    send(phone)
    expect(phone.get_by_text("Jawaban disimpan di ponsel ini")).to_be_visible()
    phone.goto("about:blank")
    phone.unroute_all(behavior="wait")
    phone.goto(f"{service.url}/t")
    expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    assert counts(service)[0] == before + 1


def test_a_page_without_network_waits_and_goes_on_by_itself(service: Standing, phone: Page) -> None:
    code = ticket(service)
    phone.route("**/v1/tickets/look", lambda route: route.abort())
    phone.goto(f"{service.url}/t#{code}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Menunggu jaringan")
    phone.unroute("**/v1/tickets/look")
    expect(phone.locator(".answer").first).to_be_visible()


def test_a_poster_leads_to_answers_that_are_counted_apart(service: Standing, phone: Page) -> None:
    counted, opened = counts(service)
    for address in (f"/o/{AGENCY}/{OFFICE}", f"/o/{OFFICE}"):
        phone.goto(service.url + address)
        tap(phone, ".choice:text-is('KTP-EL')")
        expect(phone.get_by_text("dihitung terpisah")).to_be_visible()
        answer(phone, 1, 1, 1)
        expect(phone.get_by_role("button", name="Tambah komentar")).to_have_count(0)
        send(phone)
        expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    assert counts(service) == (counted, opened + 2)
    phone.goto(f"{service.url}/o/{AGENCY}/tiada")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Halaman tidak ditemukan")


def test_the_first_load_is_light(service: Standing, phone: Page) -> None:
    loaded: dict[str, int] = {}

    def weigh(request: Request) -> None:
        sizes = request.sizes()
        loaded[request.url] = sizes["responseHeadersSize"] + sizes["responseBodySize"] + sizes["requestHeadersSize"]

    phone.on("requestfinished", weigh)
    phone.goto(f"{service.url}/t#{ticket(service)}")
    phone.locator(".answer").first.wait_for()
    phone.wait_for_load_state("networkidle")
    assert len(loaded) > 10
    assert sum(loaded.values()) <= FIRST_LOAD


def test_two_taps_on_send_are_one_answer(service: Standing, phone: Page) -> None:
    phone.goto(f"{service.url}/o/{AGENCY}/{OFFICE}")
    tap(phone, ".choice:text-is('KTP-EL')")
    answer(phone, 2, 2, 2)
    _, before = counts(service)
    phone.wait_for_timeout(450)
    phone.evaluate("() => { const send = document.querySelector('.below .main'); send.click(); send.click(); }")
    expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    phone.wait_for_timeout(500)
    assert counts(service)[1] == before + 1


def test_a_ticket_spent_meanwhile_is_told_and_never_thanked_for(service: Standing, phone: Page) -> None:
    code = ticket(service)
    phone.goto(f"{service.url}/t#{code}")
    answer(phone, 4, 4, 4)
    spent = {"ticket": code, "id": str(new_id()), "scores": {"speed": 1, "transparency": 1, "friendliness": 1}}
    assert httpx.post(f"{service.url}/v1/ratings", json=spent).status_code == 201
    send(phone)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tiket tidak berlaku")
    phone.wait_for_timeout(500)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tiket tidak berlaku")
    # Nothing of it stays on the phone, and another code can be typed.
    assert phone.evaluate("sessionStorage.length") == 0
    phone.get_by_role("button", name="Kode lain").click()
    phone.get_by_label("Kode tiket").fill(ticket(service))
    tap(phone, "form .main")
    expect(phone.locator(".answer").first).to_be_visible()


def test_a_portals_answers_are_not_believed(service: Standing, phone: Page) -> None:
    # Pages to log in to the network, as cafés have them.
    said = [403]

    def portal(route: Route) -> None:
        route.fulfill(status=said[-1], body="<html>Masuk dahulu</html>")

    phone.route("**/v1/tickets/look", portal)
    phone.goto(f"{service.url}/t#{ticket(service)}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Menunggu jaringan")
    phone.route("**/v1/ratings", portal)
    phone.unroute("**/v1/tickets/look")
    answer(phone, 4, 4, 4)
    before, _ = counts(service)
    said.append(200)
    send(phone)
    expect(phone.get_by_text("Jawaban disimpan di ponsel ini")).to_be_visible()
    said.append(403)
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.wait_for_timeout(500)
    expect(phone.get_by_text("Jawaban disimpan di ponsel ini")).to_be_visible()
    assert counts(service)[0] == before
    phone.unroute("**/v1/ratings")
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    assert counts(service)[0] == before + 1
    assert phone.evaluate("sessionStorage.length") == 0


def test_an_answer_of_another_visit_goes_its_way_without_a_word(service: Standing, phone: Page) -> None:
    phone.goto(f"{service.url}/t#{ticket(service)}")
    answer(phone, 3, 3, 3)
    before, _ = counts(service)
    phone.route("**/v1/ratings", lambda route: route.abort())
    send(phone)
    expect(phone.get_by_text("Jawaban disimpan di ponsel ini")).to_be_visible()
    phone.goto("about:blank")
    phone.unroute_all(behavior="wait")
    phone.goto(f"{service.url}/t#{ticket(service)}")
    answer(phone, 4, 4, 4)
    send(phone)
    expect(phone.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
    assert counts(service)[0] == before + 2


def test_another_slip_in_the_same_tab_is_another_ticket(service: Standing, phone: Page) -> None:
    phone.goto(f"{service.url}/t#AAAA-BBBB-CCCC")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Tiket tidak berlaku")
    phone.evaluate(f"location.hash = '{ticket(service)}'")
    expect(phone.locator(".answer").first).to_be_visible()


def test_a_phone_reads_the_questions_aloud_and_stops(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}, has_touch=True) as context:
        context.add_init_script(f"({VOICES})()")
        page = context.new_page()
        page.goto(f"{service.url}/t#{ticket(service)}")
        reading = page.get_by_role("button", name="Bacakan")
        reading.click()
        expect(reading).to_have_attribute("aria-pressed", "true")
        assert axe_violations(page) == []
        answer(page, 4)
        said = page.evaluate("window.said")
        assert [text.split("?")[0][-9:] for _, text in said] == ["pelayanan", "pelayanan"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        reading.click()
        answer(page, 4)
        assert page.evaluate("window.said.length") == 2
