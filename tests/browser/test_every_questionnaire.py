"""A kiosk and a phone draw every questionnaire that comes with the service: all answers in sight, nothing for axe."""

import pytest
from playwright.sync_api import Browser, Page, expect

from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.web.rating_files import LANGUAGES, WORDS
from tests.browser.agency import AGENCY, OFFICE
from tests.browser.chromium import axe_violations
from tests.browser.kiosk import pair, send, tap
from tests.browser.standing import Standing
from tests.browser.test_citizens_page import ticket
from tests.effort import sized

ALL = {"kiosk": (1280, 800), "small kiosk": (800, 600), "phone": (360, 640)}
SCREENS = sized({name: ALL[name] for name in ("kiosk", "phone")}, ALL)
# What a finger must meet without scrolling: every answer, and the way past the question.
IN_SIGHT = """() => Array.from(document.querySelectorAll('.answer, .below button'), each => {
  const { left, top, right, bottom, width, height } = each.getBoundingClientRect();
  const inside = left >= 0 && top >= 0 && right <= innerWidth + .5 && bottom <= innerHeight + .5;
  return inside && Math.min(width, height) >= 44
    ? '' : `${each.textContent} ${[left, top, right, bottom].map(Math.round)}`;
}).filter(Boolean)"""
FITS = "document.documentElement.scrollWidth <= innerWidth"


def fits(page: Page, one: Instrument, language: str) -> None:
    """Everything of the question is on the screen, in its language."""
    page.locator(f"#languages [lang={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    assert page.locator(".answer").count() == one.high - one.low + 1
    assert page.evaluate(IN_SIGHT) == [], (one.id, language, page.locator("h1").text_content())
    assert page.evaluate(FITS), (one.id, language)


def asked_through(page: Page, one: Instrument) -> None:
    """Every question of the form that stands open, up to the review."""
    for number in range(1, len(one.items) + 1):
        where = WORDS["id"]["question_of"].format(number=number, total=len(one.items))
        expect(page.get_by_text(where)).to_have_count(1)
        for language in ("en", "id"):
            fits(page, one, language)
        if number == 1:
            for language in (*LANGUAGES, "id"):
                fits(page, one, language)
                assert axe_violations(page) == [], language
        tap(page, f".answer[data-score='{one.high}']")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["id"]["your_answers"])
    assert page.locator("dl.review dd").count() == len(one.items)
    assert page.evaluate(FITS)
    assert axe_violations(page) == []


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", sorted(name for name, one in shipped().items() if one.takes(None)))
def test_a_kiosk_asks_every_question_with_all_its_answers_in_sight(
    service: Standing, browser: Browser, name: str, screen: str
) -> None:
    one = shipped()[name]
    width, height = SCREENS[screen]
    with browser.new_context(locale="id-ID", viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        pair(page, service, instrument=name)
        tap(page, ".choice:text-is('KTP-EL')")
        asked_through(page, one)


@pytest.mark.parametrize("name", ["csm-2022", "maladministrasi-2025", "pekppp-f03"])
def test_a_phone_asks_with_a_ticket_what_its_address_names(service: Standing, browser: Browser, name: str) -> None:
    one = shipped()[name]
    with browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{service.url}/t?instrument={name}#{ticket(service)}")
        asked_through(page, one)
        send(page)
        expect(page.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
        assert page.url == f"{service.url}/t?instrument={name}"


def test_a_phone_asks_at_a_poster_what_its_address_names(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{service.url}/o/{AGENCY}/{OFFICE}?instrument=kepercayaan-2025")
        tap(page, ".choice:text-is('KTP-EL')")
        asked_through(page, shipped()["kepercayaan-2025"])
        send(page)
        expect(page.get_by_text("Jawaban Anda sudah diterima.")).to_be_visible()
        page.goto(f"{service.url}/o/{AGENCY}/{OFFICE}?instrument=maladministrasi-2025")
        expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["id"]["open_refused_title"])


def test_what_does_not_apply_is_said_in_the_questionnaires_own_words(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID", viewport={"width": 360, "height": 640}, has_touch=True) as context:
        page = context.new_page()
        pair(page, service, instrument="csm-2022")
        tap(page, ".choice:text-is('KTP-EL')")
        for _ in range(8):
            tap(page, ".answer[data-score='5']")
        expect(page.locator(".below button")).to_have_text(["Kembali", "Tidak berlaku"])
        tap(page, ".below .none")
        expect(page.locator("dl.review dd").last).to_have_text("Tidak berlaku")
        page.locator("#languages [lang=en]").click()
        expect(page.locator("dl.review dd").last).to_have_text("Not applicable")
