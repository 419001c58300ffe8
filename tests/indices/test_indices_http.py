"""`GET /v1/indices`: exact figures for those who may see them, and a clear word for those who may not."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import text

from app.directory.tables import Office
from app.instruments.loading import shipped
from tests.house import House, problem
from tests.indices.asking import NOVEMBER, indices, rows
from tests.ratings.visits import Visit, put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

IKL = shipped()["ikl-1"]
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
                "open": {"n": 0, "mean": None, "index": None, "questions": []},
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
