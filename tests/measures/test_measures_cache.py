"""Measures are the same with a cache and without, whatever is released, held or changed, and by which process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, product
from random import Random
from typing import Any

import pytest
from sqlmodel import col, delete, update

from app.access.principals import Reach
from app.directory.tables import Service, Volume
from app.disclosure import reading as disclosure
from app.disclosure import releasing
from app.disclosure.tables import BlockSum, FigureBlock, FigureRelease
from app.foundation.problems import Problem
from app.foundation.storage.database import Database
from app.measures import comparing, reading
from app.measures.cache import MeasuresCache
from app.measures.comparing import compare_offices
from app.measures.reading import MeasuresTable, read_measures
from app.measures.rules.office_comparison import each_among_all
from app.ratings.rules.selection import By
from tests.effort import sized
from tests.house import LONG_AFTER, House
from tests.ratings.visits import Visit, put, release

OFFICES = ("dukcapil", "upt-makassar", "upt-jayapura")
AGENCIES, PERIODS = ("kota", "desa"), ("2026-10", "2026-11", "2026-Q4")
# Those of persons and of offices; of the whole agency, of an office with one below it, and of one alone.
QUESTIONS = [
    (agency, by, root, period)
    for agency in AGENCIES
    for by in (By.office, By.employee)
    for root in (None, "upt-makassar", "dukcapil")
    for period in PERIODS
]


@dataclass
class Town:
    """A database with two agencies that are alike, and the caches of two processes."""

    database: Database
    draw: Random
    caches: tuple[MeasuresCache, MeasuresCache] = field(default_factory=lambda: (MeasuresCache(), MeasuresCache(40)))
    numbers: Iterator[int] = field(default_factory=lambda: count(1, 1_000))
    days: Iterator[int] = field(default_factory=count)

    def rate(self, agency_id: str) -> None:
        """Ratings of two months; in one of three calls some of them are held, else a release alone tells them apart."""
        draw = self.draw
        reasons = draw.choices((None, "burst", "one-device"), draw.choice([(8, 1, 1), (1, 0, 0), (1, 0, 0)]), k=200)
        visits = [
            Visit(
                office=draw.choice(OFFICES),
                rated_on=date(2026, 10, 1) + timedelta(days=draw.randrange(61)),
                sheet=draw.choice(("444", "434", "343", "222", "4-3")),
                service=draw.choice(("ktp-el", "kk", "skck")),
                employee=draw.choice(("E001", "E002", "E003", None)),
                channel=draw.choice(("kiosk", "web")),
                held=reason is not None,
                reason=reason,
                agency_id=agency_id,
            )
            for reason in reasons
        ]
        put(self.database, visits, start=next(self.numbers))

    def release(self, agency_id: str) -> None:
        """More ratings come, and what is due is told."""
        self.rate(agency_id)
        release(self.database, agency_id)

    def serve(self, agency_id: str) -> None:
        """A queue system tells how many were served."""
        office, served = self.draw.choice(OFFICES), self.draw.randrange(100, 900)
        day = date(2026, 10, 1) + timedelta(days=next(self.days))
        with self.database.writing() as session:
            session.add(
                Volume(
                    agency_id=agency_id,
                    office=office,
                    served_on=day,
                    service="kk",
                    employee="E001",
                    served=served,
                    offered=9,
                )
            )

    def compare(self, agency_id: str) -> None:
        """What is done after a release, by night."""
        compare_offices(self.database, agency_id)

    def regroup(self, agency_id: str) -> None:
        """A service comes into another family."""
        family = self.draw.choice(("adminduk", "polisi", "izin"))
        code = self.draw.choice(("ktp-el", "kk", "skck"))
        with self.database.writing() as session:
            session.execute(
                update(Service)
                .where(col(Service.agency_id) == agency_id, col(Service.code) == code)
                .values(family=family)
            )

    def ask(
        self, agency_id: str, by: By, root: str | None, period: str, cache: MeasuresCache | None = None
    ) -> MeasuresTable | str:
        """What is answered; the code of the problem where nothing is told."""
        reach = Reach(agency_id, root, "test")
        with self.database.snapshot() as session:
            try:
                return read_measures(session, reach, by, office=None, period=period, instrument="ikl-1", cache=cache)
            except Problem as problem:
                return problem.code


def made_anew(town: Town, *question: Any) -> MeasuresTable | str:
    """The answer without anything that is kept."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "kept_among_all", lambda *_: None)
        return town.ask(*question)


