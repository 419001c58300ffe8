"""Past answers become ratings like any other; each counts once, however often the file is imported."""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from random import Random
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from app.directory.catalogue_cache import read_catalogue
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault
from app.ratings.csv_import.identity import identified
from app.ratings.csv_import.importing import (
    ImportCounts,
    ImportProposal,
    propose,
    store_answers,
)
from app.ratings.csv_import.past_answers import LineReader
from app.ratings.csv_import.storing import STORED_TOGETHER
from app.ratings.reconciliation import reconcile
from app.ratings.validation import KnownCodes
from tests.house import NOW, House
from tests.ratings.csv_rows import CODES, FORM, IKL, KEYS, TEN, Row, changed, lines, parts_of, proposal

One = TypeVar("One")


# Rows.


def test_every_fault_of_every_row_is_found_in_the_order_of_the_rows() -> None:
    faulty = proposal(
        [
            (TEN, "4", "4", "4", "E001", "L"),
            ("soon", "5", "", "x", "E009", "?"),
            (TEN, "-", "", "-", "", ""),
            (TEN, "4", "4", "4", "E002", ""),
            ("2020-01-01", "4", "4", "4", "E001", ""),
        ]
    )
    assert len(faulty.ratings) == 1
    assert (faulty.read, faulty.faulty) == (5, 4)
    assert [(fault.row, fault.column) for fault in faulty.faults] == [
        (3, "time"),
        (3, "q1"),
        (3, "q3"),
        (3, "officer"),
        (3, "sex"),
        (4, None),
        (5, "officer"),
        (6, "officer"),
    ]
    sentences = [fault.problem for fault in faulty.faults]
    assert sentences[3] == "The agency has no employee with this code."
    assert sentences[5] == "At least one question must be answered."
    assert sentences[7] == "This employee was not posted at that office on that day."


# On disk.


def random_rows(n: int) -> list[Row]:
    """Rows of three months, many of them equal."""
    draw = Random(7)
    return [
        (
            f"2020-{draw.randint(7, 9):02}-{draw.randint(1, 28):02}" + draw.choice(["", " 09:30:00"]),
            draw.choice("34-"),
            draw.choice("34-"),
            "4",
            draw.choice(["", "E001"]),
            draw.choice(["", "L", "P"]),
        )
        for _ in range(n)
    ]


Import = Callable[[Iterable[Sequence[str]]], ImportCounts]


@pytest.fixture
def opened(furnished: tuple[str, dict[str, str]]) -> Iterable[Database]:
    """A database with the agencies of the house."""
    database = Database(furnished[0])
    yield database
    database.dispose()


@pytest.fixture
def imported(opened: Database) -> Import:
    """Imports rows about the office `dukcapil` of `kota`."""

    def run(rows: Iterable[Sequence[str]]) -> ImportCounts:
        proposed = on_disk(opened, rows)
        assert not proposed.faults
        return store_answers(opened, proposed, actor="test", now=NOW)

    return run


def on_disk(opened: Database, rows: Iterable[Sequence[str]]) -> ImportProposal:
    """What the rows would add to the office `dukcapil` of `kota`."""
    catalogue = read_catalogue(opened, "kota", NOW)
    assert catalogue is not None
    form = changed(FORM, office=catalogue.offices["dukcapil"], service="kk")
    return propose(lines(rows), form, KnownCodes(catalogue, shipped()), KEYS, NOW)


def dump(opened: Database) -> dict[str, list[tuple[object, ...]]]:
    """Everything about ratings, row by row."""
    tables = ("rating", "profile_tally", "comment")
    with opened.reading() as session:
        return {
            table: sorted((tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))), key=str)
            for table in tables
        }


def audits(opened: Database, action: str = "ratings.imported") -> list[Any]:
    """The audit rows of imports, oldest first."""
    with opened.reading() as session:
        statement = "SELECT * FROM audit_event WHERE action = :action ORDER BY event_id"
        return list(session.execute(text(statement), {"action": action}))


def stored_by(event: Any) -> int:
    """How many ratings an audit row says were stored."""
    detail = json.loads(event.detail) if isinstance(event.detail, str) else event.detail
    return int(detail["stored"])


