"""A period is closed by each questionnaire for itself; an address that names none means the only one there is."""

from pathlib import Path
from typing import Any

import pytest

from app.seals.signing import make_key
from tests.closing.steps import AFTER_THE_WINDOW, refused
from tests.closing.surveys import SKM_ID, commented, plan, profiled, surveyed
from tests.house import House

pytestmark = pytest.mark.sqlite_daily
IKL = {"instrument": "ikl-1"}
SKM = {"instrument": SKM_ID}
OCTOBER = "/v1/periods/2026-10"


@pytest.fixture
def both(office: House) -> House:
    """Closed by both, at one office; of the survey there are respondents and comments."""
    surveyed(office.database, ["333333333"] * 40, start=10_000)
    profiled(office.database, "dukcapil", sex={"F": 25, "M": 15})
    commented(office.database, "dukcapil", [f"saran {n}" for n in range(12)])
    office.release()
    for instrument in (IKL, SKM):
        closed = office.post(f"{OCTOBER}/close", instrument, "supervisor")
        assert (closed.status_code, closed.json()["instrument"]) == (201, instrument["instrument"])
    return office


def listed(house: House, **query: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The documents of one closing, by kind and unit."""
    response = house.get("/v1/reports", "supervisor", params={"period": "2026-10"} | query)
    assert response.status_code == 200, response.text
    return {
        (line["kind"], line["unit"]): house.get(f"/v1/reports/{line['id']}", "supervisor").json()["document"]
        for line in response.json()["items"]
    }


@pytest.mark.long
def test_each_has_its_own_reports_respondents_and_comments(both: House) -> None:
    ikl, skm = listed(both, **IKL), listed(both, **SKM)
    assert {each["method"]["instrument"] for each in ikl.values()} == {"ikl-1"}
    assert {each["method"]["instrument"] for each in skm.values()} == {SKM_ID}
    assert skm["office", "dukcapil"]["n"] == 40
    assert ikl["office", "dukcapil"]["n"] != 40
    survey = skm["skm", "dukcapil"]["survey"]
    assert {each["value"]: each["n"] for each in survey["profile"]["sex"]["values"]} == {"F": 25, "M": 15}
    assert len(survey["suggestions"]) == 12
    other = ikl["skm", "dukcapil"]["survey"]
    assert (other["suggestions"], {each["value"] for each in other["profile"]["sex"]["values"]}) == ([], {"not-given"})


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/reports?period=2026-10", None),
        ("GET", "/v1/appraisals?period=2026-10", None),
        ("GET", f"{OCTOBER}/follow-ups", None),
        ("GET", f"{OCTOBER}/publications", None),
        ("PUT", f"{OCTOBER}/follow-ups", {"items": []}),
        ("PUT", f"{OCTOBER}/publications", {"items": []}),
        ("POST", f"{OCTOBER}/notes", {"employee": "E001", "text": "Baik."}),
        ("POST", f"{OCTOBER}/revise", None),
        ("POST", f"{OCTOBER}/finalise", None),
    ],
)
def test_where_there_are_two_an_address_names_one(
    both: House, method: str, path: str, body: dict[str, Any] | None
) -> None:
    response = both.request(method, path, "supervisor", json=body)
    assert refused(response) == (409, "instrument-ambiguous")
    assert "ikl-1, skm-2017" in response.json()["detail"]
    # Named, it is understood, whatever else there is to say.
    params = {"instrument": "ikl-1"} | ({"period": "2026-10"} if "?" in path else {})
    named = both.request(method, path.partition("?")[0], "supervisor", json=body, params=params)
    assert named.status_code in (200, 204) or named.json()["code"] in ("reply-window-open", "period-draft")
    absent = both.request(
        method, path.partition("?")[0], "supervisor", json=body, params=params | {"instrument": "no-1"}
    )
    assert refused(absent)[0] == 404


@pytest.mark.long
def test_each_is_final_by_itself(both: House, key_file: Path) -> None:
    make_key(key_file)
    both.clock.now += AFTER_THE_WINDOW
    final = both.request("POST", f"{OCTOBER}/finalise", "supervisor", params=SKM)
    assert (final.status_code, final.json()["instrument"], final.json()["state"]) == (200, SKM_ID, "final")
    states = {each["instrument"]: each["state"] for each in both.get("/v1/periods").json()["items"]}
    assert states == {"ikl-1": "draft", SKM_ID: "final"}
    # The other is still a draft, which nobody but supervisors sees.
    assert refused(both.get("/v1/appraisals", params={"period": "2026-10"} | IKL)) == (409, "report-draft")
    assert both.get("/v1/appraisals", params={"period": "2026-10"} | SKM).status_code == 200
    again = both.post(f"{OCTOBER}/close", SKM, "supervisor")
    assert refused(again) == (409, "period-closed")


@pytest.mark.long
def test_plans_are_of_one_questionnaire(both: House, key_file: Path) -> None:
    body = {"office": "dukcapil", "items": [plan()]}
    stored = both.request("PUT", f"{OCTOBER}/follow-ups", "supervisor", json=body, params=SKM)
    assert (stored.status_code, stored.json()["instrument"]) == (200, SKM_ID)
    read = both.get(f"{OCTOBER}/follow-ups", params=IKL | {"office": "dukcapil"}).json()
    assert read["items"] == []
    make_key(key_file)
    both.clock.now += AFTER_THE_WINDOW
    for instrument in (IKL, SKM):
        assert both.request("POST", f"{OCTOBER}/finalise", "supervisor", params=instrument).status_code == 200
    assert listed(both, **SKM)["skm", "dukcapil"]["follow_ups"] == [plan()]
    assert listed(both, **IKL)["skm", "dukcapil"]["follow_ups"] == []


def test_a_plan_may_come_before_the_closing_where_only_one_is_told(office: House) -> None:
    # Before anything is told, nobody knows which is meant.
    early = office.put("/v1/periods/2026-11/follow-ups", {"items": [plan()]})
    assert refused(early) == (409, "instrument-ambiguous")
    office.release()
    stored = office.put("/v1/periods/2026-11/follow-ups", {"items": [plan()]}, "supervisor")
    assert (stored.status_code, stored.json()["instrument"]) == (200, "ikl-1")
    unknown = office.request(
        "PUT", "/v1/periods/2026-11/follow-ups", "supervisor", json={"items": []}, params={"instrument": "no-1"}
    )
    assert refused(unknown) == (404, "instrument-unknown")


@pytest.mark.long
def test_a_period_is_closed_by_recorded_weights_and_stays_with_them(office: House, key_file: Path) -> None:
    house = office
    surveyed(house.database, ["333333333"] * 39 + ["444444444"], start=10_000)
    house.release()
    wrong = house.post(f"{OCTOBER}/close", SKM | {"weights": "0.5"}, "supervisor")
    assert (refused(wrong), wrong.json()["errors"][0]["field"]) == ((422, "invalid-request"), "weights")
    closed = house.post(f"{OCTOBER}/close", SKM | {"weights": "0.111"}, "supervisor").json()
    assert (closed["weights"], closed["bands"]) == ("0.111", "2017")
    assert listed(house)["office", "dukcapil"]["method"]["weights"] == "0.111"
    make_key(key_file)
    house.clock.now += AFTER_THE_WINDOW
    assert house.post(f"{OCTOBER}/finalise", {}, "supervisor").status_code == 200
    surveyed(house.database, ["222222222"] * 12, start=500)
    house.release()
    revised = house.post(f"{OCTOBER}/revise", {}, "supervisor").json()
    assert (revised["revision"], revised["weights"]) == (2, "0.111")
    assert listed(house)["office", "dukcapil"]["method"]["weights"] == "0.111"
