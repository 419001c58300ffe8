"""The rules in the pages' scripts, each by itself: ids, clocks, verdicts, patience."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page

from app.pages.files import FOLDER
from tests.browser.standing import Standing

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.fixture
def scripts(service: Standing, page: Page) -> Page:
    """A page of the service, which may load its scripts."""
    page.goto(f"{service.url}/t")
    return page


def run(page: Page, file: str, names: str, body: str, **given: Any) -> Any:
    """The value of a function body that knows these names of a script."""
    source = f"async given => {{ const {{ {names} }} = await import('{FOLDER}/rating/{file}.js'); {body} }}"
    return page.evaluate(source, given)


def test_ids_are_uuids_of_version_7_with_the_moment_in_front(scripts: Page) -> None:
    moment = 1_790_000_000_123
    ids = run(scripts, "ids", "newId", f"return Array.from({{length: 500}}, () => newId({moment}));")
    assert len(set(ids)) == 500
    for each in map(UUID, ids):
        assert (each.version, each.variant) == (7, "specified in RFC 4122")
        assert each.int >> 80 == moment
    known = run(
        scripts,
        "ids",
        "uuid7",
        "return uuid7(1645557742000, [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);",
    )
    # The example of RFC 9562, appendix A.6.
    assert known == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


CLOCK = """
  const device = { wall: given.wall, ticks: 0 };
  const make = known => new Clock(known, () => device.wall, () => device.ticks);
  const pass = (ms, slept = 0) => { device.wall += ms + slept; device.ticks += ms; };
  const met = (clock, server) => clock.learn(server, device.ticks, device.ticks);
"""


def clock(page: Page, body: str, wall: int = 1_000 * DAY) -> Any:
    """What a script with a device of its own (`pass`, `met`, `make`) comes to."""
    return run(page, "clock", "Clock", CLOCK + body, wall=wall)


def test_a_clock_that_is_wrong_by_hours_is_corrected_and_stays_so_over_a_restart(scripts: Page) -> None:
    found = clock(
        scripts,
        """
        const clock = make(null);
        met(clock, device.wall - 3 * 3600000);
        pass(1000);
        const written = clock.written();
        device.ticks = 0;
        device.wall += 2 * 86400000;
        const later = make(written);
        return { sure: later.sure, error: later.now() - (device.wall - 3 * 3600000) };
        """,
    )
    assert found == {"sure": True, "error": 0}


def test_time_goes_on_while_the_device_sleeps(scripts: Page) -> None:
    body = """
        const clock = make(null);
        met(clock, device.wall);
        const before = clock.stamp();
        pass(60000, 14 * 3600000);
        const error = clock.now() - device.wall;
        met(clock, device.wall);
        return [error, clock.moment(before) - before.moment];
    """
    assert clock(scripts, body) == [0, 0]


def test_a_clock_set_back_while_offline_does_not_turn_time_back(scripts: Page) -> None:
    body = """
        const clock = make(null);
        met(clock, device.wall);
        const truth = device.wall;
        pass(10 * 60000);
        device.wall -= 86400000;
        pass(60000);
        const stamp = clock.stamp();
        return [clock.now() - truth, stamp.moment - truth];
    """
    assert clock(scripts, body) == [11 * MINUTE, 11 * MINUTE]


def test_a_clock_set_forward_while_offline_is_found_out_when_the_server_is_met(scripts: Page) -> None:
    body = """
        const clock = make(null);
        const truth = device.wall;
        met(clock, truth);
        pass(60 * 60000);
        const before = clock.stamp();
        device.wall += 3 * 3600000;
        pass(60 * 60000);
        const after = clock.stamp();
        pass(60 * 60000);
        met(clock, truth + 3 * 3600000);
        return [before, after].map(stamp => clock.moment(stamp) - truth);
    """
    assert clock(scripts, body) == [HOUR, 2 * HOUR]


def test_a_device_that_wakes_up_in_1970_is_unsure_until_it_meets_the_server(scripts: Page) -> None:
    body = """
        const known = { offset: 0, latest: 1000 * 86400000 };
        const clock = make(known);
        const unsure = clock.stamp();
        pass(5 * 60000);
        device.wall = 1000 * 86400000 + 7200000;
        met(clock, device.wall);
        const [inRun, lost] = [clock.moment(unsure) - device.wall, make(known).moment(unsure)];
        return [unsure.sure, clock.sure, inRun, lost];
    """
    assert clock(scripts, body, wall=0) == [False, True, -5 * MINUTE, None]


def test_what_an_answer_means_for_a_rating(scripts: Page) -> None:
    cases = {
        "200 ": "done", "201 ": "done", "409 id-conflict": "parked", "422 invalid-request": "parked",
        "410 ticket-refused": "parked", "403 out-of-scope": "parked", "422 id-in-future": "clock",
        "422 id-too-late": "clock", "429 device-too-fast": "later", "503 busy": "later", "500 ": "later",
        "408 body-too-slow": "later", "502 ": "later",
    }  # fmt: skip
    found = run(
        scripts, "verdicts", "verdictOf", "return given.cases.map(each => { const [status, code] = each.split(' ');"
        "return verdictOf(Number(status), code || null); });", cases=list(cases),
    )  # fmt: skip
    assert dict(zip(cases, found, strict=True)) == cases


def test_patience_doubles_is_spread_and_has_an_end(scripts: Page) -> None:
    waits = run(
        scripts, "verdicts", "patience",
        "return [0, 1, 2, 3, 10, 1000].map(failures => [patience(failures, 0, 0), patience(failures, 1, 0)]);",
    )  # fmt: skip
    assert waits[:4] == [[1_000, 2_000], [2_000, 4_000], [4_000, 8_000], [8_000, 16_000]]
    assert waits[4:] == [[150_000, 300_000]] * 2
    # What the server asks for is kept, and spread as well.
    assert run(scripts, "verdicts", "patience", "return [patience(0, 0, 60), patience(0, 1, 60)];") == [60_000, 62_000]
    assert run(scripts, "verdicts", "patience", "return [patience(4, 0, 60), patience(4, 1, 60)];") == [60_000, 92_000]


CONTACT = """
  const { Contact, returning } = await import(`${given.folder}/kiosk/contact.js`);
  let ticks = 1000000;
  const begun = [];
  Math.random = () => 0.5;
  const nothing = { oldest: async () => [], waiting: async () => 0, setting: async () => null };
  const localStore = Object.assign(nothing, { keep: async () => {} });
  let calls = 0;
  const server = { heartbeat: async () => { calls += 1; return Date.now(); }, form: async () => null };
  const clock = { ticks: () => ticks, now: () => 0, offset: 0, learn() {}, written: () => ({}) };
  const contact = new Contact({ server, localStore, clock, version: "1", parked: async () => [],
    reached: async () => {}, lost() {}, send: async () => {} });
  // The page has timers of its own.
  const [real, comeIn] = [window.setTimeout, contact.comeIn.bind(contact)];
  contact.comeIn = (wait) => {
    window.setTimeout = (act, ms) => { begun.push(ms); return begun.length; };
    comeIn(wait);
    window.setTimeout = real;
  };
  const away = async (ms) => {
    dispatchEvent(new Event("offline")); ticks += ms; dispatchEvent(new Event("online"));
    return begun[begun.length - 1];
  };
