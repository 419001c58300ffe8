"""Past answers become ratings like any other; each counts once, however often the file is imported."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.directory.catalogue_cache import read_catalogue
from app.directory.rules.catalogue import Catalogue, OfficeEntry
from app.directory.rules.postings import Stay
from app.foundation.csv_records import LARGEST_FILE
from app.foundation.ids import moment_of as moment_of_id
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from app.ratings.csv_import import csv_file as answers_csv
from app.ratings.csv_import.cells import profile_code_of, score_of
from app.ratings.csv_import.csv_file import AnswersFile, CsvFault, CsvLine, FileFault, read_answers
from app.ratings.csv_import.identity import identified
from app.ratings.csv_import.importing import ImportCounts, ImportProposal, propose, store_answers
from app.ratings.csv_import.moments import moment_of
from app.ratings.csv_import.past_answers import Form, LineReader
from app.ratings.keys import KeyMaker
from app.ratings.reconciliation import reconcile
from app.ratings.validation import KnownCodes
from tests.house import NOW, SECRET, House

One = TypeVar("One")
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


def csv_of(folder: Path, text_or_bytes: str | bytes, name: str = "answers.csv") -> Path:
    """A file with this content."""
    file = folder / name
    file.write_bytes(text_or_bytes if isinstance(text_or_bytes, bytes) else text_or_bytes.encode())
    return file


# Cells.


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2020-07-15 13:54:00", "2020-07-15T05:54:00+00:00"),
        ("2020-07-15T13:54", "2020-07-15T05:54:00+00:00"),
        ("2020-07-15 13:54:00.250", "2020-07-15T05:54:00.250000+00:00"),
        ("2020-07-15T13:54:00Z", "2020-07-15T13:54:00+00:00"),
        ("2020-07-15T13:54:00+07:00", "2020-07-15T06:54:00+00:00"),
        ("2020-07-15 13:54:00 +0700", "2020-07-15T06:54:00+00:00"),
        ("2020-07-15 13:54:00+09", "2020-07-15T04:54:00+00:00"),
        ("2020-07-15", "2020-07-15T04:00:00+00:00"),
        # Today, whose noon is still to come: it is 11:00 in Makassar.
        ("2026-11-18", "2026-11-18T04:00:00+00:00"),
        ("2026-11-18 11:00", "2026-11-18T03:00:00+00:00"),
    ],
)
def test_a_time_without_offset_is_the_offices_and_a_day_alone_its_noon(written: str, moment: str) -> None:
    assert moment_of(written, MAKASSAR, NOW).astimezone(UTC).isoformat() == moment


@pytest.mark.parametrize(
    ("written", "what_to_change"),
    [
        ("", "write the time as"),
        ("-", "write the time as"),
        ("15/07/2020 13:54", "write the time as"),
        ("2020-07-15 1pm", "write the time as"),
        ("2020-07-15 13:54:00 WITA", "write the time as"),
        ("2020-07-15+08:00", "write the time as"),
        ("2020-02-30", "no such day"),
        ("2020-07-15 25:00", "no such day"),
        ("1969-12-31 08:00", "before 2000"),
        ("1980-01-01 00:00:00", "anonymous, export the real ones"),
        ("1999-12-31T23:59:59+08:00", "before 2000"),
        ("0001-01-01T00:00:00+08:00", "no such day"),
        ("0001-01-02", "before 2000"),
        ("9999-12-31T23:00:00Z", "no such day"),
        ("2026-11-18 11:01", "in the future"),
        ("2026-11-18T03:00:01Z", "in the future"),
        ("2026-11-19", "in the future"),
        ("9999-12-31", "in the future"),
    ],
)
def test_a_time_that_cannot_be_is_refused(written: str, what_to_change: str) -> None:
    with pytest.raises(ValueError, match=what_to_change):
        moment_of(written, MAKASSAR, NOW)


def test_an_answer_is_a_digit_of_the_scale_or_nothing() -> None:
    assert [score_of(cell, IKL) for cell in ("1", "4", "", "-")] == [1, 4, None, None]
    assert [score_of(cell, IKL) for cell in ("4.0", "3,00", "1.000")] == [4, 3, 1]
    for cell in ("0", "5", "44", "4.5", "4.", "5.0", ".0", "four", "³"):
        with pytest.raises(ValueError, match="write 1 to 4, or nothing"):
            score_of(cell, IKL)


def test_a_label_is_the_answer_it_is_said_to_be_and_nothing_else() -> None:
    labels = {(None, "sangat cepat"): 4, ("speed", "a1"): 1, (None, "a1"): 2, (None, "tidak tahu"): None}
    cells = ("Sangat  cepat", "SANGAT CEPAT", "a1", "Tidak tahu", "3")
    assert [score_of(cell, IKL, "speed", labels) for cell in cells] == [4, 4, 1, None, 3]
    assert score_of("A1", IKL, "friendliness", labels) == 2
    with pytest.raises(ValueError, match="what a word means can be said with --labels"):
        score_of("cepat", IKL, "speed", labels)


@pytest.mark.parametrize(
    ("attribute", "written", "code"),
    [
        ("sex", "L", "M"),
        ("sex", "P", "F"),
        ("sex", "Perempuan", "F"),
        ("sex", "f", "F"),
        ("sex", "", None),
        ("age_band", "55-64", "55+"),
        ("age_band", "17–24", "17-24"),
        ("education", "D3", "D1-D3"),
        ("education", "sma", "SMA"),
        ("occupation", "Wirausaha", "WIRAUSAHA"),
        ("occupation", "-", None),
    ],
)
def test_profiles_are_read_in_codes_and_in_the_words_of_forms(attribute: str, written: str, code: str | None) -> None:
    assert profile_code_of(written, attribute) == code


def test_a_profile_that_is_not_understood_names_the_codes() -> None:
    with pytest.raises(ValueError, match="write one of F, M, or nothing"):
        profile_code_of("X", "sex")


# Files.


@pytest.mark.parametrize(
    "content",
    [
        "Time,Q1,note\n2020-07-15,4,x\n\n,,\n2020-07-16\n",
        "\ufeffTime,Q1\r\n2020-07-15,4\r\n\r\n\r\n2020-07-16,\r\n",
        '"no, or none";q1 ; TIME\n1;4;2020-07-15\n;;\n;\n2;"";2020-07-16\n',
        "\ufeffa;q1;time;q1,x\n;4;2020-07-15\n\n\n;;2020-07-16;;;\n",
    ],
    ids=["commas", "byte order mark", "semicolons", "comma in a header"],
)
def test_rows_are_found_by_the_names_of_columns_however_the_file_was_saved(tmp_path: Path, content: str) -> None:
    file = read_answers(csv_of(tmp_path, content), ["time", "q1"])
    assert list(file.lines) == [
        CsvLine(2, {"time": "2020-07-15", "q1": "4"}),
        CsvLine(5, {"time": "2020-07-16", "q1": ""}),
    ]
    assert (file.rows, file.faults, len(file.digest)) == (2, [], 64)


def test_a_row_longer_than_the_header_is_a_fault_of_its_own(tmp_path: Path) -> None:
    file = read_answers(csv_of(tmp_path, "time,q1\n2020-07-15,a,4\n2020-07-15,4\n"), ["time", "q1"])
    assert [(fault.row, fault.column) for fault in file.faults] == [(2, None)]
    assert "more cells than the header's 2" in file.faults[0].problem
    assert file.rows == 2


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("", [(1, "time", "the columns are: none"), (1, "q1", "the columns are: none")]),
        ("time,a\n", [(1, "q1", "there is no such column; the columns are: time, a")]),
        ("time,q1,Q1 \n", [(1, "q1", "twice")]),
        (b"time,q1\n2020-07-15,4\n\xe9,4\n", [(3, None, "not UTF-8")]),
        ('time,q1\n2020-07-15,"4"4\n', [(2, None, "not well-formed CSV")]),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    tmp_path: Path, content: str | bytes, faults: list[tuple[int, str | None, str]]
) -> None:
    with pytest.raises(FileFault) as caught:
        read_answers(csv_of(tmp_path, content), ["time", "q1"])
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [fault[:2] for fault in faults]
    for fault, (_, _, words) in zip(caught.value.faults, faults, strict=True):
        assert words in fault.problem


def test_a_file_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = csv_of(tmp_path, "time,q1\n" + "2020-07-15,4\n" * 4)
    monkeypatch.setattr(answers_csv, "MOST_ROWS", 4)
    assert read_answers(file, ["time", "q1"]).rows == 4
    monkeypatch.setattr(answers_csv, "MOST_ROWS", 3)
    with pytest.raises(FileFault, match="at most 3 rows; split it"):
        read_answers(file, ["time", "q1"])
    os.truncate(file, LARGEST_FILE + 1)
    with pytest.raises(FileFault, match="at most 64 MiB"):
        read_answers(file, ["time", "q1"])


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


def test_a_rating_has_the_local_day_and_nothing_finer() -> None:
    # In Makassar, half an hour past midnight is still yesterday in UTC and in WIB, whose day the key has.
    rating = proposal([("2020-07-16 00:30:00", "4", "-", "3", "E001", "P")]).ratings[0]
    place = rating.place
    assert (place.rated_on, place.office, place.counter) == (date(2020, 7, 16), "upt-makassar", None)
    assert (place.service, place.employee, place.channel) == ("skck", "E001", "import")
    assert (rating.sheet, rating.profile, rating.comment) == ("4-3", {"sex": "F"}, None)
    assert moment_of_id(UUID(rating.key)) == datetime(2020, 7, 15, tzinfo=UTC)


def test_an_id_is_a_uuid7_of_the_time_of_the_row() -> None:
    reader = LineReader(FORM, CATALOGUE, NOW, {})
    answers = [reader.read(line) for line in lines([(TEN, "4", "4", "4", "", "")] * 2).lines]
    ids = [rating_id for rating_id, _ in identified([a for a in answers if a], "kota", IKL.id)]
    assert len(set(ids)) == 2
    for rating_id in ids:
        assert (rating_id.version, rating_id.variant) == (7, UUID(int=0x8 << 60).variant)
        assert moment_of_id(rating_id) == datetime(2020, 7, 15, 2, tzinfo=UTC)


def test_ten_identical_honest_answers_are_ten() -> None:
    assert len(keys(proposal([(TEN, "4", "4", "4", "", "")] * 10))) == 10


def test_the_same_moment_and_blank_written_otherwise_are_the_same_answer() -> None:
    one = proposal([(TEN, "4", "", "4", "", "L")])
    other = proposal([("2020-07-15T09:00:00+07:00", "4", "-", "4", "-", "m")])
    assert digests(one) == digests(other)


@pytest.mark.parametrize(
    "form", [changed(FORM, channel="kiosk"), changed(FORM, profile={})], ids=["channel", "profile"]
)
def test_a_file_read_otherwise_meets_its_own_rows(form: Form) -> None:
    rows = [(TEN, "4", "3", "2", "E001", "L")] * 3
    first, again = digests(proposal(rows)), digests(proposal(rows, form))
    assert first.keys() == again.keys()
    assert all(first[key] != again[key] for key in first)


@pytest.mark.parametrize(
    "form",
    [
        changed(FORM, office=OfficeEntry("dukcapil", None, MAKASSAR)),
        changed(FORM, service="kk"),
        changed(FORM, employee=None),
        changed(FORM, answers={"q1": "friendliness", "q2": "transparency", "q3": "speed"}),
    ],
    ids=["office", "service", "employee", "questions exchanged"],
)
def test_answers_about_something_else_are_other_answers(form: Form) -> None:
    office = form.office
    assert isinstance(office, OfficeEntry)
    codes = KnownCodes(
        Catalogue("kota", UUID(int=0), {office.code: office}, frozenset(["kk", "skck"]), {},
                  CATALOGUE.employees, {"E001": (Stay(date(2020, 1, 1), None, office.code),)}),
        shipped(),
    )  # fmt: skip
    row = (TEN, "4", "3", "2", "E001", "L")
    other = propose(lines([row]), form, codes, KEYS, NOW)
    assert keys(other).isdisjoint(keys(proposal([row])))
    assert not other.faults


def keys(proposed: ImportProposal) -> set[str]:
    """The keys of the proposed ratings."""
    return {rating.key for rating in proposed.ratings}


def digests(proposed: ImportProposal) -> dict[str, str]:
    """The digests of the proposed ratings by key."""
    return {rating.key: rating.digest for rating in proposed.ratings}


ROWS = st.tuples(
    st.sampled_from([TEN, "2020-07-15 10:00:01", "2020-07-16", "2020-08-01 08:00:00"]),
    st.sampled_from(["4", "3"]),
    st.sampled_from(["4", "-"]),
    st.just("1"),
    st.sampled_from(["", "E001"]),
    st.sampled_from(["", "L", "P"]),
)


@given(rows=st.lists(ROWS, max_size=40), seed=st.randoms(use_true_random=False))
def test_any_order_of_the_rows_gives_the_same_ratings(rows: list[Row], seed: Random) -> None:
    whole = proposal(rows)
    shuffled = proposal(seed.sample(rows, len(rows)))
    assert len(whole.ratings) == len(keys(whole)) == len(rows)
    assert shuffled.ratings == whole.ratings


@given(rows=st.lists(ROWS, max_size=40), seed=st.randoms(use_true_random=False))
def test_any_division_that_keeps_equal_rows_together_gives_the_same(rows: list[Row], seed: Random) -> None:
    whole, parts = proposal(rows), parts_of(rows, seed)
    ratings = [rating for part in parts for rating in proposal(part).ratings]
    assert sorted(ratings, key=lambda rating: rating.key) == whole.ratings


@given(rows=st.lists(ROWS, min_size=1, max_size=40), seed=st.randoms(use_true_random=False))
def test_a_longer_file_adds_only_its_new_rows(rows: list[Row], seed: Random) -> None:
    older = seed.sample(rows, len(rows) // 2)
    assert keys(proposal(older)) <= keys(proposal(rows))


def parts_of(rows: Sequence[Row], seed: Random) -> list[list[Row]]:
    """The rows in three shuffled files; what is equal in minute, answers and employee stays together."""
    parts: list[list[Row]] = [[], [], []]
    of_group: dict[tuple[str, ...], list[Row]] = {}
    for row in seed.sample(list(rows), len(rows)):
        of_group.setdefault((row[0][:16], *row[1:5]), parts[seed.randrange(3)]).append(row)
    return parts


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


def audits(opened: Database) -> list[Any]:
    """The audit rows of imports, oldest first."""
    with opened.reading() as session:
        statement = "SELECT * FROM audit_event WHERE action = 'ratings.imported' ORDER BY event_id"
        return list(session.execute(text(statement)))


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
    proposed = on_disk(opened, random_rows(1_200))

    def breaking(items: Sequence[One], what: str, /) -> Iterable[One]:
        yield from items[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_answers(opened, proposed, actor="test", now=NOW, track=breaking)
    assert reconcile(opened).ratings == 1_000
    assert '"stored": 1000' in str(audits(opened)[0].detail).replace("'", '"')
    assert store_answers(opened, proposed, actor="test", now=NOW)[:3] == (1_200, 200, 1_000)
    assert not reconcile(opened).strays


def test_the_same_sheet_and_id_over_http_is_a_replay(house: House) -> None:
    row = (TEN, "4", "-", "3", "E001", "P")
    catalogue = read_catalogue(house.database, "kota", NOW)
    assert catalogue is not None
    form = changed(FORM, office=catalogue.offices["dukcapil"], service="kk", channel="web")
    proposed = propose(lines([row]), form, KnownCodes(catalogue, shipped()), KEYS, NOW)
    store_answers(house.database, proposed, actor="test", now=NOW)
    answer = LineReader(form, catalogue, NOW, {}).read(lines([row]).lines[0])
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
