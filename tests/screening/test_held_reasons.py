"""Why sheets are held is counted for every selection as a person would count it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest

from app.foundation.storage.database import Database
from app.ratings.rules.selection import By, Selection
from app.ratings.selection_store import BATCH
from app.screening.held_store import RATING, held_reasons, keep_held
from app.transparency.sealing_store import delete_ratings
from tests.house import NOW, furnish
from tests.ratings.visits import Visit, put

OFFICES = ("dukcapil", "setda", "upt-makassar")
SCOPES = (frozenset(OFFICES), frozenset({"setda"}), frozenset({"dukcapil", "upt-makassar"}), frozenset[str]())


@pytest.fixture
def town(database: Database) -> Database:
    """A database with two agencies, without ratings."""
    furnish(database, "kota", NOW)
    furnish(database, "desa", NOW)
    return database


def random_visits(seed: int, n: int) -> list[Visit]:
    """Visits of two agencies over five months, most of them held, some of another instrument, some of nobody."""
    draw = Random(seed)
    held = [draw.random() < 0.8 for _ in range(n)]
    return [
        Visit(
            office=draw.choice(OFFICES),
            rated_on=date(2026, 1, 1) + timedelta(days=draw.randrange(150)),
            service=draw.choice(("s", "t")),
            employee=draw.choice((None, "E1", "E2")),
            channel=draw.choice(("kiosk", "web")),
            instrument=draw.choice(("ikl-1", "ikl-1", "ikl-1", "other-1")),
            held=is_held,
            reason=draw.choice(("burst", "one-hour", None)) if is_held else None,
            agency_id=draw.choice(("kota", "kota", "kota", "desa")),
        )
        for is_held in held
    ]


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


def counted_by_hand(visits: Iterable[Visit], asked: Selection) -> dict[str | None, Counter[str]]:
    """Reasons by group, one visit of the agency `kota` after the other."""
    counts: dict[str | None, Counter[str]] = {}
    for visit in visits:
        if visit.agency_id == "kota" and visit.reason and is_asked(visit, asked):
            counts.setdefault(group(visit, asked.by), Counter())[visit.reason] += 1
    return counts


def is_asked(visit: Visit, asked: Selection) -> bool:
    return (
        visit.office in asked.offices
        and visit.instrument == asked.instrument
        and asked.first <= visit.rated_on <= asked.last
        and asked.service in (None, visit.service)
        and asked.employee in (None, visit.employee)
        and asked.channel in (None, visit.channel)
    )


def group(visit: Visit, by: By | None) -> str | None:
    if by in (By.day, By.month):
        return visit.rated_on.isoformat()[: 10 if by is By.day else 7]
    return None if by is None else getattr(visit, by)


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.parametrize("seed", [1, 2])
def test_every_filter_and_grouping_over_any_period_counts_what_a_person_would_count(town: Database, seed: int) -> None:
    visits = random_visits(seed, 400)
    put(town, visits)
    with town.reading() as session:
        for asked in random_selections(seed):
            assert held_reasons(session, "kota", asked) == counted_by_hand(visits, asked), asked
            assert held_reasons(session, "kampung", asked) == {}
    # Nor does anything change when ratings go with their sealed months, whether at once or one month after the other.
    for end in (date(2026, 2, 1), date(2026, 3, 1)):
        going = (RATING.rated_on < end,)
        with town.writing() as session:
            for agency_id in ("kota", "desa"):
                keep_held(session, agency_id, going)
                delete_ratings(session, agency_id, going)
    with town.reading() as session:
        for asked in random_selections(seed):
            assert held_reasons(session, "kota", asked) == counted_by_hand(visits, asked), asked


@pytest.mark.long
def test_more_offices_than_one_statement_takes_are_counted_once_each(town: Database) -> None:
    visits = random_visits(4, 200)
    put(town, visits)
    many = frozenset(f"b{number:04}" for number in range(2 * BATCH + 1)) | frozenset(OFFICES)
    with town.reading() as session:
        for by in (None, *By):
            asked = Selection("ikl-1", date(2026, 1, 10), date(2026, 4, 20), many, whole_agency=False, by=by)
            assert held_reasons(session, "kota", asked) == counted_by_hand(visits, asked)
