"""From a printed link to a signed-in person and out again, in a browser without JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from re import findall

import pytest

from app.access.principals import Role
from app.people.sessions import PLAIN_COOKIE
from tests.audit_trail import recorded
from tests.desk.browsing import Browser, desk, facts_of, text_of, title_of
from tests.house import House
from tests.people.persons import PASSPHRASE, Door

Open = Callable[[], Browser]


@pytest.mark.long
def test_an_administrator_comes_in_from_the_link_alone(browser: Open, door: Door, house: House) -> None:
    b = browser()
    page = b.submit(
        b.go("/sign-in/link"),
        "/sign-in/link",
        code=f"http://localhost/sign-in/link#{door.invite('Siti', Role.administrator)}",
        passphrase=PASSPHRASE,
        repeated=PASSPHRASE,
    )
    assert title_of(page) == "Siapkan faktor kedua Anda"
    b.secret = facts_of(page)["Atau ketik kunci ini"].replace(" ", "")
    wrong = b.submit(page, "/sign-in/second-factor", code="000000")
    assert wrong.status_code == 422
    assert f"{house.clock.now + timedelta(hours=7):%H:%M:%S} WIB" in text_of(wrong)
    page = b.submit(wrong, "/sign-in/second-factor", code=b.code())
    codes = findall(r"<td[^>]*>([0-9a-z-]{19})</td>", page.text)
    assert len(codes) == 10
    assert title_of(b.go("/desk")) == "Orang dan peran"
    rows = recorded(
        house.database, "person.link-taken", "person.second-factor-set", never=(b.secret, PASSPHRASE, *codes)
    )
    assert [row[:2] for row in rows] == [("person.link-taken", "person"), ("person.second-factor-set", "person")]
    # Out, and in again with both factors; and once more with a recovery code.
    for given in (None, codes[0]):
        house.clock.now += timedelta(minutes=1)
        page = b.submit(b.go("/desk/account"), "/sign-out")
        assert title_of(page) == "Anda sudah keluar"
        assert title_of(b.go("/desk/people")) == "Masuk"
        page = b.submit(b.go("/sign-in"), "/sign-in", name="siti@kota", passphrase=PASSPHRASE)
        assert title_of(page) == "Faktor kedua Anda"
        # Half signed in opens nothing.
        assert title_of(b.go("/desk/people")) == "Faktor kedua Anda"
        page = b.submit(page, "/sign-in/code", code=given or b.code())
        assert title_of(page) == "Orang dan peran"


def test_a_wrong_passphrase_keeps_the_name_and_not_the_passphrase(browser: Open, door: Door) -> None:
    Browser(browser().house).join(door, "Ani", Role.viewer)
    b = browser()
    for name, passphrase in (("ani@kota", "salah sama sekali"), ("tiada@kota", PASSPHRASE)):
        page = b.submit(b.go("/sign-in"), "/sign-in", name=name, passphrase=passphrase)
        assert page.status_code == 422
        assert "Nama masuk atau frasa sandi salah." in text_of(page)
        assert f'value="{name}"' in page.text
        assert passphrase not in page.text


def test_faults_stand_above_and_lead_to_their_fields(browser: Open, door: Door) -> None:
    b = browser()
    page = b.submit(b.go("/sign-in/link"), "/sign-in/link", code=door.invite("Ani", Role.viewer), passphrase="pendek")
    assert page.status_code == 422
    [led] = findall(r'<a href="#([\w-]+)">', page.text.partition('class="faults"')[2].partition("</div>")[0])
    assert f'id="{led}"' in page.text
    assert f'aria-describedby="{led}-hint {led}-fault"' in page.text
    assert page.text.index("<title>Kesalahan:") < page.text.index("faults")
    # Whoever mistyped a passphrase need not look for the code again.
    assert b.submit(page, "/sign-in/link", passphrase=PASSPHRASE, repeated=PASSPHRASE).status_code == 200


@pytest.mark.long
def test_a_second_factor_that_was_not_set_up_in_time_leads_back_to_the_first_step(
    browser: Open, door: Door, house: House
) -> None:
    b = browser()
    given = {"code": door.invite("Siti", Role.administrator), "passphrase": PASSPHRASE, "repeated": PASSPHRASE}
    b.submit(b.go("/sign-in/link"), "/sign-in/link", **given)
    house.clock.now += timedelta(minutes=11)
    for path in ("/sign-in", "/desk", "/sign-in/second-factor"):
        response = b.send("GET", path)
        for _ in range(3):
            response = b.send("GET", response.headers["location"]) if response.status_code == 303 else response
        assert title_of(response) == "Masuk"
    page = b.submit(b.go("/sign-in"), "/sign-in", name="siti@kota", passphrase=PASSPHRASE)
    assert title_of(page) == "Siapkan faktor kedua Anda"


def test_cookies_are_for_this_host_and_no_script(browser: Open, door: Door, house: House) -> None:
    b = browser()
    code = door.invite("Ani", Role.viewer)
    given = {"code": code, "passphrase": PASSPHRASE, "repeated": PASSPHRASE}
    response = b.send("POST", "/sign-in/link", data=given)
    set_cookie = response.headers.get_list("set-cookie")
    assert len(set_cookie) == 2
    for cookie in set_cookie:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
    assert "Max-Age" not in next(each for each in set_cookie if each.startswith(f"{PLAIN_COOKIE}="))
    # Nothing of the way in stands in an address.
    assert response.headers["location"] == "/desk"


def test_a_fixed_session_is_not_taken_over(browser: Open, door: Door) -> None:
    b = browser()
    b.cookies[PLAIN_COOKIE] = fixed = f"kota.{'a' * 43}"
    b.join(door, "Ani", Role.viewer)
    assert b.cookies[PLAIN_COOKIE] != fixed


def test_nobody_signs_in_where_others_can_read(browser: Open, door: Door) -> None:
    b = browser()
    b.headers = {"host": "10.0.0.1:8000", "origin": "http://10.0.0.1:8000"}
    page = b.submit(b.go("/sign-in"), "/sign-in", name="ani@kota", passphrase=PASSPHRASE)
    assert page.status_code == 422
    assert "tidak terenkripsi" in text_of(page)


@pytest.mark.long
def test_under_a_path_everything_leads_to_addresses_below_it(lent: tuple[str, dict[str, str]], door: Door) -> None:
    with desk(*lent, public_url="https://kota.test/cermin") as house:
        b = Browser(house)
        page = b.submit(
            b.go("/cermin/sign-in/link"),
            "/cermin/sign-in/link",
            code=door.invite("Ani", Role.administrator),
            passphrase=PASSPHRASE,
            repeated=PASSPHRASE,
        )
        b.secret = facts_of(page)["Atau ketik kunci ini"].replace(" ", "")
        page = b.submit(page, "/cermin/sign-in/second-factor", code=b.code())
        page = b.go(findall(r'href="(/[^"]*)">Sudah saya simpan', page.text)[0])
        assert (title_of(page), b.at) == ("Orang dan peran", "/cermin/desk/people")
        assert 'href="/cermin/desk/people" aria-current="page"' in page.text
        led = findall(r'(?:href|src|action)="([^"#]*)"', page.text)
        assert [address for address in led if not address.startswith("/cermin/")] == []
        page = b.submit(page, "/cermin/desk/people/invite", name="Budi")
        assert facts_of(page)["Tautan"].startswith("https://kota.test/cermin/sign-in/link#kota.")
        page = b.submit(page, "/cermin/sign-out")
        assert title_of(page) == "Anda sudah keluar"
