"""Attacks on the pages of integrity reports: scripts, forms of other sites, guessed receipts, floods, broken bodies."""

from datetime import timedelta
from html import unescape
from re import DOTALL, findall

import pytest

from app.integrity.door import MOST_A_DAY, SENT_AT_ONCE
from app.integrity.rules.plaintext import LONGEST_CONTACT, LONGEST_TEXT
from tests.desk.browsing import fields_of, text_of, title_of
from tests.house import House
from tests.integrity.reporting import WORDS, Holder, listed, proved, settle
from tests.web.integrity_forms import FORM, GOOD, asked, code_on, holders, see, send

__all__ = ["holders"]
pytestmark = pytest.mark.sqlite_daily
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{agency}"


@pytest.mark.long
def test_scripts_in_every_field_stay_text(house: House, holders: tuple[Holder, ...]) -> None:
    proved(house, "inspectorate")
    settle(house, inspectorate="<img src=x onerror=alert(2)>")
    pages = [
        send(house, **dict.fromkeys(GOOD, EVIL)),
        *(send(house, **{name: EVIL}) for name in GOOD if name not in ("text", "contact")),
        send(house, text=EVIL, contact=EVIL, kind=""),
        asked(house, EVIL),
        see(house, f"{FORM}/%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
        see(house, f"{FORM}?lang=%3Cscript%3E"),
        see(house, "/integrity/%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
    ]
    for page in pages:
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
        for tag in findall(r"<(?!!)[^>]*>", page.text):
            assert not findall(r"\son\w+=", tag.partition(" value=")[0]), tag
    [text] = findall(r"<textarea[^>]*>\n(.*?)</textarea>", pages[0].text, DOTALL)
    assert unescape(text) == EVIL


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_forms_of_other_sites_change_nothing(house: House, holders: tuple[Holder, ...], site: str) -> None:
    code = code_on(send(house))
    for page in (send(house, headers={"sec-fetch-site": site}), asked(house, code, **{"sec-fetch-site": site})):
        assert page.status_code == 403
        assert title_of(page) == "Formulir ini dikirim dari situs lain"
    assert len(listed(house)) == 1
    # Under `no-referrer` a browser's own form has no origin that says anything.
    for own in ({"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "null"}):
        assert send(house, headers=own).status_code == 200


@pytest.mark.long
def test_a_code_of_nobody_is_told_so_and_many_of_them_are_told_to_wait(
    house: House, holders: tuple[Holder, ...]
) -> None:
    code = code_on(send(house))
    for wrong in ("", "x", "ABCD-EFGH-JKMN", "🚬" * 200, f"{code}0"):
        page = asked(house, wrong)
        assert page.status_code == (404 if wrong else 422)
        assert 'id="code-fault"' in page.text
    for n in range(700):
        page = asked(house, f"{n:012}")
        if page.status_code == 429:
            break
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0
    assert f"Coba lagi dalam {page.headers['retry-after']} detik." in text_of(page)
    # Whoever has a right one is not shut out by those.
    assert asked(house, code).status_code == 200


@pytest.mark.long
def test_too_many_reports_are_told_so_and_what_was_written_is_kept(
    house: House, holders: tuple[Holder, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(SENT_AT_ONCE):
        assert send(house).status_code == 200
    page = send(house, kind="partiality")
    assert page.status_code == 429
    assert f"dalam {page.headers['retry-after']} detik" in text_of(page)
    assert fields_of(page, f'{FORM}[^"]*')["text"] == WORDS
    assert len(listed(house)) == SENT_AT_ONCE
    house.clock.now += timedelta(hours=1)
    monkeypatch.setattr("app.integrity.door.MOST_A_DAY", SENT_AT_ONCE)
    assert MOST_A_DAY > SENT_AT_ONCE
    page = send(house)
    assert (page.status_code, "Kirim besok" in text_of(page)) == (503, True)
    assert fields_of(page, f'{FORM}[^"]*')["text"] == WORDS


def test_what_is_no_form_or_too_long_gets_a_page(house: House, holders: tuple[Holder, ...]) -> None:
    for path in (FORM, "/integrity"):
        assert house.request("POST", path, json={"text": "x"}).status_code == 415
        page = house.request("POST", path, data={"text": "x" * 100_000})
        assert page.status_code == 413
        assert page.headers["content-type"].startswith("text/html")
        form = {"content-type": "application/x-www-form-urlencoded"}
        for content in (b"\xff\xfe", b"text=%ff&office=%00", b"&".join(b"a=1" for _ in range(50))):
            page = house.request("POST", path, content=content, headers=form)
            assert page.status_code in (404, 422), content
            assert page.headers["content-type"].startswith("text/html")
    # The longest report there is: every character takes twelve bytes.
    assert send(house, text="𐍈" * LONGEST_TEXT, contact="𐍈" * LONGEST_CONTACT).status_code == 200
