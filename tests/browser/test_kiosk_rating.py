"""A citizen at the kiosk, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.web.rating_files import LANGUAGES
from tests.browser.chromium import axe_violations, complaints
from tests.browser.kiosk import GUARD, pair, rate, send, tap, waiting
from tests.browser.standing import Standing

NAMES = {"id": "Bahasa Indonesia", "en": "English", "jv": "Basa Jawa", "su": "Basa Sunda"}
FINGER = 64


@pytest.fixture
def kiosk(service: Standing, browser: Browser) -> Iterator[Page]:
    """A paired kiosk that speaks Indonesian."""
    with (
        browser.new_context(locale="id-ID", viewport={"width": 1280, "height": 800}, has_touch=True) as context,
        context.new_page() as page,
    ):
        pair(page, service)
        yield page


def until_sent(page: Page) -> None:
    """Nothing waits on the device any more."""
    for _ in range(100):
        if not waiting(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the ratings do not leave the device")


def test_every_language_of_the_kiosk_is_tested_here() -> None:
    assert set(NAMES) == set(LANGUAGES)


@pytest.mark.parametrize("language", NAMES)
def test_a_rating_in_each_language_and_axe_finds_nothing_wrong(service: Standing, kiosk: Page, language: str) -> None:
    before = service.stored()
    states = []

    def judge(state: str) -> None:
        states.append(state)
        assert axe_violations(kiosk) == [], state
        small = kiosk.eval_on_selector_all(
            "button, input, textarea",
            "all => all.map(each => each.getBoundingClientRect())"
            f".filter(box => box.height && Math.min(box.height, box.width) < {FINGER - 0.5}).length",
        )
        assert small == 0, state

    with complaints(kiosk) as heard:
        kiosk.get_by_role("button", name=NAMES[language]).click()
        expect(kiosk.locator("html")).to_have_attribute("lang", language)
        judge("service")
        rate(kiosk, service="KTP-EL")
        judge("question")
        # Every question and answer of this language is on the screen, and none of another's.
        texts = kiosk.evaluate(f"fetch(document.body.dataset.texts + '/{language}.json').then(found => found.json())")
        own = texts["instruments"].get("ikl-1")
        for n, code in enumerate(("speed", "transparency", "friendliness")):
            if own:
                expect(kiosk.get_by_role("heading", level=1)).to_have_text(own[code]["question"])
                assert kiosk.locator(".answer").all_inner_texts() == own[code]["answers"]
            tap(kiosk, f".answer[data-score='{2 + n}']")
        judge("review")
        tap(kiosk, ".below button:nth-child(2)")
        judge("comment")
        kiosk.locator("textarea").fill("Cepat dan ramah")
        tap(kiosk, "form .main")
        expect(kiosk.get_by_text("Cepat dan ramah")).to_be_visible()
        send(kiosk)
        expect(kiosk.get_by_role("heading", level=1)).to_have_text(texts["words"]["thanks_title"])
        judge("thanks")
        until_sent(kiosk)
    assert heard == []
    assert len(states) == 5
    assert service.stored() == before + 1


def test_thanks_come_only_when_the_answer_is_on_the_disk(kiosk: Page) -> None:
    kiosk.evaluate(
        """() => {
          const real = IDBObjectStore.prototype.add;
          IDBObjectStore.prototype.add = function (...given) {
            IDBObjectStore.prototype.add = real;
            throw new DOMException("full", "QuotaExceededError");
          };
        }"""
    )
    rate(kiosk, 4, 4, 4)
    send(kiosk)
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Jawaban belum tersimpan")
    expect(kiosk.locator("#mark.dotted")).to_be_visible()
    expect(kiosk.locator("[data-warning]")).to_have_count(0)
    assert waiting(kiosk) == []


def test_the_second_half_of_a_double_tap_answers_nothing(kiosk: Page) -> None:
    rate(kiosk, service="KTP-EL")
    kiosk.wait_for_timeout(GUARD)
    kiosk.locator(".answer[data-score='1']").dblclick(delay=10)
    expect(kiosk.get_by_text(re.compile("Pertanyaan 2 dari 3"))).to_be_visible()
    kiosk.wait_for_timeout(GUARD)
    expect(kiosk.get_by_text(re.compile("Pertanyaan 2 dari 3"))).to_be_visible()


def test_an_answer_can_be_undone_before_it_is_sent(service: Standing, kiosk: Page) -> None:
    rate(kiosk, 4, 4, 1)
    tap(kiosk, ".below button:text-is('Kembali')")
    expect(kiosk.get_by_text(re.compile("Pertanyaan 3 dari 3"))).to_be_visible()
    tap(kiosk, ".answer[data-score='4']")
    expect(kiosk.locator(".review dd")).to_have_text(["Sangat cepat", "Sangat terbuka", "Sangat sopan dan ramah"])
    assert waiting(kiosk) == []


def test_the_employee_on_duty_is_named_by_first_name_and_nothing_else(kiosk: Page) -> None:
    shown = kiosk.locator("body").inner_text()
    assert re.search(r"Anda dilayani oleh \S+$", shown, re.MULTILINE)
    assert not re.search(r"\d{9,}", shown)


def test_a_rating_works_by_keyboard_alone(service: Standing, kiosk: Page) -> None:
    before = service.stored()
    for _ in range(12):
        kiosk.keyboard.press("Tab")
        if kiosk.evaluate("document.activeElement.classList.contains('choice')"):
            break
    for _ in range(4):
        kiosk.wait_for_timeout(GUARD)
        kiosk.keyboard.press("Enter")
        kiosk.wait_for_timeout(GUARD)
        # The heading has the focus, so that a screen reader reads the question; the first answer is one key away.
        expect(kiosk.locator("h1")).to_be_focused()
        kiosk.keyboard.press("Tab")
    # Who uses a keyboard has all the time there is.
    expect(kiosk.locator(".review")).to_be_visible()
    expect(kiosk.locator(".timer")).to_have_count(0)
    kiosk.keyboard.press("Tab")
    kiosk.keyboard.press("Tab")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
    until_sent(kiosk)
    assert service.stored() == before + 1


@pytest.mark.glimpse
def test_an_unfinished_rating_is_forgotten_and_a_finished_one_is_kept(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page:
        page.clock.install()
        pair(page, service)
        before = service.stored()

        def touch(selector: str) -> None:
            page.locator(selector).wait_for()
            page.clock.run_for(GUARD)
            page.locator(selector).click()

        page.get_by_role("button", name="English").click()
        touch(".choice:text-is('KTP-EL')")
        touch(".answer[data-score='1']")
        page.clock.run_for(29_000)
        expect(page.get_by_text("Question 2 of 3")).to_be_visible()
        page.clock.run_for(2_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Layanan apa yang Anda terima?")
        touch(".choice:text-is('KTP-EL')")
        for _ in range(3):
            touch(".answer[data-score='3']")
        expect(page.locator(".review")).to_be_visible()
        page.clock.run_for(10_500)
        expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
        # The next citizen begins when the thanks are over: no tap can send a second answer before.
        expect(page.locator("main button")).to_have_count(0)
        page.clock.run_for(5_000)
        expect(page.locator(".choice").first).to_be_visible()
        until_sent(page)
        assert service.stored() == before + 1


VOICES = """() => {
  window.said = [];
  const voices = [
    { lang: "id-ID", localService: true, name: "Dian" },
    { lang: "en-GB", localService: false, name: "a voice of the network" },
  ];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const synthesis = { getVoices: () => voices, cancel: () => {}, addEventListener: () => {}, speak: said => {
    window.said.push([said.lang, said.text]);
  } };
  Object.defineProperty(window, "speechSynthesis", { value: synthesis });
}"""


def test_questions_are_read_aloud_where_the_device_has_a_voice_of_its_own(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context:
        context.add_init_script(f"({VOICES})()")
        page = context.new_page()
        pair(page, service)
        page.get_by_role("button", name="Bacakan").click()
        rate(page, 4)
        said = page.evaluate("window.said")
        assert {language for language, _ in said} == {"id-ID"}
        assert said[0][1].startswith("Layanan apa yang Anda terima?")
        assert said[1][1].endswith("Tidak cepat. Kurang cepat. Cepat. Sangat cepat")
        # A device without voices of Javanese and Sundanese has the Indonesian one say them.
        for name, reading, heading in (
            ("Basa Jawa", "Waosaken", "Kados pundi"), ("Basa Sunda", "Bacakeun", "Kumaha pamendak")
        ):  # fmt: skip
            page.get_by_role("button", name=name).click()
            expect(page.get_by_role("button", name=reading)).to_have_attribute("aria-pressed", "true")
            assert page.evaluate("window.said.at(-1)[0]") == "id-ID"
            assert page.evaluate("window.said.at(-1)[1]").startswith(heading)
        # What is said must not leave the device: a voice of the network is none.
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("button", name="Read aloud")).to_have_count(0)
