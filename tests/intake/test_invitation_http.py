"""What citizens see before they rate: the open page of an office, a ticket, the poster."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PageObject, PdfReader

from app.directory.listing_store import only_agency_with
from app.directory.store import renew_version
from app.directory.tables import Counter, Office, Service
from app.tickets.rules.codes import check_character, printed
from tests.house import CANARY_NAME, CANARY_NIP, House, problem
from tests.intake.test_ticket_proof import guesses

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

FORGED = "0" * 11 + check_character("0" * 11)
PUBLIC = "https://cermin.test/nilai"


def ticket(house: House, *, armed: bool = True, **told: Any) -> str:
    """A code, armed for E001 if nothing else is told."""
    body = {"office": "dukcapil", "service": "ktp-el"}
    code: str = house.post("/v1/tickets", body, "queue").json()["tickets"][0]["code"]
    if armed:
        told = {"employee": "E001"} | told
        house.post("/v1/tickets/arm", {"tickets": [{"ticket": code, **told}]}, "queue")
    return code


@pytest.mark.quiet
def test_the_open_page_shows_the_office_its_services_and_the_questions(house: House) -> None:
    response = house.get("/v1/open/kota/dukcapil", None)
    assert response.status_code == 200
    shown = response.json()
    assert (shown["agency"], shown["office"]) == ("kota", {"code": "dukcapil", "name": "Dukcapil"})
    # What its counters give, and no more.
    assert shown["services"] == [{"code": "kk", "name": "KK"}, {"code": "ktp-el", "name": "KTP-EL"}]
    assert shown["instrument"] == house.get("/v1/instruments/ikl-1").json()
    # An office without counters gives every service.
    assert len(house.get("/v1/open/kota/setda", None).json()["services"]) == 3
    assert CANARY_NAME not in response.text


def test_the_open_page_has_a_tag_that_changes_with_the_directory(house: House) -> None:
    first = house.get("/v1/open/kota/dukcapil", None)
    tag = {"if-none-match": first.headers["etag"]}
    unchanged = house.get("/v1/open/kota/dukcapil", None, headers=tag)
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", first.headers["etag"])
    assert house.get("/v1/open/desa/dukcapil", None, headers=tag).status_code == 200
    assert house.get("/v1/open/kota/setda", None, headers=tag).status_code == 200
    with house.database.writing() as session:
        session.add(Service(agency_id="kota", code="akta", name="Akta", family="adminduk"))
        session.flush()
        session.add(Counter(agency_id="kota", office="dukcapil", code="loket-3", name="Loket 3", services=["akta"]))
        renew_version(session, "kota")
    changed = house.get("/v1/open/kota/dukcapil", None, headers=tag)
    assert changed.status_code == 200
    assert "akta" in {each["code"] for each in changed.json()["services"]}


def test_what_is_not_there_is_unknown_whichever_part_is_wrong(house: House) -> None:
    with house.database.writing() as session:
        session.add(Office(agency_id="kota", code="tutup", name="Tutup", timezone="Asia/Jakarta", active=False))
    answers = [house.get(f"/v1/open/{path}", None) for path in ("kota/tiada", "tiada/dukcapil", "kota/tutup")]
    for response in answers:
        problem(response, 404, "office-unknown")
        assert response.content == answers[0].content
    problem(house.get("/v1/open/kota/%00", None), 404, "not-found")
    for path in ("kota/a_b", f"{'a' * 41}/dukcapil"):
        assert house.get(f"/v1/open/{path}", None).status_code == 422


def test_a_look_at_a_ticket_tells_whom_it_is_about_and_does_not_spend_it(house: House) -> None:
    code = ticket(house)
    for _ in range(2):
        response = house.post("/v1/tickets/look", {"ticket": printed(code).lower()}, None)
        assert response.status_code == 200
        shown = response.json()
        assert shown["office"] == {"code": "dukcapil", "name": "Dukcapil"}
        assert shown["service"] == {"code": "ktp-el", "name": "KTP-EL"}
        assert shown["employee"] == "Siti"
        assert shown["instrument"]["id"] == "ikl-1"
        for secret in (code, CANARY_NIP, CANARY_NAME, "E001"):
            assert secret not in response.text
    # Without a counter nobody is on duty, so nobody is named.
    assert house.post("/v1/tickets/look", {"ticket": ticket(house, employee=None)}, None).json()["employee"] is None
    sheet = {"ticket": code, "id": house.new_id(), "scores": {"speed": 4, "transparency": 4, "friendliness": 4}}
    assert house.post("/v1/ratings", sheet, None).status_code == 201
    problem(house.post("/v1/tickets/look", {"ticket": code}, None), 410, "ticket-refused")


@pytest.mark.campaign
def test_a_look_refuses_as_a_try_does_and_counts_against_the_same_budget(house: House) -> None:
    unarmed, expired = ticket(house, armed=False), ticket(house)
    house.clock.now += timedelta(days=8)
    tried = {"ticket": FORGED, "id": house.new_id(), "scores": {"speed": 4, "transparency": 4, "friendliness": 4}}
    answers = [house.post("/v1/tickets/look", {"ticket": code}, None) for code in (FORGED, "", unarmed, expired)]
    answers.append(house.post("/v1/ratings", tried, None))
    for response in answers:
        problem(response, 410, "ticket-refused")
        assert response.content == answers[0].content
    right = ticket(house)
    for guess in guesses(595):
        assert house.post("/v1/tickets/look", {"ticket": right}, None).status_code == 200
        assert house.post("/v1/tickets/look", {"ticket": guess}, None).status_code == 410
    for path, body in (("/v1/tickets/look", {"ticket": FORGED}), ("/v1/ratings", tried)):
        response = house.post(path, body, None)
        problem(response, 429, "too-many-tickets")
        assert int(response.headers["retry-after"]) == 1
    assert house.post("/v1/tickets/look", {"ticket": right}, None).status_code == 200


@pytest.fixture
def reached(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The house under an address that people reach."""
    url, keys = furnished
    with House.open(url, keys, public_url=PUBLIC) as opened:
        yield opened


