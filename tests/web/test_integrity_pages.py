"""The pages on which a citizen reports something improper and asks what became of it: without script, key or cookie."""

import json
from datetime import timedelta
from html import unescape
from importlib import resources
from re import DOTALL, findall, search
from string import Formatter
from typing import Any

import httpx
import pytest

from app.foundation.storage.database import OperationalError
from app.integrity.door import MOST_A_DAY, SENT_AT_ONCE
from app.integrity.rules.kinds import ReportKind
from app.integrity.rules.plaintext import LONGEST_CONTACT, LONGEST_TEXT
from app.web.integrity_words import CATALOGUES
from tests.desk.browsing import attribute, fields_of, text_of, title_of
from tests.house import RETRIES, House
from tests.integrity.reporting import WORDS, Holder, listed, opened, proved, receipt, sealed, settle, step
from tests.web.test_rating_pages import FAMILIAR

pytestmark = pytest.mark.sqlite_daily
FORM = "/integrity/kota"
GOOD = {"office": "dukcapil", "kind": "demand-for-favours", "text": WORDS, "contact": "", "recipient": "agency"}
INSPECTORATE = "Inspektorat Kota Cermin"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{agency}"


def see(house: House, path: str, **headers: str) -> httpx.Response:
    return house.get(path, None, headers={"accept": "text/html", **headers})


def send(house: House, path: str = FORM, headers: Any = None, **changed: Any) -> httpx.Response:
    sent = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return house.request("POST", path, data=sent, headers=headers or {})


def asked(house: House, code: str, **headers: str) -> httpx.Response:
    return house.request("POST", "/integrity", data={"code": code}, headers=headers)


def code_on(page: httpx.Response) -> str:
    found = search(r"<code>([0-9A-Z-]+)</code>", page.text)
    assert found is not None, text_of(page)
    return found[1]


@pytest.fixture
def holders(house: House) -> tuple[Holder, ...]:
    """The agency takes reports, and these open them."""
    return opened(house)


def test_a_report_is_sent_its_receipt_shown_once_and_its_state_told(house: House, holders: tuple[Holder, ...]) -> None:
    page = see(house, FORM)
    assert title_of(page) == "Laporkan hal yang tidak semestinya"
    # As long as it is kept then, whatever is set later.
    assert "dan 30 hari sesudahnya" in text_of(page)
    sent = send(house, **(fields_of(page, f'{FORM}[^"]*') | GOOD), headers={})
    assert sent.status_code == 200, text_of(sent)
    assert title_of(sent) == "Laporan Anda sudah diterima"
    assert "Diteruskan paling lambat 23 November 2026." in text_of(sent)
    assert WORDS not in sent.text
    [known] = listed(house)
    told = holders[0].reads(sealed(house, known["id"]))
    assert told is not None
    assert (told["text"], told["contact"]) == (WORDS, None)
    code = code_on(sent)
    for state, days in (
        ("belum diteruskan", {"Diterima": "18 November 2026", "Diteruskan paling lambat": "23 November 2026"}),
        ("sudah diteruskan", {"Diterima": "18 November 2026", "Diteruskan": "20 November 2026"}),
        ("sudah sampai", {"Dinyatakan sampai": "20 November 2026"}),
    ):
        found = asked(house, f" {code.lower()} ")
        assert state in text_of(found)
        facts = dict(findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found.text))
        assert days.items() <= facts.items()
        # Nor what was written, nor about whom.
        assert "dukcapil" not in found.text.lower()
        house.clock.now += timedelta(days=2) if state == "belum diteruskan" else timedelta()
        step(house, known["id"], "forward" if state == "belum diteruskan" else "confirm")


def test_a_report_that_is_late_is_said_to_be_late(house: House, holders: tuple[Holder, ...]) -> None:
    code = code_on(send(house))
    house.clock.now += timedelta(days=5, hours=10)
    assert "belum diteruskan." in text_of(asked(house, code))
    house.clock.now += timedelta(days=1)
    assert "tenggatnya sudah lewat" in text_of(asked(house, code))


