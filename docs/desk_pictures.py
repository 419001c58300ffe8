"""Eight pages of the desk as those see them who work with them, in both languages, at the demo agency."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, ViewportSize
from pyotp import TOTP

from app.access.principals import Role
from app.cli.demo import EMPLOYEE
from app.demo.people import EMPLOYEES
from app.demo.town import AGENCY_CODE
from app.demo.workbook import appraiser_of
from app.foundation.storage.database import Database
from app.people.granting import Asked, Granter
from app.people.inviting import Invitation, invite

LANGUAGES = ("id", "en")
LAPTOP = ViewportSize(width=1_000, height=1_150)
PASSPHRASE = "kopi tubruk di teras"  # noqa: S105 - of an agency that is gone after the pictures
GRANTER = Granter("cli:pictures")


class Seat(NamedTuple):
    """Somebody, and the pages that a picture is made of: its name and where it stands."""

    name: str
    role: Role
    office: str | None
    employee: str | None
    pages: tuple[tuple[str, str], ...]


def seats(appraiser: str, employee: str) -> tuple[Seat, ...]:
    """Who works with which page; two of them are in the directory under these codes."""
    return (
        Seat("Bu Kepala", Role.supervisor, "disdukcapil", None,
             (("office", "/desk/office"), ("trend", "/desk/trend"), ("comments", "/desk/comments"))),
        Seat("Pak Penilai", Role.appraiser, None, appraiser, (("team", "/desk/team"),)),
        Seat("Pegawai", Role.employee, None, employee, (("mirror", "/desk/mirror"),)),
        Seat("Bu Auditor", Role.auditor, None, None, (("findings", "/desk/findings"),)),
        Seat("Pak Admin", Role.administrator, None, None, (("people", "/desk/people"), ("periods", "/desk/periods"))),
    )  # fmt: skip


def draw_desk(browser: Browser, url: str, database: Database, now: datetime, to: Path) -> None:
    """Write `desk-….png` into the folder."""
    everybody = seats(_appraiser(), EMPLOYEE)
    with database.writing() as session:
        codes = [
            invite(session, AGENCY_CODE, Invitation(seat.name, employee=seat.employee), Asked(seat.role, seat.office),
                   GRANTER, now).code
            for seat in everybody
        ]  # fmt: skip
    for seat, code in zip(everybody, codes, strict=True):
        context = browser.new_context(viewport=LAPTOP, locale="id-ID", timezone_id="Asia/Jakarta")
        page = context.new_page()
        _come_in(page, f"{url}/sign-in/link#{code}", now)
        for name, path in seat.pages:
            for language in LANGUAGES:
                page.goto(f"{url}{path}?lang={language}")
                page.screenshot(path=to / f"desk-{name}-{language}.png")
        context.close()


def _appraiser() -> str:
    """The code of whoever appraises the employee of the pictures."""
    return next(appraiser_of(each) for each in EMPLOYEES if each.code == EMPLOYEE)


def _come_in(page: Page, link: str, now: datetime) -> None:
    """Take an invitation, with a second factor where one is needed."""
    page.goto(link)
    for name in ("passphrase", "repeated"):
        page.locator(f"[name={name}]").fill(PASSPHRASE)
    page.locator("main button").click()
    if page.locator("figure.code").count():
        secret = page.locator("dd").first.inner_text().replace(" ", "")
        page.locator("[name=code]").fill(TOTP(secret).at(now))
        page.locator("main button").click()
        page.locator("tbody tr").first.wait_for()
