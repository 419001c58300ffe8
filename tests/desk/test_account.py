"""The own account in the browser: the role in which one acts, signing out everywhere, the passphrase, a fresh proof."""

from collections.abc import Callable
from datetime import timedelta
from re import findall

import pytest

from app.access.principals import Role
from app.people import store
from app.people.granting import Asked, grant
from tests.audit_trail import recorded
from tests.desk.browsing import Browser, text_of, title_of
from tests.house import House
from tests.people.persons import OPERATOR, PASSPHRASE, Door

Open = Callable[[], Browser]


@pytest.mark.long
def test_each_role_lands_on_its_page(browser: Open, door: Door) -> None:
    landing = {
        Role.supervisor: "Dukcapil",
        Role.viewer: "Dukcapil",
        Role.auditor: "Temuan",
        Role.administrator: "Orang dan peran",
        Role.employee: "Cermin saya",
        Role.appraiser: "Orang yang saya nilai",
    }
    for role, title in landing.items():
        b = browser()
        employee = "E003" if role in (Role.employee, Role.appraiser) else None
        office = "dukcapil" if role is not Role.administrator else None
        page = b.join(door, f"P {role}", role, office, employee=employee)
        assert page.status_code == 200
        assert title_of(page) == title, role
        # The other pages of the menu open, too; those of other roles do not.
        menu = findall(r'<li><a href="(/desk/\w+)"', page.text)
        assert menu[-1] == "/desk/account"
        for path in ("/desk/office", "/desk/findings", "/desk/people", "/desk/keys", "/desk/team", "/desk/mirror"):
            assert b.send("GET", path).status_code == (200 if path in menu else 403), (role, path)


@pytest.mark.long
def test_one_person_changes_the_role_without_signing_out(browser: Open, door: Door) -> None:
    b = browser()
    b.join(door, "Ani", Role.supervisor, "dukcapil")
    with door.database.writing() as session:
        ani = store.person_called(session, "kota", "ani")
        assert ani is not None
        grant(session, ani, Asked(Role.viewer, "upt-makassar"), OPERATOR, door.clock())
    assert title_of(b.submit(b.go("/desk/account"), "/desk/account/role")) == "Upt-Makassar"
    assert "pembaca · Upt-Makassar" in text_of(b.go("/desk/account"))
    page = b.send("POST", "/desk/account/role", data={"grant": "x"})
    assert (page.status_code, "tidak memiliki peran ini" in text_of(page)) == (422, True)


@pytest.mark.long
def test_a_role_taken_away_ends_at_the_next_request(browser: Open, door: Door) -> None:
    b = browser()
    b.join(door, "Ani", Role.supervisor)
    with door.database.writing() as session:
        for row in store.grants_of(session, "kota"):
            row.revoked_at = door.clock()
            session.add(row)
    assert b.send("GET", "/desk/office").status_code == 403
    assert "tidak memiliki peran" in text_of(b.go("/desk"))


@pytest.mark.long
def test_everywhere_is_signed_out_at_once(browser: Open, door: Door) -> None:
    one, other = browser(), browser()
    one.join(door, "Ani", Role.supervisor)
    other.submit(other.go("/sign-in"), "/sign-in", name="ani@kota", passphrase=PASSPHRASE)
    page = other.go("/desk/account")
    assert page.text.count("peramban ini") == 1
    assert title_of(other.submit(page, "/desk/account/sign-out-everywhere")) == "Masuk"
    assert title_of(one.go("/desk/account")) == "Masuk"


@pytest.mark.long
def test_the_passphrase_is_changed_after_a_proof(browser: Open, door: Door, house: House) -> None:
    b = browser()
    b.join(door, "Ani", Role.supervisor)
    house.clock.now += timedelta(minutes=11)
    page = b.go("/desk/account")
    assert "/desk/account/passphrase" not in page.text
    assert b.send("POST", "/desk/account/passphrase", data={"passphrase": "x"}).status_code == 422
    page = b.go("/desk/confirm?to=account")
    assert b.submit(page, "/desk/confirm", passphrase="salah").status_code == 422
    page = b.submit(page, "/desk/confirm", passphrase=PASSPHRASE)
    new = "hujan turun di pasar"
    page = b.submit(page, "/desk/account/passphrase", passphrase=new, repeated=new)
    assert title_of(page) == "Frasa sandi Anda sudah diganti"
    rows = recorded(house.database, "person.proved", "person.passphrase-changed", never=(PASSPHRASE, new))
    assert [row[:2] for row in rows] == [("person.proved", "person"), ("person.passphrase-changed", "person")]
    other = browser()
    page = other.submit(other.go("/sign-in"), "/sign-in", name="ani@kota", passphrase=new)
    assert title_of(page) == "kota"


@pytest.mark.long
@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/desk/keys", "x" * 20, ""])
def test_a_proof_leads_to_our_own_pages_alone(browser: Open, door: Door, target: str) -> None:
    b = browser()
    b.join(door, "Ani", Role.supervisor)
    page = b.send("GET", "/desk/confirm", params={"to": target})
    response = b.send("POST", "/desk/confirm", data={"passphrase": PASSPHRASE, "to": target})
    if page.status_code == 200:
        assert b.submit(page, "/desk/confirm", passphrase=PASSPHRASE).status_code == 200
    assert response.headers["location"] == "/desk/account"


@pytest.mark.parametrize(
    ("office", "said"), [(None, "Ani · pembaca<"), ("upt-makassar", "Ani · pembaca · Upt-Makassar<")]
)
def test_every_page_says_in_which_role_and_at_which_office_by_its_name(
    browser: Open, door: Door, office: str | None, said: str
) -> None:
    page = browser().join(door, "Ani", Role.viewer, office)
    assert said in page.text