def test_a_poster_is_a_picture_of_the_open_pages_address(reached: House) -> None:
    response = reached.get("/v1/offices/dukcapil/poster", "queue", headers=AS_SVG)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/svg+xml"
    assert response.text.startswith("<svg")
    assert 'xmlns="http://www.w3.org/2000/svg"' in response.text
    told = reached.get("/v1/offices/dukcapil/poster", "queue").json()
    assert told == {
        "agency": "kota",
        "office": {"code": "dukcapil", "name": "Dukcapil"},
        "address": f"{PUBLIC}/o/kota/dukcapil",
        "qr": response.text,
    }
    pictures = {reached.get(f"/v1/offices/{office}/poster", key, headers=AS_SVG).text for office, key in OFFICES_OF}
    assert len(pictures) == 3, "every office of every agency has its own"
    problem(reached.get("/v1/offices/dukcapil/poster", "reader makassar"), 403, "out-of-scope")
    problem(reached.get("/v1/offices/tiada/poster", "reader"), 404, "office-unknown")


def test_a_poster_names_the_questionnaire_that_its_page_shall_ask(reached: House) -> None:
    at = "/v1/offices/dukcapil/poster"
    told = reached.get(at, "queue", params={"instrument": "kepercayaan-2025"}).json()
    assert told["address"] == f"{PUBLIC}/o/kota/dukcapil?instrument=kepercayaan-2025"
    assert told["qr"] != reached.get(at, "queue").json()["qr"]
    # The one that is asked anyway stands in no address, and posters that hang already stay as they are.
    assert reached.get(at, "queue", params={"instrument": "ikl-1"}).json() == reached.get(at, "queue").json()
    sheet = reached.get(at, "queue", params={"instrument": "kepercayaan-2025"}, headers={"Accept": "application/pdf"})
    [page] = PdfReader(BytesIO(sheet.content)).pages
    assert "dukcapil?instrument=kepercayaan-2025" in page.extract_text()
    assert "Kepercayaan Masyarakat" in page.extract_text()
    refused = reached.get(at, "queue", params={"instrument": "maladministrasi-2025"})
    problem(refused, 422, "instrument-ticketed-only", "instrument")
    problem(reached.get(at, "queue", params={"instrument": "tiada-1"}), 404, "instrument-unknown")
    problem(reached.get(at, "queue", params={"instrument": "%00"}), 422, "invalid-request")


