"""Figures count what is released, of whom and when somebody asks, and no more than the key reaches."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from app.access.principals import Reach
from app.directory.listing_store import names_of, office_parents
from app.directory.rules.reach import offices_asked
from app.disclosure.rules.released import State
from app.foundation.problems import FieldError, Problem
from app.foundation.storage.database import Database, Session
from app.indices.days_asked import DayRange, month_of, period_of
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.indices.rules.figures import Group, IndexRow, IndexTable, Scoring
from app.instruments.registry import add_own
from app.ratings.rules.selection import By
from app.ratings.selection_store import BATCH
from tests.house import NOW, furnish
from tests.ratings.visits import Visit, put, release

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
PARENTS = {"top": None, "left": "top", "right": "top", "leaf": "left", "apart": None}


@pytest.fixture
def town(database: Database) -> Database:
    """A database with the agencies of the house, without ratings."""
    furnish(database, "kota", NOW)
    furnish(database, "desa", NOW)
    return database


def read(
    session: Session, asked: Mapping[str, str] | None = None, root: str | None = None, days: int = 1_100
) -> IndexTable:
    """The table of a question to the agency `kota`, about November unless it names other days."""
    query = IndexQuery.model_validate(asked if asked and "from" in asked else {**NOVEMBER, **(asked or {})})
    return read_indices(session, Reach("kota", root, "test"), query, now=NOW, longest_days=days)


def shape(table: IndexTable) -> dict[str | None, tuple[int | None, int | None]]:
    """Counted and held sheets per group."""
    return {
        row.group.value if row.group else None: (row.n, row.beside.held if row.beside else None) for row in table.rows
    }


def test_a_question_without_words_is_about_everything_in_the_newest_period(town: Database) -> None:
    january, march = date(2027, 1, 1), date(2027, 3, 31)
    put(
        town,
        [
            *[Visit(rated_on=january)] * 12,
            *[Visit(office="upt-jayapura", rated_on=march)] * 10,
            *[Visit(office="setda", rated_on=january, held=True, reason="burst")] * 14,
            *[Visit(rated_on=january - timedelta(days=1))] * 10,
            *[Visit(rated_on=march + timedelta(days=1))] * 10,
            *[Visit(instrument="skm-2017", sheet="3" * 9, rated_on=march)] * 10,
            *[Visit(agency_id="desa", rated_on=march)] * 10,
        ],
    )
    release(town, "kota", "desa")
    with town.reading() as session:
        table = read_indices(session, Reach("kota", None, "test"), IndexQuery(), now=NOW, longest_days=31)
        assert shape(read(session, {"from": "2027-03-01", "to": "2027-03-31"})) == {None: (10, 0)}
    assert table.period == DayRange(january, march)
    assert shape(table) == {None: (22, 14)}


OF_OFFICE = {"dukcapil": 11, "setda": 12, "upt-jayapura": 14, "upt-makassar": 18}
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


@pytest.mark.long
def test_a_figure_counts_the_offices_asked_for_and_never_more_than_the_key_reaches(town: Database) -> None:
    put(town, [Visit(office=office) for office, n in OF_OFFICE.items() for _ in range(n)])
    release(town)
    with town.reading() as session:
        for asked, root, offices in REACHED:
            table, total = read(session, {"by": "office", **asked}, root), read(session, asked, root)
            assert shape(table) == {office: (OF_OFFICE[office], 0) for office in offices}, (asked, root)
            n = sum(OF_OFFICE[office] for office in offices)
            assert shape(total) == {None: (n, 0) if offices else (None, None)}, (asked, root)


def test_rows_are_sorted_by_group_and_carry_its_name(town: Database) -> None:
    put(town, [Visit(office=office) for office in reversed(OF_OFFICE) for _ in range(10)])
    release(town)
    with town.reading() as session:
        rows = read(session, {"by": "office"}).rows
    assert [row.group for row in rows] == [Group(office, office.title()) for office in sorted(OF_OFFICE)]


def test_a_persons_figure_counts_only_ratings_at_the_offices_asked_for(town: Database) -> None:
    put(
        town,
        [Visit(employee="E002") for _ in range(10)]
        + [Visit(employee="E002", office="upt-makassar") for _ in range(15)],
    )
    release(town)
    with town.reading() as session:
        assert shape(read(session, {"employee": "E002"})) == {None: (25, 0)}
        assert shape(read(session, {"employee": "E002"}, root="upt-makassar")) == {None: (15, 0)}
        assert shape(read(session, {"employee": "E002", "office": "dukcapil"})) == {None: (10, 0)}
        assert shape(read(session, {"by": "employee"}, root="dukcapil")) == {"E002": (10, 0)}


def test_a_group_of_held_sheets_alone_has_no_row(town: Database) -> None:
    held = Visit(service="skck", held=True, reason="burst")
    put(town, [held] * 10 + [Visit(service="kk")] * 10)
    release(town)
    with town.reading() as session:
        assert shape(read(session, {"by": "service"})) == {"kk": (10, 0)}
        (row,) = read(session, {"service": "skck"}).rows
    assert row == IndexRow(None, State.suppressed, None, None, None, None)


def test_a_row_tells_what_it_leaves_out_until_that_is_too_much(town: Database) -> None:
    put(town, [Visit()] * 80 + [Visit(service="kk")] * 3 + [Visit(office="setda")] * 9)
    release(town)
    with town.reading() as session:
        [service] = read(session, {"service": "ktp-el", "office": "dukcapil"}).rows
        [few] = read(session, {"service": "kk", "office": "dukcapil"}).rows
        offices = read(session, {"by": "office"})
        total = read(session).rows[0]
    # Seven of the many, drawn by lot, hide the three of the other service.
    assert (service.state, service.n, service.waiting) == (State.exact, 73, "<10")
    assert (few.state, few.n, few.waiting, few.figures, few.beside) == (State.suppressed, *[None] * 4)
    assert [(row.state, row.n, row.waiting) for row in offices.rows] == [
        (State.exact, 83, None), (State.suppressed, None, None)
    ]  # fmt: skip
    assert (total.state, total.n, total.waiting) == (State.exact, 83, "<10")


def test_what_is_told_only_with_another_branch_is_left_out_of_this_one(town: Database) -> None:
    small = [*[Visit(office="setda")] * 9, *[Visit(office="upt-jayapura", employee="E003")] * 6]
    put(town, [*small, *[Visit(office="upt-makassar", employee="E003")] * 12])
    release(town)
    with town.reading() as session:
        (whole,) = read(session).rows
        (branch,) = read(session, root="upt-makassar").rows
        (person,) = read(session, {"by": "employee"}, "upt-makassar").rows
        offices = shape(read(session, {"by": "office"}, "upt-makassar"))
    assert (whole.n, whole.waiting) == (27, None)
    assert (branch.n, branch.waiting) == (person.n, person.waiting) == (12, "<10")
    assert offices == {"upt-jayapura": (None, None), "upt-makassar": (12, 0)}


@pytest.mark.long
def test_figures_are_not_told_by_day_nor_by_two_of_person_service_and_channel(town: Database) -> None:
    put(town, [Visit(employee="E001")] * 20)
    release(town)
    cuts = {"employee": "E001", "service": "ktp-el", "channel": "kiosk"}
    with town.reading() as session:
        for (name, value), (other, _) in permutations(cuts.items(), 2):
            assert shape(read(session, {name: value, "by": "month"})) == {"2026-11": (20, 0)}
            assert shape(read(session, {name: value, "by": name})) == {value: (20, 0)}
            for asked in ({name: value, "by": other}, {name: value, other: cuts[other]}, {"by": "day"}):
                with pytest.raises(Problem, match="cut-not-told"):
                    read(session, asked)


@pytest.mark.parametrize(
    ("first", "last", "nearest"),
    [
        ("2026-11-02", "2026-11-30", ("2026-11-01", "2026-11-30")),
        ("2026-11-01", "2026-11-29", ("2026-11-01", "2026-11-30")),
        ("2026-10-15", "2026-11-15", ("2026-10-01", "2026-11-30")),
        ("2027-03-01", "2027-04-30", ("2027-03-01", "2027-03-31")),
        ("2027-04-01", "2027-04-30", ("2027-03-01", "2027-03-31")),
    ],
)
def test_days_that_are_no_whole_months_or_not_over_are_refused_with_the_nearest(
    town: Database, first: str, last: str, nearest: tuple[str, str]
) -> None:
    release(town)
    with town.reading() as session, pytest.raises(Problem, match="not-released") as raised:
        read(session, {"from": first, "to": last})
    assert raised.value.values == dict(zip(("first", "last"), nearest, strict=True))


def test_before_the_first_release_nothing_is_told(town: Database) -> None:
    put(town, [Visit()] * 10)
    with town.reading() as session, pytest.raises(Problem, match="nothing-released"):
        read(session)


FAULTS = {
    "office-unknown": {"office": "nowhere"},
    "service-unknown": {"service": "nothing"},
    "employee-unknown": {"employee": "E999"},
    "instrument-unknown": {"instrument": "csm-1"},
    "period-reversed": {"from": "2026-11-02", "to": "2026-11-01"},
    "period-too-long": {"from": "2025-11-01", "to": "2026-11-30"},
}


def test_what_the_agency_does_not_have_is_a_problem(town: Database) -> None:
    release(town)
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
    put(town, [Visit(instrument=instrument.id, sheet="3" * len(instrument.items))] * 10)
    release(town)
    with town.reading() as session:
        table = read(session, {"instrument": instrument.id})
        query = IndexQuery(instrument=instrument.id)
        with pytest.raises(Problem, match="instrument-unknown"):
            read_indices(session, Reach("desa", None, "test"), query, now=NOW, longest_days=31)
    assert table.scoring == Scoring(instrument, instrument.default_mode, instrument.default_bands)
    assert shape(table) == {None: (10, 0)}


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
