"""An agency of which every page of the desk has something to show, and how to walk through the pages of a role."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from re import DOTALL, findall, search
from urllib.parse import parse_qsl, urlsplit

import httpx

from app.access.principals import Role
from app.directory.tables import Employee
from app.notifications.mailboxes import Mailboxes
from app.notifications.sending import Sender
from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, SEPTEMBER, close, rated
from tests.closing.surveys import commented, surveyed
from tests.desk.browsing import Browser, desk
from tests.desk.closed import seats
from tests.house import SECRET, House
from tests.integrity import reporting
from tests.ratings.visits import put
from tests.screening.office import LUNCH, lunch, ordinary, screen
from tests.standards.told import month, promise, tell
from tests.standards.told import put as put_promises
from tests.threads import Threads

# As long as names and texts get in life, and longer than a narrow screen is wide.
LONG_NAME = "Dr. drg. Raden Ajeng Sri Wahyuningsih Kusumaningrum Tirtonegoro, S.K.M., M.Kes."
COMMENTS = (
    "Antrean panjang sekali pada hari Senin, sebaiknya loket ditambah",
    "Ramah dan jelas",
    "https://" + "a" * 90,
)
# Where a walk begins: the first page of the role, and what forms that only ask for something lead to.
STARTS = {
    Role.supervisor: ("/desk", "/desk/comments?period=2026-10", "/desk/comments?period=2026-10&search=ramah"),
    Role.auditor: ("/desk", "/desk/trail?action=report.read&office="),
}
# Two pages of one kind are enough: one more shows nothing new.
ALIKE = 2


@dataclass(frozen=True)
class Place:
    """Who looks: a role, of the whole agency or of an office."""

    role: Role
    office: str | None = None
    employee: str | None = None

    def __str__(self) -> str:
        return f"{self.role}-{self.office}" if self.office else str(self.role)


# Every role, and a supervisor both of the whole and of an office: their pages are not the same.
PLACES = (
    Place(Role.supervisor),
    Place(Role.supervisor, "dukcapil"),
    Place(Role.appraiser, employee="E002"),
    Place(Role.employee, employee="E001"),
    Place(Role.auditor),
    Place(Role.administrator),
    Place(Role.viewer),
)


@dataclass
class Walk:
    """The pages that somebody comes to by links alone."""

    browser: Browser
    alike: int = ALIKE
    pages: dict[str, str] = field(default_factory=dict)
    _shapes: dict[tuple[str, ...], int] = field(default_factory=dict)

    def go(self, *starts: str) -> "Walk":
        """Walk on from these addresses, link by link."""
        waiting = list(starts)
        while waiting:
            address = waiting.pop(0)
            if address in self.pages or self._is_enough(address):
                continue
            response = self.browser.go(address)
            if not _is_page(response):
                continue
            # A link that is refused leads nowhere.
            assert response.status_code == 200, (address, response.status_code)
            self.pages[self.browser.at] = response.text
            waiting += links_of(response.text)
        return self

    def _is_enough(self, address: str) -> bool:
        # Of pages that differ in a value only, such as an id or a period.
        parts = urlsplit(address)
        shape = (parts.path, *sorted(name for name, _ in parse_qsl(parts.query)))
        self._shapes[shape] = self._shapes.get(shape, 0) + 1
        return self._shapes[shape] > self.alike


def starts_of(role: Role) -> tuple[str, ...]:
    """Where the walk of a role begins."""
    return STARTS.get(role, ("/desk",))


def links_of(page: str) -> list[str]:
    """Where the links of a page lead on the desk, but for the other languages."""
    found = [unescape(each) for each in findall(r'<a [^>]*href="(/[^"#]*)"', page)]
    return [each for each in found if each.startswith(("/desk", "/sign-in")) and "lang=" not in each]


def forms_of(page: str) -> list[str]:
    """The addresses of the forms of a page that can be sent wrongly: with a field that has to be filled in."""
    forms = findall(r'<form class="fields" method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, DOTALL)
    return [action for action, inner in forms if search(r"<(?:input|textarea)[^>]* required", inner)]


def _is_page(response: httpx.Response) -> bool:
    return response.headers["content-type"].startswith("text/html")


@contextmanager
def full_house(url: str, keys: dict[str, str], key_file: Path) -> Iterator[House]:
    """September is final, October a draft; findings wait, comments are told; names are as long as they get."""
    with desk(url, keys, signing_key_file=key_file) as house:
        make_key(key_file)
        _people(house)
        # As if there were a server for mail; nothing is sent.
        house.put_instead(Mailboxes, Mailboxes(SECRET.encode(), is_on=True))
        for kinds in ([], ["period.final"]):
            asked = {"address": f"https://penerima.invalid/{'kait-' * 30}", "kinds": kinds, "signing": "v1a"}
            assert house.post("/v1/webhooks", asked, "admin").status_code == 201
        put(house.database, [*rated("E001", 15, day=SEPTEMBER), *rated("E004", 11, "343", day=SEPTEMBER)])
        put(
            house.database,
            [*rated("E001", 12), *rated("E002", 40, "433"), *rated("E004", 9), *rated(None, 11)],
            start=500,
        )
        surveyed(house.database, ["434343434"] * 30, start=2_000)
        commented(house.database, "dukcapil", [f"{text} {n:02}" for n in range(15) for text in COMMENTS], 100, "ikl-1")
        ordinary(house)
        for days in (0, 1, 4):
            lunch(house, day=LUNCH - timedelta(days=days))
        screen(house, house.clock.now - timedelta(days=3))
        [decided, *_] = house.get("/v1/findings", "auditor").json()["items"]
        note = {"note": "Kunjungan sekolah: rombongan datang bersama gurunya dan menilai di tempat."}
        assert house.post(f"/v1/findings/{decided['id']}/release", note, "auditor").status_code == 200
        _promised(house)
        _reported(house)
        close(house, "2026-09")
        house.clock.now += AFTER_THE_WINDOW
        final = house.post("/v1/periods/2026-09/finalise", {}, "supervisor")
        assert final.status_code == 200, final.text
        close(house, "2026-10")
        for recipient in ("agency", "inspectorate"):
            assert reporting.send(house, office="upt-makassar", recipient=recipient).status_code == 201
        # Nobody is there: what is sent waits for another attempt. In a thread, as Playwright has a loop in this one.
        with Threads(1) as apart:
            apart.submit(house.services.of(Sender).run_if_due).result()
        yield house


def _promised(house: House) -> None:
    """Promises of long names, and what was kept of them: enough for every table."""
    decree = "Keputusan Kepala Dinas Kependudukan dan Pencatatan Sipil Nomor 470/1234/2025 tentang Standar Pelayanan"
    sent = [promise(service, valid_from="2026-01", source=decree) for service in ("ktp-el", "skck")]
    assert put_promises(house, *sent, promise("kk", valid_from="2026-01", amount=3, unit="working-days")).is_success
    steps = {"services": 1_240, "due": 7, "done": 8_431}
    counts = [month((310, 820, 90, 20), service=each, month="2026-10", steps=steps) for each in ("ktp-el", "kk")]
    assert tell(house, *counts, month((3, 9, 2, 1), month="2026-10", office="upt-makassar")).is_success


def _reported(house: House) -> None:
    """Integrity reports in every state: late, handed over, confirmed and long enough kept to be erased, erased."""
    reporting.opened(house)
    reporting.proved(house, "inspectorate")
    assert reporting.add(house, reporting.new_holder(), label=LONG_NAME).status_code == 201
    inspectorate = "Inspektorat Daerah Kabupaten Administrasi Kepulauan Cermin Raya Bagian Selatan"
    assert reporting.settle(house, retention_days=1, inspectorate=inspectorate).json()["taking"]
    steps: tuple[tuple[str, ...], ...] = ((), ("forward",), ("forward", "confirm"))
    for taken in steps:
        assert reporting.send(house).status_code == 201
        one = next(each for each in reporting.listed(house) if each["state"] == "received")
        for step in taken:
            assert reporting.step(house, one["id"], step).status_code == 200


def _people(house: House) -> None:
    with house.database.writing() as session:
        for code in ("E001", "E002", "E004"):
            employee = session.get_one(Employee, ("kota", code))
            employee.appraiser = "E002"
            employee.name = f"{LONG_NAME} {code}"
            employee.position = "Administrator Database Kependudukan Ahli Muda"
            session.add(employee)


@contextmanager
def seated(house: House) -> Iterator[dict[Place, Browser]]:
    """Somebody at every place, signed in, of whom an administrator also sees two that were invited only."""
    with seats(house) as join:
        found = {
            place: join(f"{LONG_NAME} {number}", place.role, place.office, login=f"p{number}",
                        **({"employee": place.employee} if place.employee else {}))
            for number, place in enumerate(PLACES)
        }  # fmt: skip
        for number, browser in enumerate(found.values()):
            page = browser.go("/desk/notices")
            browser.submit(page, "/desk/notices/address", address=f"{'panjang.' * 7}p{number}@kabupaten.go.id")
            browser.submit(page, "/desk/notices/subscribe", kind="period.final", rhythm="monthly")
        yield found
