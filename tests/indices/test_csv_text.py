"""The CSV holds what the JSON holds, and nothing in it is run by a spreadsheet."""

import csv
from collections.abc import Mapping
from datetime import date
from io import StringIO

import pytest

from app.disclosure.rules.minimum import about_person
from app.foundation.formula_guard import guarded
from app.indices.csv_text import columns, csv_text
from app.indices.days_asked import DayRange
from app.indices.rules.figures import Group, IndexTable, Scoring, disclosed_row
from app.instruments.loading import shipped
from app.ratings.tallies.rules.query_plan import By
from app.tickets.rules.lifecycle import TicketSum

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]
SCORING = Scoring(IKL, "exact", "2017")
MONTH = DayRange(date(2026, 11, 1), date(2026, 11, 30))

HEADER = (
    "agency,instrument,version,digest,index_name,weights,bands,from,to,by,group,name,n,held,suppressed,"
    "speed_n,speed_mean,speed_index,speed_grade,speed_lower,speed_upper,"
    "transparency_n,transparency_mean,transparency_index,transparency_grade,transparency_lower,transparency_upper,"
    "friendliness_n,friendliness_mean,friendliness_index,friendliness_grade,friendliness_lower,friendliness_upper,"
    "index,grade,words_id,words_en,confidence,lower,upper,complete_sheets,"
    "open,mean_open,index_open,tickets_issued,tickets_armed,tickets_spent,tickets_coverage"
)


def table(groups: Mapping[Group | None, Mapping[str, int]], by: By | None = None) -> IndexTable:
    """A table of counted sheets per group."""
    personal = about_person(None, by)
    rows = (disclosed_row(SCORING, group, {"counted": counts}, personal=personal) for group, counts in groups.items())
    return IndexTable("kota", SCORING, MONTH, by, tuple(rows))


def test_one_row_is_one_line_of_flat_columns() -> None:
    text = csv_text(table({None: {"434": 9, "44-": 1}}))
    assert text == (
        f"{HEADER}\r\n"
        f"kota,ikl-1,1,{IKL.digest},IKL,exact,2017,2026-11-01,2026-11-30,,,,10,0,false,"
        "10,4.0000,100.00,A,85.63,100.00,"
        "10,3.1000,77.50,B,69.19,82.58,"
        "9,4.0000,100.00,A,84.30,100.00,"
        "92.50,A,Sangat Baik,Very good,0.95,81.12,94.67,9,0,,,,,,\r\n"
    )


def test_a_suppressed_row_has_empty_cells() -> None:
    text = csv_text(table({Group("E017", "Siti"): {"434": 9}}, By.employee))
    assert text.splitlines()[1] == (
        f"kota,ikl-1,1,{IKL.digest},IKL,exact,2017,2026-11-01,2026-11-30,employee,E017,Siti,,,true"
        + "," * (3 * 6 + 8 + 7)
    )


def test_a_row_without_complete_sheets_has_an_index_without_an_interval() -> None:
    text = csv_text(table({None: {"4--": 1, "-4-": 1, "--4": 1}}))
    assert text.endswith("100.00,A,Sangat Baik,Very good,,,,,0,,,,,,\r\n")


def test_what_is_in_no_figure_stands_at_the_end() -> None:
    tickets = TicketSum(issued=40, armed=30, spent=12)
    counts = {"counted": {"434": 2}, "open": {"111": 9, "444": 1}}
    row = disclosed_row(SCORING, None, counts, personal=False, tickets=tickets)
    text = csv_text(IndexTable("kota", SCORING, MONTH, None, (row,)))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    told = {name: line[name] for name in HEADER.split(",")[-7:]}
    assert told == {
        "open": "10",
        "mean_open": "1.3000",
        "index_open": "32.50",
        "tickets_issued": "40",
        "tickets_armed": "30",
        "tickets_spent": "12",
        "tickets_coverage": "0.4",
    }
    few = disclosed_row(SCORING, None, {"open": {"111": 9}}, personal=False)
    assert few.open is not None
    assert (few.n, few.open.n, few.open.composite) == (0, 9, None)


def test_a_table_without_rows_still_has_its_header() -> None:
    assert csv_text(table({}, By.office)) == f"{HEADER}\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    name = f'{start}HYPERLINK("http://evil";"x")'
    text = csv_text(table({Group("loket", name): {"434": 1}}, By.office))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    assert line["name"] == f"'{name}"
    assert line["group"] == "loket"


def test_other_cells_stay_as_they_are() -> None:
    for cell in ("Dinas = satu", "'tis", "85.85", "", 0, -1, 0.95, None):
        assert guarded(cell) == cell


def test_quotes_commas_and_line_breaks_survive() -> None:
    name = 'Dinas "A", lantai 2\nGedung B'
    text = csv_text(table({Group("a", name): {"434": 1}}, By.office))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    assert line["name"] == name


def test_no_item_can_take_the_place_of_another_column() -> None:
    awkward = ("index", "grade", "words", "n", "index_name", "complete", "interval", "words_id")
    for codes in (IKL.codes, SKM.codes, awkward):
        assert len(set(columns(codes))) == len(columns(codes))
