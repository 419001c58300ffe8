"""Pages of the desk over HTTP, by people who are signed in: with 10⁵ and 10⁶ ratings, and with 1,000 employees.

`python -m benchmarks.pages [--store SQLite] [--ratings 1000000]` measures them alone. Each page and `/healthz` are
asked in turns; the processor's time of a request says what a page costs where other processes use the machine, too.
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from sqlalchemy import text

from app.access.principals import Reach, Role
from app.closing import lifecycle
from app.closing.addressing import asked
from app.directory.tables import Employee
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.people.granting import Asked, Granter
from app.people.inviting import Invitation, invite
from app.people.openings import Opening
from app.people.rules.channels import Channel
from app.people.sessions import PLAIN_COOKIE, start
from app.screening.tables import Finding
from app.seals.signing import load_key, make_key
from benchmarks.documents import staff
from benchmarks.page_figures import PageFigure, PageFigures
from benchmarks.reads import OFFICES, fill
from benchmarks.report import page_lines
from benchmarks.servers import Server, cermin
from benchmarks.stores import Store, stores

# Whom one person appraises: many, and at first so few.
APPRAISER, PERSONS, FEW = "E002", 1_000, 40
# So many findings wait, for each rating: one of 500.
RATINGS_PER_FINDING = 500
PERIOD, CLOSED = "2025-Q3", datetime(2025, 10, 8, tzinfo=UTC)
RATED_ON = date(2025, 9, 14)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ratings", type=int, default=1_000_000, help="at the larger size; the smaller has a tenth")
    arguments.add_argument("--persons", type=int, default=PERSONS, help="whom one person appraises")
    arguments.add_argument("--requests", type=int, default=300, help="of each page")
    arguments.add_argument("--store", help="SQLite or PostgreSQL; left out: both")
    chosen = arguments.parse_args()
    with stores() as both:
        for store in (each for each in both if chosen.store in (None, each.name)):
            figures = measure_pages(store, chosen.requests, chosen.ratings, chosen.persons)
            print("\n".join(page_lines(store.name, figures)), flush=True)


def measure_pages(store: Store, requests: int, ratings: int = 1_000_000, persons: int = PERSONS) -> PageFigures:
    """The same pages at a tenth and at all of these ratings, then those about many employees.

    The store has no ratings before.
    """
    database = Database(store.url, statement_timeout_ms=0)
    try:
        with _signing() as key_file:
            cookies = _people(database)
            fill(database, 0, ratings // 10)
            _close(database, key_file, FEW)
            at_small = _pages(store, database, cookies, ratings // 10, requests)
            fill(database, ratings // 10, ratings)
            at_large = _pages(store, database, cookies, ratings, requests)
            _close(database, key_file, persons, again=True)
            about_many = {
                "my people": (cookies[Role.appraiser], "/desk/team"),
                "reports about persons": (cookies[Role.auditor], f"/desk/reports?period={PERIOD}&about=persons"),
            }
            return PageFigures(ratings, persons, at_small, at_large, _measured(store, about_many, requests))
    finally:
        database.dispose()


@contextmanager
def _signing() -> Iterator[Path]:
    with TemporaryDirectory(prefix="cermin-bench-") as folder:
        make_key(Path(folder) / "key.pem")
        yield Path(folder) / "key.pem"


def _people(database: Database) -> dict[Role, str]:
    """Somebody in each of three roles, signed in: the cookies of their browsers."""
    now, cookies = datetime.now(UTC), {}
    asked_for = {Role.supervisor: "office-3", Role.auditor: None, Role.appraiser: None}
    with database.writing() as session:
        for code in range(OFFICES):
            session.execute(
                text(
                    "INSERT INTO office (agency_id, code, name, parent, timezone, active) "
                    "VALUES ('kota', :code, :code, NULL, 'Asia/Jakarta', true) ON CONFLICT DO NOTHING"
                ),
                {"code": f"office-{code}"},
            )
    for role, office in asked_for.items():
        employee = APPRAISER if role is Role.appraiser else None
        with database.writing() as session:
            invitation = Invitation(f"Bench {role}", f"bench.{role}", employee)
            person = invite(session, "kota", invitation, Asked(role, office), Granter("cli:bench"), now).person
            opening = Opening(Channel.private, "wrk", complete=True, strong=True)
            cookies[role] = start(session, person, opening, now)
    return cookies


def _close(database: Database, key_file: Path, persons: int, *, again: bool = False) -> None:
    """Employees with thirty ratings each, all appraised by one, with a final report."""
    codes = [f"P{number:05}" for number in range(FEW if again else 0, persons)]
    # Beyond the keys of the ratings that the store was filled with.
    staff(database, codes, RATED_ON, start=2_000_000_000 if again else 1_000_000_000)
    with database.writing() as session:
        for code in codes:
            employee = session.get_one(Employee, ("kota", code))
            employee.appraiser = APPRAISER
            session.add(employee)
    late = timedelta(days=35)
    release_agency(database, "kota", ReleaseOrder(datetime.now(UTC), "benchmark", timedelta(0), late, whole=True))
    reach, span = Reach("kota", None, "bench"), asked(PERIOD)
    if again:
        lifecycle.revise(database, reach, span, now=CLOSED + timedelta(days=20), working_days=0)
    else:
        lifecycle.close(database, reach, span, by=lifecycle.Method("ikl-1"), now=CLOSED, working_days=0)
    later = CLOSED + timedelta(days=40 if again else 10)
    lifecycle.finalise(database, reach, span, key=load_key(key_file), now=later)


def _pages(
    store: Store, database: Database, cookies: Mapping[Role, str], ratings: int, requests: int
) -> dict[str, PageFigure]:
    _doubt(database, ratings // RATINGS_PER_FINDING)
    pages = {
        "my office": (cookies[Role.supervisor], "/desk/office?period=2025"),
        "my people": (cookies[Role.appraiser], "/desk/team"),
        "findings": (cookies[Role.auditor], "/desk/findings"),
    }
    return _measured(store, pages, requests)


def _doubt(database: Database, findings: int) -> None:
    """So many findings wait for a decision in the end."""
    with database.writing() as session:
        known = session.execute(text("SELECT count(*) FROM finding")).scalar_one()
        for number in range(known, findings):
            session.add(
                Finding(
                    agency_id="kota",
                    finding_id=new_id(),
                    reason="burst",
                    office=f"office-{number % OFFICES}",
                    first_on=RATED_ON + timedelta(days=number % 30),
                    days=1,
                    n=12 + number % 40,
                    standing="held",
                    found_at=datetime.now(UTC),
                )
            )


def _measured(store: Store, pages: Mapping[str, tuple[str, str]], requests: int) -> dict[str, PageFigure]:
    found = {}
    with cermin(store.service_url, CERMIN_READS_PER_HOUR="0") as server, httpx.Client(timeout=60) as client:
        for name, (cookie, path) in pages.items():
            headers = {"Cookie": f"{PLAIN_COOKIE}={cookie}"}
            # In turns, so that both meet the same load, whoever else uses the machine.
            timed = [
                (_milliseconds(client, server.url + path, headers), _milliseconds(client, f"{server.url}/healthz"))
                for _ in range(requests)
            ]
            page, plain = (sorted(each)[len(each) * 99 // 100] for each in zip(*timed[1:], strict=True))
            found[name] = PageFigure(page, plain, _processor(server, client, path, headers))
    return found


def _milliseconds(client: httpx.Client, address: str, headers: Mapping[str, str] | None = None) -> float:
    begun = time.perf_counter()
    answered = client.get(address, headers=dict(headers or {}))
    if answered.status_code != 200:
        raise SystemExit(f"{address} was refused: {answered.status_code}")
    return (time.perf_counter() - begun) * 1000


def _processor(
    server: Server, client: httpx.Client, path: str, headers: Mapping[str, str], requests: int = 40
) -> float:
    """Milliseconds of the processor that the service needs for one request."""
    before = server.processor_seconds()
    for _ in range(requests):
        client.get(server.url + path, headers=dict(headers))
    return (server.processor_seconds() - before) * 1000 / requests


if __name__ == "__main__":
    main()
