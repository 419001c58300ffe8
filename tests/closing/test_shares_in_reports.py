"""A questionnaire of shares has one figure, whoever reads it: index, measure, report in every format, page, command."""

from typing import Any

import pytest

from tests.closing.steps import OCTOBER
from tests.house import House
from tests.ratings.visits import Visit, put

CSM, A11 = "csm-2022", "a11-2024"
# Of 45 sheets 30 agree with everything, 10 skip the fee (SQD5) and agree, 5 agree with nothing: of 395 answers 350.
SHEETS = {CSM: ["444445555"] * 30 + ["55555-555"] * 10 + ["123123123"] * 5, A11: ["4455445"] * 30 + ["3455445"] * 10}
INDEX = {CSM: "88.61", A11: "96.43"}
FORMATS = ("json", "csv", "xlsx", "pdf", "html")


@pytest.fixture(params=[CSM, A11])
def closed(house: House, request: pytest.FixtureRequest) -> tuple[House, str]:
    """An office whose October is closed by a questionnaire of shares."""
    put(
        house.database,
        [Visit(sheet=sheet, instrument=request.param, rated_on=OCTOBER) for sheet in SHEETS[request.param]],
    )
    house.release()
    response = house.post("/v1/periods/2026-10/close", {"instrument": request.param}, "supervisor")
    assert response.status_code == 201, response.text
    return house, request.param


def documents(house: House, name: str) -> dict[str, dict[str, Any]]:
    """The reports of the closing with their ids, by kind; those of the office where there are several."""
    listed = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "instrument": name}).json()["items"]
    found = {each["kind"]: each["id"] for each in sorted(listed, key=lambda line: line["unit"] != "kota")}
    return {kind: house.get(f"/v1/reports/{each}", "supervisor").json() | {"id": each} for kind, each in found.items()}


@pytest.mark.long
def test_index_measure_and_reports_say_the_same_figure(closed: tuple[House, str]) -> None:
    house, name = closed
    october = {"from": "2026-10-01", "to": "2026-10-31", "instrument": name}
    [row] = house.get("/v1/indices", "reader", params=october).json()["rows"]
    assert row["index"]["value"] == INDEX[name]
    assert float(row["index"]["interval"]["lower"]) < float(INDEX[name]) < float(row["index"]["interval"]["upper"])
    shown = documents(house, name)
    assert shown["office"]["document"]["figures"]["index"]["value"] == INDEX[name]
    survey = shown["skm"]["document"]["survey"]["results"]
    weighted = sum(float(each["weighted"]) for each in survey["elements"])
    assert weighted * 100 == pytest.approx(float(INDEX[name]), abs=0.05)
    if name == CSM:
        fee = next(each for each in row["dimensions"] if each["code"] == "SQD5")
        assert (row["n"], fee["n"], fee["index"], row["incomplete_percent"]) == (45, 35, "85.71", 22)


@pytest.mark.long
def test_a_share_below_a_quarter_stands_where_it_is_on_an_axis_from_nought(house: House) -> None:
    put(house.database, [Visit(sheet="1333315", instrument=A11, rated_on=OCTOBER)] * 20)
    house.release()
    house.post("/v1/periods/2026-10/close", {"instrument": A11}, "supervisor")
    report = documents(house, A11)["office"]
    assert report["document"]["figures"]["index"]["value"] == "14.29"
    page = house.get(f"/v1/reports/{report['id']}", "supervisor", params={"format": "html", "lang": "id"}).text
    assert "CXP per bulan, digambar dari 0 sampai 100" in page
    table = house.get(f"/v1/reports/{report['id']}", "supervisor", params={"format": "csv", "lang": "id"}).text
    # The columns of the histogram are named after the scores 0 and 1.
    histogram = [line.split(";") for line in table.splitlines() if line.startswith("Hasil;Berapa kali setiap jawaban")]
    assert {row[3] for row in histogram} == {"0", "1"}


@pytest.mark.long
def test_every_format_draws_it_in_both_languages(closed: tuple[House, str]) -> None:
    house, name = closed
    for kind, report in documents(house, name).items():
        for form in FORMATS:
            for language in ("id", "en"):
                params = {"format": form, "lang": language}
                drawn = house.get(f"/v1/reports/{report['id']}", "supervisor", params=params)
                assert drawn.status_code == 200, (kind, form, drawn.text)
                if form == "html" and kind in ("office", "skm"):
                    assert INDEX[name].replace(".", "," if language == "id" else ".") in drawn.text
