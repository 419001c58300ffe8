"""The directory as a workbook: importing what was exported changes nothing."""

from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from sqlmodel import select

from app.access.tables import AuditEvent
from app.demo.workbook import directory_sheets
from app.directory.faults import DirectoryFault
from app.directory.workbook.exporting import ExportedDirectory, export_directory
from app.directory.workbook.files import read_bytes_workbook
from app.directory.workbook.proposal import DirectoryProposal, propose
from app.directory.workbook.rows import Row
from app.foundation.storage.database import Database
from tests.directory.workbooks import (
    HEADERS,
    NIP,
    NOW,
    OTHER_NIP,
    TODAY,
    TOWN,
    Lines,
    book_of,
    changed,
    dump,
    found_agency,
    from_records,
    import_book,
    import_lines,
)
from tests.effort import times

AGENCIES = count()
# A spreadsheet's times have no zone.
LOCAL = datetime


def exported(database: Database, agency_id: str = "kota", **more: Any) -> ExportedDirectory:
    """The directory of an agency as a workbook."""
    return export_directory(database, agency_id=agency_id, actor="test", now=NOW, **more)


def proposed(content: bytes) -> DirectoryProposal:
    """What an import makes of a workbook."""
    proposal = propose(read_bytes_workbook("directory.xlsx", content), TODAY)
    assert proposal.faults == []
    return proposal


def rows(proposal: DirectoryProposal) -> dict[str, list[dict[str, Any]]]:
    """The rows of every sheet, in the order of their values."""

    def values(row: Row) -> dict[str, Any]:
        # To the directory an empty family and the service's own code are the same, and so are no appraiser and none.
        return {"appraiser": None} | row.model_dump() | row.columns()

    return {
        name: sorted((values(entry.row) for entry in getattr(proposal, name).entries), key=repr)
        for name in ("offices", "services", "counters", "employees", "duties", "targets", "promises")
    }


def assert_nothing_changes(database: Database, agency_id: str, content: bytes) -> None:
    """Assert that importing this leaves every table as it is."""
    before = dump(database)
    counts = import_book(database, read_bytes_workbook("directory.xlsx", content), agency_id)
    assert [each for each in counts.values() if each.new or each.changed] == []
    assert dump(database) == before


def test_what_was_imported_is_exported_and_changes_nothing(database: Database) -> None:
    found_agency(database)
    import_lines(database, TOWN)
    found = exported(database)
    assert found.counts == {name: len(lines) for name, lines in TOWN.items()} | {"targets": 0, "promises": 0}
    assert rows(proposed(found.content)) == rows(propose(book_of(TOWN), TODAY))
    assert_nothing_changes(database, "kota", found.content)


@pytest.mark.long
def test_the_demos_directory_comes_back_as_it_went_in(database: Database) -> None:
    found_agency(database)
    book = from_records(directory_sheets(TODAY))
    import_book(database, book)
    found = exported(database)
    assert found.counts["employees"] > 30
    assert found.counts["duties"] > 500
    assert rows(proposed(found.content)) == rows(propose(book, TODAY))
    assert_nothing_changes(database, "kota", found.content)


def test_an_agency_can_be_founded_anew_from_it(database: Database) -> None:
    found_agency(database)
    import_lines(database, TOWN)
    moved = ("E001", "Budi", NIP, "Analis", "III/b", "setda", "2026-11-19")
    import_lines(database, changed(TOWN, employees=[moved]))
    first = exported(database).content
    # The duties at the office that Budi has left stay behind, and so does his former posting.
    assert proposed(first).duties.entries == []
    assert_nothing_changes(database, "kota", first)
    found_agency(database, "desa")
    import_book(database, read_bytes_workbook("directory.xlsx", first), "desa")
    assert rows(proposed(exported(database, "desa").content)) == rows(proposed(first))


def test_other_agencies_stay_out_of_it(database: Database) -> None:
    for agency_id in ("kota", "desa"):
        found_agency(database, agency_id)
    import_lines(database, TOWN, "desa")
    assert set(exported(database).counts.values()) == {0}


def test_of_very_many_duties_the_newest_whole_days_are_there_and_it_says_so(database: Database) -> None:
    found_agency(database)
    days = [(LOCAL(2026, 11, 1, 8) + timedelta(days=day), hour) for day in range(5) for hour in (0, 4)]
    lines = [
        ("dukcapil", "loket-1", "E001", start + timedelta(hours=hour), start + timedelta(hours=hour + 4))
        for start, hour in days
    ]
    import_lines(database, changed(TOWN, duties=lines))
    assert exported(database, most_duties=10).left_out is None
    found = exported(database, most_duties=5)
    assert (found.left_out, found.counts["duties"]) == (date(2026, 11, 3), 4)
    with CalamineWorkbook.from_filelike(BytesIO(found.content)) as book:
        said = str(book.get_sheet_by_name("petunjuk").to_python())
    assert "Jadwal sampai 2026-11-03 tidak dimuat" in said
    assert_nothing_changes(database, "kota", found.content)


