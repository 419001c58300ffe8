"""Reports: what a whole period costs on paper and in a spreadsheet, and a final one over HTTP beside a bare answer."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen
from zipfile import ZipFile

from sqlmodel import col, select

from app.access.principals import Reach
from app.closing import lifecycle
from app.closing.addressing import asked
from app.closing.tables import FollowUp, Publication, Report
from app.directory.tables import Employee, Office, Posting
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from app.seals.signing import load_key, make_key
from benchmarks.load import ask_tail
from benchmarks.servers import SECRET, cermin, peak_mib
from benchmarks.stores import furnished
from tests.ratings.visits import Visit, put

PERSONS, RATINGS_EACH, BULK_ROWS, OFFICES = 1_000, 30, 100_000, 200
PERIOD, DAY, CLOSED = "2026-09", date(2026, 9, 14), datetime(2026, 10, 5, tzinfo=UTC)


@dataclass(frozen=True)
class DocumentFigures:
    """Processor seconds for one PDF and the peak of memory (MiB); p99 of a final report ÷ p99 of `/healthz`.

    `bulk_memory` is what an appraisal workbook of 100,000 rows takes above one of a single row (MiB).

    `unchanged` is the same for a report that the client has already (304). `pack_seconds` are processor seconds for
    the evidence pack (PEKPPP) of a final period of 200 offices: on a quiet machine the time on the clock.
    """

    pdf_seconds: float
    pdf_memory: float
    bulk_memory: float
    json: float
    unchanged: float
    pack_seconds: float


def measure_documents(rounds: int, seconds: int, persons: int = PERSONS) -> DocumentFigures:
    """Everything about reports, on SQLite."""
    with _closed(persons) as (url, key, report):
        with TemporaryDirectory(prefix="cermin-bench-") as folder:
            processor, peak = run_command(
                ["report", "kota", "employee", PERIOD, "--format", "pdf", "--out", folder], url
            )
            written = len(list(Path(folder).iterdir()))
        bulk = [_bulk_memory(url, rows) for rows in (1, BULK_ROWS)]
        # A reader's quota would be used up within seconds.
        with cermin(url, CERMIN_READS_PER_HOUR="0") as server:
            address = f"{server.url}/v1/reports/{report.report_id}"
            etag = _etag(address, key)
            plain: list[float] = []
            whole: list[float] = []
            unchanged: list[float] = []
            for _ in range(rounds):
                plain.append(ask_tail(f"{server.url}/healthz", key, seconds))
                whole.append(ask_tail(address, key, seconds))
                unchanged.append(ask_tail(address, key, seconds, {"If-None-Match": etag}))
    return DocumentFigures(
        pdf_seconds=processor / written,
        pdf_memory=peak,
        bulk_memory=bulk[1] - bulk[0],
        json=median(whole) / median(plain),
        unchanged=median(unchanged) / median(plain),
        pack_seconds=measure_evidence_pack(),
    )


def measure_evidence_pack(offices: int = OFFICES) -> float:
    """Processor seconds of `cermin evidence-pack` for so many offices, each with thirty ratings and an action."""
    with TemporaryDirectory(prefix="cermin-bench-") as folder:
        store = furnished("SQLite", f"sqlite:///{folder}/bench.db")
        database = Database(store.url)
        _offices(database, [f"kantor-{number:03}" for number in range(offices)])
        _make_final(database, Path(folder) / "key.pem")
        database.dispose()
        taken, _ = run_command(["evidence-pack", "kota", PERIOD, "--out", f"{folder}/pack"], store.url)
        [file] = Path(folder, "pack").iterdir()
        with ZipFile(file) as pack:
            papers = [each for each in pack.namelist() if each.endswith(".pdf")]
        # The agency's own, and perhaps of the offices that the directory of the benchmark begins with.
        assert len(papers) > offices
    return taken


@contextmanager
def _closed(persons: int) -> Iterator[tuple[str, str, Report]]:
    """An agency of so many rated employees with a final period: its database, a reader's key, a report."""
    with TemporaryDirectory(prefix="cermin-bench-") as folder:
        store = furnished("SQLite", f"sqlite:///{folder}/bench.db")
        database = Database(store.url)
        staff(database, [f"P{number:05}" for number in range(persons)], DAY)
        _make_final(database, Path(folder) / "key.pem")
        with database.reading() as session:
            report = session.exec(select(Report).where(col(Report.kind) == "employee").limit(1)).one()
        database.dispose()
        yield store.url, store.keys["reader"], report