"""


def contact(page: Page, body: str) -> Any:
    """What a script with a contact of its own comes to, whose next round is a minute away."""
    # The one before would hear the network as well.
    page.reload()
    return page.evaluate(f"async given => {{ {CONTACT} {body} }}", {"folder": FOLDER})


def test_a_kiosk_that_was_away_for_long_comes_back_within_a_minute_by_chance(scripts: Page) -> None:
    spread = contact(scripts, "return [4999, 5000, 1e9].map(away => [returning(away, 0.1), returning(away, 0.999)]);")
    assert spread == [[0, 0], [6_000, 59_940], [6_000, 59_940]]
    # At the beginning it calls at once, and then every minute; after a moment at once, after longer by chance.
    assert contact(scripts, "await contact.begin(); return [calls, begun];") == [1, [60_000]]
    assert contact(scripts, "await contact.begin(); return [await away(1000), calls];") == [0, 1]
    assert contact(scripts, "await contact.begin(); return await away(10000);") == 30_000
    # A page that was opened without network has seen it go nowhere.
    unseen = 'await contact.begin(); dispatchEvent(new Event("online")); return begun;'
    assert contact(scripts, unseen) == [60_000, 30_000]


def test_a_round_that_comes_sooner_is_not_put_off_and_an_ended_contact_stays_away(scripts: Page) -> None:
    assert contact(scripts, "await contact.begin(); await away(45000); return begun;") == [60_000]
    assert contact(scripts, "await contact.begin(); contact.end(); await away(1000); return begun;") == [60_000]


def test_times_are_told_in_words_and_never_shorter_than_they_are(scripts: Page) -> None:
    body = """
        const all = await Promise.all(given.languages.map(each => Words.load(each, given.folder)));
        return all.map(words => given.seconds.map(each => words.duration(each)));
    """
    found = run(
        scripts, "words", "Words", body,
        languages=["en", "id", "jv"], folder=f"{FOLDER}/texts",
        seconds=[0, 1, 30, 89.2, 90, 900, 3_601, 5_400, 86_400, 400_000],
    )  # fmt: skip
    assert found[0] == [
        "0 seconds", "1 second", "30 seconds", "90 seconds", "2 minutes", "15 minutes", "61 minutes", "2 hours",
        "24 hours", "5 days",
    ]  # fmt: skip
    assert found[1][2:6] == ["30 detik", "90 detik", "2 menit", "15 menit"]
    assert found[2][-1] == "5 dinten"


def test_a_sheet_of_skipped_questions_says_nothing(scripts: Page) -> None:
    form = {"services": [{"code": "a"}], "instrument": {"id": "ikl-1", "items": [{"code": "x"}, {"code": "y"}]}}
    body = """
        let sheet = emptySheet();
        sheet = answered(answered(sheet, given.form, null), given.form, null);
        const back = answered(stepBack(sheet), given.form, 3);
        return [saysSomething(sheet), saysSomething(back), answersOf(withComment(back, "  ok "), given.form)];
    """
    names = "emptySheet, answered, stepBack, saysSomething, answersOf, withComment"
    assert run(scripts, "sheet", names, body, form=form) == [
        False,
        True,
        {"instrument": "ikl-1", "scores": {"x": None, "y": 3}, "comment": "ok"},
    ]
