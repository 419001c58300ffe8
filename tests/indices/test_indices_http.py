"""`GET /v1/indices`: exact figures for those who may see them, and a clear word for those who may not."""

import csv
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.directory.tables import Office
from app.instruments.loading import shipped
from app.instruments.registry import add_own
from app.ratings.tables import CHANNELS
from tests.house import NOW, House, problem
from tests.ratings.visits import Visit, put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

IKL = shipped()["ikl-1"]
BOGOR = (Path(__file__).parents[1] / "instruments" / "bogor-2011.toml").read_text("utf-8")
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
WORDS = {"A": {"id": "Sangat Baik", "en": "Very good"}, "B": {"id": "Baik", "en": "Good"}}
TEXTS = {
    "speed": {"id": "Kecepatan", "en": "Speed"},
    "transparency": {"id": "Transparansi", "en": "Transparency"},
    "friendliness": {"id": "Keramahan", "en": "Friendliness"},
}

# What a row about fewer than ten ratings shows beside its group.
SUPPRESSED: dict[str, Any] = {
    "state": "suppressed",
    "n": None,
    "waiting": None,
    "incomplete_percent": None,
    "held": None,
    "open": None,
    "tickets": None,
    "held_reasons": None,
    "suppressed": True,
    "dimensions": [
        {
            "code": code,
            "title": title,
            "n": None,
            "mean": None,
            "index": None,
            "grade": None,
            "words": None,
            "interval": None,
        }
        for code, title in TEXTS.items()
    ],
    "index": None,
}


def indices(house: House, key: str = "reader", accept: str | None = None, **asked: Any) -> httpx.Response:
    """The answer to a question, about November unless it names other days; `from_` is `from`."""
    words = {name.rstrip("_"): value for name, value in asked.items()}
    if not words.keys() & {"from", "to"}:
        words |= NOVEMBER
    headers = {"Accept-Language": "en"} | ({} if accept is None else {"Accept": accept})
    return house.get("/v1/indices", key, params=words, headers=headers)


def rows(house: House, key: str = "reader", **asked: Any) -> list[dict[str, Any]]:
    """The rows of a question that is answered."""
    response = indices(house, key, **asked)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rows"]
    return found


def test_an_index_comes_with_all_that_explains_it(house: House) -> None:
    held = Visit(sheet="111", held=True, reason="burst")
    put(house.database, [Visit(sheet="434")] * 90 + [Visit(sheet="44-")] * 10 + [held] * 11)
    house.release()
    response = indices(house, office="dukcapil")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["vary"] == "Accept, Accept-Language, Authorization"
    means = {
        "speed": (100, "4.0000", "100.00", "A", ["98.35", "100.00"]),
        "transparency": (100, "3.1000", "77.50", "B", ["75.76", "78.91"]),
        "friendliness": (90, "4.0000", "100.00", "A", ["98.17", "100.00"]),
    }
    assert response.json() == {
        "agency": "kota",
        "instrument": "ikl-1",
        "version": "1",
        "digest": IKL.digest,
        "index_name": "IKL",
        "index_title": {"id": "Indeks Kepuasan Layanan", "en": "Service Satisfaction Index"},
        "weights": "exact",
        "bands": "2017",
        "from": "2026-11-01",
        "to": "2026-11-30",
        "by": None,
        "release": 1,
        "released_at": "2027-04-10T03:00:00Z",
        "rows": [
            {
                "group": None,
                "state": "exact",
                "n": 100,
                "waiting": None,
                "incomplete_percent": 10,
                "held": 11,
                "open": {"n": 0, "mean": None, "index": None},
                "tickets": {"issued": 0, "armed": 0, "spent": 0, "coverage": None},
                "held_reasons": {"burst": 11},
                "suppressed": False,
                "dimensions": [
                    {
                        "code": code,
                        "title": TEXTS[code],
                        "n": n,
                        "mean": mean,
                        "index": index,
                        "grade": grade,
                        "words": WORDS[grade],
                        "interval": interval,
                    }
                    for code, (n, mean, index, grade, interval) in means.items()
                ],
                "index": {
                    "name": "IKL",
                    "mean": "3.7000",
                    "mean_interval": ["3.6557", "3.7181"],
                    "value": "92.50",
                    "grade": "A",
                    "words": WORDS["A"],
                    "interval": {"confidence": 0.95, "lower": "91.39", "upper": "92.95", "n": 90},
                },
            }
        ],
    }


