"""From a printed link to a signed-in person and out again, in a browser without JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from re import findall

import pytest

from app.access.principals import Role
from app.desk.routes import LONG_FORMS
from app.foundation.storage.database import OperationalError
from app.people import store
from app.people.granting import NEEDS_EMPLOYEE, Asked, grant
from app.people.sessions import PLAIN_COOKIE
from tests.audit_trail import recorded
from tests.desk.browsing import Browser, desk, facts_of, text_of, title_of
from tests.desk.pages import PAGES
from tests.house import RETRIES, House, problem
from tests.people.persons import OPERATOR, PASSPHRASE, Door

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


@pytest.mark.long
def test_forms_of_other_sites_change_nothing(browser: Open, door: Door, house: House) -> None:
    b = browser()
    b.join(door, "Ani", Role.administrator)
    for foreign in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        for path in ("/sign-in", "/sign-out", "/desk/people/invite", "/desk/keys/issue", "/desk/account/role"):
            response = b.send("POST", path, data={"name": "x"}, headers=foreign)
            assert response.status_code == 403, (path, foreign)
            assert "situs lain" in title_of(response)
    assert title_of(b.go("/desk")) == "Orang dan peran"


@pytest.mark.long
def test_pages_are_kept_by_nobody_and_framed_by_nobody(browser: Open, door: Door) -> None:
    b = browser()
    b.join(door, "Ani", Role.administrator)
    for path in ("/sign-in/link", "/desk/people", "/desk/keys", "/desk/account"):
        headers = b.send("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["content-security-policy"].startswith("default-src 'self'; frame-ancestors 'none'")
        assert "Cookie" in headers["vary"]


def test_nobody_signs_in_where_others_can_read(browser: Open, door: Door) -> None:
    b = browser()
    b.headers = {"host": "10.0.0.1:8000", "origin": "http://10.0.0.1:8000"}
    page = b.submit(b.go("/sign-in"), "/sign-in", name="ani@kota", passphrase=PASSPHRASE)
    assert page.status_code == 422
    assert "tidak terenkripsi" in text_of(page)


# What these do depends on nothing that is sent.
WITHOUT_FIELDS = (
    *("/mail/confirm", "/unsubscribe", "/notices/remove"),
    *("/sign-out", "/sign-out-everywhere", "/upload/erase"),
)
# A browser sends these forms in parts.
WITH_A_FILE = ("/desk/directory/upload", "/desk/instruments/add")


@pytest.mark.long
@pytest.mark.parametrize("sent", [b"\xff\xfe", b"a=%ff&b=%00", b"&".join(b"a=1" for _ in range(50)), b""])
def test_whatever_is_sent_is_answered_with_a_page(browser: Open, door: Door, sent: bytes) -> None:
    seats = {role: browser() for role in Role if role is not Role.viewer}
    for role, seat in seats.items():
        seat.join(door, f"Ani {role}", role, employee="E003" if role in NEEDS_EMPLOYEE else None)
    form = {"content-type": "application/x-www-form-urlencoded"}
    for path in (path for method, path in PAGES if method == "POST" and not path.endswith(WITHOUT_FIELDS)):
        who = PAGES["POST", path]
        b = next(seat for role, seat in seats.items() if not isinstance(who, frozenset) or role in who)
        response = b.send("POST", path, content=sent, headers=form)
        taken = (415,) if path in WITH_A_FILE else (200, 303, 404, 409, 422)
        assert response.status_code in taken, (path, response.status_code)
        response = b.send("POST", path, content=b"{}", headers={"content-type": "application/json"})
        assert response.status_code == 415, path
        assert "JSON" not in text_of(response), path
        too_much = b"x" * (LONG_FORMS.get(path, 0) + 20_000)
        kind = {"content-type": "multipart/form-data; boundary=b"} if path in WITH_A_FILE else form
        refused = b.send("POST", path, content=too_much, headers=kind)
        assert (refused.status_code, refused.headers["content-type"]) == (413, "text/html; charset=utf-8"), path
        assert response.headers["content-type"].startswith("text/html")


def test_a_form_as_long_as_no_form_is_not_read(browser: Open) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    for path in ("/sign-in", "/sign-in/link"):
        response = browser().send("POST", path, content=b"name=" + b"x" * 20_000, headers=form)
        assert response.status_code == 413


def test_a_database_that_is_away_is_told_on_a_page(browser: Open, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    b = browser()
    b.join(door, "Ani", Role.viewer)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(store, "session_with", away)
    for path in ("/desk/office", "/sign-in"):
        response = b.send("GET", path)
        assert response.status_code == 503
        assert response.headers["retry-after"] in RETRIES
        assert response.headers["content-type"].startswith("text/html")


def test_both_languages_are_spoken_and_the_choice_is_kept(browser: Open, door: Door) -> None:
    b = browser()
    assert title_of(b.go("/sign-in")) == "Masuk"
    assert title_of(b.go("/sign-in?lang=en")) == "Sign in"
    assert title_of(b.go("/sign-in")) == "Sign in"
    assert b.send("GET", "/sign-in?tiada=1").status_code == 422
    assert b.send("GET", "/sign-in", headers={"accept-language": "id"}).headers["content-language"] == "en"


def test_a_language_goes_along_wherever_one_is_led(browser: Open, door: Door) -> None:
    b = browser()
    assert title_of(b.go("/desk/office?lang=en")) == "Sign in"
    b = browser()
    b.join(door, "Ani", Role.viewer)
    for language in ("en", "id", "tiada"):
        page = b.go(f"/desk?lang={language}")
        assert page.headers["content-language"] == ("en" if language == "en" else "id"), language


@pytest.mark.parametrize(
    ("office", "said"), [(None, "Ani · pembaca<"), ("upt-makassar", "Ani · pembaca · Upt-Makassar<")]
)
def test_every_page_says_in_which_role_and_at_which_office_by_its_name(
    browser: Open, door: Door, office: str | None, said: str
) -> None:
    page = browser().join(door, "Ani", Role.viewer, office)
    assert said in page.text


def test_an_api_refusal_of_a_session_stays_a_problem(browser: Open, door: Door) -> None:
    b = browser()
    b.join(door, "Ani", Role.viewer)
    problem(b.send("GET", "/v1/findings"), 403, "role-refused")
    assert b.send("GET", "/v1/indices").status_code in (200, 404)


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