@pytest.mark.long
def test_twice_adds_nothing_and_more_rows_add_only_themselves(opened: Database, imported: Import) -> None:
    rows = random_rows(1_300)
    assert imported(rows[:1_001]) == ImportCounts(read=1_001, stored=1_001, there=0, differing=0, faulty=0)
    before = dump(opened)
    assert imported(rows[:1_001])[:3] == (1_001, 0, 1_001)
    assert dump(opened) == before
    assert imported(rows)[:3] == (1_300, 299, 1_001)
    report = reconcile(opened)
    assert (report.ratings, report.strays) == (1_300, [])
    assert len(audits(opened)) == 3


@pytest.mark.long
def test_shuffled_and_divided_files_leave_the_same_tables(
    opened: Database, imported: Import, furnished: tuple[str, dict[str, str]]
) -> None:
    rows = random_rows(700)
    for part in parts_of(rows, Random(3)):
        imported(part)
    divided = dump(opened)
    with opened.writing() as session:
        for table in divided:
            session.execute(text(f"DELETE FROM {table}"))
    imported(rows)
    assert dump(opened) == divided


def test_the_audit_row_holds_counts_and_the_file_but_nobody(opened: Database, imported: Import) -> None:
    imported([(TEN, "4", "4", "4", "E001", "L"), (TEN, "4", "4", "3", "", "")])
    [event] = audits(opened)
    assert (event.agency_id, event.actor, event.subject) == ("kota", "test", "dukcapil")
    for part in ('"stored": 2', '"faulty": 0', '"kk"', '"ikl-1"', '"import"', "0" * 64):
        assert part in str(event.detail).replace("'", '"')
    assert "E001" not in str(event.detail)


@pytest.mark.long
def test_an_import_that_breaks_off_is_audited_and_done_again_adds_the_rest(opened: Database) -> None:
    whole = 2 * STORED_TOGETHER
    proposed = on_disk(opened, random_rows(whole + 200))

    def breaking(items: Iterable[One], what: str, /) -> Iterable[One]:
        yield from islice(items, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_answers(opened, proposed, actor="test", now=NOW, track=breaking)
    assert reconcile(opened).ratings == whole
    # Each group with its own row, so that the trail holds whatever ends the import.
    assert [stored_by(event) for event in audits(opened)] == [STORED_TOGETHER, STORED_TOGETHER]
    assert store_answers(opened, proposed, actor="test", now=NOW)[:3] == (whole + 200, 200, whole)
    assert [stored_by(event) for event in audits(opened)] == [STORED_TOGETHER, STORED_TOGETHER, 200]
    assert not reconcile(opened).strays


def test_the_same_sheet_and_id_over_http_is_a_replay(house: House) -> None:
    row = (TEN, "4", "-", "3", "E001", "P")
    catalogue = read_catalogue(house.database, "kota", NOW)
    assert catalogue is not None
    form = changed(FORM, office=catalogue.offices["dukcapil"], service="kk", channel="web")
    proposed = propose(lines([row]), form, KnownCodes(catalogue, shipped()), KEYS, NOW)
    store_answers(house.database, proposed, actor="test", now=NOW)
    [line] = lines([row]).lines
    answer = LineReader(form, catalogue, NOW, {}).read(line)
    assert answer is not None
    [(rating_id, _)] = identified([answer], "kota", IKL.id)
    sheet = {
        "id": str(rating_id),
        "office": "dukcapil",
        "service": "kk",
        "employee": "E001",
        "channel": "web",
        "instrument": "ikl-1",
        "scores": {"speed": 4, "transparency": None, "friendliness": 3},
        "profile": {"sex": "F"},
    }
    response = house.post("/v1/ratings", sheet)
    assert (response.status_code, response.headers["idempotent-replayed"]) == (200, "true")
    # A file is no witness of the hour: neither it nor the replay leaves a trace.
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM trace")).scalar_one() == 0


@pytest.mark.one_server
def test_no_transaction_number_leads_from_a_profile_to_its_rating(opened: Database, imported: Import) -> None:
    if opened.is_sqlite:
        pytest.skip("SQLite keeps no transaction numbers")
    imported([(TEN, "4", "4", "4", "E001", "L")])
    joined = "SELECT count(*) FROM rating JOIN profile_tally ON rating.xmin = profile_tally.xmin"
    with opened.reading() as session:
        assert session.execute(text(joined)).scalar_one() == 0
        assert session.execute(text("SELECT n FROM profile_tally")).scalar_one() == 1


def test_faults_are_sorted_by_row() -> None:
    file = AnswersFile(lines([("x", "4", "4", "4", "", "")]).lines, [CsvFault(1, None, "first")], "")
    assert [fault.row for fault in propose(file, FORM, CODES, KEYS, NOW).faults] == [1, 2]
