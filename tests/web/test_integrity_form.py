"""The form on which a citizen reports something improper: where it is, and what is said of what was written."""

from html import unescape
from re import findall

import pytest

from app.foundation.storage.database import OperationalError
from app.integrity.rules.kinds import ReportKind
from app.integrity.rules.plaintext import LONGEST_CONTACT, LONGEST_TEXT
from tests.desk.browsing import fields_of, text_of, title_of
from tests.house import RETRIES, House
from tests.integrity.reporting import WORDS, Holder, listed, opened, proved, sealed, settle
from tests.web.integrity_forms import FORM, GOOD, asked, code_on, holders, see, send

__all__ = ["holders"]
pytestmark = pytest.mark.sqlite_daily
INSPECTORATE = "Inspektorat Kota Cermin"


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
