"""Reading an index over HTTP with 10⁵ and 10⁶ ratings in the same shape, against AVG … GROUP BY."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

import httpx
from sqlalchemy import text

from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from app.ratings import statements
from benchmarks.load import ask
from benchmarks.servers import cermin
from benchmarks.stores import Store

YEAR = 2025
OFFICES = 10
SERVICES = ("ktp-el", "kk", "skck")
CHANNELS = ("kiosk", "mobile", "web")


@dataclass(frozen=True)
class ReadFigures:
    """Median milliseconds of an office's year."""

    small: float
    large: float
    average: float


def measure_reads(store: Store, rounds: int, small: int = 100_000, large: int = 1_000_000) -> ReadFigures:
    """The same question at both sizes, then the same figures by AVG over the rows at the larger."""
    database = Database(store.url, statement_timeout_ms=0)
    try:
        fill(database, 0, small)
        at_small = _http(store, rounds)
        fill(database, small, large)
        return ReadFigures(at_small, _http(store, rounds), _average(database, rounds))
    finally:
        database.dispose()


def fill(database: Database, first: int, last: int) -> None:
    """Rows straight into the table, spread evenly over the year, and released."""
    series = (
        "WITH RECURSIVE i(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM i WHERE n + 1 < :last) SELECT n FROM i"
        if database.is_sqlite
        else "SELECT n FROM generate_series(CAST(:first AS int), CAST(:last AS int) - 1) AS s(n)"
    )
    day = (
        f"date('{YEAR}-01-01', '+' || (n % 365) || ' days')"
        if database.is_sqlite
        else f"DATE '{YEAR}-01-01' + (n % 365)"
    )
    key = "printf('%032x', n)" if database.is_sqlite else "CAST(lpad(to_hex(n), 32, '0') AS uuid)"
    digit = "CAST(2 + (n * {0} / 7) % 3 AS VARCHAR)"
    with database.writing() as session:
        session.execute(
            text(
                f"INSERT INTO rating (agency_id, {statements.LISTED}) "
                f"SELECT 'kota', {key}, {day}, 'office-' || (n % {OFFICES}), NULL, {_pick(SERVICES, 'n / 3')}, "
                f"NULL, {_pick(CHANNELS, 'n / 11')}, false, 'counted', 'ikl-1', "
                f"{digit.format(1)} || {digit.format(3)} || {digit.format(5)}, '' FROM ({series}) AS numbers"
            ),
            {"first": first, "last": last},
        )
        for code in range(OFFICES):
            session.execute(
                text(
                    "INSERT INTO office (agency_id, code, name, parent, timezone, active) "
                    "VALUES ('kota', :code, :code, NULL, 'Asia/Jakarta', true) ON CONFLICT DO NOTHING"
                ),
                {"code": f"office-{code}"},
            )
    late = timedelta(days=35)
    release_agency(database, "kota", ReleaseOrder(datetime.now(UTC), "benchmark", timedelta(0), late, whole=True))
    # What a bulk load leaves to be done must not be done while somebody is measured.
    settle = ("ANALYZE",) if database.is_sqlite else ("VACUUM ANALYZE rating", "VACUUM ANALYZE block", "CHECKPOINT")
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in settle:
            connection.exec_driver_sql(statement)


def _pick(values: tuple[str, ...], number: str) -> str:
    cases = " ".join(f"WHEN {index} THEN '{value}'" for index, value in enumerate(values))
    return f"CASE ({number}) % {len(values)} {cases} END"


def _http(store: Store, rounds: int) -> float:
    path = f"/v1/indices?office=office-3&from={YEAR}-01-01&to={YEAR}-12-31"
    key = store.keys["reader"]
    # A reader's quota would be used up within seconds.
    with cermin(store.service_url, CERMIN_READS_PER_HOUR="0") as server:
        response = httpx.get(server.url + path, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        if response.status_code != 200 or not response.json()["rows"][0]["n"]:
            raise SystemExit(f"the index could not be read: {response.text}")
        return median([ask(server.url + path, key, 1) for _ in range(rounds)])


def _average(database: Database, rounds: int) -> float:
    """The textbook's query, given every advantage: straight to the database, only means, no intervals."""
    parts = ", ".join(f"avg(CAST(substr(sheet, {place}, 1) AS int))" for place in (1, 2, 3))
    query = text(
        f"SELECT office, count(*), {parts} FROM rating WHERE agency_id = 'kota' AND office = 'office-3' "
        "AND rated_on >= :first AND rated_on <= :last GROUP BY office"
    )
    first, last = date(YEAR, 1, 1), date(YEAR, 12, 31)
    values = (
        {"first": first.isoformat(), "last": last.isoformat()} if database.is_sqlite else {"first": first, "last": last}
    )
    times = []
    with database.reader.connect() as connection:
        for _ in range(max(5, rounds)):
            started = time.perf_counter()
            connection.execute(query, values).all()
            times.append(time.perf_counter() - started)
    return median(times) * 1000
