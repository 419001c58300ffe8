"""What nights cost, with releases behind them: `python -m benchmarks.release [--offices 1000] [--days 65]`.

Writes so many days of made-up ratings, night after night, and measures the processor's time by steps: of the nights
around a month's end (the one before its figures fall due, the one in which they do, of a month or of a quarter, and the
one after) and of the last night of all. With `--nightly` every night releases, as it does in life; else those alone
that are measured. A database that is kept (`--database`) goes on from the day at which it stands. With `--copies` there
are ten offices, and in the end so many times all that was written of them: a year of 1,000 offices in minutes; go on
without it.
"""

import argparse
import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import text

from app.disclosure import store
from app.disclosure.releasing import ReleaseOrder, ReleaseOutcome, release_agency
from app.foundation.storage.database import Database
from benchmarks.copies import TEMPLATES, copy_offices
from benchmarks.made_agency import AGENCY, make_agency, rate
from benchmarks.servers import peak_mib
from benchmarks.steps import STEPS, Steps, processor_with
from tests.postgres import start_postgres

AFTER, LATE = timedelta(days=5), timedelta(days=35)
# Of the month: the day before its figures fall due, that day, and the next.
MEASURED = (5, 6, 7)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--offices", type=int, default=1_000)
    arguments.add_argument("--days", type=int, default=37)
    arguments.add_argument("--nightly", action="store_true")
    arguments.add_argument("--copies", type=int, default=1, help="SQLite only")
    arguments.add_argument("--postgresql", action="store_true", help="PostgreSQL from the wheel instead of SQLite")
    arguments.add_argument("--database", help="sqlite:///… or postgresql://…, which is kept; without it one of its own")
    chosen = arguments.parse_args()
    # As the service does, whose nights these are.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    with _database(chosen.database, postgresql=chosen.postgresql) as (url, server):
        database = Database(url)
        offices = TEMPLATES if chosen.copies > 1 else chosen.offices
        nights = Nights(database, offices, server, offices * chosen.copies)
        nights.run(chosen.days, nightly=chosen.nightly)
        if chosen.copies > 1:
            copy_offices(database, chosen.copies)
        nights.end()
        database.dispose()


@contextmanager
def _database(kept: str | None, *, postgresql: bool) -> Iterator[tuple[str, int | None]]:
    """The address of the database, and the process of the server that this run has started for it."""
    with TemporaryDirectory(prefix="cermin-bench-") as folder:
        if kept or not postgresql:
            yield kept or f"sqlite:///{folder}/release.db", None
            return
        server = start_postgres(f"{folder}/pg")
        try:
            pid = int(Path(f"{folder}/pg/postmaster.pid").read_text("ascii").split()[0])
            yield server.create("bench"), pid
        finally:
            server.stop()


class Nights:
    """Days of ratings and the nights between them."""

    def __init__(self, database: Database, offices: int, server: int | None, in_directory: int) -> None:
        self._database = database
        self._offices = offices
        self._clock = processor_with(server)
        self._day = make_agency(database, in_directory)
        self._ratings, self._releases = self._before()

    def run(self, days: int, *, nightly: bool) -> None:
        """So many days; prints what each measured night cost, and of the others of a month the median."""
        plain: list[float] = []
        print(f"{'night of':10} {'ratings':>11} {'releases':>8} {'told':>8} {'wall':>6}", end=" ")
        print(*(f"{step:>8}" for step in (*STEPS, "others", "in all")), flush=True)
        for number in range(1, days + 1):
            self._ratings += rate(self._database, self._offices, self._day)
            self._day += timedelta(days=1)
            if self._day.day in MEASURED or number == days:
                self._measure()
            elif nightly:
                before = self._clock()
                self._release()
                plain.append(self._clock() - before)
            if self._day.day == 1 and plain:
                print(f"{self._day - timedelta(days=1):%Y-%m}: of {len(plain)} other nights {median(plain):.2f} s each")
                plain.clear()

    def end(self) -> None:
        """Print how large all has become."""
        size = "pg_database_size(current_database())"
        if self._database.is_sqlite:
            size = "(SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size())"
        ratings, releases = self._before()
        with self._database.reading() as session:
            found = session.execute(text(f"SELECT {size}")).scalar_one()
        print(
            f"{ratings:,} ratings, {releases} releases, {found / 2**20:,.0f} MiB; "
            f"peak of this process {peak_mib(os.getpid()):.0f} MiB"
        )

    def _before(self) -> tuple[int, int]:
        with self._database.snapshot(hurried=False) as session:
            ratings = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
            newest = store.latest_release(session, AGENCY)
            return ratings, newest.number if newest else 0

    def _measure(self) -> None:
        steps, wall = Steps(self._clock), time.perf_counter()
        with steps.measuring():
            outcome = self._release()
        wall = time.perf_counter() - wall
        seconds = [steps.seconds[step] for step in (*STEPS, "others")]
        shown = f"{self._day:%Y-%m-%d} {self._ratings:11,} {self._releases - 1:8} {outcome.told:8,} {wall:6.1f}"
        print(shown, *(f"{each:8.2f}" for each in (*seconds, sum(seconds))), flush=True)

    def _release(self) -> ReleaseOutcome:
        day: date = self._day
        now = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        outcome = release_agency(self._database, AGENCY, ReleaseOrder(now, "benchmark", AFTER, LATE))
        self._releases = outcome.number
        return outcome


if __name__ == "__main__":
    main()