def test_an_erased_report_still_has_a_receipt(house: House, holders: tuple[Holder, ...]) -> None:
    code = code_on(send(house))
    [known] = listed(house)
    for what in ("forward", "confirm"):
        step(house, known["id"], what)
    house.clock.now += timedelta(days=40)
    assert step(house, known["id"], "erase").status_code == 200
    assert "isinya sudah dihapus" in text_of(asked(house, code))


def test_where_no_reports_are_taken_there_is_no_form(house: House) -> None:
    for path in (FORM, f"{FORM}/dukcapil", "/integrity/tiada", "/integrity/" + "x" * 50, "/integrity/a%00b"):
        page = see(house, path)
        assert page.status_code == 404, path
        if "%00" not in path:
            assert title_of(page) == "Laporan integritas tidak dibuka di sini"
            assert "lapor.go.id" in page.text
    assert send(house).status_code == 404
    proved(house)
    assert send(house).status_code == 404
    settle(house)
    assert see(house, FORM).status_code == 200
    # Of another agency nothing is opened by that.
    assert see(house, "/integrity/desa").status_code == 404
    assert send(house, "/integrity/desa").status_code == 404
    settle(house, open=False)
    assert see(house, FORM).status_code == 404


def test_an_office_in_the_address_is_chosen_already(house: House, holders: tuple[Holder, ...]) -> None:
    page = see(house, f"{FORM}/dukcapil")
    assert fields_of(page, f'{FORM}[^"]*')["office"] == "dukcapil"
    assert "Upt-Makassar" not in page.text
    page = see(house, FORM)
    options = dict(findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', page.text))
    assert options == {
        "": "Pilih kantor",
        "dukcapil": "Dukcapil",
        "setda": "Setda",
        "upt-jayapura": "Upt-Jayapura",
        "upt-makassar": "Upt-Makassar",
    }
    # What is no office of this agency is as if it had not been said.
    for other in ("tiada", "x" * 60, "%3Cscript%3E"):
        assert findall(r'<select id="office"', see(house, f"{FORM}/{other}").text), other


def test_whom_it_is_for_is_asked_where_there_is_a_choice(house: House, holders: tuple[Holder, ...]) -> None:
    assert INSPECTORATE not in see(house, FORM).text
    assert send(house, recipient="inspectorate").status_code == 422
    theirs = proved(house, "inspectorate")
    settle(house, inspectorate=INSPECTORATE)
    page = see(house, FORM)
    assert INSPECTORATE in page.text
    # Nobody is chosen beforehand.
    assert 'name="recipient"' in page.text
    assert not findall(r'<input type="radio"[^>]* checked', page.text)
    refused = send(house, recipient="")
    assert (refused.status_code, "Pilih untuk siapa" in text_of(refused)) == (422, True)
    assert send(house, recipient="inspectorate").status_code == 200
    [known] = listed(house)
    words = sealed(house, known["id"])
    assert holders[0].reads(words) is None
    told = theirs[0].reads(words)
    assert told is not None
    assert told["text"] == WORDS


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"office": ""}, "office", "Pilih kantor tempat Anda dilayani."),
        ({"office": "tiada"}, "office", "Pilih kantor tempat Anda dilayani."),
        ({"office": "<b>"}, "office", "Pilih kantor tempat Anda dilayani."),
        ({"kind": ""}, "kind", "Pilih salah satu yang paling mendekati."),
        ({"kind": "bribe"}, "kind", "Pilih salah satu yang paling mendekati."),
        ({"text": " \r\n "}, "text", "Tulis apa yang terjadi."),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "text", "paling banyak 4000 huruf"),
        ({"contact": "x" * (LONGEST_CONTACT + 1)}, "contact", "paling banyak 200 huruf"),
        ({"recipient": "office"}, None, "Pilih untuk siapa laporan ini."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    house: House, holders: tuple[Holder, ...], changed: dict[str, str], field: str | None, sentence: str
) -> None:
    page = send(house, **changed)
    assert page.status_code == 422
    assert sentence in text_of(page)
    assert page.text.index("<title>Kesalahan:") < page.text.index('class="faults"')
    if field:
        assert f'<a href="#{field}">' in page.text
        assert f'id="{field}-fault"' in page.text
        assert f'id="{field}"' in page.text
    # What would lead away from what was written is not offered.
    assert "hreflang" not in page.text
    given = fields_of(page, f'{FORM}[^"]*')
    expected = GOOD | changed
    assert given["text"].strip() == expected["text"].strip()
    if expected["kind"] in set(ReportKind):
        assert (
            f'value="{expected["kind"]}" required aria-describedby="kind-{expected["kind"]}-hint" checked' in page.text
        )
    assert listed(house) == []


