"""Messages on the pages: an address that is confirmed, subscriptions, and leaving without signing in."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from app.access.principals import Role
from app.notifications.mailboxes import Mailboxes
from tests.audit_trail import recorded
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, facts_of, text_of, title_of
from tests.house import SECRET, House
from tests.notifications.mail_server import MailServer, link_in, mail_server
from tests.notifications.messages import happened, send
from tests.people.persons import PASSPHRASE, Door

ADDRESS = "siti.rahma@kota.go.id"


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A real SMTP server."""
    with mail_server() as opened:
        yield opened


@pytest.fixture
def posting(lend: Lend, server: MailServer) -> Iterator[tuple[House, Browser]]:
    """A service with mail, and an auditor's browser."""
    with (
        lend("sqlite") as (url, keys),
        desk(
            url,
            keys,
            public_url="http://localhost",
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_security="none",
            smtp_from="cermin@kota.go.id",
        ) as house,
        Door.open(url) as door,
    ):
        browser = Browser(house)
        browser.join(door, "Auditor", Role.auditor)
        yield house, browser


def post_of_a_mail_server(browser: Browser, path: str) -> int:
    """What a mail program sends once its reader asks for it: from no page, without a cookie (RFC 8058)."""
    data = {"List-Unsubscribe": "One-Click"}
    return browser.house.request("POST", path, headers={"host": "localhost"}, data=data).status_code


def test_from_an_address_to_a_letter_and_out_again(posting: tuple[House, Browser], server: MailServer) -> None:
    house, browser = posting
    account = browser.go("/desk/account")
    assert "/desk/notices" in account.text
    page = browser.submit(browser.go("/desk/notices"), "/desk/notices/address", address=ADDRESS)
    assert facts_of(page)["Alamat"] == ADDRESS
    assert facts_of(page)["Keadaan"] == "tautan sedang dikirim"
    send(house)
    assert facts_of(browser.go("/desk/notices"))["Keadaan"].startswith("menunggu Anda")
    asked = f"/mail/confirm?t={link_in(server.letters.pop(), '/mail/confirm')}"
    # Looking changes nothing: mail servers do, too.
    reader = Browser(house)
    assert title_of(reader.go(asked)) == "Benarkan alamat ini?"
    assert facts_of(browser.go("/desk/notices"))["Keadaan"].startswith("menunggu Anda")
    assert title_of(reader.send("POST", asked)) == "Alamat sudah benar"
    page = browser.go("/desk/notices")
    assert facts_of(page)["Keadaan"] == "dibenarkan pada 18 November 2026"
    page = browser.submit(page, "/desk/notices/subscribe", kind="finding.raised", rhythm="at-once")
    assert "Temuan penyaringan" in text_of(page)
    happened(house)
    send(house)
    leave = urlsplit(server.letters[0]["List-Unsubscribe"].strip("<>"))
    path = f"{leave.path}?{leave.query}"
    assert title_of(reader.go(path)) == "Berhenti menerima surel?"
    assert post_of_a_mail_server(browser, path) == 200
    assert "Belum ada" in text_of(browser.go("/desk/notices"))
    # Whoever presses twice is told the same.
    assert title_of(reader.send("POST", path)) == "Anda tidak menerima surel lagi"
    rows = recorded(posting[0].database, "mail.confirmed", "mail.unsubscribed", never=(ADDRESS, leave.query[2:]))
    assert [row[:2] for row in rows] == [("mail.confirmed", "person"), ("mail.unsubscribed", "person")]


@pytest.mark.parametrize("path", ["/mail/confirm", "/unsubscribe"])
@pytest.mark.parametrize("code", ["", "x", "kota.x.y", '"><script>alert(1)</script>', "kota.%00.x"])
def test_a_link_that_is_none_says_so(posting: tuple[House, Browser], path: str, code: str) -> None:
    browser = Browser(posting[0])
    shown = browser.send("GET", path, params={"t": code})
    assert shown.status_code == 200
    assert "<script>" not in shown.text
    refused = browser.send("POST", path, params={"t": code})
    assert (refused.status_code, title_of(refused)) == (410, "Tautan ini tidak berlaku")
    assert browser.send("GET", path, params={"t": "x" * 121}).status_code == 422
    assert browser.send("GET", path, params={"tiada": "x"}).status_code == 422


