"""What may be asked of indices: parameters, periods, the own questionnaire, the rules of scoring."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.instruments.loading import shipped
from app.instruments.registry import add_own
from app.ratings.tables import CHANNELS
from tests.house import NOW, House, problem
from tests.indices.asking import indices, rows
from tests.ratings.visits import Visit, put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily
BOGOR = (Path(__file__).parents[1] / "instruments" / "bogor-2011.toml").read_text("utf-8")


def test_a_parameter_that_is_wrong_is_named(house: House) -> None:
    faults: list[tuple[dict[str, Any], str, str]] = [
        ({"offices": "dukcapil"}, "offices", "field-unknown"),
        ({"agency": "desa"}, "agency", "field-unknown"),
        ({"first": "2026-11-01"}, "first", "field-unknown"),
        ({"by": "week"}, "by", "field-invalid"),
        ({"by": ""}, "by", "field-invalid"),
        ({"channel": "fax"}, "channel", "field-invalid"),
        ({"include": "parents"}, "include", "field-invalid"),
        ({"office": "a'--"}, "office", "field-invalid"),
        ({"employee": "x" * 41}, "employee", "field-invalid"),
        ({"service": "a\0"}, "service", "field-invalid"),
        ({"from_": "1767225600"}, "from", "field-invalid"),
        ({"from_": "2026-02-30"}, "from", "field-invalid"),
        ({"to": "1999-12-31"}, "to", "field-invalid"),
        ({"to": "9999-12-31"}, "to", "field-invalid"),
        ({"weights": "0.111"}, "weights", "field-invalid"),
        ({"weights": ""}, "weights", "field-invalid"),
        ({"bands": "1999"}, "bands", "field-invalid"),
        ({"office": ["dukcapil", "setda"]}, "office", "field-invalid"),
    ]
    for asked, field, code in faults:
        problem(indices(house, **asked), 422, code, field)


def test_the_message_says_what_to_send_instead(house: House) -> None:
    def message(**asked: str) -> str:
        (error,) = indices(house, **asked).json()["errors"]
        return str(error["message"])

    assert "expected exact, 0.333, 0.33." in message(weights="0.111")
    assert "expected 2017, 2004." in message(bands="1999")
    assert "'office', 'service', 'employee', 'channel', 'month', 'day'" in message(by="week")
    assert "expected a date such as 2026-11-24." in message(from_="yesterday")


def test_what_is_unknown_and_what_is_no_period_have_codes_of_their_own(house: House) -> None:
    house.release()
    for asked, status, code in [
        ({"office": "NOWHERE"}, 404, "office-unknown"),
        ({"service": "nothing"}, 404, "service-unknown"),
        ({"employee": "E999"}, 404, "employee-unknown"),
        ({"instrument": "csm-1"}, 404, "instrument-unknown"),
        ({"from_": "2026-11-02", "to": "2026-11-01"}, 422, "period-reversed"),
        ({"from_": "2000-01-01", "to": "2026-11-30"}, 422, "period-too-long"),
        ({"from_": "2026-11-02", "to": "2026-11-30"}, 422, "not-released"),
        ({"by": "day"}, 422, "cut-not-told"),
        ({"by": "employee", "service": "kk"}, 422, "cut-not-told"),
    ]:
        problem(indices(house, **asked), status, code)
    assert "at most 1100 days" in indices(house, from_="2000-01-01", to="2026-11-30").json()["detail"]


def test_an_end_left_out_lies_in_the_month_of_the_other_and_both_in_the_newest_period(house: House) -> None:
    house.release()
    for asked, first, last in [
        ({"from": "2026-11-01"}, "2026-11-01", "2026-11-30"),
        ({"from": "2026-12-01"}, "2026-12-01", "2026-12-31"),
        ({"from": "2024-02-01"}, "2024-02-01", "2024-02-29"),
        ({"to": "2026-10-31"}, "2026-10-01", "2026-10-31"),
        ({"to": "2025-01-31"}, "2025-01-01", "2025-01-31"),
        ({}, "2027-01-01", "2027-03-31"),
    ]:
        body = house.get("/v1/indices", params=asked).json()
        assert (body["from"], body["to"]) == (first, last), asked
    for asked, first, last in [
        ({"from": "2026-11-05"}, "2026-11-01", "2026-11-30"),
        ({"to": "2025-01-15"}, "2025-01-01", "2025-01-31"),
        ({"from": "2027-04-01"}, "2027-03-01", "2027-03-31"),
    ]:
        response = house.get("/v1/indices", params=asked, headers={"Accept-Language": "en"})
        document = problem(response, 422, "not-released")
        assert document["detail"].endswith(f" from {first} to {last}."), asked


@pytest.mark.long
def test_an_own_instrument_whose_version_has_a_dot_is_rated_and_read(house: House) -> None:
    source = BOGOR.replace('name = "ikm-bogor"', 'name = "survey"').replace('version = "2011"', 'version = "1.2"')
    with house.database.writing() as session:
        added = add_own(session, "kota", source, actor="test", now=NOW)
    assert added.id == "survey-1.2"
    for _ in range(12):
        sheet = house.sheet(instrument=added.id, scores=dict.fromkeys(added.codes, 3), employee="E001")
        assert house.post("/v1/ratings", sheet).status_code == 201
    house.release()
    (row,) = rows(house, instrument=added.id)
    assert (row["n"], row["index"]["value"]) == (12, "74.55")
    asked = {"period": "2026-11", "instrument": added.id}
    for units in ("employees", "offices"):
        response = house.get(f"/v1/measures/{units}", params=asked)
        assert (response.status_code, response.json()["instrument"]) == (200, added.id), response.text
    house.clock.now += timedelta(days=31)
    closed = house.post("/v1/periods/2026-11/close", {"instrument": added.id}, "supervisor")
    assert (closed.status_code, closed.json()["instrument"]) == (201, added.id), closed.text


def test_the_rules_of_scoring_may_be_chosen(house: House) -> None:
    put(house.database, [Visit(sheet="434")] * 10)
    house.release()
    body = indices(house, weights="0.33", bands="2004").json()
    assert (body["weights"], body["bands"]) == ("0.33", "2004")
    assert (body["rows"][0]["index"]["value"], body["rows"][0]["index"]["grade"]) == ("90.75", "A")
    assert rows(house)[0]["index"]["value"] == "91.67"


@pytest.mark.parametrize(("instrument", "own", "other"), [("ikl-1", "IKL", "IKM"), ("skm-2017", "IKM", "IKL")])
def test_an_index_never_has_the_name_of_the_other(house: House, instrument: str, own: str, other: str) -> None:
    sheet = "3" * len(shipped()[instrument].items)
    put(house.database, [Visit(instrument=instrument, sheet=sheet)] * 10)
    house.release()
    for accept in ("application/json", "text/csv"):
        text = indices(house, accept=accept, instrument=instrument).text
        assert own in text
        assert other not in text


@pytest.mark.quiet
def test_the_openapi_document_tells_of_both_formats_and_every_parameter(house: House) -> None:
    operation = house.app.openapi()["paths"]["/v1/indices"]["get"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/csv"}
    assert {parameter["name"] for parameter in operation["parameters"]} == {
        "office", "service", "employee", "channel", "instrument",
        "from", "to", "by", "include", "weights", "bands",
    }  # fmt: skip
    channel = next(p for p in operation["parameters"] if p["name"] == "channel")
    assert set(channel["schema"]["anyOf"][0]["enum"]) == set(CHANNELS)