def test_a_slip_names_the_questionnaire_that_its_page_shall_ask(reached: House) -> None:
    body = {"office": "dukcapil", "service": "ktp-el", "qr": "svg"}
    [usual] = reached.post("/v1/tickets", body, "queue").json()["tickets"]
    assert usual["address"] == f"{PUBLIC}/t#{usual['code']}"
    [named] = reached.post("/v1/tickets", body | {"instrument": "maladministrasi-2025"}, "queue").json()["tickets"]
    assert named["address"] == f"{PUBLIC}/t?instrument=maladministrasi-2025#{named['code']}"
    assert f"{PUBLIC}/t?instrument=maladministrasi-2025\n" in named["text"]
    same = reached.post("/v1/tickets", body | {"instrument": "ikl-1"}, "queue").json()["tickets"][0]
    assert "instrument" not in same["address"]
    for name, code in (("kepercayaan-2025", "instrument-open-only"), ("tiada-1", "instrument-unknown")):
        problem(reached.post("/v1/tickets", body | {"instrument": name}, "queue"), 422, code, "instrument")


@pytest.mark.parametrize(("language", "title"), [("id", "Bagaimana pelayanan kami?"), ("en", "How was our service?")])
def test_a_poster_is_a_sheet_of_a4_in_the_language_asked_for(reached: House, language: str, title: str) -> None:
    with reached.database.writing() as session:
        # The longest name there can be, in one word.
        session.get_one(Office, ("kota", "dukcapil")).name = "W" * 200
    asked = {"Accept": "application/pdf", "Accept-Language": language}
    response = reached.get("/v1/offices/dukcapil/poster", "queue", headers=asked)
    assert response.headers["content-type"] == "application/pdf"
    [page] = PdfReader(BytesIO(response.content)).pages
    assert [round(side) for side in page.mediabox.upper_right] == [595, 842]
    text = page.extract_text().replace("\n", "").replace("\u200b", "")
    assert title in text
    assert text.count("W" * 200) == 1
    assert f"{PUBLIC}/o/kota/dukcapil".removeprefix("https://") in page.extract_text()
    ends = [x + 8 for x in places_of_text(page)]
    assert min(ends) > 0
    assert max(ends) < 595
    problem(reached.get("/v1/offices/dukcapil/poster", "queue", headers={"Accept": "image/gif"}), 406, "not-acceptable")


def places_of_text(page: PageObject) -> list[float]:
    """Where on the page, from the left, pieces of text begin."""
    found: list[float] = []
    page.extract_text(visitor_text=lambda text, _, matrix, *__: found.append(matrix[4]) if text.strip() else None)
    return found


AS_SVG = {"Accept": "image/svg+xml"}
OFFICES_OF = (("dukcapil", "reader"), ("setda", "admin"), ("dukcapil", "desa reader"))


@pytest.mark.quiet
def test_a_poster_without_a_public_address_says_which_setting_is_missing(house: House) -> None:
    assert "CERMIN_PUBLIC_URL" in problem(house.get("/v1/offices/dukcapil/poster"), 409, "public-url-missing")["detail"]


def test_an_office_of_one_agency_alone_is_found_without_naming_the_agency(house: House) -> None:
    with house.database.writing() as session:
        session.add(Office(agency_id="desa", code="balai", name="Balai", timezone="Asia/Jakarta"))
        session.add(Office(agency_id="kota", code="tutup", name="Tutup", timezone="Asia/Jakarta", active=False))
    with house.database.reading() as session:
        found = [only_agency_with(session, office) for office in ("balai", "dukcapil", "tutup", "tiada")]
    assert found == ["desa", None, None, None]
