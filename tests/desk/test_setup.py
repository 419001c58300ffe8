"""An empty installation becomes an agency in a browser without JavaScript, from the printed link to the first page."""

from collections.abc import Iterator

import pytest

from app.people.setting_up import set_up_code
from tests.desk.browsing import Browser, desk, facts_of, fields_of, text_of, title_of
from tests.house import SECRET, House
from tests.people.persons import PASSPHRASE
from tests.people.test_set_up_rules import GOOD


@pytest.fixture
def empty(database_url: str) -> Iterator[House]:
    """A service without any agency."""
    with desk(database_url, {}) as opened:
        yield opened


def code(house: House) -> str:
    """The code as the terminal shows it."""
    found = set_up_code(house.services.database, SECRET.encode(), house.clock())
    assert found is not None
    return found.code


@pytest.mark.long
def test_from_the_link_to_a_signed_in_administrator_without_a_shell(empty: House) -> None:
    browser, link = Browser(empty), code(empty)
    page = browser.go("/sign-in")
    assert 'href="/setup"' in page.text
    page = browser.go("/setup")
    assert title_of(page) == "Siapkan instalasi ini"
    assert fields_of(page, "/setup") == {"code": ""}
    page = browser.submit(page, "/setup", code=f"http://localhost/setup#{link}")
    assert title_of(page) == "Instansi Anda"
    page = browser.submit(page, "/setup/agency", **GOOD)
    assert title_of(page) == "Instansi sudah disiapkan"
    facts = facts_of(page)
    assert facts["Nama masuk"] == "siti.rahma@kota-contoh"
    assert facts["Tautan"].startswith("http://localhost/sign-in/link#kota-contoh.")
    # Whoever chooses a weak passphrase goes on where the invitation always goes on.
    page = browser.submit(page, "/sign-in/link", passphrase="pendek", repeated="pendek")
    assert page.status_code == 422
    page = browser.submit(page, "/sign-in/link", passphrase=PASSPHRASE, repeated=PASSPHRASE)
    assert title_of(page) == "Siapkan faktor kedua Anda"
    browser.secret = facts_of(page)["Atau ketik kunci ini"].replace(" ", "")
    page = browser.submit(page, "/sign-in/second-factor", code=browser.code())
    assert title_of(page) == "Kode pemulihan Anda"
    # Before anything can be rated, what is still to do comes before who may see it.
    page = browser.go("/desk")
    assert title_of(page) == "Kota Contoh"
    assert "Sampai penilaian pertama" in text_of(page)
    assert "Tentukan kapan kantor buka" in text_of(page)
    assert "Siti Rahma" in text_of(browser.go("/desk/people"))
    # A kiosk without a counter to stand at is no form with nothing to choose, but the way to one.
    page = browser.go("/desk/kiosks")
    assert "belum ada loket" in text_of(page)
    assert 'action="/desk/kiosks/add"' not in page.text
    assert 'href="/desk/directory">Masukkan layanan' in page.text


@pytest.mark.long
def test_once_set_up_there_is_no_way_in_but_signing_in(empty: House) -> None:
    browser, link = Browser(empty), code(empty)
    asking = browser.submit(browser.go("/setup"), "/setup", code=link)
    assert browser.submit(asking, "/setup/agency", **GOOD).status_code == 200
    for sent in ({"code": link}, {"code": link, **GOOD, "agency": "desa"}, {"x": "1"}):
        for path in ("/setup", "/setup/agency"):
            page = browser.send("POST", path, data=sent)
            assert (page.status_code, title_of(page)) == (409, "Instalasi ini sudah disiapkan"), path
    page = browser.go("/setup")
    assert (page.status_code, title_of(page)) == (200, "Instalasi ini sudah disiapkan")
    assert "<form" not in page.text.partition("<main")[2]
    assert 'href="/setup"' not in browser.go("/sign-in").text


def test_a_wrong_code_opens_nothing_and_stands_on_no_page(empty: House) -> None:
    browser, link = Browser(empty), code(empty)
    page = browser.submit(browser.go("/setup"), "/setup", code="0" * 32)
    assert page.status_code == 422
    assert 'href="#setup-code"' in page.text
    assert "Kode ini salah" in text_of(page)
    assert "0" * 32 not in page.text
    assert link not in page.text
    page = browser.send("POST", "/setup/agency", data={"code": "0" * 32, **GOOD})
    assert (page.status_code, title_of(page)) == (422, "Siapkan instalasi ini")
    for path in ("/setup", "/setup/agency"):
        assert browser.send("POST", path, data={"code": "\0"}).status_code == 422


def test_faults_stand_at_their_fields_and_what_was_typed_stays(empty: House) -> None:
    browser = Browser(empty)
    asking = browser.submit(browser.go("/setup"), "/setup", code=code(empty))
    page = browser.submit(asking, "/setup/agency", **GOOD | {"agency": "Kota Contoh", "office": "", "zone": "WITA"})
    assert page.status_code == 422
    for field in ("agency", "office"):
        assert f'href="#agency-{field}"' in page.text
    given = fields_of(page, "/setup/agency")
    assert (given["agency"], given["name"], given["zone"]) == ("Kota Contoh", "Kota Contoh", "WITA")
    assert title_of(browser.submit(page, "/setup/agency", agency="kota-contoh", office="disdukcapil")) == (
        "Instansi sudah disiapkan"
    )


def test_another_site_sets_nothing_up(empty: House) -> None:
    browser, link = Browser(empty), code(empty)
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        for path in ("/setup", "/setup/agency"):
            page = browser.send("POST", path, data={"code": link, **GOOD}, headers=headers)
            assert page.status_code == 403, path
    assert title_of(browser.go("/setup")) == "Siapkan instalasi ini"


def test_where_others_can_listen_the_page_says_so_and_takes_nothing(empty: House) -> None:
    browser, link = Browser(empty), code(empty)
    away = {"host": "cermin.example", "origin": "http://cermin.example"}
    page = browser.send("GET", "/setup", headers=away)
    assert "tidak terenkripsi" in text_of(page)
    assert 'action="/setup"' not in page.text
    for path in ("/setup", "/setup/agency"):
        page = browser.send("POST", path, data={"code": link, **GOOD}, headers=away)
        assert page.status_code == 422
        assert "tidak terenkripsi" in text_of(page)
    assert title_of(browser.go("/setup")) == "Siapkan instalasi ini"


def test_both_languages_say_the_same(empty: House) -> None:
    browser = Browser(empty, headers={"accept-language": "en"})
    page = browser.submit(browser.go("/setup"), "/setup", code=code(empty))
    assert title_of(page) == "Your agency"
    assert title_of(browser.submit(page, "/setup/agency", **GOOD)) == "The agency is set up"
