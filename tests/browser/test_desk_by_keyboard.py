"""Every task of the desk is done with the keyboard alone, with JavaScript and without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from json import dumps

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from pyotp import TOTP

from app.access.principals import Role
from app.foundation.translations import catalogues
from tests.browser.desks import served, signed_in
from tests.browser.keyboard import fill_in, press, tab_to
from tests.closing.steps import AFTER_THE_WINDOW
from tests.conftest import Lend
from tests.desk.browsing import Browser
from tests.desk.closed import seats as seats_of
from tests.desk.full import PLACES, full_house, seated
from tests.house import House
from tests.integrity.reporting import new_holder
from tests.people.persons import PASSPHRASE, Door

NOTE = "Rombongan sekolah"


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs JavaScript."""
    return bool(request.param)


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory, scripts: bool) -> Iterator[House]:
    """An agency in which every task waits to be done."""
    with lend("sqlite") as (url, keys), full_house(url, keys, tmp_path_factory.mktemp("keys") / "key.pem") as opened:
        yield opened


@pytest.fixture(scope="module")
def seats(house: House) -> Iterator[dict[Role, Browser]]:
    """Somebody in every role, of the whole agency where it is of one."""
    with seated(house) as found:
        yield {place.role: seat for place, seat in found.items() if place.office is None}


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    """Where Chromium reaches it."""
    with served(house) as address:
        yield address


@pytest.fixture
def at(browser: Chromium, url: str, seats: dict[Role, Browser], scripts: bool) -> "Opener":
    """A way to open a page as somebody."""
    return Opener(browser, url, seats, scripts)


class Opener:
    """Opens pages in Chromium for whoever is seated."""

    def __init__(self, browser: Chromium, url: str, seats: dict[Role, Browser], scripts: bool) -> None:
        self.browser, self.url, self.seats, self.scripts = browser, url, seats, scripts

    @contextmanager
    def __call__(self, role: Role | None, path: str, seat: Browser | None = None) -> Iterator[Page]:
        """A page of this role, or of nobody."""
        seat = seat or (Browser(next(iter(self.seats.values())).house) if role is None else self.seats[role])
        with signed_in(self.browser, self.url, seat, java_script_enabled=self.scripts) as context:
            page = context.new_page()
            page.goto(f"{self.url}{path}")
            yield page


def test_signing_in_with_a_code_and_out_again(at: Opener, house: House, seats: dict[Role, Browser]) -> None:
    # A code works once, and the auditor has just used one.
    house.clock.now += timedelta(minutes=1)
    [number] = [number for number, place in enumerate(PLACES) if place.role is Role.auditor]
    with at(None, "/sign-in") as page:
        fill_in(page, "/sign-in", name=f"p{number}@kota", passphrase=PASSPHRASE)
        fill_in(page, "/sign-in/code", code=TOTP(seats[Role.auditor].secret).at(house.clock.now))
        expect(page.get_by_role("heading", level=1)).to_have_text("Temuan")
        press(page, page.get_by_role("button", name="Keluar"), "Space")
        expect(page.get_by_role("heading", level=1)).to_have_text("Anda sudah keluar")


def test_an_invitation_is_pasted_or_taken_from_the_link(at: Opener, house: House, scripts: bool) -> None:
    with Door.open(str(house.database.url.render_as_string(hide_password=False))) as door:
        door.clock.now = house.clock.now
        code = door.invite("Undangan Baru", Role.viewer)
    with at(None, f"/sign-in/link#{code}") as page:
        expect(page.locator('[name="code"]')).to_have_value(code if scripts else "")
        chosen = {"passphrase": PASSPHRASE, "repeated": PASSPHRASE}
        fill_in(page, "/sign-in/link", **(chosen if scripts else {"code": page.url} | chosen))
        expect(page.get_by_role("heading", level=1)).to_have_text("kota")


def test_the_content_is_one_step_away(at: Opener) -> None:
    with at(Role.auditor, "/desk/trail") as page:
        tab_to(page, page.locator(".skip"))
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


def test_what_was_refused_is_one_step_away_and_led_to(at: Opener) -> None:
    with at(Role.administrator, "/desk/people") as page:
        fill_in(page, "/desk/people/invite", name="")
        expect(page.locator(".faults")).to_be_focused()
        tab_to(page, page.locator(".faults a"))
        page.keyboard.press("Enter")
        expect(page.locator('[name="name"]')).to_be_focused()


def test_inviting_giving_a_role_and_changing_it(at: Opener) -> None:
    with at(Role.administrator, "/desk/people") as page:
        fill_in(page, "/desk/people/invite", name="Budi Papan Ketik")
        expect(page.get_by_role("heading", level=1)).to_have_text("Undangan sudah siap")
        press(page, page.get_by_role("main").get_by_role("link", name="Orang dan peran"))
        [number] = [number for number, place in enumerate(PLACES) if place.role is Role.viewer]
        press(page, page.locator("tbody tr").filter(has_text=f"p{number}@kota").get_by_role("link"))
        # Letters choose in a list.
        fill_in(page, "/desk/person/grant", "Space", role=catalogues()["id"][Role.supervisor])
    with at(Role.viewer, "/desk/account") as page:
        before = page.locator(".who").inner_text()
        fill_in(page, "/desk/account/role", "Space")
        assert page.locator(".who").inner_text() != before


