"""What `cermin import` costs beside `COPY` and one GROUP BY: `python -m benchmarks.imports [--sheets 100000]`.

Sheets of the nine-element survey are imported by the real command, in a process of its own: seconds on the clock and of
the processor, of the command by its steps and of PostgreSQL's server, and the command's peak memory. Beside it the same
file goes by COPY into a table of its columns, bare and with a key and an index as ratings have them, and means of every
element are read from it by office. All on throw-away databases.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psycopg

from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from benchmarks.growth import record
from benchmarks.made_survey import (
    AGENCY,
    ELEMENTS,
    OFFICE,
    OPTIONS,
    SERVICE,
    TIME,
    furnish_nation,
    offices_of,
    write_sheets,
)
from benchmarks.servers import SECRET, peak_mib
from benchmarks.steps import Steps, processor_with
from tests.postgres import start_postgres

BARE = "bare"
INDEXED = "with key and index"


class Import(NamedTuple):
    """What one import took: seconds on the clock, of the command's processor by its steps, of the server's; MiB."""

    wall: float
    steps: dict[str, float]
    server: float
    memory: float

    @property
    def processor(self) -> float:
        """Seconds of the processor of command and server."""
        return sum(self.steps.values()) + self.server


class Copy(NamedTuple):
    """What COPY and GROUP BY took on the clock, and of the processor of the server."""

    copied: float
    grouped: float
    processor: float


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sheets", type=int, nargs="+", default=[10_000, 100_000])
    arguments.add_argument("--offices", type=int, help="left out: in the proportion of the nation")
    arguments.add_argument("--store", choices=["SQLite", "PostgreSQL"], help="left out: both")
    arguments.add_argument("--record", action="store_true", help="put SQLite's figures into the file of growth")
    arguments.add_argument("--import", dest="file", help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.file:
        print(json.dumps(import_measured(Path(chosen.file))))
        return
    for sheets in chosen.sheets:
        offices = chosen.offices or offices_of(sheets)
        print(f"{sheets:,} sheets of {offices:,} offices", flush=True)
        with TemporaryDirectory(prefix="cermin-bench-") as folder:
            file = Path(folder) / "sheets.csv"
            write_sheets(file, sheets, offices)
            for name in ("SQLite", "PostgreSQL"):
                if chosen.store in (None, name):
                    taken = _measure(name, folder, file, sheets, offices)
                    if chosen.record and name == "SQLite":
                        record_import(taken, sheets)


def _measure(name: str, folder: str, file: Path, sheets: int, offices: int) -> Import:
    with fresh_store(name, folder) as (url, server):
        database = Database(url)
        furnish_nation(database, offices)
        database.dispose()
        taken = import_file(url, file, server)
        print(import_line(name, taken, sheets), flush=True)
        if server is not None:
            for kind in (BARE, INDEXED):
                copy = copied(url, file, server, kind)
                wall = copy.copied + copy.grouped
                print(
                    f"  COPY, table {kind}: {copy.copied:.1f} s, GROUP BY {copy.grouped:.2f} s, processor "
                    f"{copy.processor:.1f} s; COPY and GROUP BY ÷ import: {wall / taken.wall:.2f} on the clock, "
                    f"{copy.processor / taken.processor:.2f} of the processor (goal 0.5)",
                    flush=True,
                )
        return taken


def record_import(taken: Import, sheets: int) -> None:
    """Put an import into docs/pictures/growth.json."""
    record("import cost", sheets, taken.processor / sheets * 1e6)
    record("import release", sheets, taken.steps["releasing"] / sheets * 1e6)
    record("import memory", sheets, taken.memory)


def import_line(name: str, taken: Import, sheets: int) -> str:
    """One import as a line."""
    parts = ", ".join(f"{step} {seconds / sheets * 1e6:.1f}" for step, seconds in taken.steps.items())
    return (
        f"  {name}: {taken.wall:.1f} s on the clock, processor {taken.processor:.1f} s; µs a sheet: {parts}, "
        f"server {taken.server / sheets * 1e6:.1f}; peak {taken.memory:.0f} MiB"
    )


@contextmanager
def fresh_store(name: str, folder: str) -> Iterator[tuple[str, int | None]]:
    """The address of a migrated, empty database, and the process of its server, if it has one."""
    if name == "SQLite":
        url = f"sqlite:///{folder}/import.db"
        upgrade(url)
        yield url, None
        return
    server = start_postgres(f"{folder}/pg")
    try:
        url = server.create("bench")
        upgrade(url)
        yield url, int(Path(f"{folder}/pg/postmaster.pid").read_text("ascii").split()[0])
    finally:
        server.stop()


def import_file(url: str, file: Path, server: int | None) -> Import:
    """Import the file by the command, in a process of its own."""
    environment = os.environ | {"CERMIN_DATABASE_URL": url, "CERMIN_SECRET": SECRET}
    command = [sys.executable, "-m", "benchmarks.imports", "--import", str(file)]
    before, begun = _of_server(server), time.perf_counter()
    printed = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    wall = time.perf_counter() - begun
    told: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return Import(wall, told["steps"], _of_server(server) - before, told["memory"])


def import_measured(file: Path) -> dict[str, Any]:
    """Run the command in this process; the seconds of its processor by step, and its peak memory in MiB."""
    steps = Steps(time.process_time, _parts())
    with steps.measuring():
        _cermin(["import", AGENCY, str(file), *OPTIONS])
    # What came before is the start of Python and the loading of the command.
    return {"steps": dict(steps.seconds), "memory": peak_mib(os.getpid())}


def _cermin(arguments: list[str]) -> None:
    """Run a command of the service as an operator would."""
    # Here, since what it costs to load the command is a part of it.
    from app.cli import main as cermin

    sys.argv = ["cermin", *arguments]
    try:
        cermin()
    except SystemExit as end:
        if end.code:
            raise


def _parts() -> dict[str, tuple[tuple[Any, str], ...]]:
    # Here, as above.
    from app.cli import importing

    return {
        "reading": ((importing, "open_answers"),),
        "judging": ((importing, "propose"),),
        "comparing": ((importing, "foresee"),),
        "storing": ((importing, "store_answers"),),
        "releasing": ((importing, "make_release"),),
    }


def copied(url: str, file: Path, server: int, kind: str) -> Copy:
    """Copy the file into a table of its columns, and read the means of every element by office."""
    answers = ", ".join(f"{column} smallint" for column in ELEMENTS)
    means = ", ".join(f"avg({column})" for column in ELEMENTS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS plain_sheet")
        columns = f"{TIME} timestamp, {OFFICE} text, {SERVICE} text, {answers}"
        if kind == INDEXED:
            # A key that grows is the cheapest one.
            columns = f"id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {columns}"
        connection.execute(f"CREATE TABLE plain_sheet ({columns})")
        if kind == INDEXED:
            connection.execute(f"CREATE INDEX ON plain_sheet ({OFFICE}, {TIME})")
        before, begun = _of_server(server), time.perf_counter()
        named = ", ".join([TIME, OFFICE, SERVICE, *ELEMENTS])
        with (
            file.open("rb") as source,
            connection.cursor().copy(f"COPY plain_sheet ({named}) FROM STDIN (FORMAT csv, HEADER)") as copy,
        ):
            while piece := source.read(1 << 16):
                copy.write(piece)
        between = time.perf_counter()
        connection.execute(f"SELECT {OFFICE}, count(*), {means} FROM plain_sheet GROUP BY {OFFICE}").fetchall()
        return Copy(between - begun, time.perf_counter() - between, _of_server(server) - before)


def _of_server(server: int | None) -> float:
    """The processor's seconds of a server so far."""
    return 0.0 if server is None else processor_with(server)() - time.process_time()


if __name__ == "__main__":
    main()