def test_before_the_first_release_nothing_is_told(house: House) -> None:
    put(house.database, [Visit()] * 10)
    problem(indices(house), 404, "nothing-released")
    # Another agency's release tells nothing of this one.
    house.release("desa")
    problem(indices(house), 404, "nothing-released")


def test_without_ratings_there_is_one_row_that_claims_nothing(house: House) -> None:
    house.release()
    (row,) = rows(house)
    assert row == SUPPRESSED | {"group": None}
    assert rows(house, by="office") == []


GROUPS = {
    "office": [{"office": "dukcapil", "name": "Dukcapil"}, {"office": "setda", "name": "Setda"}],
    "service": [{"service": "kk", "name": "KK"}, {"service": "ktp-el", "name": "KTP-EL"}],
    "employee": [{"employee": "E001", "name": "Siti Kenari E001"}],
    "channel": [{"channel": "kiosk", "name": None}, {"channel": "mobile", "name": None}],
    "month": [{"month": "2026-10", "name": None}, {"month": "2026-11", "name": None}],
}


def test_rows_are_named_by_what_they_are_about_and_sorted(house: House) -> None:
    put(
        house.database,
        [
            *[Visit(employee="E001")] * 10,
            *[Visit(office="setda", service="kk", channel="mobile", rated_on=date(2026, 10, 31))] * 10,
        ],
    )
    house.release()
    for by, groups in GROUPS.items():
        assert [row["group"] for row in rows(house, by=by, from_="2026-10-01", to="2026-11-30")] == groups


def test_only_readers_and_administrators_may_ask(house: House) -> None:
    house.release()
    for key in ("reader", "reader dukcapil", "admin"):
        assert indices(house, key).status_code == 200
    for key in ("device", "app"):
        problem(indices(house, key), 403, "key-kind-refused")
    problem(house.get("/v1/indices", None), 401, "key-missing")
    problem(indices(house, "crm_reader_unknown_key"), 401, "key-unknown")


@pytest.mark.long
def test_another_agency_sees_nothing(house: House) -> None:
    put(house.database, [Visit(employee="E001")] * 12)
    with house.database.writing() as session:
        session.add(Office(agency_id="kota", code="mpp", name="Mal", parent="setda", timezone="Asia/Jakarta"))
    house.release()
    house.release("desa")
    assert rows(house)[0]["n"] == 12
    assert rows(house, "desa reader") == [SUPPRESSED | {"group": None}]
    assert rows(house, "desa reader", employee="E001")[0]["suppressed"] is True
    for by in GROUPS:
        assert rows(house, "desa reader", by=by) == []
    assert indices(house, office="mpp").status_code == 200
    problem(indices(house, "desa reader", office="mpp"), 404, "office-unknown")


@pytest.mark.long
def test_a_scoped_key_sees_its_own_subtree(house: House) -> None:
    for start, (office, n) in enumerate({"setda": 10, "dukcapil": 20, "upt-makassar": 40, "upt-jayapura": 80}.items()):
        put(house.database, [Visit(office=office)] * n, start=100 * start)
    house.release()
    assert rows(house)[0]["n"] == 150
    assert rows(house, "reader makassar")[0]["n"] == 120
    assert rows(house, "reader makassar", office="upt-makassar")[0]["n"] == 40
    assert rows(house, "reader makassar", office="upt-makassar", include="children")[0]["n"] == 120
    assert rows(house, office="upt-makassar", include="children")[0]["n"] == 120
    problem(indices(house, "reader makassar", office="dukcapil"), 403, "out-of-scope")
    problem(indices(house, "reader makassar", office="setda", include="children"), 403, "out-of-scope")
    problem(indices(house, "reader makassar", office="nowhere"), 404, "office-unknown")


