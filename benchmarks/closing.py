"""What measuring and closing a quarter of many persons costs: `python -m benchmarks.closing [--ratings 200000]`.

Offices of 20 persons each are rated through a quarter, which is released; each step then runs in a process of its own:
reading the measures of all persons, and `cermin period close`. Seconds of the processor, and peak memory in MiB. On
SQLite, on a throw-away database; with `--file` the released quarter is kept there, and closed again on a copy.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from app.access.principals import Reach
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.garbage_collection import collect_less_often
from app.foundation.storage.database import Database
from app.measures.reading import read_measures
from app.ratings.rules.selection import By
from benchmarks.documents import run_command
from benchmarks.growth import record
from benchmarks.made_agency import AGENCY, FIRST_DAY, PERSONS, make_agency, rate
from benchmarks.servers import peak_mib

QUARTER, DAYS = "2025-Q1", 90


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ratings", type=int, nargs="+", default=[200_000], help="of the quarter")
    arguments.add_argument("--persons", type=int, default=2_000)
    arguments.add_argument("--file", type=Path, help="of the released quarter, which is kept")
    arguments.add_argument("--record", action="store_true", help="put the figures into the file of growth")
    arguments.add_argument("--measure", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.measure:
        print(*_measured(chosen.measure))
        return
    for ratings in chosen.ratings:
        with TemporaryDirectory(prefix="cermin-bench-") as folder:
            quarter: Path = chosen.file or Path(folder) / "released.db"
            made = _fill(f"sqlite:///{quarter}", chosen.persons // PERSONS, ratings)
            url = f"sqlite:///{shutil.copy(quarter, Path(folder) / 'quarter.db')}"
            command = [sys.executable, "-m", "benchmarks.closing", "--measure", url]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            measures, measured_peak, persons = float(told[0]), float(told[1]), int(told[2])
            closing, closed_peak = run_command(["period", "close", AGENCY, QUARTER], url)
            print(
                f"{made:,} ratings of {persons:,} persons in a quarter: measures {measures:.1f} s of the processor "
                f"(goal 3), peak {measured_peak:.0f} MiB; closing {closing:.1f} s (goal 30), peak {closed_peak:.0f} "
                "MiB (goal 500)",
                flush=True,
            )
            if chosen.record:
                record("measures cost", made, measures)
                record("measures memory", made, measured_peak)
                record("closing cost", made, closing)
                record("closing memory", made, closed_peak)


def _fill(url: str, offices: int, ratings: int) -> int:
    database = Database(url)
    a_day = max(1, round(ratings / DAYS / offices))
    if make_agency(database, offices) > FIRST_DAY:
        database.dispose()
        return a_day * offices * DAYS
    made = sum(rate(database, offices, FIRST_DAY + timedelta(days=day), a_day) for day in range(DAYS))
    now = datetime(2025, 4, 10, tzinfo=UTC)
    release_agency(database, AGENCY, ReleaseOrder(now, "benchmark", timedelta(days=5), timedelta(days=35), whole=True))
    database.dispose()
    assert FIRST_DAY + timedelta(days=DAYS) == date(2025, 4, 1)
    return made


def _measured(url: str) -> tuple[float, float, int]:
    """The processor's seconds of the measures of all persons, the peak in MiB, and how many persons have measures."""
    database = Database(url)
    # As the service does, by which measures are asked for.
    collect_less_often()
    begun = time.process_time()
    with database.snapshot(hurried=False) as session:
        reach = Reach(AGENCY, None, "benchmark")
        table = read_measures(session, reach, By.employee, office=None, period=QUARTER, instrument="ikl-1")
    taken = time.process_time() - begun
    return taken, peak_mib(os.getpid()), sum(each is not None for each in table.units.values())


if __name__ == "__main__":
    main()
