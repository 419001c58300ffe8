"""Perceived maladministration comes with a ticket only, trust from anybody; they are never added up."""

from typing import Any

import httpx
import pytest

from app.disclosure.rules.cells import OpenCell, cell_of, merged
from app.disclosure.rules.released import Released, open_cell
from app.indices.rules.figures import OpenAnswers, Scoring, open_answers
from app.instruments.loading import shipped
from tests.house import House, problem
from tests.intake.test_invitation_http import ticket

MAL, TRUST = shipped()["maladministrasi-2025"], shipped()["kepercayaan-2025"]
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
TICKETED_ONLY, OPEN_ONLY = "instrument-ticketed-only", "instrument-open-only"


def scores(name: str, score: int = 4) -> dict[str, int]:
    """The same answer to every question."""
    return dict.fromkeys(shipped()[name].codes, score)


def with_ticket(house: House, name: str, score: int = 4) -> httpx.Response:
    """Answer with a ticket."""
    body = {"ticket": ticket(house), "id": house.new_id(), "instrument": name, "scores": scores(name, score)}
    return house.post("/v1/ratings", body, None)


def openly(house: House, name: str, score: int = 4) -> httpx.Response:
    """Answer at a poster."""
    sheet = house.sheet(channel="web", agency="kota", instrument=name, scores=scores(name, score))
    return house.post("/v1/ratings", sheet, None)


def with_key(house: House, name: str) -> httpx.Response:
    """Answer through the agency's app."""
    return house.post("/v1/ratings", house.sheet(channel="web", instrument=name, scores=scores(name)))


def test_the_kinds_are_the_ombudsmans() -> None:
    assert len(MAL.items) == 11
    assert [item.title["id"] for item in MAL.items][:6] == [
        "Penundaan Berlarut", "Tidak Memberikan Pelayanan", "Penyimpangan Prosedur", "Penyalahgunaan Wewenang",
        "Tidak Kompeten", "Permintaan Imbalan",
    ]  # fmt: skip


def test_each_way_takes_its_own_questionnaire_and_refuses_the_other(house: House) -> None:
    assert with_ticket(house, MAL.id).status_code == 201
    problem(openly(house, MAL.id), 422, TICKETED_ONLY, "instrument")
    problem(with_key(house, MAL.id), 422, TICKETED_ONLY, "instrument")
    assert openly(house, TRUST.id).status_code == 201
    problem(with_ticket(house, TRUST.id), 422, OPEN_ONLY, "instrument")
    problem(with_key(house, TRUST.id), 422, OPEN_ONLY, "instrument")
    for name in ("ikl-1", "ipak-2021"):
        assert [way(house, name).status_code for way in (with_ticket, openly, with_key)] == [201] * 3


def test_a_refused_questionnaire_leaves_the_ticket_for_another_try(house: House) -> None:
    code = ticket(house)
    body: dict[str, Any] = {"ticket": code, "id": house.new_id(), "instrument": TRUST.id, "scores": scores(TRUST.id)}
    problem(house.post("/v1/ratings", body, None), 422, OPEN_ONLY, "instrument")
    again = body | {"id": house.new_id(), "instrument": MAL.id, "scores": scores(MAL.id)}
    assert house.post("/v1/ratings", again, None).status_code == 201


@pytest.mark.parametrize("name", [MAL.id, TRUST.id])
def test_a_kiosk_cannot_be_given_what_all_its_ratings_would_be_refused_for(house: House, name: str) -> None:
    device = {"office": "dukcapil", "counter": "loket-1", "label": "Tablet", "instrument": name}
    refused = house.post("/v1/devices", device, "admin")
    problem(refused, 422, TICKETED_ONLY if name == MAL.id else OPEN_ONLY, "instrument")


def test_a_page_asks_the_questionnaire_of_its_address_if_it_may_be_answered_there(house: House) -> None:
    code = ticket(house)
    for name in ("ikl-1", "skm-2017", MAL.id):
        shown = house.post("/v1/tickets/look", {"ticket": code, "instrument": name}, None).json()
        assert shown["instrument"] == house.get(f"/v1/instruments/{name}").json()
    refused = house.post("/v1/tickets/look", {"ticket": code, "instrument": TRUST.id}, None)
    problem(refused, 422, OPEN_ONLY, "instrument")
    unknown = house.post("/v1/tickets/look", {"ticket": code, "instrument": "tiada-1"}, None)
    problem(unknown, 404, "instrument-unknown")
    for name in ("ikl-1", TRUST.id):
        shown = house.get("/v1/open/kota/dukcapil", None, params={"instrument": name}).json()
        assert shown["instrument"]["id"] == name
    problem(house.get("/v1/open/kota/dukcapil", None, params={"instrument": MAL.id}), 422, TICKETED_ONLY, "instrument")
    problem(house.get("/v1/open/kota/dukcapil", None, params={"instrument": "x"}), 404, "instrument-unknown")
    tags = {
        house.get("/v1/open/kota/dukcapil", None, params={"instrument": name}).headers["etag"]
        for name in ("ikl-1", "skm-2017", TRUST.id)
    }
    assert len(tags) == 3


@pytest.mark.long
def test_figures_of_both_stand_apart(house: House) -> None:
    for _ in range(12):
        assert with_ticket(house, MAL.id, 4).status_code == 201
        assert openly(house, TRUST.id, 1).status_code == 201
    house.release()
    [served] = house.get("/v1/indices", params=NOVEMBER | {"instrument": MAL.id}).json()["rows"]
    assert (served["n"], served["index"]["value"], served["open"]["n"]) == (12, "100.00", 0)
    [anybody] = house.get("/v1/indices", params=NOVEMBER | {"instrument": TRUST.id}).json()["rows"]
    # Without grade and interval, for whoever wished has answered.
    assert (anybody["state"], anybody["n"], anybody["index"]) == ("suppressed", None, None)
    assert (anybody["open"]["n"], anybody["open"]["index"]) == (12, "25.00")
    assert [each["code"] for each in anybody["open"]["questions"]] == list(TRUST.codes)
    assert {each["index"] for each in anybody["open"]["questions"]} == {"25.00"}


def test_adding_open_answers_to_those_of_people_who_were_served_is_no_program() -> None:
    served = cell_of(MAL, {"4" * 11: 10})
    anybody = OpenCell(cell_of(TRUST, {"4" * 5: 10}))
    # mypy refuses the line below; were it ever right, it would complain of the comment.
    with pytest.raises(AttributeError):
        merged(served, anybody)  # type: ignore[arg-type] # exactly what must fail
    with pytest.raises(TypeError):
        served + anybody  # type: ignore[operator] # exactly what must fail
    assert open_cell(Released()) is None
    assert open_answers(Scoring(TRUST, "exact", "quarters"), Released()) == OpenAnswers(0, None)
