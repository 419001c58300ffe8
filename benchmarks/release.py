"""What a night's release costs, with a year of releases behind it: `python -m benchmarks.release [--offices 1000]`.

Fills a database of its own with days of made-up ratings, releases month by month, then measures one ordinary night
(one day's ratings have come since), the night in which a month's figures fall due, and the night of a quarter.
With `--nightly` every night releases, as it does in life, and of each month the median night is told; else only those
that are measured.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import text

from app.directory.tables import Agency
from app.disclosure.releasing import ReleaseOrder, ReleaseOutcome, release_agency
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.instruments.registry import add_shipped

AGENCY = "large"
PERSONS, A_DAY, LATE = 20, 30, timedelta(days=35)
SHEETS = ("444", "443", "434", "344", "433", "343", "334", "333", "4-4", "222", "111")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--offices", type=int, default=1_000)
    arguments.add_argument("--months", type=int, default=12)
    arguments.add_argument("--nightly", action="store_true")
    arguments.add_argument("--database", help="postgresql://… of an empty database; without it SQLite.")
    chosen = arguments.parse_args()
    with TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder) / 'release.db'}"
        upgrade(url)
        database = Database(url)
        _run(database, chosen.offices, chosen.months, nightly=chosen.nightly)
        database.dispose()


def _run(database: Database, offices: int, months: int, *, nightly: bool) -> None:
    first = date(2025, 1, 1)
    with database.writing() as session:
        session.add(Agency(agency_id=AGENCY, name=AGENCY, directory_version=new_id(), created_at=datetime.now(UTC)))
        session.flush()
        add_shipped(session, AGENCY, datetime.now(UTC))
    day, draw, total = first, Random(1), 0
    medians: list[float] = []
    for _ in range(months):
        month, nights = day.month, list[float]()
        while day.month == month:
            total += _rate(database, offices, day, draw)
            day += timedelta(days=1)
            if nightly:
                nights.append(_processor(database, day))
        # Five days late, so that the month that has just ended falls due.
        for ahead in range(5):
            total += _rate(database, offices, day + timedelta(days=ahead), draw)
        name = "quarter" if month % 3 == 0 else "month"
        with _measured(f"{total:>10,} ratings, night of a {name}"):
            _tell(_release(database, day + timedelta(days=5)))
        total += _rate(database, offices, day + timedelta(days=5), draw)
        with _measured(f"{total:>10,} ratings, ordinary night"):
            number = _tell(_release(database, day + timedelta(days=6)))
        day += timedelta(days=6)
        if nights:
            medians.append(median(nights))
            print(
                f"{'':12}median of {len(nights)} nights up to release {number}: {medians[-1]:.2f} s of one core",
                flush=True,
            )
    if medians:
        print(f"the median night of the last month ÷ that of the first: {medians[-1] / medians[0]:.2f}")


def _release(database: Database, day: date) -> ReleaseOutcome:
    now = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    return release_agency(database, AGENCY, ReleaseOrder(now, "benchmark", timedelta(days=5), LATE))


def _processor(database: Database, day: date) -> float:
    """The processor's seconds that the release of an ordinary night takes."""
    before = time.process_time()
    _release(database, day)
    return time.process_time() - before


def _tell(outcome: ReleaseOutcome) -> int:
    print(
        f"{'':12}release {outcome.number}: told {outcome.told:,}, waiting {outcome.waiting:,} up to {outcome.through}",
        end="; ",
    )
    return outcome.number


def _rate(database: Database, offices: int, day: date, draw: Random) -> int:
    """A day's ratings, at each office `A_DAY`; rows alone, since what intake does is measured elsewhere."""
    rows = []
    for office in range(offices):
        for number in range(A_DAY):
            high = ((day - date(1970, 1, 1)).days * 86_400_000) << 80 | 0x8 << 76 | 0b10 << 62
            key = high | draw.getrandbits(60)
            person = (number + day.day * 7) % PERSONS
            rows.append(
                {
                    "a": AGENCY,
                    "k": f"{key:032x}",
                    "d": day.isoformat(),
                    "o": f"office-{office:04}",
                    "s": ("ktp-el", "kk", "skck")[number % 3],
                    "e": f"E{office:04}-{person:02}",
                    "c": "kiosk" if number % 10 else "web",
                    "t": draw.choice(SHEETS),
                }
            )
    statement = (
        "INSERT INTO rating (agency_id, key, rated_on, office, service, employee, channel, ticketed, standing, "
        "instrument, sheet, digest) VALUES (:a, CAST(:k AS {uuid}), CAST(:d AS {date}), :o, :s, :e, :c, false, "
        "'counted', 'ikl-1', :t, '')"
    )
    kinds = {"uuid": "VARCHAR", "date": "VARCHAR"} if database.is_sqlite else {"uuid": "uuid", "date": "date"}
    with database.unhurried() as session:
        session.execute(text(statement.format(**kinds)), rows)
    return len(rows)


@contextmanager
def _measured(what: str) -> Iterator[None]:
    wall, core = time.perf_counter(), time.process_time()
    yield
    print(
        f"{what}: {time.process_time() - core:.1f} s of one core, {time.perf_counter() - wall:.1f} s in all", flush=True
    )


if __name__ == "__main__":
    main()
