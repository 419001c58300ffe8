"""The agency's document, made by closing a period over HTTP: nothing in it tells about fewer than ten sheets."""

from pathlib import Path

import pytest

from app.instruments.registry import add_own
from tests.closing.steps import OCTOBER, close, finalise, open_offices, report, revise
from tests.house import House
from tests.ratings.visits import Visit, put

BOGOR = (Path(__file__).parents[1] / "instruments" / "bogor-2011.toml").read_text("utf-8")
OWN = BOGOR.replace('id = "Baik", en = "Good"', 'id = "Elok", en = "Fine"')


def at(office: str, sheet: str, n: int, instrument: str = "ikl-1") -> list[Visit]:
    return [Visit(office=office, sheet=sheet, rated_on=OCTOBER, instrument=instrument) for _ in range(n)]


def markets(house: House) -> list[Visit]:
    """Ratings of six more offices, so that offices are enough to be judged by each other."""
    codes = open_offices(house, 6)
    return [visit for n, code in enumerate(codes, 9) for visit in [*at(code, "434", n), *at(code, "333", 10)]]


@pytest.mark.long
def test_an_office_with_few_complete_sheets_has_no_place_in_the_funnel(house: House) -> None:
    visits = [
        *at("dukcapil", "434", 40), *at("dukcapil", "333", 20), *at("upt-makassar", "444", 15),
        *at("upt-makassar", "323", 15), *at("upt-jayapura", "4-4", 20), *at("upt-jayapura", "111", 3),
        *markets(house),
    ]  # fmt: skip
    put(house.database, visits)
    close(house)
    document = report(house, "kota")["document"]
    lines = {line["code"]: line for line in document["offices"]}
    assert lines["upt-jayapura"]["n"] == 23
    assert (lines["upt-jayapura"]["comparison"] or {}).get("funnel") is None
    assert {code: line["comparison"]["funnel"]["n"] for code, line in lines.items() if line["comparison"]} == {
        "dukcapil": 60,
        "upt-makassar": 30,
    } | {f"pasar-{place}": 18 + place for place in range(1, 7)}
    sizes = [each["n"] for each in document["funnel"]["limits"]]
    assert (sizes[0], sizes[-1]) == (19, 60)
    for code, line in lines.items():
        assert line["comparison"] == report(house, code)["document"]["figures"]["comparison"]
        if place := line["comparison"] and line["comparison"]["funnel"]:
            assert place["alarm"][0] <= place["warning"][0] < document["funnel"]["centre"] < place["warning"][1]


@pytest.mark.long
def test_among_seven_offices_nobody_stands_out_and_there_is_no_funnel(house: House) -> None:
    put(house.database, [*markets(house), *at("dukcapil", "111", 40)])
    close(house)
    document = report(house, "kota")["document"]
    assert len(document["offices"]) == 7
    assert [line["comparison"]["funnel"] for line in document["offices"]] == [None] * 7
    assert document["funnel"] is None


@pytest.mark.long
def test_coverage_is_told_for_the_offices_that_told_whom_they_served(house: House) -> None:
    put(house.database, [*at("dukcapil", "434", 40), *at("upt-makassar", "433", 30), *at("upt-jayapura", "444", 12)])
    volume = {"office": "dukcapil", "service": "ktp-el", "date": "2026-10-12", "served": 160, "offered": 150}
    assert house.post("/v1/volumes", {"volumes": [volume]}, "queue").status_code == 200
    close(house)
    document = report(house, "kota")["document"]
    assert document["integrity"] == {
        "offices": 3,
        "offices_told": 1,
        "rated": 40,
        "served": 160,
        "coverage": 0.25,
        "tickets": None,
        "bursts": 0,
        "held_reasons": {},
        "findings": {"held": 0, "noted": 0, "released": 0, "confirmed": 0},
    }
    lines = {line["code"]: line for line in document["offices"]}
    assert (lines["dukcapil"]["served"], lines["dukcapil"]["coverage"]) == (160, 0.25)
    assert (lines["upt-jayapura"]["served"], lines["upt-jayapura"]["coverage"]) == (None, None)


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_in_a_revision_in_which_all_offices_stand_the_funnel_stands(office: House, key_file: Path) -> None:
    """Two offices that told nothing before have five late ratings each: only the agency tells the ten."""
    put(office.database, [*at("upt-makassar", "323", 30), *at("upt-makassar", "444", 5), *markets(office)], start=2_000)
    close(office)
    finalise(office, key_file)
    first = report(office, "kota")["document"]
    assert first["funnel"] is not None
    put(office.database, [*at("setda", "111", 5), *at("upt-jayapura", "444", 5)], start=5_000)
    revise(office)
    second = report(office, "kota")["document"]
    assert second["n"] == first["n"] + 10
    assert second["funnel"] == first["funnel"]
    assert [line for line in second["offices"] if line["n"]] == first["offices"]
    assert [line["code"] for line in second["offices"] if line["withheld"] == "few"] == ["setda", "upt-jayapura"]


@pytest.mark.long
def test_grades_have_the_words_of_an_agencys_own_bands(house: House) -> None:
    with house.database.writing() as session:
        identifier = add_own(session, "kota", OWN, actor="test", now=house.clock.now).id
    put(house.database, at("dukcapil", "3" * 14, 12, instrument=identifier))
    house.release()
    answered = house.post("/v1/periods/2026-10/close", {"instrument": identifier}, "supervisor")
    assert answered.status_code == 201, answered.text
    figures = report(house, "dukcapil")["document"]["figures"]
    words = {"id": "Elok", "en": "Fine"}
    assert figures["index"]["words"] == words
    assert all(each["words"] == words for each in figures["dimensions"])