def test_it_leaves_one_audit_row_with_counts_and_no_personal_data(database: Database) -> None:
    found_agency(database)
    import_lines(database, TOWN)
    counts = dict(exported(database).counts)
    with database.reading() as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "directory.exported")).all()
    assert (event.agency_id, event.actor, event.subject, event.at) == ("kota", "test", "kota", NOW)
    assert event.detail == counts


def test_an_agency_that_is_not_there_has_no_directory(database: Database) -> None:
    with pytest.raises(DirectoryFault, match="there is no agency tiada"):
        exported(database, "tiada")


def test_what_looks_like_a_formula_is_a_text_in_it(database: Database) -> None:
    found_agency(database)
    name = '=HYPERLINK("http://jahat.example","klik")'
    import_lines(database, changed(TOWN, services=[("kk", name, ""), ("ktp-el", "+62-811", "")]))
    content = exported(database).content
    assert [entry.row.name for entry in proposed(content).services.entries] == [name, "+62-811"]
    with ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(each) for each in archive.namelist() if each.startswith("xl/worksheets/sheet")]
        links = [each for each in archive.namelist() if "rels" in each and b"jahat" in archive.read(each)]
    assert len(sheets) == 8
    assert [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet] == []
    assert links == []


CODES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
# Whatever a person may type: also what spreadsheets write in their own way (_x0041_), quotes, marks and emoji.
NAMES = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(["=1+1", "@SUM(A1)", "-3", "'kutip", "_x0041_", "_x000d_", "<b>&amp;</b>", "1E5", "TRUE", "007"]),
)


@st.composite
def directories(draw: st.DrawFn) -> Lines:
    """Small directories as somebody might type them; some of their texts are refused."""
    offices = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    services = draw(st.lists(CODES, max_size=3, unique=True))
    zones = {code: draw(st.sampled_from(["WIB", "WITA", "WIT"])) for code in offices}
    people = [f"E{place}" for place in range(draw(st.integers(0, 3)))]
    posted = {code: draw(st.sampled_from(offices)) for code in people}
    counters = [(office, f"c{place}") for office in offices for place in range(draw(st.integers(0, 2)))]
    nips = dict(zip(people, draw(st.permutations([NIP, OTHER_NIP, ""])), strict=False))
    duties = []
    for place, code in enumerate(people):
        for office, counter in counters:
            if office == posted[code]:
                start = draw(st.datetimes(LOCAL(2021, 1, 1), LOCAL(2026, 12, 1)))
                # A day of its own for each, so that none overlaps.
                start = start.replace(microsecond=0, day=place + 1)
                duties.append((office, counter, code, start, start + timedelta(minutes=draw(st.integers(1, 600)))))
    return {
        "offices": [
            (code, draw(NAMES), offices[place - 1] if place and draw(st.booleans()) else "", zones[code],
             draw(st.sampled_from(["", "73", "73.71", "73.71.01"])))
            for place, code in enumerate(offices)
        ],
        "services": [(code, draw(NAMES), draw(st.sampled_from(["", *services]))) for code in services],
        "counters": [
            (office, code, draw(NAMES), ";".join(draw(st.permutations(services)))) for office, code in counters
        ],
        "employees": [
            (code, draw(NAMES), nips[code], draw(NAMES), draw(st.sampled_from(["", "III/b", "=2"])), posted[code],
             draw(st.dates(date(2000, 1, 1), date(2020, 12, 31))))
            for code in people
        ],
        "duties": duties,
    }  # fmt: skip


@pytest.mark.long
@times(0.6)
@given(lines=directories())
def test_every_directory_comes_back_as_it_went_in(database: Database, lines: Lines) -> None:
    # Only its right rows: what is refused has tests of its own.
    wrong = propose(book_of(lines), TODAY).faults
    at = {(fault.sheet, fault.row) for fault in wrong}
    names = {fault.sheet: HEADERS[fault.sheet].index("name") for fault in wrong if fault.sheet != "duties"}
    mended = {
        name: [
            tuple("Nama" if (name, number) in at and place in (names.get(name), 3 if name == "employees" else None)
                  else cell for place, cell in enumerate(line))
            for number, line in enumerate(sheet, 2)
        ]
        for name, sheet in lines.items()
    }  # fmt: skip
    agency_id = found_agency(database, f"a{next(AGENCIES)}")
    import_lines(database, mended, agency_id)
    content = exported(database, agency_id).content
    assert rows(proposed(content)) == rows(propose(book_of(mended), TODAY))
    assert_nothing_changes(database, agency_id, content)
