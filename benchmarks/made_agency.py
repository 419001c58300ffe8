"""A made agency with as many offices as wanted, of 20 persons and 30 ratings a day each, written in bulk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, text

from app.directory.tables import Agency, Employee, Office, Posting, Service
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.instruments.registry import add_shipped
from app.ratings.keys import first_key

AGENCY, FIRST_DAY = "large", date(2025, 1, 1)
PERSONS, A_DAY = 20, 30
SERVICES = {"ktp-el": "adminduk", "kk": "adminduk", "skck": "polisi"}
SHEETS = ("444", "443", "434", "344", "433", "343", "334", "333", "4-4", "222", "111")
# What respondents of a month say of themselves, at each office: of some values there are ten, of others fewer.
PROFILES = {"sex": {"F": 210, "M": 190}, "age_band": {"17-24": 60, "25-34": 180, "35-44": 120, "45-54": 9}}
COLUMNS = (
    "agency_id",
    "key",
    "rated_on",
    "office",
    "service",
    "employee",
    "channel",
    "ticketed",
    "standing",
    "instrument",
    "sheet",
    "digest",
)


def office_code(number: int) -> str:
    """The code of an office."""
    return f"office-{number:04}"


def employee_code(office: int, number: int) -> str:
    """The code of one of an office's persons."""
    return f"E{office:04}-{number:02}"


def make_agency(database: Database, offices: int) -> date:
    """Make the agency with its directory where there is none yet; returns the first day without ratings."""
    upgrade(database.url.render_as_string(hide_password=False))
    with database.unhurried() as session:
        # The largest key, which SQLite and PostgreSQL find at the end of the index.
        newest = session.execute(text("SELECT rated_on FROM rating ORDER BY agency_id DESC, key DESC LIMIT 1")).scalar()
        if newest is not None:
            return date.fromisoformat(str(newest)) + timedelta(days=1)
        now = datetime(FIRST_DAY.year, 1, 1, tzinfo=UTC)
        session.add(Agency(agency_id=AGENCY, name=AGENCY, directory_version=new_id(), created_at=now))
        session.flush()
        add_shipped(session, AGENCY, now)
        for table, rows in _directory(offices):
            session.execute(insert(table), rows)
    return FIRST_DAY


def _directory(offices: int) -> Iterator[tuple[type[Any], list[dict[str, Any]]]]:
    every, of = range(offices), {"agency_id": AGENCY}
    places = [{"code": office_code(each), "name": office_code(each), "timezone": "Asia/Jakarta"} for each in every]
    yield Office, [of | place for place in places]
    yield Service, [of | {"code": code, "name": code, "family": family} for code, family in SERVICES.items()]
    staff = [(each, employee_code(each, number)) for each in every for number in range(PERSONS)]
    yield Employee, [of | {"code": code, "name": code} for _, code in staff]
    yield (
        Posting,
        [of | {"employee": code, "office": office_code(each), "from_on": FIRST_DAY} for each, code in staff],
    )


def rate(database: Database, offices: int, day: date, a_day: int = A_DAY) -> int:
    """Write a day's ratings, of each office so many, and on a month's last day its profiles; returns how many."""
    # The same ratings whatever was written before, so that a database can be continued.
    draw = Random(day.toordinal())
    _write(database, "rating", COLUMNS, _ratings(draw, offices, day, a_day, is_sqlite=database.is_sqlite))
    if (day + timedelta(days=1)).day == 1:
        names = ("agency_id", "instrument", "office", "month", "attribute", "value", "n")
        _write(database, "profile_tally", names, _profiles(offices, day.replace(day=1)))
    return offices * a_day


def _ratings(draw: Random, offices: int, day: date, a_day: int, *, is_sqlite: bool) -> Iterator[Sequence[Any]]:
    low = first_key(day).int | 0x8 << 76 | 0b10 << 62
    # The last digits are left for the copies of `benchmarks.copies`.
    on, keys = day.isoformat(), sorted(low | draw.getrandbits(44) << 16 for _ in range(offices * a_day))
    # In the order of their keys, in which both stores write faster; who rated whom has nothing to do with it.
    places = draw.sample(range(offices * a_day), offices * a_day)
    for key, place in zip(keys, places, strict=True):
        office, number = divmod(place, a_day)
        yield (
            AGENCY,
            f"{key:032x}",
            on,
            office_code(office),
            tuple(SERVICES)[number % 3],
            employee_code(office, (number + day.day * 7) % PERSONS),
            "kiosk" if number % 10 else "web",
            0 if is_sqlite else "f",
            "counted",
            "ikl-1",
            draw.choice(SHEETS),
            "",
        )


def _profiles(offices: int, month: date) -> Iterator[Sequence[Any]]:
    for office in range(offices):
        for attribute, values in PROFILES.items():
            for value, n in values.items():
                yield AGENCY, "ikl-1", office_code(office), month.isoformat(), attribute, value, n + office % 7


def _write(database: Database, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as fast as each store takes them."""
    with database.unhurried() as session:
        driver = session.connection().connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            places = ", ".join("?" for _ in names)
            driver.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)
            return
        assert driver is not None, "a session has a connection"
        with driver.cursor().copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
