"""Ratings put into the store through the real writer, and the same ratings counted by hand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import Connection, text

from app.foundation.storage.database import Database
from app.ratings.rating import NewRating, Place
from app.ratings.store import RatingStore
from app.ratings.tallies.rules.query_plan import By, Selection


@dataclass(frozen=True)
class Visit:
    """One rating of a test; `held` if screening doubts it."""

    office: str = "dukcapil"
    rated_on: date = date(2026, 11, 10)
    sheet: str = "434"
    service: str = "ktp-el"
    employee: str | None = None
    channel: str = "kiosk"
    instrument: str = "ikl-1"
    held: bool = False
    agency_id: str = "kota"


def put(database: Database, visits: Sequence[Visit], *, start: int = 0) -> None:
    """Store the visits, tallies and all; `start` keeps the keys of several calls apart."""
    keys = [UUID(int=start + number) for number in range(len(visits))]
    store = RatingStore(database)
    with store.connect() as connection:
        for agency_id in sorted({visit.agency_id for visit in visits}):
            pairs = [(v, key) for v, key in zip(visits, keys, strict=True) if v.agency_id == agency_id]
            store.write(connection, [_rating(visit, key) for visit, key in pairs])
    with database.writer.connect() as connection, connection.begin():
        for visit, key in zip(visits, keys, strict=True):
            if visit.held:
                _hold(connection, visit, key)


def _rating(visit: Visit, key: UUID) -> NewRating:
    place = Place(visit.office, None, visit.service, visit.employee, visit.channel, visit.rated_on)
    return NewRating(visit.agency_id, key.hex, place, visit.instrument, visit.sheet, digest="")


MOVE = (
    "UPDATE tally SET n = n - 1 WHERE agency_id = :agency_id AND grain = :grain AND unit = :unit "
    "AND period_start = :start AND service = :service AND channel = :channel AND ticketed = false "
    "AND standing = 'counted' AND instrument = :instrument AND sheet = :sheet",
    "INSERT INTO tally (agency_id, grain, unit, period_start, service, channel, ticketed, standing, "
    "instrument, sheet, n) VALUES (:agency_id, :grain, :unit, :start, :service, :channel, false, 'held', "
    ":instrument, :sheet, 1) ON CONFLICT (agency_id, grain, unit, period_start, service, channel, ticketed, "
    "standing, instrument, sheet) DO UPDATE SET n = tally.n + 1",
)


def _hold(connection: Connection, visit: Visit, key: UUID) -> None:
    """Move a stored sheet to the other standing, as screening will: a compensating pair of increments."""
    hexadecimal = key.hex if connection.dialect.name == "sqlite" else str(key)
    connection.execute(
        text("UPDATE rating SET standing = 'held' WHERE agency_id = :agency_id AND key = :key"),
        {"agency_id": visit.agency_id, "key": hexadecimal},
    )
    month = visit.rated_on.replace(day=1).isoformat()
    for grain, unit, start, service, channel in (
        ("agency-month", visit.agency_id, month, visit.service, visit.channel),
        ("office-month", visit.office, month, visit.service, visit.channel),
        ("office-day", visit.office, visit.rated_on.isoformat(), "", ""),
    ):
        for statement in MOVE:
            connection.execute(
                text(statement),
                {
                    "agency_id": visit.agency_id,
                    "grain": grain,
                    "unit": unit,
                    "start": start,
                    "service": service,
                    "channel": channel,
                    "instrument": visit.instrument,
                    "sheet": visit.sheet,
                },
            )


OFFICES = ("a", "b", "c")


def random_visits(seed: int, n: int) -> list[Visit]:
    """Visits of two agencies over five months, some held, some of another instrument, some of nobody."""
    draw = Random(seed)
    return [
        Visit(
            office=draw.choice(OFFICES),
            rated_on=date(2026, 1, 1) + timedelta(days=draw.randrange(150)),
            sheet="".join(draw.choices("34-", k=3)).replace("---", "1--"),
            service=draw.choice(("s", "t")),
            employee=draw.choice((None, "E1", "E2")),
            channel=draw.choice(("kiosk", "web")),
            instrument=draw.choice(("ikl-1", "ikl-1", "ikl-1", "other-1")),
            held=draw.random() < 0.1,
            agency_id=draw.choice(("kota", "kota", "kota", "desa")),
        )
        for _ in range(n)
    ]


def counted_by_hand(
    visits: Iterable[Visit], agency_id: str, asked: Selection
) -> dict[str | None, dict[str, Counter[str]]]:
    """What `sheet_counts` should give, one visit after the other."""
    counts: dict[str | None, dict[str, Counter[str]]] = {}
    for visit in visits:
        if visit.agency_id == agency_id and _is_asked(visit, asked):
            group, standing = _group(visit, asked.by), "held" if visit.held else "counted"
            counts.setdefault(group, {}).setdefault(standing, Counter())[visit.sheet] += 1
    return counts


def _is_asked(visit: Visit, asked: Selection) -> bool:
    return (
        visit.office in asked.offices
        and visit.instrument == asked.instrument
        and asked.first <= visit.rated_on <= asked.last
        and asked.service in (None, visit.service)
        and asked.employee in (None, visit.employee)
        and asked.channel in (None, visit.channel)
        and not (asked.by is By.employee and visit.employee is None)
    )


def _group(visit: Visit, by: By | None) -> str | None:
    if by is None:
        return None
    if by in (By.day, By.month):
        return visit.rated_on.isoformat()[: 10 if by is By.day else 7]
    return str(getattr(visit, by))