@pytest.mark.parametrize("nothing", [{"text": WORDS}, {"x": "1"}])
def test_whatever_is_left_out_is_asked_for(house: House, holders: tuple[Holder, ...], nothing: dict[str, str]) -> None:
    page = house.request("POST", FORM, data=nothing)
    assert page.status_code == 422
    assert "Pilih kantor" in text_of(page)


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


def test_no_page_reads_or_sets_a_cookie_or_says_where_somebody_came_from(
    house: House, holders: tuple[Holder, ...]
) -> None:
    code = code_on(send(house))
    cookie = {"cookie": "cermin_language=en; cermin_session=kota.x; __Host-cermin=y"}
    for page in (
        see(house, FORM, **cookie),
        see(house, f"{FORM}/dukcapil", **cookie),
        see(house, "/integrity", **cookie),
        see(house, "/integrity/tiada", **cookie),
        send(house, headers=cookie),
        send(house, headers=cookie, text=""),
        asked(house, code, **cookie),
        asked(house, "x", **cookie),
    ):
        assert "set-cookie" not in page.headers
        assert page.headers["content-language"] == "id"
        assert page.headers["vary"] == "Accept-Language"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["content-security-policy"].startswith("default-src 'self'; frame-ancestors 'none'")
        assert "<script" not in page.text
        assert "noindex" in page.text


def test_no_file_is_loaded_by_which_a_proxys_log_could_tell_that_these_pages_were_read(
    house: House, holders: tuple[Holder, ...]
) -> None:
    def files(page: httpx.Response) -> set[str]:
        return set(findall(r'(?:src|href)="([^"]*/static/[^"]+)"', page.text))

    code = code_on(send(house))
    elsewhere = files(see(house, "/"))
    for page in (see(house, FORM), see(house, "/integrity"), send(house), send(house, text=""), asked(house, code)):
        assert files(page)
        assert files(page) <= elsewhere


def test_a_key_is_not_looked_at(house: House, holders: tuple[Holder, ...]) -> None:
    for key in ("device", "crm_app_nonsense"):
        assert send(house, headers={"Authorization": f"Bearer {house.keys.get(key, key)}"}).status_code == 200


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


