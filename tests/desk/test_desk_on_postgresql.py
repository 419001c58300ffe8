"""The desk on PostgreSQL: every page that links lead to opens, every form is saved, though it is sent twice at once.

The other tests of the desk are lent SQLite, which lets one writer in at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from re import DOTALL, findall
from threading import Barrier

import httpx
import pytest

from app.access.principals import Role
from tests.conftest import Lend
from tests.desk.browsing import Browser, attribute, fields_of
from tests.desk.full import Place, Walk, full_house, links_of, seated, starts_of
from tests.desk.red_team.town import LEAVING
from tests.house import House
from tests.instruments.test_instrument_files import BOGOR
from tests.integrity.reporting import new_holder
from tests.people.persons import PASSPHRASE
from tests.threads import Threads

# It meets PostgreSQL, so that "long" makes it a part of the campaign.
pytestmark = pytest.mark.long

ACTION = {"problem": "Antrean panjang", "action": "Menambah loket", "due_on": "2027-01-15", "owner": "Kepala loket"}
# What is filled in where the page proposes nothing that could be saved.
FILLED: Mapping[str, Mapping[str, str]] = {
    "/desk/account/passphrase": {"passphrase": f"{PASSPHRASE} baru", "repeated": f"{PASSPHRASE} baru"},
    "/desk/agency/name": {"name": "Kota Baru"},
    "/desk/comment/mark": {"handled": "1", "note": "Loket ditambah."},
    "/desk/finding/confirm": {"note": "Kios itu berada di gudang."},
    "/desk/finding/release": {"note": "Kunjungan sekolah."},
    "/desk/follow-up/add": ACTION,
    "/desk/follow-up/edit": ACTION | {"owner": "Kepala dinas"},
    "/desk/follow-up/done": {"done_on": "2026-11-20", "note": "Sudah."},
    "/desk/follow-up/drop": {"note": "Tidak jadi."},
    "/desk/hours/change": {"mon": "08:00-15:00"},
    "/desk/integrity/keys/add": {"label": "Auditor kedua"},
    "/desk/keys/issue": {"label": "Aplikasi"},
    "/desk/kiosks/add": {"label": "Kios pintu", "counter": "dukcapil/loket-1"},
    "/desk/notices/address": {"address": "dua@kota.go.id"},
    "/desk/people/invite": {"name": "Budi Serentak", "login": "budi.serentak"},
    "/desk/period/slips/make": {},
    "/desk/periods/close": {"period": "2026-Q3"},
    "/desk/promises/set": {"valid_from": "2027-02", "amount": "2", "unit": "hours", "source": "SK 9/2027"},
    "/desk/publications/add": {"medium": "Papan pengumuman", "published_on": "2026-11-20"},
    "/desk/publications/edit": {"medium": "Situs web", "published_on": "2026-11-20"},
    "/desk/reply/send": {"text": "Terima kasih."},
    "/desk/person/grant": {"role": "viewer", "office": "dukcapil"},
    "/desk/targets/set": {"period": "2027", "office": "dukcapil", "value": "88"},
    "/desk/team/note": {"text": "Kerja yang baik."},
    "/desk/webhooks/add": {"address": "https://dua.example.go.id/kait"},
}
# After these there is nobody, or nothing left, to send the others.
LAST = (
    "/desk/notices/end", "/desk/notices/remove", "/desk/integrity/key/word", "/desk/integrity/key/retire",
    "/desk/keys/revoke", "/desk/kiosk/revoke", "/desk/person/revoke", "/desk/person/sign-out",
)  # fmt: skip
# Where forms come from that saving others makes: who looks, from which list, at what.
MADE = (
    (Role.supervisor, "/desk/follow-up?period=2026-10&instrument=ikl-1", "/desk/follow-up/action"),
    (Role.supervisor, "/desk/publications?period=2026-10&instrument=ikl-1", "/desk/publications/one"),
    (Role.supervisor, "/desk/periods", "/desk/period?"),
    (Role.administrator, "/desk/kiosks", "/desk/kiosk?"),
    (Role.administrator, "/desk/people", "/desk/person?"),
    (Role.auditor, "/desk/integrity", "/desk/integrity/report"),
)
# A workbook is checked in a process apart, and what only a phone or the holder of a private half knows is not here;
# what was decided otherwise just before is offered no more, and nothing came after September was signed.
UNSAVED = {"/desk/directory/upload", "/desk/integrity/key/prove", "/sign-in/second-factor", "/desk/finding/confirm",
           "/desk/follow-up/drop", "/desk/period/revise"}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A form that somebody came to."""

    action: str
    browser: Browser
    at: str


