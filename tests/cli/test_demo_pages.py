"""The demo's pages: its links sign in, and whoever comes in finds figures and something to do."""

import re
from collections.abc import Mapping
from re import findall

import pytest

from app.access.principals import Role
from app.cli.context import settings
from app.demo.accounts import ACCOUNTS, login_of
from app.desk.navigation import PAGES
from app.foundation.clock import system_clock
from tests.cli.test_demo_command import environment, few, run  # noqa: F401 - fixtures
from tests.desk.browsing import Browser, desk, text_of
from tests.house import House
from tests.people.persons import PASSPHRASE

pytestmark = [pytest.mark.sqlite_daily, pytest.mark.campaign]
# What is held was rated at another office; who answers for the whole agency sees it, and so does the auditor.
NOTHING_THERE = {("supervisor.disdukcapil", "/desk/findings")}
# What a page says that has nothing to show.
EMPTY = (
    "There are no figures",
    "Nothing waits",
    "No figures",
    "no comments",
    "Nobody has",
    "There is nothing",
    "nobody is recognised",
)


def links_of(welcome: str) -> dict[str, str]:
    """The code of each link by the role before it, and the office where the role has one."""
    found = findall(r"^  .+?, (\w+)(?: of ([\w-]+))? +http\S+/sign-in/link#(\S+)$", welcome, re.MULTILINE)
    return {f"{role}.{office}" if office and role == "supervisor" else role: code for role, office, code in found}


def signed_in(house: House, code: str) -> Browser:
    """A browser in which the link was taken."""
    browser = Browser(house)
    page = browser.submit(
        browser.go("/sign-in/link"), "/sign-in/link", code=code, passphrase=PASSPHRASE, repeated=PASSPHRASE
    )
    if "/sign-in/second-factor" in page.text:
        browser.secret = re.sub(r"\s", "", findall(r"<dd>([A-Z2-7 ]{16,})</dd>", page.text)[0])
        page = browser.submit(page, "/sign-in/second-factor", code=browser.code())
    assert page.status_code == 200, text_of(page)
    return browser


@pytest.mark.usefixtures("few")
def test_every_role_has_a_link_and_the_next_start_prints_others(database_url: str) -> None:
    first, second = (links_of(run("demo", "--no-serve")) for _ in range(2))
    assert first.keys() == second.keys() == {login_of(account) for account in ACCOUNTS}
    assert {account.role for account in ACCOUNTS} == set(Role)
    with desk(database_url, {}, secret=None, secret_file=settings().secret_file) as house:
        house.clock.now = system_clock()
        refused = Browser(house)
        page = refused.submit(
            refused.go("/sign-in/link"),
            "/sign-in/link",
            code=first["viewer"],
            passphrase=PASSPHRASE,
            repeated=PASSPHRASE,
        )
        assert page.status_code == 422
        for account in ACCOUNTS:
            browser = signed_in(house, second[login_of(account)])
            assert browser.go("/desk").status_code == 200
    # Whoever chose a passphrase can choose it anew.
    third = links_of(run("demo", "--no-serve"))
    assert third.keys() == first.keys()


@pytest.mark.usefixtures("environment")
def test_no_page_of_the_whole_demo_is_empty(database_url: str) -> None:
    links = links_of(run("demo", "--no-serve"))
    with desk(database_url, {}, secret=None, secret_file=settings().secret_file) as house:
        house.clock.now = system_clock()
        empty = {(login, page) for login, role in roles().items() for page in empty_pages(house, links[login], role)}
    assert empty == NOTHING_THERE


def roles() -> Mapping[str, Role]:
    """The role of each person of the demo."""
    return {login_of(account): account.role for account in ACCOUNTS}


def empty_pages(house: House, code: str, role: Role) -> list[str]:
    """The addresses of the pages of a role that have nothing to show."""
    browser = signed_in(house, code)
    found = []
    for entry in PAGES[role]:
        page = browser.go(f"{entry.address}?lang=en")
        assert page.status_code == 200, (role, entry.address)
        said = text_of(page)
        found += [entry.address for words in EMPTY if words in said]
    return found
