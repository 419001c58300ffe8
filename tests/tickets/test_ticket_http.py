"""Tickets over HTTP on both stores: issued, armed, spent once; everything else is one and the same refusal."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import httpx
import pytest
import structlog
from pypdf import PdfReader
from sqlalchemy import event, text

from app.foundation.storage.database import Database
from app.tickets.expiry import sweep_expired
from app.tickets.rules.codes import check_character, printed
from tests.house import NOW, House, problem
from tests.postgres import owning
from tests.threads import Threads

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
JSON = {"content-type": "application/json"}
FORGED = "0" * 11 + check_character("0" * 11)


def issue(house: House, key: str = "queue", **changed: Any) -> list[str]:
    """Codes of fresh tickets."""
    response = house.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el"} | changed, key)
    assert response.status_code == 201, response.text
    return [each["code"] for each in response.json()["tickets"]]


def arm(house: House, codes: list[str], key: str = "queue", **told: Any) -> list[str]:
    """What became of each."""
    response = house.post("/v1/tickets/arm", {"tickets": [{"ticket": code, **told} for code in codes]}, key)
    assert response.status_code == 200, response.text
    results: list[str] = response.json()["results"]
    return results


def redeem(house: House, code: str, key: str | None = None, **changed: Any) -> httpx.Response:
    """One rating with a ticket, without a key if none is named."""
    sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES} | changed
    return house.post("/v1/ratings", {name: value for name, value in sheet.items() if value is not None}, key)


def counts(house: House, key: str = "queue", **query: Any) -> list[tuple[int | None, int | None, int | None]]:
    """Issued, armed, spent per row, as a queue is told."""
    items = house.get("/v1/tickets/counts", key, params=query).json()["items"]
    return [(each["issued"], each["armed"], each["spent"]) for each in items]


def stored(house: House) -> list[Any]:
    """Service, issued, armed and spent, exactly."""
    return rows(house, "SELECT service, issued, armed, spent FROM ticket_count WHERE issued > 0 ORDER BY service")


def rows(house: House, statement: str) -> list[Any]:
    """What the database says."""
    with house.database.reading() as session:
        return list(session.execute(text(statement)).all())


def armed(house: House, n: int = 1, **changed: Any) -> list[str]:
    """Tickets ready to be spent."""
    codes = issue(house, count=n, **changed)
    assert set(arm(house, codes, employee="E001")) == {"armed"}
    return codes


def test_a_ticket_is_issued_armed_and_spent_by_one_rating_of_its_person(house: House) -> None:
    [code] = issue(house)
    assert arm(house, [printed(code).lower()], counter="loket-1", employee="E001") == ["armed"]
    response = redeem(house, code, comment="Ramah", profile={"sex": "F"})
    assert response.status_code == 201
    assert response.json() | {"id": ""} == {
        "id": "", "outcome": "stored", "office": "dukcapil", "employee": "E001", "rated_on": "2026-11-18"
    }  # fmt: skip
    assert rows(house, "SELECT office, counter, service, employee, channel, ticketed, sheet FROM rating") == [
        ("dukcapil", "loket-1", "ktp-el", "E001", "web", True, "434")
    ]
    assert rows(house, "SELECT text FROM comment") == [("Ramah",)]
    assert rows(house, "SELECT count(*) FROM ticket") == [(0,)]
    assert stored(house) == [("ktp-el", 1, 1, 1)]


def test_a_retry_is_answered_as_stored_and_counts_once(house: House) -> None:
    [code] = armed(house)
    rating_id = house.new_id()
    first, again = (redeem(house, code, id=rating_id) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    problem(redeem(house, code, id=rating_id, scores=SCORES | {"speed": 1}), 410, "ticket-refused")
    problem(redeem(house, FORGED, id=rating_id), 410, "ticket-refused")
    assert rows(house, "SELECT count(*) FROM rating") == [(1,)]


def test_an_id_in_use_costs_no_ticket(house: House) -> None:
    one, other = armed(house, 2)
    rating_id = house.new_id()
    assert redeem(house, one, id=rating_id).status_code == 201
    problem(redeem(house, other, id=rating_id), 409, "id-conflict")
    assert redeem(house, other).status_code == 201


def test_a_wrong_sheet_costs_no_ticket(house: House) -> None:
    [code] = armed(house)
    problem(redeem(house, code, scores=SCORES | {"speed": 9}), 422, "score-out-of-range", "scores.speed")
    place = {"office": "dukcapil", "service": "ktp-el", "employee": "E001", "channel": "web", "agency": "kota"}
    for field, value in place.items():
        for key in (None, "app"):
            problem(redeem(house, code, key, **{field: value}), 422, "fixed-by-ticket", field)
    problem(redeem(house, code, id=None), 422, "field-missing", "id")
    problem(redeem(house, code, "device"), 422, "ticket-at-device", "ticket")
    problem(redeem(house, code, id=house.new_id(NOW + timedelta(hours=1))), 422, "id-in-future")
    assert redeem(house, code).status_code == 201


def test_forged_unarmed_expired_and_spent_tickets_get_one_and_the_same_answer(house: House) -> None:
    [unarmed] = issue(house)
    spent, expired = armed(house, 2)
    assert redeem(house, spent).status_code == 201
    house.clock.now += timedelta(days=8)
    [unreached] = issue(house)
    answers = [redeem(house, code) for code in (FORGED, "KILROY", "", "\u0000", unarmed, spent, expired, unreached)]
    for answer in answers:
        problem(answer, 410, "ticket-refused")
        assert (answer.content, answer.headers) == (answers[0].content, answers[0].headers)
    assert rows(house, "SELECT count(*) FROM rating") == [(1,)]
    # A rating made in time may be late.
    assert redeem(house, expired, id=house.new_id(NOW)).status_code == 201


@pytest.mark.long
def test_an_app_may_spend_a_ticket_and_another_agencys_or_offices_app_may_not(house: House) -> None:
    one, other = armed(house, 2)
    refused = [redeem(house, one, key) for key in ("desa app", "app makassar")] + [redeem(house, FORGED)]
    for answer in refused:
        problem(answer, 410, "ticket-refused")
        assert (answer.content, answer.headers) == (refused[0].content, refused[0].headers)
    rating_id = house.new_id()
    assert redeem(house, one, "app", id=rating_id).status_code == 201
    # Whether the retry comes with the key or without it: the ticket is the proof.
    assert [redeem(house, one, key, id=rating_id).status_code for key in ("app", None)] == [200, 200]
    problem(redeem(house, one, "desa app", id=rating_id), 410, "ticket-refused")
    problem(redeem(house, other, "reader"), 403, "key-kind-refused")
    problem(redeem(house, other, "crm_app_x_y"), 401, "key-unknown")
    assert redeem(house, other).status_code == 201
    assert rows(house, "SELECT DISTINCT agency_id, channel, ticketed FROM rating") == [("kota", "web", True)]


def test_a_ticket_in_a_batch_is_refused_for_itself_alone(house: House) -> None:
    [code] = armed(house)
    sheets: list[dict[str, Any]] = [
        house.sheet(),
        {"id": house.new_id(), "ticket": code, "scores": SCORES},
        house.sheet(agency="kota"),
        house.sheet(),
    ]
    results = house.post("/v1/ratings/batch", {"ratings": sheets}).json()["results"]
    assert [result["status"] for result in results] == [201, 422, 422, 201]
    assert [[(e["field"], e["code"]) for e in result["problem"]["errors"]] for result in results[1:3]] == [
        [("ticket", "ticket-in-batch")],
        [("agency", "agency-fixed")],
    ]
    assert redeem(house, code).status_code == 201


@pytest.mark.quiet
def test_without_key_and_ticket_nothing_of_a_body_is_looked_at(house: House) -> None:
    bodies: tuple[Any, ...] = ({}, [], "x", house.sheet(), house.sheet(scores={"speed": "x"}), {"tiket": FORGED})
    for body in bodies:
        response = house.post("/v1/ratings", body, None)
        problem(response, 401, "key-missing")
        assert response.headers["www-authenticate"] == 'Bearer realm="cermin"'
    problem(house.request("POST", "/v1/ratings", content=b"{", headers=JSON), 400, "malformed-json")
    problem(house.request("POST", "/v1/ratings", content=b"{}"), 401, "key-missing")
    problem(house.post("/v1/ratings", {"ticket": 7}, None), 422, "field-type", "ticket")
    problem(house.post("/v1/ratings", house.sheet(agency="kota")), 422, "agency-fixed", "agency")


def test_expired_tickets_are_swept_when_nothing_late_can_come(house: House) -> None:
    armed(house, 2)
    late = timedelta(days=35)
    for days, left in ((7 + 35, 2), (7 + 36, 0)):
        sweep_expired(house.database, NOW + timedelta(days=days), late)
        assert rows(house, "SELECT count(*) FROM ticket") == [(left,)]
    assert counts(house) == [(2, 2, 0)]


def test_arming_says_what_became_of_each_and_refuses_what_cannot_have_happened(house: House) -> None:
    one, two = issue(house, count=2)
    told = {"ticket": one, "employee": "E003", "service": "tiada", "counter": "loket-9"}
    response = house.post("/v1/tickets/arm", {"tickets": [{"ticket": two, "employee": "E001"}, told]}, "queue")
    for field, code in (
        ("employee", "employee-not-posted"),
        ("service", "service-unknown"),
        ("counter", "counter-unknown"),
    ):
        problem(response, 422, code, f"tickets.1.{field}")
    assert one not in response.text
    assert rows(house, "SELECT count(*) FROM ticket WHERE served_on IS NOT NULL") == [(0,)]
    assert arm(house, [two, FORGED, two], employee="E001") == ["armed", "unknown", "armed"]
    assert arm(house, [two], employee="E004") == ["otherwise"]
    # Nobody named: whoever is on duty at the counter.
    assert arm(house, [one], counter="loket-1", service="kk") == ["armed"]
    assert redeem(house, one).json()["employee"] == "E001"
    assert stored(house) == [("kk", 1, 1, 1), ("ktp-el", 1, 1, 0)]
    assert arm(house, [one], employee="E001") == ["unknown"]


def test_a_service_told_late_is_that_of_whoever_was_on_duty_then(house: House) -> None:
    [late, now] = issue(house, count=2)
    served_at = NOW.isoformat()
    house.clock.now += timedelta(hours=26)
    assert arm(house, [late], counter="loket-1", served_at=served_at) == ["armed"]
    assert rows(house, "SELECT employee, CAST(served_on AS VARCHAR) FROM ticket WHERE served_on IS NOT NULL") == [
        ("E001", "2026-11-18")
    ]
    moments = (NOW - timedelta(days=1), house.clock.now + timedelta(minutes=6))
    wrong = [*(each.isoformat() for each in moments), "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
    for moment in wrong:
        wish = {"ticket": now, "served_at": moment}
        problem(
            house.post("/v1/tickets/arm", {"tickets": [wish]}, "queue"), 422, "served-at-refused", "tickets.0.served_at"
        )
    wish = {"ticket": now, "served_at": "2026-11-18T03:00:00"}
    problem(house.post("/v1/tickets/arm", {"tickets": [wish]}, "queue"), 422, "field-invalid", "tickets.0.served_at")
    # A repeat changes nothing, whatever it says meanwhile.
    assert arm(house, [late], employee="E777") == ["otherwise"]


@pytest.mark.quiet
@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"office": "tiada"}, "office", "office-unknown"),
        ({"service": "tiada"}, "service", "service-unknown"),
        ({"counter": "loket-2"}, "service", "service-elsewhere"),
        ({"employee": "E777"}, "employee", "employee-unknown"),
        ({"count": 201}, "count", "field-invalid"),
    ],
)
def test_a_ticket_for_what_is_not_there_is_refused(house: House, changed: Any, field: str, code: str) -> None:
    body = {"office": "dukcapil", "service": "ktp-el"} | changed
    problem(house.post("/v1/tickets", body, "queue"), 422, code, field)


@pytest.mark.long
def test_a_queue_reaches_its_own_offices_and_agency_only(house: House) -> None:
    body = {"office": "upt-makassar", "service": "kk"}
    problem(house.post("/v1/tickets", body, "queue dukcapil"), 403, "out-of-scope")
    codes = issue(house, **body)
    assert arm(house, codes, "queue dukcapil") == ["unknown"]
    assert arm(house, codes, "desa queue") == ["unknown"]
    assert arm(house, codes) == ["armed"]
    for agency_id in ("kota", "desa"):
        house.release(agency_id)
    for key in ("reader dukcapil", "queue dukcapil"):
        response = house.get("/v1/tickets/counts", key, params={"office": "upt-makassar"})
        problem(response, 403, "out-of-scope")
        assert counts(house, key, **NOVEMBER) == []
    for key in ("desa reader", "desa queue"):
        assert counts(house, key, **NOVEMBER) == []
    assert counts(house, office="setda", by="day") == [(1, 1, 0)]
    assert counts(house, **{"from": "2026-11-19"}) == []
    assert counts(house, to="2026-11-17") == []


@pytest.mark.long
def test_a_queue_is_told_fresh_counts_and_how_many_rated_in_tens(house: House) -> None:
    codes = [*armed(house, 9), *armed(house, 16)]
    for spent, told in ((9, 0), (10, 10), (19, 10), (25, 20)):
        while codes and 25 - len(codes) < spent:
            assert redeem(house, codes.pop()).status_code == 201
        for key in ("queue", "admin"):
            assert counts(house, key, by="employee") == counts(house, key, by="day") == [(25, 25, told)]
    [row] = house.get("/v1/tickets/counts", "queue").json()["items"]
    assert row["coverage"] == 0.8


@pytest.mark.long
def test_a_reader_is_told_counts_of_months_that_are_over_and_none_or_ten(house: House) -> None:
    for code in armed(house, 14)[:11]:
        assert redeem(house, code).status_code == 201
    for code in armed(house, 10, service="kk")[:9]:
        assert redeem(house, code).status_code == 201
    problem(house.get("/v1/tickets/counts", params=NOVEMBER), 404, "nothing-released")
    house.release()
    assert counts(house, "reader", **NOVEMBER) == counts(house, "auditor", **NOVEMBER) == [(24, 24, 20)]
    asked = NOVEMBER | {"by": "service"}
    assert counts(house, "reader", **asked) == [(10, 10, None), (14, 14, 11)]
    shown = house.get("/v1/tickets/counts", params=asked).json()["items"]
    assert [row["coverage"] for row in shown] == [None, 0.79]
    # Left out, the days are those of the newest period that is over.
    assert counts(house, "reader") == []
    for wrong, code in (({"by": "day"}, "cut-not-told"), ({"to": "2026-11-18"}, "not-released")):
        problem(house.get("/v1/tickets/counts", params=NOVEMBER | wrong), 422, code)


@pytest.fixture
def reached(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """The house under an address that people reach."""
    url, keys = furnished
    with House.open(url, keys, public_url="https://cermin.test/nilai") as opened:
        yield opened


def test_a_slip_has_the_address_with_the_code_in_its_fragment_and_a_picture_of_it(reached: House) -> None:
    body = {"office": "dukcapil", "service": "ktp-el"}
    told = reached.post("/v1/tickets", body | {"qr": "svg"}, "queue").json()
    [ticket] = told["tickets"]
    assert ticket["address"] == f"https://cermin.test/nilai/t#{ticket['code']}"
    assert printed(ticket["code"]) in ticket["text"]
    assert told["expires_on"] in ticket["text"]
    assert ticket["qr"].startswith("<svg")
    [png] = reached.post("/v1/tickets", body | {"qr": "png"}, "queue").json()["tickets"]
    assert png["qr"].startswith("iVBOR")
    english = reached.post("/v1/tickets", body, "queue", headers={"accept-language": "en"}).json()["tickets"][0]
    assert "Valid until" in english["text"]
    assert "Berlaku sampai" in ticket["text"]
    assert english["qr"] is None


def test_slips_come_as_pages_of_80_millimetres_where_a_printer_takes_pages(reached: House) -> None:
    body = {"office": "dukcapil", "service": "ktp-el", "count": 3}
    assert reached.post("/v1/tickets", body, "queue").json()["slips"] is None
    told = reached.post("/v1/tickets", body | {"slips": "pdf"}, "queue", headers={"accept-language": "en"}).json()
    pages = PdfReader(BytesIO(b64decode(told["slips"]))).pages
    assert [round(float(page.mediabox.width) / 72 * 25.4) for page in pages] == [80] * 3
    for page, ticket in zip(pages, told["tickets"], strict=True):
        words = " ".join(page.extract_text().split())
        assert f"Code: {printed(ticket['code'])}" in words
        assert "https://cermin.test/nilai/t" in words
        assert "Rate the service you receive today." in words


def test_no_code_is_ever_logged_measured_or_stored(house: House) -> None:
    written = StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=written))
    try:
        spent, waiting = armed(house, 2)
        answers = [redeem(house, spent), redeem(house, spent), redeem(house, waiting, scores={}), redeem(house, FORGED)]
        answers.append(house.post("/v1/tickets/arm", {"tickets": [{"ticket": waiting, "employee": "E777"}]}, "queue"))
        with owning(house.database) as session:
            session.execute(text("ALTER TABLE rating RENAME TO rating_away"))
        answers.append(redeem(house, waiting))
        assert answers[-1].status_code in (500, 503)
    finally:
        structlog.reset_defaults()
    seen = [written.getvalue(), house.get("/metrics", None).text, *(answer.text for answer in answers)]
    seen += [str(rows(house, f"SELECT * FROM {table}")) for table in ("ticket", "ticket_count", "audit_event")]
    assert written.getvalue(), "the broken table was logged"
    for code in (spent, waiting):
        assert all(code not in each and printed(code) not in each for each in seen)


@pytest.mark.campaign
def test_behind_a_locked_database_everybody_is_told_and_nothing_is_stored_later(house: House) -> None:
    codes = armed(house, 8)
    ids = [house.new_id() for _ in codes]
    other = Database(house.database.url.render_as_string(hide_password=False))
    lock = "UPDATE ticket SET office = office" if other.is_sqlite else "LOCK TABLE ticket IN ACCESS EXCLUSIVE MODE"
    waited: list[str] = []
    event.listen(house.services.database.writer, "handle_error", lambda context: waited.append(str(context)))
    with other.writing() as session:
        session.execute(text(lock))
        with Threads(len(codes)) as pool:
            answers = list(pool.map(lambda each: redeem(house, each[0], id=each[1]), zip(codes, ids, strict=True)))
    other.dispose()
    # Not one after another: the second has waited as long as the first when its turn comes, and is told.
    assert [answer.status_code for answer in answers] == [503] * len(codes)
    assert 0 < len(waited) < len(codes)
    assert rows(house, "SELECT count(*) FROM rating") == [(0,)]
    assert 'cermin_ratings_total{outcome="busy"} 8.0' in house.get("/metrics", None).text
    assert [redeem(house, code, id=each).status_code for code, each in zip(codes, ids, strict=True)] == [201] * 8
