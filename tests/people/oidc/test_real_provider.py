"""The whole way, page by page, against a provider in another process; and what its machines send to ours."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import StringIO
from re import findall, search

import httpx
import pytest
import structlog

from app.access.principals import Role
from app.foundation.clock import system_clock
from app.foundation.telemetry import configure_logging
from app.people import store
from app.people.rules.attempt_cookies import MOST
from app.people.rules.lifetimes import PROOF
from tests.desk.browsing import Browser, desk, facts_of, fields_of, text_of, title_of
from tests.desk.pages import THROUGH_A_PROVIDER
from tests.house import CANARY_NAME, CANARY_NIP, House, problem
from tests.people.oidc.fake_provider import FakeProvider, fake_provider
from tests.people.oidc.real_provider import CLIENT_SECRET, asked, configured, sign_in_there
from tests.people.persons import Door

# Statements have their tests on both stores beside this file.
pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def house(url: str, issuer: str) -> Iterator[House]:
    """The service, set up with the provider."""
    with desk(url, {}, **configured(issuer)) as opened:
        opened.clock.now = system_clock()
        yield opened


@pytest.fixture
def door(url: str) -> Iterator[Door]:
    """An operator's terminal."""
    with Door.open(url) as opened:
        opened.clock.now = system_clock()
        yield opened


def led_to(page: httpx.Response) -> str:
    """The address of the provider to which a page leads."""
    found = search(r'<a href="(http://127[^"]*)"', page.text)
    assert found is not None, text_of(page)
    return unescape(found[1])


def come_back(browser: Browser, address: str, sub: str = "siti", **sent: str) -> httpx.Response:
    """Sign in there, and see where that leads."""
    return browser.go(sign_in_there(address, sub, **sent).removeprefix("http://localhost"))


def through(browser: Browser, sub: str = "siti", **sent: str) -> httpx.Response:
    """Follow the link on the page of signing in, sign in there, and see where that leads."""
    assert 'href="/sign-in/oidc"' in browser.go("/sign-in").text
    return come_back(browser, browser.send("GET", "/sign-in/oidc").headers["location"], sub, **sent)


def invited(browser: Browser, code: str) -> httpx.Response:
    """Take an invitation with an account at the provider."""
    page = browser.submit(browser.go("/sign-in/link"), "/sign-in/oidc/invitation", code=code)
    return come_back(browser, led_to(page))


@pytest.mark.long
def test_from_an_invitation_to_the_desk_and_out_again(house: House, door: Door, issuer: str) -> None:
    b = Browser(house)
    page = through(b)
    assert page.status_code == 403
    assert "mintalah undangan kepada administrator instansi Anda" in text_of(page)
    assert not [name for name in b.cookies if "oidc" in name]
    page = invited(b, door.invite("Siti", Role.supervisor, "dukcapil"))
    assert title_of(page) == "Dukcapil"
    account = b.go("/desk/account")
    assert "frasa sandi" not in text_of(account).lower()
    page = b.submit(account, "/sign-out")
    assert title_of(page) == "Anda sudah keluar"
    assert page.headers["content-security-policy"].endswith(f"form-action 'self' {issuer}")
    farewell = fields_of(page, f"{issuer}/oauth2/end_session")
    there = httpx.post(f"{issuer}/oauth2/end_session", data=farewell)
    assert farewell["post_logout_redirect_uri"] in there.text
    assert title_of(b.go("/desk")) == "Masuk"
    assert title_of(through(b)) == "Dukcapil"
    # Pages that lead to no other site let their forms lead to none.
    assert b.go("/desk/account").headers["content-security-policy"].endswith("form-action 'self'")


def test_who_is_refused_there_is_told_so(house: House, door: Door) -> None:
    b = Browser(house)
    # This provider forgets which attempt it refuses; others do not.
    page = through(b, action="deny")
    assert (page.status_code, title_of(page)) == (403, "Anda belum masuk")
    state = asked(b.send("GET", "/sign-in/oidc").headers["location"])["state"]
    page = b.send("GET", f"/sign-in/oidc/callback?error=access_denied&error_description=x&state={state}")
    assert "Keycloak tidak memasukkan Anda" in text_of(page)
    assert b.send("GET", f"/sign-in/oidc/callback?code=x&state={state}").status_code == 403
    for query in ("", "?code=x", "?state=x&code=x&foo=bar", "?state=%00%ff", f"?state={'x' * 3000}"):
        page = b.send("GET", f"/sign-in/oidc/callback{query}")
        assert (page.status_code, title_of(page)) == (403, "Anda belum masuk")


