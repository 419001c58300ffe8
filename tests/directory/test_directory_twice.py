"""Whatever a valid directory holds, importing it again leaves every table as it is, bit by bit."""

from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.workbook.files import read_workbook
from app.directory.workbook.sheets import Workbook
from app.foundation.storage.database import Database
from tests.directory.workbooks import (
    Lines,
    book_of,
    csv_of,
    dump,
    found_agency,
    import_book,
    with_headers,
    xlsx_of,
)
from tests.effort import times

agencies = count(1)

names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "Nd")), min_size=1, max_size=20).map(
    lambda text: f"N {text}"
)
days = st.dates(datetime(2000, 1, 1).date(), datetime(2026, 1, 1).date())  # noqa: DTZ001 - a spreadsheet knows no zones
regions = st.sampled_from(("", "73", "73.71", "73.71.09.1001"))
zones = st.sampled_from(("WIB", "WITA", "WIT", "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"))


@st.composite
def directories(draw: st.DrawFn) -> Lines:
    """A small directory without faults."""
    offices = [f"o{i}" for i in range(draw(st.integers(1, 4)))]
    services = [f"s{i}" for i in range(draw(st.integers(0, 3)))]
    counters = [(draw(st.sampled_from(offices)), f"c{i}") for i in range(draw(st.integers(0, 4)))]
    people = {f"E{i}": (draw(st.sampled_from(offices)), draw(days)) for i in range(draw(st.integers(0, 4)))}
    duties: list[tuple[Any, ...]] = []
    for office, counter in counters:
        present = [code for code, (place, _) in people.items() if place == office]
        start = datetime(2026, 1, 5, draw(st.integers(0, 12)))  # noqa: DTZ001 - a spreadsheet knows no zones
        for _ in range(draw(st.integers(0, 3)) if present else 0):
            end = start + timedelta(minutes=draw(st.integers(1, 2_000)))
            duties.append((office, counter, draw(st.sampled_from(present)), start, end))
            start = end + timedelta(minutes=draw(st.integers(0, 100)))
    subsets = st.lists(st.sampled_from(services), unique=True) if services else st.just([])
    return {
        "offices": [
            (code, draw(names), draw(parents(i)), draw(zones), draw(regions)) for i, code in enumerate(offices)
        ],
        "services": [(code, draw(names), draw(st.sampled_from(("", "f1")))) for code in services],
        "counters": [(office, code, draw(names), ";".join(draw(subsets))) for office, code in counters],
        "employees": [
            (code, draw(names), draw(nips(i)), draw(st.just("") | names), "", office, since)
            for i, (code, (office, since)) in enumerate(people.items(), 1)
        ],
        "duties": draw(st.permutations(duties)),
    }


def parents(place: int) -> st.SearchStrategy[str]:
    """No parent, or one of the offices before this place."""
    return st.sampled_from(["", *(f"o{i}" for i in range(place))])


def nips(place: int) -> st.SearchStrategy[str]:
    """No NIP, or one nobody else has."""
    return st.sampled_from(("", f"19900101201501100{place}"))


def written(lines: Lines, how: str, folder: Path) -> Workbook:
    """The directory as a workbook in memory, or read back from files."""
    if how == "memory":
        return book_of(lines)
    if how == "xlsx":
        return read_workbook(xlsx_of(folder / "directory.xlsx", with_headers(lines)))
    for name, rows in with_headers(lines).items():
        csv_of(folder / f"{name}.csv", [[f"{cell}" for cell in row] for row in rows])
    return read_workbook(folder)


@pytest.mark.long
@times(0.4)
@given(directories(), st.sampled_from(("memory", "xlsx", "csv")), st.sampled_from(("memory", "xlsx", "csv")))
def test_importing_twice_is_importing_once(
    database: Database, tmp_path: Path, lines: Lines, first: str, second: str
) -> None:
    agency_id = found_agency(database, f"a{next(agencies)}")
    targets = [
        ("2027", "ikl-1", office[0], "", "index", f"{80 + n % 20}.5") for n, office in enumerate(lines["offices"])
    ]
    promises = [(service[0], "2027-01", str(1 + n), "hours", f"SK {n}") for n, service in enumerate(lines["services"])]
    lines = {**lines, "targets": targets, "promises": promises[:20]}
    counts = import_book(database, written(lines, first, tmp_path), agency_id)
    assert {name: each.new for name, each in counts.items()} == {name: len(rows) for name, rows in lines.items()}
    before = dump(database)
    again = import_book(database, written(lines, second, tmp_path), agency_id)
    assert dump(database) == before
    assert not any(each.new or each.changed for each in again.values())
