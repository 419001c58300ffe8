"""Passkeys on the pages: added, used to sign in and to confirm, ended; and what a page says without them."""

from collections.abc import Iterator
from datetime import timedelta
from re import search

import httpx
import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser, desk, fields_of, text_of, title_of
from tests.house import House
from tests.people.passkeys.authenticator import Authenticator
from tests.people.persons import Door

ORIGIN = "http://localhost"
SIGN_IN, PROOF, ADDING, ENDING = "/sign-in/passkey", "/desk/confirm/passkey", "/desk/passkeys/add", "/desk/passkeys/end"


@pytest.fixture
def house(lent: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The service at an address at which passkeys work."""
    with desk(*lent, public_url=ORIGIN) as opened:
        yield opened


def added(b: Browser, name: str = "laptop kantor") -> tuple[Authenticator, httpx.Response]:
    """A new passkey, and the page after it."""
    device, page = Authenticator(ORIGIN), b.go(ADDING)
    answer = device.make(fields_of(page, ADDING)["options"])
    return device, b.submit(page, ADDING, name=name, answer=answer)


def used(b: Browser, device: Authenticator, path: str, action: str) -> httpx.Response:
    """The page after using a passkey on a page."""
    page = b.go(path)
    return b.submit(page, action, answer=device.use(fields_of(page, action)["options"]))


@pytest.mark.long
def test_an_administrator_comes_in_by_passkey_alone(house: House, door: Door) -> None:
    b = Browser(house)
    b.join(door, "Siti", Role.administrator)
    assert ADDING in b.go("/desk/account").text
    device, page = added(b)
    assert title_of(page) == "Akun saya"
    assert "laptop kantor" in text_of(page)
    assert "tidak pernah" in text_of(page)
    # Nothing of an attempt is left in the browser.
    assert [name for name in b.cookies if "passkey" in name] == []
    other = Browser(house)
    assert SIGN_IN in other.go("/sign-in").text
    page = used(other, device, SIGN_IN, SIGN_IN)
    assert title_of(page) == "Orang dan peran"
    # Both factors were given: what is sensitive opens at once.
    assert "/desk/people/invite" in page.text
    assert "tidak pernah" not in text_of(other.go("/desk/account"))


@pytest.mark.long
def test_a_passkey_confirms_before_what_is_sensitive(house: House, door: Door) -> None:
    b = Browser(house)
    b.join(door, "Siti", Role.administrator)
    device, _ = added(b)
    house.clock.now += timedelta(minutes=11)
    page = b.go("/desk/confirm?to=keys")
    assert f"{PROOF}?to=keys" in page.text
    page = used(b, device, f"{PROOF}?to=keys", PROOF)
    assert (title_of(page), b.at) == ("Kunci", "/desk/keys")
    assert "/desk/keys/issue" in page.text
    # Names of pages alone, never addresses from outside.
    for target in ("https://evil.example", "//evil", "x"):
        page = b.go(PROOF)
        options = fields_of(page, PROOF)
        sent = options | {"answer": device.use(options["options"]), "to": target}
        assert b.send("POST", PROOF, data=sent).headers["location"] == "/desk/account"


@pytest.mark.long
def test_without_a_recent_proof_one_confirms_first(house: House, door: Door) -> None:
    b = Browser(house)
    b.join(door, "Siti", Role.administrator)
    added(b)
    found = search(rf'href="({ENDING}\?key=[^"]+)"', b.go("/desk/account").text)
    assert found is not None
    house.clock.now += timedelta(minutes=11)
    page = b.go(ADDING)
    assert title_of(page) == "Pastikan bahwa ini Anda"
    assert fields_of(page, "/desk/confirm")["to"] == "passkey"
    assert b.send("POST", ADDING, data={"name": "x"}).headers["location"] == "/desk/confirm?to=passkey"
    page = b.submit(b.go(found[1]), ENDING)
    assert title_of(page) == "Pastikan bahwa ini Anda"
    assert "laptop kantor" in text_of(b.go("/desk/account"))


@pytest.mark.long
def test_an_ended_passkey_opens_nothing_and_is_ended_after_a_question(house: House, door: Door) -> None:
    b = Browser(house)
    b.join(door, "Siti", Role.administrator)
    device, page = added(b)
    found = search(rf'href="({ENDING}\?key=[^"]+)"', page.text)
    assert found is not None
    asked = b.go(found[1])
    assert title_of(asked) == "Akhiri kunci sandi ini?"
    assert "laptop kantor" in text_of(asked)
    assert "laptop kantor" not in text_of(b.submit(asked, ENDING))
    again = b.send("POST", ENDING, data=fields_of(asked, ENDING))
    assert (again.status_code, "sudah diakhiri" in text_of(again)) == (422, True)
    refused = used(Browser(house), device, SIGN_IN, SIGN_IN)
    assert (refused.status_code, "tidak diterima" in text_of(refused)) == (422, True)


@pytest.mark.long
def test_a_form_without_a_script_is_told_that_the_passphrase_remains(house: House, door: Door) -> None:
    b = Browser(house)
    page = b.submit(b.go(SIGN_IN), SIGN_IN)
    assert page.status_code == 422
    assert "JavaScript dimatikan" in text_of(page)
    assert 'href="/sign-in"' in page.text
    b.join(door, "Siti", Role.administrator)
    page = b.submit(b.go(ADDING), ADDING, name="")
    assert (page.status_code, "1 sampai 60 karakter" in text_of(page)) == (422, True)
    page = b.submit(page, ADDING, name="<b>laptop</b>", trouble="NotAllowedError")
    assert "dibatalkan" in text_of(page)
    assert fields_of(page, ADDING)["name"] == "<b>laptop</b>"


@pytest.mark.long
def test_where_passkeys_do_not_work_none_is_offered(lent: tuple[str, dict[str, str]], door: Door) -> None:
    for public_url, said in ((None, "tidak dimiliki layanan ini"), ("https://kota.test", "https://kota.test")):
        with desk(*lent, public_url=public_url) as house:
            b = Browser(house)
            assert SIGN_IN not in b.go("/sign-in").text
            page = b.go(SIGN_IN)
            assert said in text_of(page)
            assert "<form" not in page.text.partition("<main")[2]
            assert b.send("POST", SIGN_IN, data={"answer": "x", "attempt": "x"}).status_code == 422
            b.join(door, f"Siti {bool(public_url)}", Role.administrator)
            assert ADDING not in b.go("/desk/account").text
            assert said in text_of(b.go(ADDING))


def test_the_question_names_the_public_address_whatever_host_is_asked_for(house: House) -> None:
    b = Browser(house)
    b.headers = {"host": "evil.example", "x-forwarded-host": "evil.example"}
    page = b.go(SIGN_IN)
    assert "evil" not in page.text
    assert "options" not in page.text
    b.headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    assert '"rpId": "localhost"' in fields_of(b.go(SIGN_IN), SIGN_IN)["options"]
