"""A year of the whole country's surveys: `python -m benchmarks.survey_year [--sheets 75509]`.

Imports a file of so many nine-element sheets, of offices in the proportion of the nation (7,550,903 sheets of 24,629
offices are all), by the real command; then asks the page *my office* of some offices over HTTP, each by its own
supervisor who is signed in: the first of all, by a process that has just begun, and the
others. One agency holds all offices, which is the hardest case. With `--database` the database is kept, and if it
holds sheets already, offices are compared as by night and only the pages are asked.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
from sqlalchemy import text

from app.access.principals import Role
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.measures.comparing import compare_offices
from app.people.granting import Asked, Granter
from app.people.inviting import Invitation, invite
from app.people.openings import Opening
from app.people.rules.channels import Channel
from app.people.sessions import PLAIN_COOKIE, start
from app.seals.signing import make_key
from benchmarks.documents import run_command
from benchmarks.growth import record
from benchmarks.imports import fresh_store, import_file, import_line, record_import
from benchmarks.made_reads import said_done
from benchmarks.made_survey import AGENCY, SHEETS, SURVEY, YEAR, furnish_nation, office_code, offices_of, write_sheets
from benchmarks.servers import cermin

PAGE = f"/desk/office?period={YEAR}&instrument={SURVEY.id}"


class Pages(NamedTuple):
    """Milliseconds: of the first page after a start, the median and the slowest of others, and the processor's of both.

    `memory` is the peak of the service in MiB.
    """

    first: float
    first_processor: float
    usual: float
    slowest: float
    processor: float
    memory: float


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sheets", type=int, nargs="+", default=[SHEETS // 100], help=f"all are {SHEETS}")
    arguments.add_argument("--store", choices=["SQLite", "PostgreSQL"], default="SQLite")
    arguments.add_argument("--pages", type=int, default=40, help="of how many offices the page is asked")
    arguments.add_argument("--papers", action="store_true", help="then close the year and print every office's survey")
    arguments.add_argument("--record", action="store_true", help="put the figures into the file of growth")
    arguments.add_argument("--database", help="sqlite:///…, which is kept")
    chosen = arguments.parse_args()
    for sheets in chosen.sheets:
        offices = offices_of(sheets)
        print(f"{sheets:,} sheets of {offices:,} offices", flush=True)
        with TemporaryDirectory(prefix="cermin-bench-") as folder, _store(chosen, folder) as (url, server):
            if _has_sheets(url):
                _compare(url)
            else:
                _furnish(url, offices)
                file = Path(folder) / "sheets.csv"
                write_sheets(file, sheets, offices)
                size = file.stat().st_size / 2**20
                taken = import_file(url, file, server)
                print(f"{import_line(chosen.store, taken, sheets)}; file {size:,.0f} MiB", flush=True)
                file.unlink()
                if chosen.record:
                    record_import(taken, sheets)
            found = ask_pages(url, offices, chosen.pages)
            print(
                f"  an office's page, ms: the first {found.first:.0f} (processor {found.first_processor:.0f}), others "
                f"{found.usual:.0f} (slowest {found.slowest:.0f}, processor {found.processor:.1f}, goal 50); "
                f"peak {found.memory:.0f} MiB",
                flush=True,
            )
            if chosen.record:
                record("page first", offices, found.first_processor)
                record("page others", offices, found.processor)
            if chosen.papers:
                print_papers(url, Path(folder))


def print_papers(url: str, folder: Path) -> None:
    """Close the year, make it final, and print the survey's report of every office and the agency."""
    settings = {"CERMIN_REPLY_WORKING_DAYS": "0", "CERMIN_SIGNING_KEY_FILE": str(folder / "signing-key.pem")}
    make_key(folder / "signing-key.pem")
    by = ["--instrument", SURVEY.id]
    for what, arguments in (
        ("closing", ["period", "close", AGENCY, str(YEAR), *by]),
        ("signing", ["period", "finalise", AGENCY, str(YEAR), *by]),
        ("printing", ["report", AGENCY, "skm", str(YEAR), *by, "--format", "pdf", "--out", str(folder / "papers")]),
    ):
        begun = time.perf_counter()
        processor, peak = run_command(arguments, url, **settings)
        wall = time.perf_counter() - begun
        print(f"  {what}: processor {processor:.1f} s, {wall:.0f} s on the clock, peak {peak:.0f} MiB", flush=True)
    papers = len(list((folder / "papers").iterdir()))
    print(f"  {papers:,} papers, {processor / papers * 1000:.0f} ms of the processor each (goal 146)", flush=True)


@contextmanager
def _store(chosen: argparse.Namespace, folder: str) -> Iterator[tuple[str, int | None]]:
    if chosen.database:
        upgrade(chosen.database)
        yield chosen.database, None
        return
    with fresh_store(chosen.store, folder) as fresh:
        yield fresh


def _has_sheets(url: str) -> bool:
    database = Database(url)
    with database.reading() as session:
        found = session.execute(text("SELECT 1 FROM rating LIMIT 1")).first() is not None
    database.dispose()
    return found


def _compare(url: str) -> None:
    """Compare the offices as the night would, where the version that imported the sheets did not."""
    database, begun = Database(url), time.process_time()
    periods = compare_offices(database, AGENCY)
    database.dispose()
    print(f"  comparing offices in {periods} periods: processor {time.process_time() - begun:.1f} s", flush=True)


def _furnish(url: str, offices: int) -> None:
    database = Database(url)
    furnish_nation(database, offices)
    database.dispose()


def ask_pages(url: str, offices: int, pages: int) -> Pages:
    """Ask the page of some offices, drawn by lot, each twice: what a release has changed is read once an office."""
    cookies = _supervisors(url, Random(offices).sample(range(offices), min(pages, offices)))
    with cermin(url, CERMIN_READS_PER_HOUR="0") as server, httpx.Client(base_url=server.url, timeout=600) as client:
        started = server.processor_seconds()
        first = _milliseconds(client, cookies[0])
        before = server.processor_seconds()
        others = [_milliseconds(client, cookie) for cookie in [*cookies[1:], *cookies]]
        processor = (server.processor_seconds() - before) * 1000 / len(others)
        return Pages(first, (before - started) * 1000, median(others), max(others), processor, server.memory_mib())


def _supervisors(url: str, numbers: list[int]) -> list[str]:
    """The cookies of a supervisor of each of these offices, signed in."""
    database, now = Database(url), datetime.now(UTC)
    cookies = []
    with database.unhurried() as session:
        # What a night has to do must not be done while somebody is measured.
        said_done(session, now)
        for number in numbers:
            name = f"bench.{now:%H%M%S}.{number}"
            asked = Asked(Role.supervisor, office_code(number))
            person = invite(session, AGENCY, Invitation(name, name, None), asked, Granter("cli:bench"), now).person
            cookies.append(start(session, person, Opening(Channel.private, "httpx", complete=True, strong=True), now))
    database.dispose()
    return cookies


def _milliseconds(client: httpx.Client, cookie: str) -> float:
    begun = time.perf_counter()
    answered = client.get(PAGE, headers={"Cookie": f"{PLAIN_COOKIE}={cookie}"})
    if answered.status_code != 200 or "IKM" not in answered.text:
        raise SystemExit(f"the page was refused or has no figure: {answered.status_code}")
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
