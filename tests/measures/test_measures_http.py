"""`GET /v1/measures/…`: the rows a key reaches, with what is fair to say about each."""

from datetime import date
from typing import Any

import pytest

from app.measures import reading
from app.measures.rules.unit_measures import measure_offices
from tests.house import House, problem
from tests.ratings.visits import Visit, put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

OCTOBER = date(2026, 10, 12)


def visits(employee: str | None, n: int, sheet: str = "434", **changed: Any) -> list[Visit]:
    return [Visit(employee=employee, sheet=sheet, **{"rated_on": OCTOBER} | changed) for _ in range(n)]


def fill(house: House) -> None:
    put(
        house.database,
        [
            *visits("E001", 40, "434"), *visits("E001", 20, "333", channel="mobile"), *visits("E002", 35, "323"),
            *visits("E002", 9, "222", office="upt-makassar"), *visits("E003", 12, "444", office="upt-jayapura"),
            *visits("E004", 9), *visits(None, 5, service="kk"), *visits(None, 12, office="upt-makassar"),
        ],
    )  # fmt: skip
    house.release()


def asked(house: House, what: str, key: str = "reader", **query: str) -> dict[str, Any]:
    response = house.get(f"/v1/measures/{what}", key, params={"period": "2026-10"} | query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def by_code(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in answer["rows"]}


def test_each_person_with_ratings_has_a_row_and_too_few_are_suppressed(house: House) -> None:
    fill(house)
    answer = asked(house, "employees")
    rows = by_code(answer)
    assert list(rows) == ["E001", "E002", "E003", "E004"]
    assert {value for name, value in rows["E004"].items() if name not in ("code", "name", "suppressed")} == {None}
    first = rows["E001"]
    assert (first["n"], first["waiting"], first["collection"]["channels"]) == (60, None, None)
    assert (first["index"]["value"], first["incomplete_percent"]) == ("86.11", 0)
    assert first["dimensions"][0]["histogram"] == [0, 0, 20, 40]
    assert (first["dimensions"][0]["top"]["k"], first["dimensions"][0]["top"]["n"]) == (40, 60)
    assert (first["comparison"]["family"], first["comparison"]["peers"]) == ("adminduk", 3)
    # Three are too few to say who stands out among them.
    assert (first["comparison"]["use"], first["comparison"]["funnel"]) == ("appraisal", None)
    assert (answer["from"], answer["to"], answer["method"]) == ("2026-10-01", "2026-10-31", "cermin-measures-2")
    assert (answer["release"], answer["released_at"]) == (1, "2027-04-10T03:00:00Z")


def test_figures_of_a_person_from_fewer_than_thirty_have_one_decimal(house: House) -> None:
    fill(house)
    few, many = (by_code(asked(house, "employees"))[code] for code in ("E003", "E002"))
    assert (few["n"], few["index"]["value"], few["dimensions"][0]["mean"]) == (12, "100.0", "4.0")
    assert (few["dimensions"][0]["top"], few["dimensions"][0]["histogram"]) == (None, None)
    assert (many["n"], many["index"]["value"], many["dimensions"][0]["mean"]) == (35, "66.67", "3.0000")
    office = by_code(asked(house, "offices"))["upt-jayapura"]
    assert (office["n"], office["index"]["value"], office["dimensions"][0]["histogram"]) == (
        12,
        "100.00",
        [0, 0, 0, 12],
    )


def test_offices_are_compared_with_offices_and_no_use_is_said_of_them(house: House) -> None:
    fill(house)
    rows = by_code(asked(house, "offices"))
    assert list(rows) == ["dukcapil", "upt-jayapura", "upt-makassar"]
    assert rows["dukcapil"]["comparison"]["use"] is None
    assert rows["dukcapil"]["n"] == 109
    # Nine about E004 and five about nobody are told together, so of no service.
    collection = rows["dukcapil"]["collection"]
    assert (collection["channels"], collection["services"]) == ({"kiosk": 89, "mobile": 20}, {"ktp-el": 95})


def test_nobody_can_subtract_those_shown_from_their_office(house: House) -> None:
    """Nine rated E004; beside E002's ten they stay unknown, whoever subtracts E001 from the office."""
    put(house.database, [*visits("E001", 10), *visits("E002", 10), *visits("E004", 9)])
    house.release()
    rows = by_code(asked(house, "employees"))
    assert {code: row["suppressed"] for code, row in rows.items()} == {"E001": False, "E002": True, "E004": True}
    assert by_code(asked(house, "offices"))["dukcapil"]["n"] == 29


def test_who_has_more_than_ten_gives_only_what_others_lack(house: House) -> None:
    put(house.database, [*visits("E001", 30), *visits("E002", 10), *visits("E004", 9)])
    house.release()
    rows = by_code(asked(house, "employees"))
    assert {code: (row["n"], row["waiting"]) for code, row in rows.items()} == {
        "E001": (29, "<10"), "E002": (10, None), "E004": (None, None),
    }  # fmt: skip


def test_nobody_can_subtract_the_offices_shown_from_the_agency(house: House) -> None:
    put(
        house.database,
        [*visits(None, 30), *visits(None, 12, office="upt-jayapura"), *visits(None, 9, office="upt-makassar")],
    )
    house.release()
    rows = by_code(asked(house, "offices"))
    assert {code: row["suppressed"] for code, row in rows.items()} == {
        "dukcapil": False, "upt-jayapura": False, "upt-makassar": True,
    }  # fmt: skip
    [agency] = house.get("/v1/indices", params={"from": "2026-10-01", "to": "2026-10-31"}).json()["rows"]
    assert (agency["n"], agency["waiting"]) == (42, "<10")


def test_a_few_ratings_at_another_office_are_in_no_figure_of_the_person(house: House) -> None:
    fill(house)
    person = by_code(asked(house, "employees"))["E002"]
    assert (person["n"], person["waiting"]) == (35, "<10")


def test_a_narrower_key_sees_only_what_was_rated_at_its_offices(house: House) -> None:
    fill(house)
    rows = by_code(asked(house, "employees", "reader makassar"))
    assert {code: row["suppressed"] for code, row in rows.items()} == {"E002": True, "E003": False}
    assert list(by_code(asked(house, "offices", "reader makassar"))) == ["upt-jayapura", "upt-makassar"]
    assert list(by_code(asked(house, "employees", office="dukcapil"))) == ["E001", "E002", "E004"]
    problem(
        house.get("/v1/measures/offices", "reader makassar", params={"period": "2026-10", "office": "dukcapil"}),
        403,
        "out-of-scope",
    )


def test_coverage_is_rated_by_served_as_far_as_it_was_told(house: House) -> None:
    fill(house)
    told = [
        {"office": "dukcapil", "service": "ktp-el", "employee": "E001", "date": "2026-10-12", "served": 120},
        {"office": "dukcapil", "service": "kk", "date": "2026-10-12", "served": 80},
    ]
    assert house.post("/v1/volumes", {"volumes": told}, "queue").status_code == 200
    person = by_code(asked(house, "employees"))["E001"]["collection"]
    assert (person["served"], person["coverage"], person["sample"], person["sample_reached"]) == (120, 0.5, 92, False)
    office = by_code(asked(house, "offices"))["dukcapil"]["collection"]
    assert (office["served"], office["coverage"]) == (200, 0.55)
    assert by_code(asked(house, "employees"))["E002"]["collection"]["coverage"] is None


def test_change_is_against_the_period_of_the_same_kind_before(house: House) -> None:
    fill(house)
    put(house.database, visits("E001", 30, "222", rated_on=date(2026, 9, 14)), start=5_000)
    house.release()
    month = by_code(asked(house, "employees"))["E001"]["change"]
    assert (month["difference"] > 1, month["lower"] > 0) == (True, True)
    assert by_code(asked(house, "employees", period="2026-Q4"))["E001"]["change"]["difference"] == month["difference"]
    assert by_code(asked(house, "employees"))["E002"]["change"] is None


def test_what_is_asked_wrongly_is_told(house: House) -> None:
    problem(house.get("/v1/measures/offices", params={"period": "2026-13"}), 404, "period-unknown")
    problem(house.get("/v1/measures/offices"), 422, "invalid-request")
    problem(house.get("/v1/measures/offices", params={"period": "2026-10", "office": "x"}), 404, "office-unknown")
    problem(
        house.get("/v1/measures/offices", params={"period": "2026-10", "instrument": "x-1"}), 404, "instrument-unknown"
    )
    problem(house.get("/v1/measures/offices", params={"period": "2026-10"}), 404, "nothing-released")
    house.release()
    problem(house.get("/v1/measures/offices", params={"period": "2027-Q2"}), 422, "not-released")
    assert asked(house, "employees")["rows"] == []


def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    put(house.database, [Visit(employee="E001")] * 10)
    house.release()
    asked = {"period": "2026-11"}
    first = house.get("/v1/measures/employees", params=asked)
    named = {"if-none-match": f'"x", W/{first.headers["etag"]}'}
    again = house.get("/v1/measures/employees", params=asked, headers=named)
    assert (again.status_code, again.content) == (304, b"")
    assert house.get("/v1/measures/offices", params=asked, headers=named).status_code == 200


def test_offices_come_a_page_at_a_time_and_no_others_are_measured(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house)
    measured: list[int] = []

    def counted(scoring: Any, units: Any, compared: Any) -> Any:
        measured.append(len(units))
        return measure_offices(scoring, units, compared)

    monkeypatch.setattr(reading, "measure_offices", counted)
    questions: list[tuple[str, dict[str, str]]] = [("offices", {}), ("training", {}), ("offices", {"office": "setda"})]
    for what, within in questions:
        whole = asked(house, what, **within)
        assert whole["next"] is None
        for limit in (1, 2):
            rows, following, pages = [], "", 0
            measured.clear()
            while pages == 0 or following:
                page = asked(house, what, **within, limit=str(limit), **({"after": following} if following else {}))
                rows += page["rows"]
                following, pages = page["next"], pages + 1
            assert sorted(rows, key=str) == sorted(whole["rows"], key=str)
            assert pages > 1
            assert max(measured, default=0) <= limit
    assert asked(house, "offices", after="zzz")["rows"] == []
    problem(house.get("/v1/measures/offices", params={"period": "2026-10", "limit": "1001"}), 422, "invalid-request")
    problem(house.get("/v1/measures/offices", params={"period": "2026-10", "after": "x" * 41}), 422, "invalid-request")
