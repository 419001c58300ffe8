"""Sheets that a kiosk of the demo sent while its office was closed: what screening holds for an auditor to decide.

They are few and lately sent, so that the page of the finding still shows its day hour by hour; the roster has nobody on
duty then, so they are about nobody by name.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from app.demo.rating import KIOSK, DemoRating, uuid7
from app.demo.simulation import PERFECT
from app.demo.town import OFFICE_BY_CODE
from app.demo.visits import HOUR, MINUTE, midnight, moment

OFFICE = "kec-teluk-bayang"
# Of twelve in an hour another rule would ask first whether it is a burst.
SHEETS = 11
EVENING_HOUR = 19
PACE = 4 * MINUTE


def closed_on(today: date) -> date:
    """The Sunday of the week before last."""
    return today - timedelta(days=today.weekday() + 8)


def sent_while_closed(seed: int, today: date) -> Iterator[DemoRating]:
    """From 19:00 local time, a sheet every four minutes at the office's first counter."""
    rng = Random(f"closed {seed} {today}")  # noqa: S311 - a demo must repeat itself; nothing here is secret.
    office = OFFICE_BY_CODE[OFFICE]
    counter = office.counters[0]
    begin = midnight(closed_on(today), office.timezone) + EVENING_HOUR * HOUR
    for n in range(SHEETS):
        at = begin + n * PACE + rng.randrange(MINUTE)
        yield DemoRating(
            id=uuid7(at, rng.getrandbits(74)),
            moment=moment(at),
            office=OFFICE,
            counter=counter.code,
            service=rng.choice(counter.services),
            employee=None,
            channel=KIOSK,
            scores=PERFECT,
            comment=None,
            profile=None,
        )
