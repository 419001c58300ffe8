"""A ticket is spent once, by one rating; everything else is one and the same refusal."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import structlog
from sqlalchemy import event, text

from app.foundation.storage.database import Database
from app.tickets.rules.codes import printed
from tests.house import NOW, House, problem
from tests.postgres import owning
from tests.threads import Threads
from tests.tickets.ticketing import FORGED, SCORES, arm, armed, issue, redeem, rows, stored

JSON = {"content-type": "application/json"}


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
