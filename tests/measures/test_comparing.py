"""How offices compare is kept: exactly what is worked out anew, until a release changes something in the period."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from app.access.principals import Reach
from app.directory.tables import Office
from app.disclosure import releasing
from app.disclosure.comparison_store import ComparedPeriod, compared_offices, compared_periods
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures import comparing, reading
from app.measures.comparing import compare_offices, made_among_all, reconcile_comparisons
from app.measures.reading import read_measures
from app.measures.rules.formulas.moments import Moments, item_moments
from app.measures.rules.kept_comparisons import office_among_all, own_part, same_kept, shared_part
from app.measures.rules.office_comparison import OfficeSummary, among_all, each_among_all
from app.measures.rules.unit_measures import UnitMeasures
from app.ratings.rules.selection import By
from tests.ratings.visits import Visit, put

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
OFFICES = [f"office-{number:02}" for number in range(10)]
# Two quarters, in which every office has ten ratings of each month.
FIRST, NOW = date(2026, 7, 1), datetime(2027, 1, 20, tzinfo=UTC)


@dataclass
class Agency:
    """An agency of ten offices that are rated alike by chance."""

    database: Database

    def rate(self, month: date, sheets: int = 12, offices: list[str] = OFFICES, start: int = 0) -> None:
        """So many sheets of each of these offices in a month."""
        draw = Random(f"{month} {start}")
        put(
            self.database,
            [
                Visit(
                    office=office,
                    rated_on=month + timedelta(days=draw.randrange(28)),
                    sheet=draw.choice(("444", "434", "343", "222" if place < 2 else "333")),
                    service=draw.choice(("ktp-el", "kk", "skck")),
                    employee=None,
                )
                for place, office in enumerate(offices)
                for _ in range(sheets)
            ],
            start=month.month * 10_000 + start,
        )

    def release(self, now: datetime = NOW, *, whole: bool = True) -> None:
        """Tell what can be told."""
        release_agency(self.database, "kota", ReleaseOrder(now, "test", timedelta(5), timedelta(35), whole=whole))

    def kept(self) -> list[str]:
        """The first and last months of the periods that something is known of."""
        with self.database.reading() as session:
            found = compared_periods(session, "kota")
        return sorted(f"{each.first}/{each.last}" for each, shared in found.items() if "by" in shared)

    def ask(self, office: str | None = None, period: str = "2026-Q3", agency: str = "kota") -> dict[str, Any]:
        """The measures of offices."""
        with self.database.snapshot() as session:
            reach = Reach(agency, None, "test")
            table = read_measures(session, reach, By.office, office=office, period=period, instrument="ikl-1")
        return dict(table.units)


@pytest.fixture
def agency(furnished: tuple[str, dict[str, str]]) -> Iterator[Agency]:
    database = Database(furnished[0])
    with database.writing() as session:
        session.add_all(
            Office(agency_id=of, code=code, name=code, timezone="Asia/Makassar")
            for of in ("kota", "desa")
            for code in OFFICES
        )
    made = Agency(database)
    for month in range(7, 13):
        made.rate(date(2026, month, 1))
    made.release()
    yield made
    database.dispose()


def test_what_is_kept_is_exactly_what_is_worked_out_and_nobody_compares_again(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    periods = ("2026-09", "2026-Q3", "2026-S2")
    made = {period: agency.ask(period=period) for period in periods}
    assert agency.kept() == []
    # Six months, two quarters and a semester; the year began half a year before, and is told as well.
    assert compare_offices(agency.database, "kota") == 10
    monkeypatch.setattr(reading, "made_among_all", lambda *_: pytest.fail("compared again"))
    for period in periods:
        assert agency.ask(period=period) == made[period]
        compared = [each.comparison for each in made[period].values() if isinstance(each, UnitMeasures)]
        assert len([each for each in compared if each and each.funnel and each.ranks and each.shrunk]) == len(OFFICES)
        assert agency.ask(OFFICES[3], period) == {OFFICES[3]: made[period][OFFICES[3]]}
    assert compare_offices(agency.database, "kota") == 0


def test_a_release_lets_be_compared_anew_what_it_changes_and_nothing_else(agency: Agency) -> None:
    compare_offices(agency.database, "kota")
    every = agency.kept()
    agency.release()
    # Nothing came, nothing was forgotten.
    assert agency.kept() == every
    agency.rate(date(2026, 8, 1), start=500)
    agency.release()
    assert set(every) - set(agency.kept()) == {
        "2026-08/2026-08", "2026-07/2026-09", "2026-07/2026-12", "2026-01/2026-12",
    }  # fmt: skip
    made = agency.ask()
    assert {unit.n for unit in made.values()} == {48}
    assert compare_offices(agency.database, "kota") == 4
    assert agency.kept() == every
    assert agency.ask() == made


def test_what_only_waits_changes_who_is_compared(agency: Agency) -> None:
    compare_offices(agency.database, "kota")
    every = agency.kept()
    # Nine that cannot be told by themselves are more than a tenth of the month's, and a part of the period's.
    agency.rate(date(2026, 12, 1), sheets=9, offices=OFFICES[:1], start=700)
    agency.release()
    assert "2026-12/2026-12" not in agency.kept()
    assert "2026-11/2026-11" in agency.kept()
    made = agency.ask(period="2026-Q4")
    compare_offices(agency.database, "kota")
    assert (agency.kept(), agency.ask(period="2026-Q4")) == (every, made)


@pytest.mark.parametrize("at", [0, 4, 9])
def test_what_a_release_changes_while_offices_are_compared_is_not_kept(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    came: list[Any] = []

    def released_meanwhile(scoring: Scoring, offices: Any) -> Any:
        for each in each_among_all(scoring, offices):
            yield each
            if len(came) == at:
                agency.rate(date(2026, 7, 1), start=900)
                agency.release()
            came.append(each)

    monkeypatch.setattr(comparing, "each_among_all", released_meanwhile)
    # Three offices are kept by a transaction.
    monkeypatch.setattr(comparing, "KEPT_TOGETHER", 3)
    compare_offices(agency.database, "kota")
    assert "2026-07/2026-07" not in agency.kept()
    assert "2026-08/2026-08" in agency.kept()
    compare_offices(agency.database, "kota")
    monkeypatch.undo()
    assert reconcile_comparisons(agency.database) == []
    assert len(agency.kept()) == 10


def test_a_release_that_was_interrupted_leaves_no_fault_behind(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    compare_offices(agency.database, "kota")
    agency.rate(date(2026, 10, 1), start=300)
    with monkeypatch.context() as patched:
        patched.setattr(releasing, "renew_sums", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            agency.release()
    assert reconcile_comparisons(agency.database) == []
    agency.release()
    assert "2026-10/2026-10" not in agency.kept()


def test_other_rules_find_nothing_kept(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    compare_offices(agency.database, "kota")
    monkeypatch.setattr("app.measures.rules.kept_comparisons.METHOD", "another")
    made: list[Any] = []

    def noticed(*asked: Any) -> Any:
        made.append(asked)
        return made_among_all(*asked)

    monkeypatch.setattr(reading, "made_among_all", noticed)
    agency.ask(OFFICES[0])
    assert len(made) == 1
    # By night they are compared by the new ones.
    assert compare_offices(agency.database, "kota") == 10
    assert compare_offices(agency.database, "kota") == 0


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ("UPDATE office_comparison SET found = REPLACE(CAST(found AS TEXT), '\"below\": []', '\"below\": [2]'){json} "
         "WHERE office = 'office-04' AND last_month = '2026-11'", "office-04, 2026-11 to 2026-11"),
        ("DELETE FROM office_comparison WHERE office = 'office-04' AND first_month = '2026-10' "
         "AND last_month = '2026-12'", "office-04, 2026-10 to 2026-12"),
        ("UPDATE office_comparison SET office = 'office-77' WHERE office = 'office-04' AND first_month = '2026-01'",
         "office-04, 2026-01 to 2026-12"),
        ("UPDATE office_comparison SET found = REPLACE(CAST(found AS TEXT), '\"peers\": 10', '\"peers\": 11'){json} "
         "WHERE office = '' AND last_month = '2026-07'", "all offices, 2026-07 to 2026-07"),
    ],
)  # fmt: skip
def test_the_check_finds_what_is_not_what_the_sums_give(agency: Agency, change: str, about: str) -> None:
    compare_offices(agency.database, "kota")
    assert reconcile_comparisons(agency.database) == []
    with agency.database.writing() as session:
        session.execute(text(change.format(json="" if agency.database.is_sqlite else "::json")))
    assert reconcile_comparisons(agency.database, "desa") == []
    found = reconcile_comparisons(agency.database)
    assert found[0] == f"kota: how offices compare is not what the sums give: {about}"


def test_another_agency_is_told_nothing_of_it(agency: Agency) -> None:
    compare_offices(agency.database, "kota")
    compare_offices(agency.database, "desa")
    with agency.database.reading() as session:
        period = ComparedPeriod("desa", "ikl-1", "2026-07", "2026-09")
        assert compared_periods(session, "desa") == {}
        assert compared_offices(session, period, OFFICES) == compared_offices(session, period, None) == {}


@pytest.mark.parametrize("peers", [1, 2, 7, 8, 40])
@pytest.mark.parametrize("services", [1, 3, 800])
def test_what_is_kept_of_an_office_says_the_same_to_the_last_digit(peers: int, services: int) -> None:
    draw = Random(peers * services)

    def answers() -> Moments:
        return item_moments([draw.randrange(3, 9 + 900 // services) for _ in range(4)])

    offices = {
        f"office-{place}": OfficeSummary(
            # One has no complete sheet at all, and is compared with nobody.
            {} if place == peers - 1 > 1 else {f"service-{each}": answers() for each in range(services)},
            [[draw.randrange(90) for _ in range(4)] for _ in range(3)],
        )
        for place in range(peers)
    }
    found = among_all(SCORING, offices)
    shared = json.loads(json.dumps(shared_part(SCORING, found.values())))
    for each in found.values():
        own = json.loads(json.dumps(own_part(each)))
        assert office_among_all(shared, own) == each
        assert same_kept(own, own_part(each))


def test_parts_differ_by_more_than_another_processor_may_make_of_them() -> None:
    own = {"reliability": 0.75, "ranks": [1, 3], "use": "coaching", "mix": None}
    assert same_kept(own, own | {"reliability": 0.75 + 1e-12, "ranks": (1, 3)})
    others: list[dict[str, Any]] = [
        {"reliability": 0.7501}, {"reliability": None}, {"ranks": [1, 4]}, {"ranks": [1]}, {"mix": ["1/2"]},
        {"more": 1},
    ]  # fmt: skip
    assert not any(same_kept(own, own | other) for other in others)
    assert not same_kept(own, None)
