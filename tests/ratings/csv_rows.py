"""Files of past answers for the tests of importing them: their rows, columns and proposals."""

from collections.abc import Iterable, Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.rules.postings import Stay
from app.instruments.loading import shipped
from app.ratings.csv_import.csv_file import AnswersFile, CsvLine
from app.ratings.csv_import.importing import ImportProposal, propose
from app.ratings.csv_import.past_answers import Form
from app.ratings.keys import KeyMaker
from app.ratings.validation import KnownCodes
from tests.house import NOW, SECRET

IKL = shipped()["ikl-1"]
KEYS = KeyMaker.of(SECRET.encode())
MAKASSAR = ZoneInfo("Asia/Makassar")
OFFICE = OfficeEntry("upt-makassar", None, MAKASSAR)
CATALOGUE = Catalogue(
    agency_id="kota",
    version=UUID(int=0),
    offices={OFFICE.code: OFFICE},
    services=frozenset(["skck"]),
    counters={},
    employees=frozenset(["E001", "E002"]),
    postings={"E001": (Stay(date(2020, 1, 2), None, OFFICE.code),)},
)
CODES = KnownCodes(CATALOGUE, shipped())
FORM = Form(
    office=OFFICE,
    service="skck",
    instrument=IKL,
    channel="import",
    time="time",
    answers={"q1": "speed", "q2": "transparency", "q3": "friendliness"},
    employee="officer",
    profile={"sex": "sex"},
)
# time, q1, q2, q3, officer, sex
Row = tuple[str, str, str, str, str, str]
TEN = "2020-07-15 10:00:00"
ROWS = st.tuples(
    st.sampled_from([TEN, "2020-07-15 10:00:01", "2020-07-16", "2020-08-01 08:00:00"]),
    st.sampled_from(["4", "3"]),
    st.sampled_from(["4", "-"]),
    st.just("1"),
    st.sampled_from(["", "E001"]),
    st.sampled_from(["", "L", "P"]),
)


def lines(rows: Iterable[Sequence[str]], form: Form = FORM) -> AnswersFile:
    """A file with these rows."""
    names = ["time", "q1", "q2", "q3", "officer", "sex"]
    read = [dict(zip(names, row, strict=True)) for row in rows]
    return AnswersFile([CsvLine(n, cells) for n, cells in enumerate(read, start=2)], [], "0" * 64)


def proposal(rows: Iterable[Sequence[str]], form: Form = FORM) -> ImportProposal:
    """What these rows would add."""
    return propose(lines(rows), form, CODES, KEYS, NOW)


def changed(form: Form, **values: Any) -> Form:
    """The form with other values."""
    return Form(**{**{name: getattr(form, name) for name in Form.__dataclass_fields__}, **values})


def parts_of(rows: Sequence[Row], seed: Random) -> list[list[Row]]:
    """The rows in three shuffled files; what is equal in minute, answers and employee stays together."""
    parts: list[list[Row]] = [[], [], []]
    of_group: dict[tuple[str, ...], list[Row]] = {}
    for row in seed.sample(list(rows), len(rows)):
        of_group.setdefault((row[0][:16], *row[1:5]), parts[seed.randrange(3)]).append(row)
    return parts


def keys(proposed: ImportProposal) -> set[str]:
    """The keys of the proposed ratings."""
    return {rating.key for rating in proposed.ratings}
