"""The demo's promises of time, and what its queue systems tell of every month beside them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from app.access.principals import KeyKind, Principal, Reach
from app.demo.town import AGENCY_CODE
from app.directory.catalogue_cache import CatalogueCache
from app.directory.standards.counting import take_counts
from app.directory.standards.schemas import MOST_COUNTS, CountsIn, MonthCountsIn, PromiseIn, StepsIn, TimesIn
from app.directory.standards.setting import put_promises
from app.directory.store import served_volumes
from app.disclosure.rules.calendar import Span, months_until
from app.foundation.storage.database import Database
from app.standards.rules.promise import Unit

DECREE, LATER = "SK Bupati Cermin 12/2025", "SK Bupati Cermin 4/2026"
# At most so many, and how many steps the procedure has where the queue system knows them.
PROMISED = {
    "ktp-el": (15, Unit.minutes, 6),
    "kk": (3, Unit.working_days, 5),
    "kia": (20, Unit.minutes, None),
    "akta-lahir": (3, Unit.working_days, 7),
    "akta-mati": (3, Unit.working_days, None),
    "nib": (1, Unit.hours, 4),
    "izin-penelitian": (2, Unit.working_days, 3),
    "pbg": (28, Unit.working_days, 11),
    "skck": (30, Unit.minutes, None),
    "sim": (45, Unit.minutes, None),
    "ak1": (20, Unit.minutes, 3),
    "sktm": (2, Unit.hours, None),
}
# Half a year and the month before it.
MONTHS = 7


def promise_and_tell(db: Database, reach: Reach, now: datetime) -> None:
    """Promise as an administrator does, and tell the months as queue systems do, of everybody whom they served."""
    months = months_until(now.date(), MONTHS)
    with db.writing() as session:
        put_promises(session, reach, list(_promises(months)), now)
    catalogues = CatalogueCache(db, lambda: now, seconds=0, reach=timedelta(days=1))
    queue = Principal(AGENCY_CODE, KeyKind.queue, UUID(int=0))
    counts = [each for month in months for each in _told(db, month)]
    for start in range(0, len(counts), MOST_COUNTS):
        take_counts(db, catalogues, queue, CountsIn(counts=counts[start : start + MOST_COUNTS]), now)


def _promises(months: list[Span]) -> Iterator[PromiseIn]:
    for service, (amount, unit, _) in PROMISED.items():
        yield PromiseIn(service=service, valid_from=months[0].code, amount=amount, unit=unit, source=DECREE)
    # One that got shorter within the half year.
    yield PromiseIn(service="sim", valid_from=months[-3].code, amount=30, unit=Unit.minutes, source=LATER)


def _told(db: Database, month: Span) -> Iterator[MonthCountsIn]:
    """A month of each service at each office: people in as many as were served, and how long they were there."""
    with db.reading() as session:
        volumes = served_volumes(session, AGENCY_CODE, month.first, month.last)
    served: dict[tuple[str, str], int] = {}
    for each in volumes:
        served[each.office, each.service] = served.get((each.office, each.service), 0) + each.served
    for (office, service), n in sorted(served.items()):
        if service in PROMISED:
            yield _month(office, service, month.code, n)


def _month(office: str, service: str, month: str, n: int) -> MonthCountsIn:
    # Each office has a pace of its own, and each month a little chance.
    pace = Random(f"{office} {service}").uniform(0.72, 0.97)  # noqa: S311 - a demo must repeat itself
    draw = Random(f"{office} {service} {month}")  # noqa: S311 - likewise
    kept = sum(draw.random() < pace for _ in range(n))
    half, twice = round(kept * draw.uniform(0.2, 0.5)), round((n - kept) * draw.uniform(0.6, 0.9))
    due = PROMISED[service][2]
    steps = None
    if due is not None:
        steps = StepsIn(services=n, due=due, done=n * due - sum(draw.random() < 0.03 for _ in range(n * due)))
    times = TimesIn(half=half, within=kept - half, twice=twice, more=n - kept - twice)
    return MonthCountsIn(office=office, service=service, month=month, times=times, steps=steps)
