"""The CSV holds what the JSON holds, and nothing in it is run by a spreadsheet."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from app.disclosure.rules.due import ReleaseState
from app.disclosure.rules.minimum import about_person
from app.disclosure.rules.without_answers import ShownTickets
from app.foundation.csv_dialects import BOM, COMMA, POINT, CsvDialect
from app.foundation.formula_guard import guarded
from app.indices import csv_text as indices_csv
from app.indices.csv_text import columns
from app.indices.days_asked import DayRange
from app.indices.rules.figures import Beside, Group, IndexRow, IndexTable, OpenAnswers, Scoring, index_row, open_answers
from app.instruments.loading import shipped
from app.ratings.rules.selection import By
from tests.cells import block, told

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]
SCORING = Scoring(IKL, "exact", "2017")
MONTH = DayRange(date(2026, 11, 1), date(2026, 11, 30))
RELEASE = ReleaseState(7, datetime(2026, 12, 1, 18, 30, tzinfo=UTC), date(2026, 11, 30), 3)
SHARED = f"kota,ikl-1,1,{IKL.digest},IKL,exact,2017,2026-11-01,2026-11-30"
RELEASED = "7,2026-12-01T18:30:00+00:00"
NOTHING_BESIDE = Beside(OpenAnswers(0, None), held=0, held_reasons={}, tickets=None)

HEADER = (
    "agency,instrument,version,digest,index_name,weights,bands,from,to,by,release,released_at,"
    "group,name,state,n,waiting,held,suppressed,"
    "speed_n,speed_mean,speed_index,speed_grade,speed_lower,speed_upper,"
    "transparency_n,transparency_mean,transparency_index,transparency_grade,transparency_lower,transparency_upper,"
    "friendliness_n,friendliness_mean,friendliness_index,friendliness_grade,friendliness_lower,friendliness_upper,"
    "index,grade,words_id,words_en,confidence,lower,upper,complete_sheets,incomplete_percent,"
    "open,mean_open,index_open,tickets_issued,tickets_armed,tickets_spent,tickets_coverage"
)


def table(groups: Mapping[Group | None, Mapping[str, int]], by: By | None = None) -> IndexTable:
    """A table of counted sheets per group."""
    return table_of([row_of(group, counts) for group, counts in groups.items()], by)


def table_of(rows: Sequence[IndexRow], by: By | None = None) -> IndexTable:
    """A table of these rows."""
    return IndexTable("kota", SCORING, MONTH, by, about_person(None, by), RELEASE, tuple(rows))


def row_of(
    group: Group | None, counts: Mapping[str, int], waiting: int = 0, beside: Beside = NOTHING_BESIDE
) -> IndexRow:
    """The row of these sheets, complete ones and others in blocks of their own, where so many wait."""
    halves = ({sheet: n for sheet, n in counts.items() if ("-" in sheet) is skips} for skips in (False, True))
    return index_row(SCORING, group, told([block(IKL, half) for half in halves if half], waiting), beside)


def csv_text(table: IndexTable, dialect: CsvDialect = POINT) -> str:
    """The table as CSV, without the byte order mark that it begins with."""
    text = indices_csv.csv_text(table, dialect)
    assert text[0] == BOM
    return text[1:]


def test_where_the_language_has_a_decimal_comma_figures_have_it_and_semicolons_part_cells() -> None:
    opened = open_answers(SCORING, told([block(IKL, {"111": 9, "444": 11}, standing="open")]))
    beside = Beside(opened, held=0, held_reasons={}, tickets=ShownTickets(40, 30, 12, 0.4))
    shown = table_of([row_of(Group("a", 'Kantor 1.5, "A"; B'), {"434": 90, "44-": 10}, beside=beside)], By.office)
    plain, indonesian = csv_text(shown), csv_text(shown, COMMA)
    (points,), (commas,) = (
        csv.DictReader(StringIO(text, newline=""), delimiter=delimiter)
        for text, delimiter in ((plain, ","), (indonesian, ";"))
    )
    changed = {name: (points[name], commas[name]) for name in points if points[name] != commas[name]}
    assert all(after == before.replace(".", ",") for before, after in changed.values())
    assert changed.keys() == {
        *(f"{code}_{part}" for code in IKL.codes for part in ("mean", "index", "lower", "upper")),
        *("index", "lower", "upper", "confidence", "mean_open", "index_open", "tickets_coverage"),
    }


def test_one_row_is_one_line_of_flat_columns() -> None:
    text = csv_text(table({None: {"434": 90, "44-": 10}}))
    assert text == (
        f"{HEADER}\r\n"
        f"{SHARED},,{RELEASED},,,exact,100,,0,false,"
        "100,4.0000,100.00,A,98.35,100.00,"
        "100,3.1000,77.50,B,75.76,78.91,"
        "90,4.0000,100.00,A,98.17,100.00,"
        "92.50,A,Sangat Baik,Very good,0.95,91.39,92.95,90,10,0,,,,,,\r\n"
    )


def test_a_suppressed_row_has_empty_cells() -> None:
    text = csv_text(table_of([row_of(Group("E017", "Siti"), {}, waiting=9)], By.employee))
    assert text.splitlines()[1] == (
        f"{SHARED},employee,{RELEASED},E017,Siti,suppressed,,,,true" + "," * (3 * 6 + 9 + 7)
    )


def test_the_figures_of_a_person_with_few_ratings_have_one_decimal() -> None:
    text = csv_text(table({Group("E017", "Siti"): {"434": 9, "333": 20}}, By.employee))
    assert text.splitlines()[1].startswith(f"{SHARED},employee,{RELEASED},E017,Siti,exact,29,,0,false,29,3.3,82.8,B,")


def test_what_a_row_leaves_out_is_told_in_tens() -> None:
    rows = [row_of(Group(str(waiting), None), {"434": 300}, waiting) for waiting in (9, 10, 27)]
    text = csv_text(table_of(rows, By.office))
    lines = csv.DictReader(StringIO(text, newline=""))
    assert [(line["state"], line["n"], line["waiting"]) for line in lines] == [
        ("exact", "300", "<10"), ("exact", "300", "10+"), ("exact", "300", "20+")
    ]  # fmt: skip


@pytest.mark.parametrize(("skipping", "share"), [(0, "0"), (10, "13"), (11, "14"), (20, "22")])
def test_the_share_of_sheets_that_are_not_told_as_complete_is_in_whole_per_cent(skipping: int, share: str) -> None:
    # Ten of eighty are 12.5 per cent.
    text = csv_text(table({None: {"434": 70, "44-": skipping} if skipping else {"434": 70}}))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    assert (line["complete_sheets"], line["incomplete_percent"]) == ("70", share)


def test_a_row_without_complete_sheets_has_an_index_without_an_interval() -> None:
    text = csv_text(table({None: {"4--": 10, "-4-": 10, "--4": 10}}))
    assert text.endswith("100.00,A,Sangat Baik,Very good,,,,,100,0,,,,,,\r\n")


def test_what_is_in_no_figure_stands_at_the_end() -> None:
    opened = open_answers(SCORING, told([block(IKL, {"111": 9, "444": 1}, standing="open")]))
    beside = Beside(opened, held=0, held_reasons={}, tickets=ShownTickets(40, 30, 12, 0.4))
    row = row_of(None, {"434": 20}, beside=beside)
    text = csv_text(table_of([row]))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    shown = {name: line[name] for name in HEADER.split(",")[-7:]}
    assert shown == {
        "open": "10",
        "mean_open": "1.3000",
        "index_open": "32.50",
        "tickets_issued": "40",
        "tickets_armed": "30",
        "tickets_spent": "12",
        "tickets_coverage": "0.4",
    }


def test_nine_open_answers_are_not_told() -> None:
    assert open_answers(SCORING, told(waiting=9)) == OpenAnswers(0, None)


def test_a_table_without_rows_still_has_its_header() -> None:
    assert csv_text(table({}, By.office)) == f"{HEADER}\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    name = f'{start}HYPERLINK("http://evil";"x")'
    text = csv_text(table({Group("loket", name): {"434": 10}}, By.office))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    assert line["name"] == f"'{name}"
    assert line["group"] == "loket"


def test_other_cells_stay_as_they_are() -> None:
    for cell in ("Dinas = satu", "'tis", "85.85", "", 0, -1, 0.95, None):
        assert guarded(cell) == cell


def test_quotes_commas_and_line_breaks_survive() -> None:
    name = 'Dinas "A", lantai 2\nGedung B'
    text = csv_text(table({Group("a", name): {"434": 10}}, By.office))
    (line,) = csv.DictReader(StringIO(text, newline=""))
    assert line["name"] == name


def test_no_item_can_take_the_place_of_another_column() -> None:
    awkward = ("index", "grade", "words", "n", "index_name", "complete", "interval", "words_id")
    for codes in (IKL.codes, SKM.codes, awkward):
        assert len(set(columns(codes))) == len(columns(codes))
