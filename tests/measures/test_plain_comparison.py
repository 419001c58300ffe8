"""Offices are compared some at a time, and of each little is held: what is kept is what plainly comes out at once."""

import json
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from app.directory.tables import Office
from app.disclosure import reading as disclosure
from app.disclosure.comparison_store import compared_offices, compared_periods
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.disclosure.rules.calendar import span_between
from app.disclosure.rules.due import first_day, last_day
from app.foundation.storage.database import Database
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.measures import comparing
from app.measures.comparing import compare_offices, reconcile_comparisons
from app.measures.rules import comparison
from app.measures.rules.kept_comparisons import own_part, shared_part
from tests.effort import sized
from tests.measures.plain_comparison import plainly_compared
from tests.ratings.visits import Visit, put

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)
MONTHS = [date(2026, month, 1) for month in range(4, 13)]
SERVICES = ("ktp-el", "kk", "skck")


def made_visits(draw: Random, offices: list[str]) -> list[Visit]:
    """Ratings of an agency of some shape: large and small offices, which tell some months together or with others."""
    visits = []
    for office in offices:
        least, most = draw.choice(((0, 3), (3, 3), (0, 9), (8, 14), (20, 50)))
        # What few say in a quarter is told with other offices, and is missing from the year of one that is loud later.
        loud = draw.randrange(0, len(MONTHS), 3)
        level, skips = draw.gauss(3.2, 0.4), draw.random() < 0.2
        for place, month in enumerate(MONTHS):
            more = 5 if most == 3 and loud <= place < loud + 3 else 0
            for _ in range(draw.randint(least, most) + more):
                scores = [str(min(4, max(1, round(draw.gauss(level, 0.8))))) for _ in IKL.items]
                if skips and draw.random() < 0.3:
                    scores[draw.randrange(len(scores))] = "-"
                visits.append(
                    Visit(
                        office=office,
                        rated_on=month + timedelta(days=draw.randrange(28)),
                        sheet="".join(scores),
                        service=draw.choices(SERVICES, (60, 30, 1))[0],
                        held=draw.random() < 0.02,
                    )
                )
    return visits


@pytest.mark.sized
def test_what_is_kept_of_agencies_of_any_shape_is_what_plainly_comes_out(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As where there are tens of thousands of offices.
    for room, setting, most in ((disclosure, "READ_TOGETHER", 4), (comparing, "KEPT_TOGETHER", 3)):
        monkeypatch.setattr(room, setting, most)
    monkeypatch.setattr(comparison, "AT_ONCE", 5)
    database, compared, below = Database(furnished[0]), 0, 0
    every: list[str] = []
    for number in range(sized(3, 12)):
        draw = Random(number)
        offices = [f"o{number:02}-{each:02}" for each in range((5, 24, 2)[number % 3])]
        with database.writing() as session:
            session.add_all(
                Office(agency_id="kota", code=code, name=code, timezone="Asia/Makassar") for code in offices
            )
        every += offices
        put(database, made_visits(draw, offices), start=(number + 1) * 100_000)
        release_agency(
            database,
            "kota",
            ReleaseOrder(datetime(2027, 1, 20, tzinfo=UTC), "test", timedelta(5), timedelta(35), whole=True),
        )
        assert compare_offices(database, "kota") > 0
        assert reconcile_comparisons(database) == []
        with database.snapshot() as session:
            for period, shared in compared_periods(session, "kota").items():
                span = span_between(first_day(period.first), last_day(period.last))
                expected = plainly_compared(session, "kota", SCORING, span, every)
                stored = compared_offices(session, period, None)
                assert shared == json.loads(json.dumps(shared_part(SCORING, expected.values())))
                assert stored.keys() == expected.keys()
                for code, each in expected.items():
                    # As it is written: pairs and lists are the same.
                    assert stored[code] == json.loads(json.dumps(own_part(each))), (code, period)
                    compared += each.comparison is not None and each.comparison.funnel is not None
                    below += bool(each.below)
    database.dispose()
    assert compared > 100, compared
    assert below > 5, below