def _make_final(database: Database, key_file: Path) -> None:
    """Release, close and sign the period."""
    make_key(key_file)
    release_agency(database, "kota", ReleaseOrder(CLOSED, "benchmark", timedelta(0), timedelta(days=35), whole=True))
    reach, span = Reach("kota", None, "bench"), asked(PERIOD)
    lifecycle.close(database, reach, span, by=lifecycle.Method("ikl-1"), now=CLOSED, working_days=5)
    lifecycle.finalise(database, reach, span, key=load_key(key_file), now=CLOSED + timedelta(days=10))


def _offices(database: Database, codes: Sequence[str]) -> None:
    """These offices, each with thirty ratings about nobody, an action of the plan and a publication."""
    draw = Random(2026)
    with database.writing() as session:
        for code in codes:
            session.add(Office(agency_id="kota", code=code, name=code.title(), parent="setda", timezone="Asia/Jakarta"))
        session.flush()
        for code in codes:
            session.add(
                FollowUp(
                    agency_id="kota",
                    office=code,
                    period=PERIOD,
                    instrument="ikl-1",
                    place=0,
                    element="speed",
                    problem="Antrean panjang",
                    action="Membuka loket ketiga",
                    due_on=DAY + timedelta(days=60),
                    owner="Kepala kantor",
                )
            )
            session.add(
                Publication(
                    agency_id="kota",
                    office=code,
                    period=PERIOD,
                    instrument="ikl-1",
                    place=0,
                    medium="Papan pengumuman",
                    published_on=DAY,
                )
            )
    sheets = ["".join(draw.choices("234", (5, 35, 60), k=3)) for _ in range(RATINGS_EACH * len(codes))]
    put(database, [Visit(office=codes[n % len(codes)], rated_on=DAY, sheet=sheet) for n, sheet in enumerate(sheets)])


def staff(database: Database, codes: Sequence[str], rated_on: date, *, start: int = 0) -> None:
    """These employees at one office, each with thirty ratings of one day; `start` keeps the keys of calls apart."""
    draw = Random(2026)
    with database.writing() as session:
        for code in codes:
            session.add(Employee(agency_id="kota", code=code, name=f"Pegawai {code}", position="Analis", grade="III/b"))
        session.flush()
        for code in codes:
            session.add(Posting(agency_id="kota", employee=code, office="dukcapil", from_on=date(2020, 1, 1)))
    visits = [
        Visit(employee=code, rated_on=rated_on, sheet="".join(draw.choices("234", (5, 35, 60), k=3)))
        for code in codes
        for _ in range(RATINGS_EACH)
    ]
    put(database, visits, start=start)


def run_command(arguments: Sequence[str], url: str, **settings: str) -> tuple[float, float]:
    """Run a command of the service to its end; its processor seconds, and the peak of its memory in MiB."""
    environment = os.environ | {"CERMIN_DATABASE_URL": url, "CERMIN_SECRET": SECRET} | settings
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, ended = 0.0, 0
    while not ended:
        peak = max(peak, peak_mib(process.pid))
        time.sleep(0.02)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"cermin {' '.join(arguments)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, peak


def _bulk_memory(url: str, rows: int) -> float:
    command = [sys.executable, "-m", "benchmarks.bulk_file", url, PERIOD, str(rows)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _etag(address: str, key: str) -> str:
    request = Request(address, headers={"Authorization": f"Bearer {key}"})
    with urlopen(request, timeout=10) as answered:
        return str(answered.headers["etag"])
