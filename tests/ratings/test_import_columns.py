"""One file holds a whole agency: office, service, channel and employee stand in columns."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.rules.postings import Stay
from app.instruments.loading import shipped
from app.ratings.csv_import.csv_file import AnswersFile, CsvLine
from app.ratings.csv_import.importing import ImportProposal, propose
from app.ratings.csv_import.past_answers import FileColumn, Form
from app.ratings.validation import KnownCodes
from tests.house import NOW
from tests.ratings.csv_rows import KEYS

OFFICES = {
    "timur": OfficeEntry("timur", None, ZoneInfo("Asia/Jayapura")),
    "barat": OfficeEntry("barat", None, ZoneInfo("Asia/Jakarta")),
}
CODES = KnownCodes(
    Catalogue(
        "kota",
        UUID(int=0),
        OFFICES,
        frozenset(["kk", "skck"]),
        {},
        frozenset(["E001"]),
        {"E001": (Stay(date(2020, 1, 1), None, "timur"),)},
    ),
    shipped(),
)
QUESTIONS = {"q1": "speed", "q2": "transparency", "q3": "friendliness"}
NAMES = ["when", "kantor", "layanan", "cara", "petugas", *QUESTIONS]
BY_COLUMN = Form(
    office=FileColumn("kantor"),
    service=FileColumn("layanan"),
    instrument=shipped()["ikl-1"],
    channel=FileColumn("cara"),
    time="when",
    answers=QUESTIONS,
    employee="petugas",
)
GOOD = [
    ("2020-07-15 01:00:00", "timur", "kk", "kiosk", "E001", "4", "3", "2"),
    ("2020-07-15 01:00:00", "barat", "skck", "", "", "4", "3", "2"),
    ("2020-07-15 01:00:00", "barat", "kk", "Web", "", "4", "3", "2"),
]


def proposed(rows: Sequence[Sequence[str]], form: Form = BY_COLUMN) -> ImportProposal:
    """What a file of these rows would add."""
    cells = [dict(zip(NAMES, row, strict=True)) for row in rows]
    file = AnswersFile([CsvLine(n, each) for n, each in enumerate(cells, start=2)], [], "0" * 64)
    return propose(file, form, CODES, KEYS, NOW)


def test_each_row_counts_where_it_says() -> None:
    made = proposed(GOOD)
    assert made.faults == []
    places = {(each.place.office, each.place.service, each.place.channel, each.place.employee) for each in made.ratings}
    assert places == {
        ("timur", "kk", "kiosk", "E001"),
        ("barat", "skck", "import", None),
        ("barat", "kk", "web", None),
    }
    # One in the morning is the day before nowhere: each office's own clock says which day it is.
    assert {each.place.rated_on for each in made.ratings} == {date(2020, 7, 15)}


def test_a_row_is_the_same_rating_whether_its_place_is_in_a_column_or_named_once() -> None:
    by_column = proposed([GOOD[1]])
    named = Form(
        office=OFFICES["barat"],
        service="skck",
        instrument=BY_COLUMN.instrument,
        channel="import",
        time="when",
        answers=QUESTIONS,
        employee="petugas",
    )
    assert [each.key for each in by_column.ratings] == [each.key for each in proposed([GOOD[1]], named).ratings]
    assert BY_COLUMN.columns == ["when", "kantor", "layanan", "cara", "petugas", "q1", "q2", "q3"]
    assert named.columns == ["when", "petugas", "q1", "q2", "q3"]


def test_equal_rows_of_two_offices_are_numbered_for_themselves() -> None:
    both = {each.key for each in proposed([GOOD[1], ("2020-07-15 01:00:00", "timur", *GOOD[1][2:])]).ratings}
    assert {each.key for each in proposed([GOOD[1]]).ratings} < both
    assert len({each.key for each in proposed([GOOD[1]] * 3).ratings}) == 3


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("kantor", "utara", "no office"),
        ("kantor", "", "no office"),
        ("layanan", "sim", "no service"),
        ("cara", "pos", "write one of import, kiosk, mobile, web"),
        ("petugas", "E009", "no employee"),
    ],
)
def test_a_faulty_place_is_named_by_row_and_column(column: str, cell: str, words: str) -> None:
    row = dict(zip(NAMES, GOOD[0], strict=True)) | {column: cell}
    made = proposed([GOOD[1], [row[name] for name in NAMES]])
    [fault] = made.faults
    assert (fault.row, fault.column) == (3, column)
    assert words in fault.problem
    assert len(made.ratings) == 1


def test_somebody_who_did_not_work_at_the_rows_office_is_a_fault() -> None:
    [fault] = proposed([(GOOD[1][0], "barat", "kk", "", "E001", "4", "3", "2")]).faults
    assert fault.column == "petugas"
