"""Whatever is asked is answered by sums of whole blocks: as somebody would add them up who sees every rating."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest

from app.access.principals import Reach
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from app.indices.presenting import table_out
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from tests.effort import sized
from tests.house import LATE, LONG_AFTER, NOW, furnish
from tests.ratings.house_model import Told, expected_rows, last_day, shown, told_of
from tests.ratings.visits import Visit, put

SPRING = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
IN_HOUSE = {
    "a": "dukcapil", "b": "upt-makassar", "c": "dukcapil", "s": "ktp-el", "t": "kk", "E1": "E001", "E2": "E004"
}  # fmt: skip
RARE = {0: "setda", 1: "upt-jayapura"}
MONTHS = (("2026-01", "2026-05"), ("2026-01", "2026-03"), ("2026-02", "2026-02"), ("2026-02", "2026-04"))
ROOTS = (None, "upt-makassar")
OFFICES: tuple[dict[str, str], ...] = (
    {}, {"office": "dukcapil"}, {"office": "upt-makassar"}, {"office": "upt-makassar", "include": "children"}
)  # fmt: skip
CUTS: tuple[dict[str, str], ...] = ({}, {"service": "kk"}, {"employee": "E001"}, {"channel": "web"})
GROUPINGS = (None, "office", "service", "employee", "channel", "month")


def random_visits(seed: int, n: int) -> list[Visit]:
    """Visits over five months, some held, some of nobody."""
    draw = Random(seed)
    return [
        Visit(
            office=draw.choice(tuple(IN_HOUSE)[:3]),
            rated_on=date(2026, 1, 1) + timedelta(days=draw.randrange(150)),
            sheet="".join(draw.choices("34-", k=3)).replace("---", "1--"),
            service=draw.choice(("s", "t")),
            employee=draw.choice((None, "E1", "E2")),
            channel=draw.choice(("kiosk", "web")),
            held=draw.random() < 0.1,
        )
        for _ in range(n)
    ]


def visits_of(seed: int, n: int) -> list[Visit]:
    """Random visits in the house, where two offices and a service are rare: they are told together, if at all."""
    found = random_visits(seed, n)
    return [
        replace(
            visit,
            office=RARE.get(number % 12, IN_HOUSE[visit.office]),
            service=IN_HOUSE[visit.service] if number % 7 else "skck",
            employee=visit.employee and IN_HOUSE[visit.employee],
        )
        for number, visit in enumerate(found)
    ]


def questions() -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Every root, office, filter and grouping that may be asked for together, over several months."""
    for root, office, cut, by, (first, last) in product(ROOTS, OFFICES, CUTS, GROUPINGS, MONTHS):
        apart = {by} & {"service", "employee", "channel"} | cut.keys()
        if len(apart) < 2 and not (root and office.get("office") == "dukcapil"):
            period = {"from": f"{first}-01", "to": last_day(last).isoformat()}
            yield root, office | cut | period | ({} if by is None else {"by": by})


def check(database: Database, told: Told) -> int:
    """Ask every question of this release's months; returns how many rows had figures."""
    exact = 0
    with database.reading() as session:
        for root, asked in questions():
            if asked["to"][:7] > told.through:
                continue
            query = IndexQuery.model_validate(asked)
            table = read_indices(session, Reach("kota", root, "test"), query, now=NOW, longest_days=1_100)
            rows = [shown(row.model_dump(by_alias=True)) for row in table_out(table).rows]
            assert rows == expected_rows(told, asked, root), (root, asked)
            exact += sum(row[1] is not None for row in rows)
    return exact


@pytest.mark.long
@pytest.mark.sqlite_daily
@pytest.mark.sized
@pytest.mark.parametrize(("seed", "n", "least"), sized([(1, 200, 30)], [(1, 200, 30), (2, 2_000, 200)]))
def test_every_question_is_answered_by_the_blocks_that_it_is_wholly_about(
    database: Database, seed: int, n: int, least: int
) -> None:
    furnish(database, "kota", NOW)
    visits = visits_of(seed, n)
    # Every third comes late, when something of its month is told.
    for start, part, now in ((0, [v for i, v in enumerate(visits) if i % 3], SPRING), (n, visits[::3], LONG_AFTER)):
        put(database, part, start=start)
        release_agency(database, "kota", ReleaseOrder(now, "test", timedelta(0), LATE, whole=True))
        told = told_of(database, "kota", now)
        assert all(len(block) >= 10 for block in told.blocks.values())
        exact = check(database, told)
    assert exact > least