def test_a_confirmation_comes_from_our_own_page_alone(posting: tuple[House, Browser]) -> None:
    browser = posting[1]
    assert browser.send("POST", "/mail/confirm?t=x", headers={"origin": "http://elsewhere.test"}).status_code == 403


def test_subscriptions_are_changed_and_ended_by_a_question(posting: tuple[House, Browser]) -> None:
    browser = posting[1]
    for rhythm in ("daily", "weekly"):
        page = browser.submit(
            browser.go("/desk/notices"),
            "/desk/notices/subscribe",
            kind="period.final",
            office="dukcapil",
            rhythm=rhythm,
        )
    assert text_of(page).count("setiap Senin") == 2  # in the table, and among the choices
    asked = browser.go("/desk/notices/end?kind=period.final&office=dukcapil")
    assert title_of(asked) == "Akhiri langganan ini?"
    page = browser.submit(asked, "/desk/notices/end")
    assert "Belum ada." in text_of(page)
    ended = browser.go("/desk/notices/end?kind=period.final&office=dukcapil")
    assert ended.status_code == 422
    assert "sudah diakhiri" in text_of(ended)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"kind": "device.silent", "rhythm": "daily"}, "Pilih salah satu jenis"),
        ({"kind": "period.final", "rhythm": "hourly"}, "Pilih seberapa sering"),
        ({"kind": "period.final", "rhythm": "daily", "office": "rsud-desa"}, "Pilih salah satu kantor"),
        ({"kind": ""}, "Pilih salah satu jenis"),
    ],
)
def test_what_cannot_be_subscribed_to_is_told_in_a_sentence(
    posting: tuple[House, Browser], sent: dict[str, str], sentence: str
) -> None:
    refused = posting[1].send("POST", "/desk/notices/subscribe", data=sent)
    assert refused.status_code == 422
    assert sentence in text_of(refused)


def test_an_address_that_is_none_stands_in_its_field_again(posting: tuple[House, Browser]) -> None:
    browser = posting[1]
    refused = browser.submit(browser.go("/desk/notices"), "/desk/notices/address", address="siti@kota")
    assert refused.status_code == 422
    assert "bukan alamat surel" in text_of(refused)
    assert 'value="siti@kota"' in refused.text


def test_an_address_is_entered_by_whoever_has_proved_to_be_there(posting: tuple[House, Browser]) -> None:
    house, browser = posting
    house.clock.now = house.clock.now.replace(minute=11)
    page = browser.go("/desk/notices")
    assert "/desk/notices/address" not in page.text
    sent = browser.send("POST", "/desk/notices/address", data={"address": ADDRESS})
    assert sent.headers["location"] == "/desk/confirm?to=notices"
    proof = browser.submit(
        browser.go("/desk/confirm?to=notices"), "/desk/confirm", passphrase=PASSPHRASE, code=browser.code()
    )
    assert browser.at == "/desk/notices"
    page = browser.submit(proof, "/desk/notices/address", address=ADDRESS)
    page = browser.submit(page, "/desk/notices/remove")
    assert ADDRESS not in page.text


def test_an_address_from_when_there_was_a_server_is_forgotten_without_one(house: House, door: Door) -> None:
    browser = Browser(house)
    browser.join(door, "Auditor", Role.auditor)
    house.put_instead(Mailboxes, Mailboxes(SECRET.encode(), is_on=True))
    browser.submit(browser.go("/desk/notices"), "/desk/notices/address", address=ADDRESS)
    house.put_instead(Mailboxes, Mailboxes(SECRET.encode(), is_on=False))
    assert "/desk/notices" in browser.go("/desk/account").text
    page = browser.go("/desk/notices")
    assert facts_of(page)["Alamat"] == ADDRESS
    assert "/desk/notices/address" not in page.text
    assert ADDRESS not in browser.submit(page, "/desk/notices/remove").text
    assert "/desk/notices" not in browser.go("/desk/account").text


def test_without_a_server_the_page_says_so_and_nothing_is_kept(house: House, door: Door) -> None:
    browser = Browser(house)
    browser.join(door, "Auditor", Role.auditor)
    assert "/desk/notices" not in browser.go("/desk/account").text
    assert "belum ada server surel" in text_of(browser.go("/desk/notices"))
    sent = browser.send("POST", "/desk/notices/address", data={"address": ADDRESS})
    assert sent.headers["location"] == "/desk/notices"