@pytest.mark.long
def test_an_administrator_brings_a_second_factor_and_proves_with_it(house: House, door: Door) -> None:
    b = Browser(house)
    page = invited(b, door.invite("Siti", Role.administrator))
    assert title_of(page) == "Siapkan faktor kedua Anda"
    b.secret = facts_of(page)["Atau ketik kunci ini"].replace(" ", "")
    page = b.submit(page, "/sign-in/second-factor", code=b.code())
    codes = findall(r"<td[^>]*>([0-9a-z-]{19})</td>", page.text)
    b.submit(b.go("/desk/account"), "/sign-out")
    page = through(b)
    assert title_of(page) == "Faktor kedua Anda"
    # Each code once; the provider's clock is the machine's, so ours goes on by little.
    house.clock.now += timedelta(seconds=30)
    page = b.submit(page, "/sign-in/code", code=b.code())
    assert title_of(page) == "Orang dan peran"
    with door.database.writing() as session:
        for row, _ in store.open_sessions(session, "kota"):
            store.change_session(session, "kota", row.session_id, proven_at=house.clock.now - PROOF)
    assert "/desk/people/invite" not in b.go("/desk/people").text
    page = b.go("/desk/confirm?to=people")
    assert "diminta sekali lagi" in text_of(page)
    assert "frasa sandi" not in text_of(page).lower()
    assert b.submit(page, "/sign-in/oidc/proof", code="000000").status_code == 403
    address = led_to(b.submit(page, "/sign-in/oidc/proof", code=codes[0]))
    assert (asked(address)["max_age"], asked(address)["prompt"]) == ("0", "login")
    # Somebody else at this browser proves nothing.
    assert "akun yang lain" in text_of(come_back(b, address, "budi"))
    assert "/desk/people/invite" not in b.go("/desk/people").text
    page = come_back(b, led_to(b.submit(page, "/sign-in/oidc/proof", code=codes[1])))
    assert title_of(page) == "Orang dan peran"
    assert "/desk/people/invite" in page.text


def test_the_attempts_cookie_is_for_this_host_over_https_alone(url: str, issuer: str) -> None:
    with desk(url, {}, **configured(issuer, public_url="https://localhost")) as house:
        response = house.request("GET", "https://localhost/sign-in/oidc")
        [cookie] = response.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-cermin_oidc_")
        for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=600"):
            assert part in cookie
        # Whatever Host a request names: people are led back to the configured address alone.
        location = asked(response.headers["location"])
        assert location["redirect_uri"] == "https://localhost/sign-in/oidc/callback"
        assert location["code_challenge_method"] == "S256"
        other = house.request("GET", "https://localhost/sign-in/oidc", headers={"host": "evil.example"})
        assert other.status_code == 403
        assert "https://localhost/sign-in" in text_of(other)


def test_forms_of_other_sites_begin_nothing(house: House, door: Door) -> None:
    b = Browser(house)
    invited(b, door.invite("Siti", Role.supervisor))
    for path in ("/sign-in/oidc/invitation", "/sign-in/oidc/proof"):
        for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            response = b.send("POST", path, data={"code": "x"}, headers=foreign)
            assert response.status_code == 403
            assert "situs lain" in title_of(response)
            assert "set-cookie" not in response.headers


def test_without_a_provider_there_is_no_such_way(url: str) -> None:
    with desk(url, {}) as house:
        b = Browser(house)
        assert "oidc" not in b.go("/sign-in").text + b.go("/sign-in/link").text
        for method, path in THROUGH_A_PROVIDER:
            assert b.send(method, path, **({"data": {"x": "1"}} if method == "POST" else {})).status_code == 404, path
        problem(b.send("POST", "/sign-in/oidc/back-channel-logout", data={"logout_token": "x"}), 404, "not-found")


@pytest.fixture
def faked(url: str, door: Door) -> Iterator[tuple[House, FakeProvider]]:
    """The service with a provider that signs whatever we want."""
    with fake_provider(door.clock) as provider, desk(url, {}, **configured(provider.issuer)) as house:
        house.clock.now = door.clock.now
        yield house, provider


def joined(browser: Browser, provider: FakeProvider, door: Door, role: Role = Role.supervisor) -> httpx.Response:
    """Somebody who came in through that provider."""
    code = door.invite("Siti", role, "dukcapil")
    page = browser.submit(browser.go("/sign-in/link"), "/sign-in/oidc/invitation", code=code)
    sent = asked(led_to(page))
    provider.nonce = sent["nonce"]
    return browser.go(f"/sign-in/oidc/callback?code=c&state={sent['state']}&session_state=x")