def test_making_and_ending_a_key(at: Opener) -> None:
    with at(Role.administrator, "/desk/keys") as page:
        fill_in(page, "/desk/keys/issue", label="Aplikasi papan ketik")
        expect(page.get_by_role("heading", level=1)).to_have_text("Kunci sudah siap")
        press(page, page.get_by_role("main").get_by_role("link"))
        press(page, page.get_by_role("link", name="Aplikasi papan ketik"))
        fill_in(page, "/desk/keys/revoke", "Space")
        expect(page.get_by_role("link", name="Aplikasi papan ketik")).to_have_count(0)


def test_setting_a_promise(at: Opener) -> None:
    with at(Role.administrator, "/desk/promises") as page:
        fill_in(
            page, "/desk/promises/set", service="SKCK", valid_from="2027-01", amount="2", unit="Jam", source="SK 9/2027"
        )
        expect(page.get_by_role("main")).to_contain_text("SK 9/2027")


def test_adding_a_webhook_and_looking_at_its_messages(at: Opener) -> None:
    with at(Role.administrator, "/desk/webhooks") as page:
        fill_in(page, "/desk/webhooks/add", address="https://papan-ketik.example.go.id/kait")
        expect(page.get_by_role("heading", level=1)).to_have_text("Webhook sudah ditambahkan")
        press(page, page.get_by_role("main").get_by_role("link"))
        press(page, page.get_by_role("link", name="papan-ketik"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Pesan ke suatu sistem")


def test_subscribing_and_ending_a_subscription(at: Opener) -> None:
    with at(Role.viewer, "/desk/notices") as page:
        fill_in(page, "/desk/notices/subscribe")
        press(page, page.get_by_role("link", name="Angka yang turun"))
        fill_in(page, "/desk/notices/end")
        expect(page.get_by_role("link", name="Angka yang turun")).to_have_count(0)


def test_releasing_a_finding_with_a_note(at: Opener) -> None:
    with at(Role.auditor, "/desk/findings") as page:
        press(page, page.locator("tbody a").first)
        fill_in(page, "/desk/finding/release", note=NOTE)
        expect(page.get_by_text(NOTE)).to_be_visible()


def test_erasing_an_integrity_report_and_handing_another_over(at: Opener) -> None:
    with at(Role.auditor, "/desk/integrity?state=confirmed") as page:
        press(page, page.locator("tbody a"))
        press(page, page.get_by_role("link", name="Hapus isi laporan ini"))
        fill_in(page, "/desk/integrity/erase")
        expect(page.get_by_role("main")).to_contain_text("isinya sudah dihapus")
    with at(Role.auditor, "/desk/integrity?state=received") as page:
        press(page, page.locator("tbody a").first)
        fill_in(page, "/desk/integrity/forward")
        fill_in(page, "/desk/integrity/confirm")
        expect(page.get_by_role("main")).to_contain_text("Penerimanya sudah mengonfirmasi.")


def test_adding_a_key_proving_it_in_vain_and_retiring_it(at: Opener) -> None:
    with at(Role.administrator, "/desk/integrity/keys") as page:
        fill_in(
            page, "/desk/integrity/keys/add", label="Papan ketik", recipient="inspektorat", jwk=dumps(new_holder().jwk)
        )
        expect(page.get_by_role("heading", level=1)).to_have_text("Papan ketik")
        fill_in(page, "/desk/integrity/key/prove", word="bukan ini")
        expect(page.locator(".faults")).to_be_focused()
        press(page, page.get_by_role("link", name="Akhiri kunci ini"))
        fill_in(page, "/desk/integrity/key/retire")
        fill_in(page, "/desk/integrity/settings", open="tertutup")
        expect(page.locator(".lead")).to_have_text(
            "Tertutup: dua kunci sudah terbukti, tetapi belum ada administrator yang membukanya."
        )


def test_noting_on_a_person_and_replying(at: Opener) -> None:
    with at(Role.appraiser, "/desk") as page:
        press(page, page.locator("tbody a").first)
        fill_in(page, "/desk/team/note", text=NOTE)
        expect(page.get_by_role("main")).to_contain_text(NOTE)
    with at(Role.employee, "/desk") as page:
        press(page, page.get_by_role("main").locator('a[href^="/desk/reply?"]').first)
        fill_in(page, "/desk/reply/send", text="Antrean dua kali lipat.")
        expect(page.get_by_text("Antrean dua kali lipat.")).to_be_visible()


def test_filtering_comments(at: Opener) -> None:
    with at(Role.supervisor, "/desk/comments?period=2026-10") as page:
        fill_in(page, "/desk/comments", search="ramah")
        expect(page.get_by_text("15 dari 45 komentar memuat kata ini.")).to_be_visible()


def test_closing_a_period_and_finalising_one(at: Opener, house: House) -> None:
    with at(Role.supervisor, "/desk/periods") as page:
        fill_in(page, "/desk/periods/close", period="2026-Q3")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Triwulan III 2026")
    house.clock.now += AFTER_THE_WINDOW
    with seats_of(house) as join, at(None, "/desk/periods", join("Bu Kepala Papan", Role.supervisor)) as page:
        press(page, page.locator("tbody a").filter(has_text="Oktober 2026"))
        fill_in(page, "/desk/period/finalise", "Space")
        expect(page.get_by_text("Final sejak")).to_be_visible()
