"""An element that several questions ask about is one element: one row, its questions below it."""

import csv
from fractions import Fraction
from io import StringIO
from random import Random
from typing import Any

import pytest

from app.instruments.consistency import SKM_ELEMENTS
from app.instruments.loading import shipped
from app.instruments.registry import add_own
from tests.closing.steps import OCTOBER
from tests.house import House
from tests.ratings.visits import Visit, put

pytestmark = pytest.mark.sqlite_daily

# Twenty-two questions of eight elements; every element weighs an eighth.
QUESTIONS = (4, 3, 3, 3, 3, 3, 2, 1)
ELEMENTS = [code for code in SKM_ELEMENTS if code != "SARPRAS"]
HEAD = """
name = "rinci"
version = "1"
default_mode = "exact"
default_bands = "2017"
title = {{ id = "Survei rinci" }}
index = {{ name = "IPL", title = {{ id = "Indeks Penilaian Layanan" }} }}
scale = {{ low = 1, high = 4 }}
weight_modes.exact = [{weights}]
band_tables.2017 = [
    {{ grade = "A", lower = "88.31", words = {{ id = "Sangat Baik" }} }},
    {{ grade = "B", lower = "76.61", words = {{ id = "Baik" }} }},
    {{ grade = "C", lower = "65.00", words = {{ id = "Kurang Baik" }} }},
    {{ grade = "D", lower = "25.00", words = {{ id = "Tidak Baik" }} }},
]
"""
ELEMENT = '[[elements]]\ncode = "{code}"\ntitle = {{ id = "Unsur {code}" }}\n'
QUESTION = """
[[items]]
code = "{code}"
{element}
dimension = "d{place}"
title = {{ id = "Pertanyaan {code}" }}
question = {{ id = "Bagaimana {code}?" }}
answers = {{ id = ["1", "2", "3", "4"] }}
"""


def source() -> str:
    """The file of the questionnaire."""
    weights, elements, questions, place = [], [], [], 0
    for code, n in zip(ELEMENTS, QUESTIONS, strict=True):
        several = n > 1
        if several:
            elements.append(ELEMENT.format(code=code))
        for number in range(n):
            weights.append(f'"1/{8 * n}"')
            named = {"code": f"{code}_{number + 1}", "element": f'element = "{code}"'}
            alone = {"code": code, "element": ""}
            questions.append(QUESTION.format(place=place, **(named if several else alone)))
            place += 1
    return HEAD.format(weights=", ".join(weights)) + "".join(elements) + "".join(questions)


@pytest.fixture
def surveyed(house: House) -> tuple[House, list[str]]:
    """An office with a hundred sheets of it, closed."""
    with house.database.writing() as session:
        identifier = add_own(session, "kota", source(), actor="test", now=house.clock.now).id
    draw = Random(5)
    sheets = ["".join(draw.choice("2334" if place % 3 else "1344") for place in range(22)) for _ in range(100)]
    put(house.database, [Visit(sheet=sheet, instrument=identifier, rated_on=OCTOBER) for sheet in sheets])
    house.release()
    closed = house.post("/v1/periods/2026-10/close", {"instrument": identifier}, "supervisor")
    assert closed.status_code == 201, closed.text
    return house, sheets


def survey_id(house: House) -> str:
    listed = house.get("/v1/reports", "supervisor", params={"period": "2026-10", "kind": "skm", "unit": "dukcapil"})
    return str(listed.json()["items"][0]["id"])


@pytest.mark.long
def test_twenty_two_questions_of_eight_elements_make_eight_rows(surveyed: tuple[House, list[str]]) -> None:
    house, sheets = surveyed
    document: dict[str, Any] = house.get(f"/v1/reports/{survey_id(house)}", "supervisor").json()["document"]
    results = document["survey"]["results"]
    elements = results["elements"]
    assert [each["code"] for each in elements] == ELEMENTS
    assert [len(each["questions"]) for each in elements] == [n if n > 1 else 0 for n in QUESTIONS]
    means = [Fraction(sum(int(sheet[place]) for sheet in sheets), len(sheets)) for place in range(22)]
    by_element, place = {}, 0
    for code, n in zip(ELEMENTS, QUESTIONS, strict=True):
        by_element[code] = sum(means[place : place + n], Fraction(0)) / n
        place += n
    for each in elements:
        assert abs(Fraction(each["nrr"]) - by_element[each["code"]]) <= Fraction(1, 20_000)
        assert abs(Fraction(each["index"]) - by_element[each["code"]] * 25) <= Fraction(1, 200)
        assert (each["n"], each["grade"] is None) == (100, False)
    # The weighted means add up to the index.
    total = sum(Fraction(each["weighted"]) for each in elements)
    assert abs(total * 25 - Fraction(document["figures"]["index"]["value"])) < Fraction(1, 50)
    order = sorted(ELEMENTS, key=lambda code: by_element[code], reverse=True)
    assert (results["highest"], results["lowest"]) == (order[:3], order[::-1][:3])
    # Eight of the nine official elements: no full SKM, and the ninth is named.
    missing = [each["code"] for each in document["survey"]["missing"]]
    assert (document["survey"]["full"], missing) == (False, ["SARPRAS"])


@pytest.mark.long
def test_questions_stand_below_their_element_in_what_is_read(surveyed: tuple[House, list[str]]) -> None:
    house, _ = surveyed
    table = house.get(f"/v1/reports/{survey_id(house)}", "supervisor", params={"format": "csv", "lang": "id"}).text
    names = [cell for row in csv.reader(StringIO(table), delimiter=";") for cell in row]
    # In the row of an element comes its code; the questions' follow, in order.
    shown = [name for name in names if name.startswith(("PERSYARATAN", "PROSEDUR"))]
    assert shown[:9] == [
        "PERSYARATAN", *(f"PERSYARATAN_{n}" for n in (1, 2, 3, 4)), "PROSEDUR", *(f"PROSEDUR_{n}" for n in (1, 2, 3))
    ]  # fmt: skip


def test_shipped_questionnaires_but_one_have_an_element_for_each_question() -> None:
    for name, instrument in shipped().items():
        if name == "pekppp-f03":
            # Twelve questions about six aspects.
            continue
        assert [each.code for each in instrument.elements] == list(instrument.codes)