@pytest.fixture
def town(furnished: tuple[str, dict[str, str]]) -> Iterator[Town]:
    database = Database(furnished[0])
    yield Town(database, Random(20))
    database.dispose()


@pytest.mark.long
@pytest.mark.sized
def test_whatever_happens_in_whatever_order_the_cache_changes_no_answer(town: Town) -> None:
    told = 0
    for agency in AGENCIES:
        town.release(agency)
    # What comes then finds everything in the cache.
    for question, cache in product(QUESTIONS, town.caches):
        town.ask(*question, cache)
    for step in town.draw.choices([town.rate, town.release, town.compare, town.serve, town.regroup], k=sized(10, 60)):
        step(town.draw.choice(AGENCIES))
        for question in town.draw.sample(QUESTIONS, 4):
            plain = made_anew(town, *question)
            assert town.ask(*question) == plain
            # Twice each: the second answer is from the cache.
            assert [town.ask(*question, cache) for cache in town.caches * 2] == [plain] * 4, question
            told += not isinstance(plain, str) and any(plain.units.values())
    assert told > 10


def test_an_office_asked_alone_has_what_it_has_among_all_and_they_are_compared_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def compared(*given: Any) -> Any:
        found = list(each_among_all(*given))
        made.append(len(found))
        return iter(found)

    monkeypatch.setattr(comparing, "each_among_all", compared)
    # One office after the other, as where there are thousands.
    monkeypatch.setattr(disclosure, "READ_TOGETHER", 1)
    for _ in range(3):
        town.release("kota")
    every, cache = town.ask("kota", By.office, None, "2026-Q4"), town.caches[0]
    assert isinstance(every, MeasuresTable)
    made.clear()
    for code in OFFICES:
        alone = town.ask("kota", By.office, code, "2026-Q4", cache)
        assert isinstance(alone, MeasuresTable)
        measures = alone.units[code]
        assert measures is not None
        assert measures == every.units[code]
    assert made == [len(OFFICES)]
    town.release("kota")
    town.ask("kota", By.office, OFFICES[0], "2026-Q4", cache)
    assert made == [len(OFFICES)] * 2


def test_what_another_process_releases_is_seen_at_the_next_request(house: House) -> None:
    def asked() -> tuple[int | None, int]:
        answer = house.get("/v1/measures/offices", params={"period": "2026-10"}).json()
        return answer["rows"][0]["n"], answer["release"]

    for round_ in (1, 2):
        put(house.database, [Visit(rated_on=date(2026, 10, 9), employee="E001")] * 30, start=round_ * 1_000)
        # The service's own cache knows nothing of this function, as it would not of another process.
        house.release()
        assert [asked(), asked()] == [(30 * round_, round_)] * 2


def test_while_a_release_works_or_after_it_was_interrupted_that_before_it_is_told(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, cache = ("kota", By.office, None, "2026-10"), town.caches[0]
    october = [Visit(rated_on=date(2026, 10, 9))] * 30
    put(town.database, october)
    release(town.database)
    before = town.ask(*question, cache)
    put(town.database, october, start=1_000)
    with monkeypatch.context() as patched:
        patched.setattr(releasing, "renew_charts", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            release(town.database)
    again = town.ask(*question, cache)
    assert isinstance(before, MeasuresTable)
    assert isinstance(again, MeasuresTable)
    # The very same rows: they were not made again.
    assert again.units is before.units
    release(town.database)
    after = town.ask(*question)
    assert (town.ask(*question, cache), after) == (after, town.ask(*question, town.caches[1]))
    assert isinstance(after, MeasuresTable)
    assert [(code, unit and unit.n) for code, unit in after.units.items()] == [("dukcapil", 60)]


def test_a_restored_backup_with_a_release_of_the_same_number_is_seen(town: Town) -> None:
    question, cache = ("kota", By.office, None, "2026-10"), town.caches[0]
    put(town.database, [Visit(rated_on=date(2026, 10, 9))] * 30)
    release(town.database)
    former = town.ask(*question, cache)
    assert isinstance(former, MeasuresTable)
    with town.database.writing() as session:
        session.execute(update(FigureRelease).values(released_at=LONG_AFTER + timedelta(days=1)))
        session.execute(update(FigureBlock).values(released=False))
        session.execute(delete(BlockSum))
    emptied = town.ask(*question, cache)
    assert isinstance(emptied, MeasuresTable)
    assert (former.release.number, emptied.release.number, dict(emptied.units)) == (1, 1, {})
