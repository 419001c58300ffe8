"""Counts read from tallies, counts read from rows and counts made by hand are the same counts."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest

from app.access.principals import Reach
from app.directory.listing_store import names_of, office_parents
from app.directory.rules.reach import offices_asked
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Database, Session
from app.indices.days_asked import DayRange, month_of, period_of
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.indices.rules.figures import Group, IndexTable, Scoring
from app.instruments.registry import add_own
from app.ratings.tallies.rules.grains import OFFICE_DAY
from app.ratings.tallies.rules.query_plan import By, Segment, Selection, distinguished_by, plan
from app.ratings.tallies.store import BATCH, sheet_counts
from tests.house import NOW, furnish
from tests.ratings.visits import OFFICES, Visit, counted_by_hand, put, random_visits

SCOPES = (frozenset(OFFICES), frozenset({"b"}), frozenset({"a", "c"}), frozenset[str]())
PARENTS = {"top": None, "left": "top", "right": "top", "leaf": "left", "apart": None}


def random_selections(seed: int) -> Iterator[Selection]:
    """Every combination of filters and groupings, each over a random period and over whole months."""
    draw = Random(seed)
    combinations = product(SCOPES, (None, "s"), (None, "E1"), (None, "web"), (None, *By))
    for offices, service, employee, channel, by in combinations:
        first = date(2025, 12, 25) + timedelta(days=draw.randrange(120))
        last = first + timedelta(days=draw.choice((0, draw.randrange(40), draw.randrange(160))))
        for start, end in ((first, last), (date(2026, 2, 1), date(2026, 4, 30))):
            whole = len(offices) == len(OFFICES)
            yield Selection("ikl-1", start, end, offices, whole, service, employee, channel, by)


def ways(asked: Selection) -> Iterator[tuple[Segment, ...]]:
    """The plan, and everything else that could have been read instead."""
    yield plan(asked)
    yield (Segment(None, asked.first, asked.last),)
    if asked.distinctions <= distinguished_by(OFFICE_DAY):
        yield (Segment(OFFICE_DAY, asked.first, asked.last),)


@pytest.mark.sqlite_daily
@pytest.mark.parametrize("seed", [1, 2])
def test_every_filter_and_grouping_over_any_period_counts_what_a_person_would_count(
    database: Database, seed: int
) -> None:
    visits = random_visits(seed, 500)
    put(database, visits)
    with database.reading() as session:
        for asked in random_selections(seed):
            expected = counted_by_hand(visits, "kota", asked)
            for segments in ways(asked):
                assert sheet_counts(session, "kota", asked, segments) == expected, (asked, segments)


def test_an_agency_without_ratings_reads_nothing_of_the_others(database: Database) -> None:
    put(database, random_visits(3, 50))
    with database.reading() as session:
        for asked in random_selections(3):
            assert sheet_counts(session, "kampung", asked, plan(asked)) == {}


def test_more_offices_than_one_statement_takes_are_counted_once_each(database: Database) -> None:
    visits = random_visits(4, 200)
    put(database, visits)
    many = frozenset(f"b{number:04}" for number in range(2 * BATCH + 1)) | frozenset(OFFICES)
    with database.reading() as session:
        for by in (None, *By):
            asked = Selection("ikl-1", date(2026, 1, 10), date(2026, 4, 20), many, whole_agency=False, by=by)
            counted = sheet_counts(session, "kota", asked, plan(asked))
            assert counted == counted_by_hand(visits, "kota", asked)


@pytest.fixture
def town(database: Database) -> Database:
    """A database with the agencies of the house, without ratings."""
    furnish(database, "kota", NOW)
    furnish(database, "desa", NOW)
    return database


def read(
    session: Session, asked: Mapping[str, str] | None = None, root: str | None = None, days: int = 1_100
) -> IndexTable:
    """The table of a question to the agency `kota`."""
    query = IndexQuery.model_validate(asked or {})
    return read_indices(session, Reach("kota", root, "test"), query, now=NOW, longest_days=days)


def shape(table: IndexTable) -> dict[str | None, tuple[int | None, int | None]]:
    """Counted and held sheets per group."""
    return {row.group.value if row.group else None: (row.n, row.held) for row in table.rows}


def test_a_question_without_words_is_about_this_month_of_everything(town: Database) -> None:
    put(
        town,
        [
            Visit(),
            Visit(office="upt-jayapura", rated_on=date(2026, 11, 30)),
            Visit(office="setda", rated_on=date(2026, 11, 1), held=True),
            Visit(rated_on=date(2026, 10, 31)),
            Visit(rated_on=date(2026, 12, 1)),
            Visit(instrument="skm-2017", sheet="3" * 9),
            Visit(agency_id="desa"),
        ],
    )
    with town.reading() as session:
        table = read(session)
    assert table.period == DayRange(date(2026, 11, 1), date(2026, 11, 30))
    assert shape(table) == {None: (2, 1)}


OF_OFFICE = {"dukcapil": 1, "setda": 2, "upt-jayapura": 4, "upt-makassar": 8}
REACHED: list[tuple[dict[str, str], str | None, set[str]]] = [
    ({}, None, set(OF_OFFICE)),
    ({}, "upt-makassar", {"upt-jayapura", "upt-makassar"}),
    ({"office": "upt-makassar"}, None, {"upt-makassar"}),
    ({"office": "upt-makassar"}, "setda", {"upt-makassar"}),
    ({"office": "upt-makassar", "include": "children"}, None, {"upt-jayapura", "upt-makassar"}),
    ({"office": "setda", "include": "children"}, None, set(OF_OFFICE)),
    ({"include": "children"}, "dukcapil", {"dukcapil"}),
    ({"office": "upt-jayapura"}, "upt-makassar", {"upt-jayapura"}),
    ({"include": "children", "channel": "web"}, "upt-makassar", set()),
]


def test_a_figure_counts_the_offices_asked_for_and_never_more_than_the_key_reaches(town: Database) -> None:
    put(town, [Visit(office=office) for office, n in OF_OFFICE.items() for _ in range(n)])
    with town.reading() as session:
        for asked, root, offices in REACHED:
            table, total = read(session, {"by": "office", **asked}, root), read(session, asked, root)
            assert shape(table) == {office: (OF_OFFICE[office], 0) for office in offices}, (asked, root)
            assert shape(total) == {None: (sum(OF_OFFICE[office] for office in offices), 0)}, (asked, root)


def test_rows_are_sorted_by_group_and_carry_its_name(town: Database) -> None:
    put(town, [Visit(office=office) for office in reversed(OF_OFFICE)])
    with town.reading() as session:
        rows = read(session, {"by": "office"}).rows
    assert [row.group for row in rows] == [Group(office, office.title()) for office in sorted(OF_OFFICE)]


def test_a_persons_figure_counts_only_ratings_at_the_offices_asked_for(town: Database) -> None:
    put(
        town,
        [Visit(employee="E002") for _ in range(10)]
        + [Visit(employee="E002", office="upt-makassar") for _ in range(15)],
    )
    with town.reading() as session:
        assert shape(read(session, {"employee": "E002"})) == {None: (25, 0)}
        assert shape(read(session, {"employee": "E002"}, root="upt-makassar")) == {None: (15, 0)}
        assert shape(read(session, {"employee": "E002", "office": "dukcapil"})) == {None: (10, 0)}
        assert shape(read(session, {"by": "employee"}, root="dukcapil")) == {"E002": (10, 0)}


def test_a_group_of_held_sheets_alone_is_shown_without_figures(town: Database) -> None:
    put(town, [Visit(service="skck", held=True), Visit(service="kk")])
    with town.reading() as session:
        table = read(session, {"by": "service"})
    assert shape(table) == {"kk": (1, 0), "skck": (0, 1)}
    figures = table.rows[1].figures
    assert figures
    assert figures.official.composite is None
    assert figures.composite is None


FAULTS = {
    "office-unknown": {"office": "nowhere"},
    "service-unknown": {"service": "nothing"},
    "employee-unknown": {"employee": "E999"},
    "instrument-unknown": {"instrument": "csm-1"},
    "period-reversed": {"from": "2026-11-02", "to": "2026-11-01"},
    "period-too-long": {"from": "2025-11-01", "to": "2026-11-30"},
}


def test_what_the_agency_does_not_have_is_a_problem(town: Database) -> None:
    for code, asked in FAULTS.items():
        with town.reading() as session, pytest.raises(Problem, match=code):
            read(session, asked, days=366)


def test_an_unknown_rule_is_told_with_those_there_are(town: Database) -> None:
    for field, expected in {"weights": "exact, 0.333, 0.33", "bands": "2017, 2004"}.items():
        with town.reading() as session, pytest.raises(Problem, match="invalid-request") as raised:
            read(session, {field: "0.111"})
        assert raised.value.errors == (FieldError(field, "field-invalid", {"expected": expected}),)


def test_an_agency_measures_with_an_instrument_of_its_own(town: Database) -> None:
    source = (Path(__file__).parents[1] / "instruments" / "bogor-2011.toml").read_text("utf-8")
    with town.writing() as session:
        instrument = add_own(session, "kota", source, actor="test", now=NOW)
    put(town, [Visit(instrument=instrument.id, sheet="3" * len(instrument.items))])
    with town.reading() as session:
        table = read(session, {"instrument": instrument.id})
        query = IndexQuery(instrument=instrument.id)
        with pytest.raises(Problem, match="instrument-unknown"):
            read_indices(session, Reach("desa", None, "test"), query, now=NOW, longest_days=31)
    assert table.scoring == Scoring(instrument, instrument.default_mode, instrument.default_bands)
    assert shape(table) == {None: (1, 0)}


def test_names_come_from_the_agencys_own_directory(town: Database) -> None:
    codes = [f"X{number}" for number in range(BATCH)] + ["E001"]
    with town.reading() as session:
        assert names_of(session, "kota", By.employee, codes) == {"E001": "Siti Kenari E001"}
        assert names_of(session, "kota", By.service, ["kk"]) == {"kk": "KK"}
        assert names_of(session, "kampung", By.service, ["kk"]) == {}
        assert names_of(session, "kota", By.channel, ["kiosk"]) == {}
        assert office_parents(session, "kampung") == {}


@pytest.mark.parametrize(
    ("root", "office", "children", "expected"),
    [
        (None, None, False, {"top", "left", "right", "leaf", "apart"}),
        (None, "left", False, {"left"}),
        (None, "left", True, {"left", "leaf"}),
        ("left", None, False, {"left", "leaf"}),
        ("left", "leaf", True, {"leaf"}),
        ("gone", None, True, set()),
    ],
)
def test_the_offices_of_a_question(root: str | None, office: str | None, children: bool, expected: set[str]) -> None:
    assert offices_asked(PARENTS, Reach("kota", root, "test"), office, children=children) == expected


@pytest.mark.parametrize(
    ("office", "code"), [("top", "out-of-scope"), ("right", "out-of-scope"), ("x", "office-unknown")]
)
def test_an_office_beside_the_keys_own_is_out_of_scope(office: str, code: str) -> None:
    with pytest.raises(Problem) as raised:
        offices_asked(PARENTS, Reach("kota", "left", "test"), office, children=True)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 11, 30, 16, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), date(2026, 12, 1)),
    ],
)
def test_the_current_month_is_that_of_the_first_zone(now: datetime, first: date) -> None:
    assert period_of(None, None, now, 31) == month_of(first)


def test_a_period_may_be_as_long_as_the_setting_says_and_no_longer() -> None:
    year = date(2026, 1, 1), date(2026, 12, 31)
    assert period_of(*year, NOW, 365).days == 365
    with pytest.raises(Problem, match="period-too-long") as raised:
        period_of(*year, NOW, 364)
    assert raised.value.values == {"days": 364}


def test_a_month_may_end_a_year_and_have_a_leap_day() -> None:
    assert month_of(date(2026, 12, 9)) == DayRange(date(2026, 12, 1), date(2026, 12, 31))
    assert month_of(date(2028, 2, 29)) == DayRange(date(2028, 2, 1), date(2028, 2, 29))