def test_a_person_with_fewer_than_ten_ratings_has_no_figures(house: House) -> None:
    put(house.database, [Visit(employee="E001")] * 10 + [Visit(employee="E004")] * 9 + [Visit()] * 5)
    house.release()
    shown, hidden = rows(house, by="employee")
    assert (shown["group"]["employee"], shown["n"], shown["suppressed"]) == ("E001", 10, False)
    assert hidden == SUPPRESSED | {"group": {"employee": "E004", "name": "Siti Kenari E004"}}
    assert [row["suppressed"] for row in rows(house, employee="E001", by="office")] == [False]
    assert [row["suppressed"] for row in rows(house, employee="E002")] == [True]
    assert [row["suppressed"] for row in rows(house, "admin", employee="E004", by="month")] == [True]


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
def test_what_was_not_changed_is_not_sent_again(house: House) -> None:
    put(house.database, [Visit(employee="E001")] * 12)
    house.release()

    def again(tag: str, **asked: Any) -> tuple[int, bytes]:
        response = house.get("/v1/indices", params=NOVEMBER | asked, headers={"If-None-Match": tag})
        return response.status_code, response.content

    first, csv_answer = indices(house), indices(house, accept="text/csv")
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert again(tag) == (304, b"")
    assert again('"other"') == (200, first.content)
    assert csv_answer.headers["etag"] != tag
    assert again(tag, by="office")[0] == 200
    put(house.database, [Visit(employee="E001")] * 10, start=100)
    assert again(tag) == (304, b"")
    house.release()
    assert again(tag)[0] == 200
    # Who reads about a person leaves a trace also where nothing new is sent.
    of_person = indices(house, employee="E001").headers["etag"]
    assert again(of_person, employee="E001") == (304, b"")
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM audit_event WHERE action = 'persons.read'")).scalar() == 2


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


def test_csv_has_one_line_for_each_row_and_the_same_figures(house: House) -> None:
    put(house.database, [Visit(sheet="434")] * 10 + [Visit(sheet="333", office="upt-makassar")] * 10)
    house.release()
    with house.database.writing() as session:
        office = session.get_one(Office, ("kota", "upt-makassar"))
        office.name = "=cmd|' /C calc'!A1"
        session.add(office)
    response = indices(house, accept="text/csv", by="office")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["vary"] == "Accept, Accept-Language, Authorization"
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert [line["name"] for line in lines] == ["Dukcapil", "'=cmd|' /C calc'!A1"]
    for line, row in zip(lines, rows(house, by="office"), strict=True):
        assert line["group"] == row["group"]["office"]
        assert (line["state"], line["n"], line["waiting"]) == (row["state"], str(row["n"]), "")
        assert (line["index"], line["grade"]) == (row["index"]["value"], row["index"]["grade"])
        assert [line[f"{d['code']}_mean"] for d in row["dimensions"]] == [d["mean"] for d in row["dimensions"]]


def test_csv_is_written_for_the_language_that_is_asked_for(house: House) -> None:
    put(house.database, [Visit(sheet="434")] * 10)
    house.release()
    for language, header, index in (
        ("id", "agency;instrument;", ";91,67;"),
        ("id-ID,id;q=0.9,en;q=0.5", "agency;instrument;", ";91,67;"),
        ("en-GB,id;q=0.5", "agency,instrument,", ",91.67,"),
        ("fr", "agency,instrument,", ",91.67,"),
    ):
        headers = {"Accept": "text/csv", "Accept-Language": language}
        answer = house.get("/v1/indices", params=NOVEMBER, headers=headers)
        assert answer.text.removeprefix("\ufeff").startswith(header)
        assert index in answer.text


def test_the_format_follows_the_accept_header(house: House) -> None:
    house.release()
    for accept in ("*/*", "application/*", "application/json", "text/csv;q=0.5, */*"):
        assert indices(house, accept=accept).headers["content-type"] == "application/json"
    for accept in ("text/csv", "text/*", "application/json;q=0.5, text/csv;q=0.6"):
        assert indices(house, accept=accept).headers["content-type"] == "text/csv; charset=utf-8"
    for accept in ("application/xml", "text/csv;q=0", "image/*"):
        document = problem(indices(house, accept=accept), 406, "not-acceptable")
        assert "application/json, text/csv" in document["detail"]


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