def test_what_was_written_is_not_lost_while_the_database_is_away(
    house: House, holders: tuple[Holder, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_on(send(house))

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr("app.integrity.store.setting_of", away)
    page = send(house)
    assert page.status_code == 503
    assert page.headers["retry-after"] in RETRIES
    assert "belum tersimpan" in text_of(page)
    given = fields_of(page, f'{FORM}[^"]*')
    assert {name: given[name] for name in ("office", "text", "recipient")} == {
        name: GOOD[name] for name in ("office", "text", "recipient")
    }
    assert see(house, FORM).status_code == 503
    monkeypatch.setattr("app.integrity.store.report_with", away)
    page = asked(house, code)
    assert (page.status_code, title_of(page)) == (503, "Layanan sedang terganggu")


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


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_page_speaks_every_language_of_citizens(house: House, holders: tuple[Holder, ...], language: str) -> None:
    said = CATALOGUES[language].words
    asked_for = {"accept-language": f"{language};q=0.9, en;q=0.1"}
    page = see(house, FORM, **asked_for)
    assert f'<html lang="{language}">' in page.text
    assert title_of(page) == said["report_title"] == title_of(see(house, f"{FORM}?lang={language}"))
    for code in CATALOGUES:
        assert (f'href="{FORM}?lang={code}"' in page.text) is (code != language)
    for kind in ReportKind:
        assert CATALOGUES[language].kinds[kind].name in unescape(page.text)
    path = attribute(next(iter(findall(r"<form[^>]*>", page.text))), "action")
    sent = send(house, path)
    assert title_of(sent) == said["sent_title"]
    for answer in (send(house, path, text=""), see(house, f"/integrity?lang={language}")):
        assert answer.headers["content-language"] == language
    found = house.request("POST", f"/integrity?lang={language}", data={"code": code_on(sent)})
    assert said["state_received"] in text_of(found)


def test_languages_say_the_same_with_the_same_values() -> None:
    assert set(CATALOGUES) == {"id", "en", "jv", "su"}
    first = CATALOGUES["id"]
    for language, catalogue in CATALOGUES.items():
        assert catalogue.words.keys() == first.words.keys(), language
        assert set(catalogue.kinds) == set(map(str, ReportKind)), language
        assert len(set(catalogue.months)) == 12
        for name, sentence in catalogue.words.items():
            assert sentence.strip(), (language, name)
            assert _places(sentence) == _places(first.words[name]), (language, name)
        for name, example in catalogue.kinds.values():
            assert name
            assert example
            assert _places(name + example) == set()


@pytest.mark.parametrize("language", FAMILIAR)
def test_javanese_and_sundanese_are_polite_here_too(language: str) -> None:
    catalogue = json.dumps(CATALOGUES[language], ensure_ascii=False).lower()
    assert set(findall(r"\w+", catalogue)) & set(FAMILIAR[language].split()) == set()


def test_every_word_is_said_somewhere() -> None:
    room = resources.files("app.web")
    texts = [each.read_text("utf-8") for each in room.joinpath("templates").iterdir() if "integrity" in each.name]
    texts += [
        each.read_text("utf-8") for each in room.iterdir() if each.name.startswith("integrity") and each.is_file()
    ]
    whole = "\n".join(texts)
    unsaid = {
        name
        for name in CATALOGUES["id"].words
        if not search(rf'\bwords\.{name}\b|"{name}"', whole) and not name.startswith(("state_", "day_", "fault_"))
    }
    assert unsaid == set()


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_the_api_and_the_page_give_the_same_receipt(house: House, holders: tuple[Holder, ...]) -> None:
    code = code_on(send(house))
    assert receipt(house, code).json()["state"] == "received"


def test_nothing_counts_that_somebody_was_here(house: House, holders: tuple[Holder, ...]) -> None:
    before = house.get("/metrics", None).text
    see(house, FORM)
    see(house, f"{FORM}/dukcapil")
    asked(house, code_on(send(house)))
    see(house, "/integrity")
    after = house.get("/metrics", None).text
    counted = [line for line in after.splitlines() if "integrity" in line and line not in before]
    assert counted == []


@pytest.mark.long
def test_an_open_page_leads_to_the_form_only_where_reports_are_taken(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = r'<a id="reports" href="([^"]*)" rel="noreferrer">'
    pages = ("/o/kota/dukcapil?lang=en", "/o/dukcapil?lang=en")
    for path in pages:
        assert findall(link, see(house, path).text) == []
    opened(house)
    assert findall(link, see(house, pages[0]).text) == [f"{FORM}/dukcapil?lang=en"]
    # Two agencies have such an office, and nobody knows which is meant; the other takes none.
    assert findall(link, see(house, pages[1]).text) == findall(link, see(house, "/o/desa/dukcapil").text) == []
    [evil] = findall(link, see(house, "/o/kota/%22%3E%3Cscript%3E").text)
    assert unescape(evil) == f"{FORM}/%22%3E%3Cscript%3E?lang=id"

    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr("app.integrity.store.setting_of", away)
    page = see(house, pages[0])
    assert (page.status_code, findall(link, page.text)) == (200, [])


def test_a_ticket_says_whether_its_agency_takes_reports(house: House) -> None:
    issued = house.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el"}, "queue").json()["tickets"][0]
    code = issued["code"]
    armed = {"tickets": [{"ticket": code, "employee": "E001"}]}
    assert house.post("/v1/tickets/arm", armed, "queue").status_code == 200
    for taken in (False, True):
        look = house.post("/v1/tickets/look", {"ticket": code}, None).json()
        assert (look["agency"], look["office"]["code"], look["integrity"]) == ("kota", "dukcapil", taken)
        if not taken:
            opened(house)
