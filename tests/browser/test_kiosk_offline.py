"""A week without network: 2,000 ratings, a reload, a killed browser, a clock that is wrong by hours, and a server that
dies in the middle of it all. Each of them arrives once, on its right day, for whoever was on duty then."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from app.pages.files import FOLDER
from tests.browser.agency import AFTERNOON, MORNING
from tests.browser.chromium import kill_browser, options
from tests.browser.kiosk import pair, waiting
from tests.browser.turnable import Turnable

# A Monday, 09:00 in Jakarta.
START = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
WRONG = timedelta(hours=3)
RATINGS = 2_000
JAKARTA = ZoneInfo("Asia/Jakarta")

# Rates as the page does, with its own scripts and its own local store, on a device whose clock stands at `given.wall`
# (milliseconds) and goes on by `given.step` from one citizen to the next.
RATE = f"""async given => {{
  const {{ Clock }} = await import('{FOLDER}/rating/clock.js');
  const {{ LocalStore }} = await import('{FOLDER}/rating/localstore.js');
  const {{ Sender, Unreached }} = await import('{FOLDER}/rating/sender.js');
  const {{ onDuty, ratingOf }} = await import('{FOLDER}/kiosk/roster.js');
  const {{ answered, emptySheet }} = await import('{FOLDER}/rating/sheet.js');
  const localStore = await LocalStore.open('cermin-kiosk');
  const shown = await localStore.setting('shown');
  const device = {{ wall: given.wall, ticks: 0 }};
  const clock = new Clock(await localStore.setting('clock'), () => device.wall, () => device.ticks);
  const refused = () => Promise.reject(new Unreached());
  const sender = new Sender({{ localStore, clock, batch: 50, carry: refused, contact: refused, changed: () => {{}} }});
  const rated = [];
  for (let n = 0; n < given.count; n += 1) {{
    const duty = onDuty(shown.roster, clock.now());
    let sheet = answered(emptySheet(), shown, shown.services[n % 2].code);
    for (const score of [1 + n % 4, 4, 3]) sheet = answered(sheet, shown, score);
    rated.push({{ id: await sender.take(ratingOf(sheet, shown, duty)), employee: duty.employee, device: device.wall }});
    device.wall += given.step;
    device.ticks += given.step;
  }}
  clearTimeout(sender.timer);
  await localStore.keep('clock', clock.written());
  localStore.database.close();
  return rated;
}}"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Turnable]:
    """A service that believes it is that Monday."""
    with Turnable.open(tmp_path, START) as opened:
        yield opened


class Tablet:
    """A tablet whose clock is fast by three hours, and which loses its power."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright = playwright
        self._profile = folder / "profile"
        self.context: BrowserContext | None = None

    def open(self, truth: datetime) -> Page:
        """Switch it on at this moment of the world."""
        self.context = self._playwright.chromium.launch_persistent_context(
            self._profile, locale="id-ID", timezone_id="Asia/Jakarta", **options()
        )
        page = self.context.pages[0]
        page.clock.install(time=truth + WRONG)
        return page

    def lose_power(self) -> None:
        """As it says."""
        assert self.context is not None
        kill_browser(self._profile)
        # Playwright hears of the death sooner or later.
        with contextlib.suppress(Error):
            self.context.close()


@pytest.fixture
def tablet(playwright: Playwright, tmp_path: Path) -> Tablet:
    """A new tablet."""
    return Tablet(playwright, tmp_path)


def milliseconds(truth: datetime) -> int:
    """What the tablet's clock shows then."""
    return int((truth + WRONG).timestamp() * 1_000)


def through(page: Page, seconds: int) -> None:
    """Let this much time pass on the tablet, with everything that happens in it."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        page.wait_for_timeout(5)


def test_a_week_offline_arrives_exactly_once_with_the_right_day(service: Turnable, tablet: Tablet) -> None:
    page = tablet.open(START)
    pair(page, service)
    # The page is kept for times without network before the network goes.
    page.wait_for_function("navigator.serviceWorker.ready.then(found => Boolean(found.active))")
    service.stop()

    rated = []
    per_part = RATINGS // 4
    for part in range(4):
        truth = START + timedelta(hours=1 + 42 * part, seconds=90)
        if part == 1:
            page.clock.fast_forward(int(timedelta(hours=42).total_seconds()) * 1_000)
            page.reload()
        elif part in (2, 3):
            # The browser is killed, and comes back without any network.
            tablet.lose_power()
            page = tablet.open(truth)
            page.goto(f"{service.url}/kiosk")
        expect(page.locator(".choice").first).to_be_visible()
        rated += page.evaluate(RATE, {"wall": milliseconds(truth), "count": per_part, "step": 5 * 60_000})
    assert len(waiting(page)) == len({one["id"] for one in rated}) == RATINGS
    assert service.rows("SELECT count(*) FROM rating") == [(0,)]

    # A week later the network is back, and goes again in the middle of the drain.
    service.clock.now = START + timedelta(days=8)
    tablet.lose_power()
    page = tablet.open(service.clock.now)
    service.start()
    page.goto(f"{service.url}/kiosk")
    until(page, lambda: len(waiting(page)) < RATINGS - 200)
    service.stop()
    left = len(waiting(page))
    assert 0 < left < RATINGS
    service.start()
    until(page, lambda: not waiting(page))

    assert waiting(page, "parked") == []
    rows = service.rows("SELECT rated_on, employee, service, channel, counter FROM rating")
    expected: Counter[tuple[str, str]] = Counter()
    for one in rated:
        truth = datetime.fromtimestamp(one["device"] / 1_000, UTC) - WRONG
        expected[truth.astimezone(JAKARTA).date().isoformat(), one["employee"]] += 1
        # The roster of that moment: it changes at noon and at midnight UTC.
        assert one["employee"] == (MORNING if truth.hour < 12 else AFTERNOON)
    assert Counter((day, employee) for day, employee, *_ in rows) == expected
    assert len(rows) == RATINGS
    assert len(expected) > 10
    assert {tuple(row[2:]) for row in rows} == {("ktp-el", "kiosk", "loket-3"), ("kk", "kiosk", "loket-3")}
    [device] = service.ask("GET", "/v1/devices", "admin")["items"]
    assert abs(device["clock_offset_ms"] + WRONG.total_seconds() * 1_000) < 10_000
    tablet.lose_power()


def until(page: Page, holds: object) -> None:
    """Time passes on the tablet until something holds."""
    assert callable(holds)
    for _ in range(400):
        if holds():
            return
        through(page, 2)
    raise AssertionError("it did not happen within a quarter of an hour of the tablet's time")


def test_a_rating_by_hand_while_offline_and_after_a_reload(service: Turnable, tablet: Tablet) -> None:
    page = tablet.open(START)
    pair(page, service)
    page.wait_for_function("navigator.serviceWorker.ready.then(found => Boolean(found.active))")
    service.stop()
    page.reload()
    for selector in (
        ".choice",
        ".answer[data-score='2']",
        ".answer[data-score='3']",
        ".answer[data-score='4']",
        ".below .main",
    ):
        page.locator(selector).first.wait_for()
        page.clock.run_for(500)
        page.locator(selector).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
    tablet.lose_power()
    page = tablet.open(START + timedelta(hours=5))
    service.clock.now = START + timedelta(hours=5)
    page.goto(f"{service.url}/kiosk")
    assert len(waiting(page)) == 1
    service.start()
    until(page, lambda: not waiting(page))
    assert service.rows("SELECT rated_on, sheet FROM rating") == [("2026-11-16", json.loads('"234"'))]
    tablet.lose_power()
