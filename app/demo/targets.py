"""The demo's targets: of everybody for the periods that are closed, of every office also for those that run."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.access.principals import Reach
from app.closing.targets.schemas import TargetIn
from app.closing.targets.setting import put_targets
from app.demo.people import EMPLOYEES
from app.demo.town import OFFICES
from app.disclosure.rules.calendar import Span, periods_with
from app.foundation.storage.database import Database

# One that most offices reach, one that few do, and one between for everybody.
OFFICE_INDEX, OFFICE_SPEED, OWN_INDEX = "82.00", "92.00", "85.00"


def set_targets(db: Database, reach: Reach, closed: Iterable[Span], instrument: str, now: datetime) -> None:
    """Set them as an administrator does, before anything is closed."""
    codes = {span.code for span in closed}
    running = periods_with(now.date())
    targets = [
        each
        for period in sorted({*codes, running.quarter.code, running.year.code})
        for each in _of_offices(period, instrument)
    ]
    targets += [each for period in sorted(codes) for each in _of_employees(period, instrument)]
    with db.writing() as session:
        put_targets(session, reach, targets, now)


def _of_offices(period: str, instrument: str) -> Iterator[TargetIn]:
    for office in OFFICES:
        yield TargetIn(period=period, instrument=instrument, office=office.code, value=OFFICE_INDEX)
        yield TargetIn(period=period, instrument=instrument, office=office.code, figure="speed", value=OFFICE_SPEED)


def _of_employees(period: str, instrument: str) -> Iterator[TargetIn]:
    for person in EMPLOYEES:
        yield TargetIn(period=period, instrument=instrument, employee=person.code, value=OWN_INDEX)