@pytest.fixture(scope="module", params=["postgresql"])
def house(request: pytest.FixtureRequest, lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The agency of which every page has something to show."""
    key_file: Path = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend(request.param) as (url, keys), full_house(url, keys, key_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def seats(house: House) -> Iterator[dict[Place, Browser]]:
    """Somebody at every place."""
    with seated(house) as found:
        yield found


def forms_of(browser: Browser, at: str, page: str) -> dict[str, Form]:
    """The forms of a page that change something."""
    heads = [f"<x{head}>" for head in findall(r"<form([^>]*)>", page, DOTALL) if 'method="post"' in head]
    return {action: Form(action, browser, at) for action in (attribute(head, "action") for head in heads)}


def walked(seats: Mapping[Place, Browser]) -> dict[str, Form]:
    """Every form that somebody comes to by links; each page on the way opens (`Walk`)."""
    found: dict[str, Form] = {}
    for place, browser in seats.items():
        for address, page in Walk(browser, alike=1).go(*starts_of(place.role)).pages.items():
            found = forms_of(browser, address, page) | found
    return found


def made_since(seats: Mapping[Place, Browser]) -> dict[str, Form]:
    """The forms that came of what was saved."""
    found: dict[str, Form] = {}
    for role, listed, about in MADE:
        browser = seats[Place(role)]
        waiting = [at for at in links_of(browser.go(listed).text) if at.startswith(about)]
        for at in waiting:
            page = browser.go(at).text
            found = forms_of(browser, at, page) | found
            # Where it is ended has an address below its own.
            waiting += [each for each in links_of(page) if each.startswith(f"{about.rstrip('?')}/")]
    return found


def twice_at_once(browser: Browser, action: str, given: Mapping[str, str]) -> list[httpx.Response]:
    """Send a form as somebody who presses its button twice."""
    ready = Barrier(2)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"host": "localhost", "origin": "http://localhost", "cookie": cookies}
    files = {"file": ("alat.toml", BOGOR.encode())} if action == "/desk/instruments/add" else None

    def send() -> httpx.Response:
        ready.wait()
        return browser.house.request("POST", action, headers=headers, data=dict(given), files=files)

    browser.house.client.cookies.clear()
    with Threads(2) as pool:
        return [each.result() for each in [pool.submit(send), pool.submit(send)]]


def is_saved(response: httpx.Response) -> bool:
    """Whether an answer says that all was well."""
    if response.status_code == 303:
        return not response.headers["location"].startswith("/desk/confirm")
    return response.status_code == 200 and 'class="faults"' not in response.text


def test_every_page_opens_and_every_form_is_saved_though_it_is_sent_twice_at_once(
    seats: dict[Place, Browser],
) -> None:
    sent: dict[str, list[int]] = {}
    unsaved = set[str]()

    def send(form: Form) -> None:
        page = form.browser.go(form.at)
        if f'action="{form.action}"' not in page.text:
            unsaved.add(form.action)
            return
        given = {**fields_of(page, form.action), **FILLED.get(form.action, {})}
        if form.action == "/desk/integrity/keys/add":
            given["jwk"] = dumps(new_holder().jwk)
        answers = twice_at_once(form.browser, form.action, given)
        sent[form.action] = [each.status_code for each in answers]
        assert max(sent[form.action]) < 500, (form, [each.text for each in answers])
        if not any(map(is_saved, answers)):
            unsaved.add(form.action)

    forms = walked(seats)
    for action in (each for each in forms if each not in (*LAST, *LEAVING)):
        send(forms[action])
    forms = made_since(seats) | forms
    for action in (each for each in forms if each not in (*LAST, *LEAVING, *sent)):
        send(forms[action])
    for action in LAST:
        send(forms[action])
    # Whoever was signed out by somebody else has no form any more to do so.
    for action, role in (("/desk/account/sign-out-everywhere", Role.viewer), ("/sign-out", Role.administrator)):
        send(Form(action, seats[Place(role)], "/desk/account"))
    assert unsaved <= UNSAVED, {action: sent.get(action) for action in unsaved}
    assert len(sent) > 40, sorted(sent)