@pytest.mark.long
def test_the_provider_signs_somebody_out_from_afar(faked: tuple[House, FakeProvider], door: Door) -> None:
    house, provider = faked
    b, path = Browser(house), "/sign-in/oidc/back-channel-logout"
    assert title_of(joined(b, provider, door)) == "Dukcapil"
    # It is a machine: no cookie, no Origin.
    for token in ("x", provider.id_token(), provider.logout_token(sub="u-1", aud="other"), ""):
        problem(house.request("POST", path, data={"logout_token": token}), 400, "logout-token-refused")
    problem(house.request("POST", path, json={"logout_token": "x"}), 415, "unsupported-media-type")
    problem(house.request("POST", path, data={"logout_token": "x" * 20_000}), 413, "body-too-large")
    assert title_of(b.go("/desk")) == "Dukcapil"
    answer = house.request("POST", path, data={"logout_token": provider.logout_token(sub="u-1")})
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, b"", "no-store")
    assert title_of(b.go("/desk")) == "Masuk"
    again = house.request("POST", path, data={"logout_token": provider.logout_token(sub="u-1")})
    problem(again, 400, "logout-token-refused")


def test_before_a_second_factor_is_set_up_the_provider_is_asked_anew(
    faked: tuple[House, FakeProvider], door: Door
) -> None:
    house, provider = faked
    b = Browser(house)
    for code in ("", "kota.x", door.invite("Budi", Role.viewer)[:-1]):
        page = b.send("POST", "/sign-in/oidc/invitation", data={"code": code})
        assert (page.status_code, title_of(page)) == (403, "Anda belum masuk")
    assert title_of(joined(b, provider, door, Role.administrator)) == "Siapkan faktor kedua Anda"
    stranger = Browser(house)
    for _ in range(MOST + 1):
        sent = asked(stranger.send("GET", "/sign-in/oidc").headers["location"])
    assert len(stranger.cookies) <= MOST
    provider.nonce = sent["nonce"]
    response = stranger.send("GET", f"/sign-in/oidc/callback?code=c&state={sent['state']}")
    again = asked(response.headers["location"])
    assert (response.status_code, again["max_age"]) == (303, "0")
    assert "cermin" not in stranger.cookies
    provider.nonce, provider.claims = again["nonce"], {"auth_time": int(house.clock.now.timestamp())}
    page = stranger.go(f"/sign-in/oidc/callback?code=c&state={again['state']}")
    assert title_of(page) == "Siapkan faktor kedua Anda"


@pytest.mark.long
def test_claims_and_secrets_stand_in_no_log_no_address_and_no_page(
    faked: tuple[House, FakeProvider],
    door: Door,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, provider = faked
    provider.claims = {"name": CANARY_NAME, "nip": CANARY_NIP, "email": "siti.kenari@kota.example", "sid": "sid-kenari"}
    provider.sub = "sub-kenari"
    log, seen, b = StringIO(), [], Browser(house)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", log)
        configure_logging("debug")
    caplog.set_level("DEBUG")
    try:
        seen.append(joined(b, provider, door))
        token = provider.id_token()
        seen.append(b.send("GET", "/sign-in/oidc"))
        for wrong in ({"aud": "other"}, {"iss": CANARY_NAME}, {"sub": None}):
            provider.claims |= wrong
            sent = asked(b.send("GET", "/sign-in/oidc").headers["location"])
            provider.nonce = sent["nonce"]
            seen.append(b.send("GET", f"/sign-in/oidc/callback?code=code-kenari&state={sent['state']}"))
            assert seen[-1].status_code == 503
        seen.append(house.request("POST", "/sign-in/oidc/back-channel-logout", data={"logout_token": token}))
    finally:
        structlog.reset_defaults()
    # The test's own client is what speaks to this name.
    theirs = [record.getMessage() for record in caplog.records if "cermin.test" not in record.getMessage()]
    told = log.getvalue() + "".join(theirs) + "".join(each.text + each.headers.get("location", "") for each in seen)
    assert "oidc.provider-fault" in told
    for canary in (CANARY_NAME, CANARY_NIP, "kenari", CLIENT_SECRET, token, token.split(".")[1]):
        assert canary.lower() not in told.lower(), canary
    with house.database.reading() as session:
        trail = str(session.connection().exec_driver_sql("SELECT * FROM audit_event").fetchall())
        rows = str(session.connection().exec_driver_sql("SELECT * FROM person_session").fetchall())
    assert "person.link-taken" in trail
    assert "kenari" not in trail.lower()
    assert token.split(".")[1] not in rows
