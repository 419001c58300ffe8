"""A made nation's survey (SKM): an agency with many offices, and a file of nine-element sheets of a year about them.

By default as many sheets an office as the country's organisers hand in: 7,550,903 of 24,629 offices in a year.
"""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import insert

from app.directory.tables import Agency, Office, Service
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from app.instruments.registry import add_shipped

AGENCY, YEAR = "nation", 2025
SHEETS, OFFICES = 7_550_903, 24_629
SURVEY = shipped()["skm-2017"]
SERVICES = ("ktp-el", "kk", "skck")
TIME, OFFICE, SERVICE = "waktu", "kantor", "layanan"
ELEMENTS = {f"u{number}": code for number, code in enumerate(SURVEY.codes, start=1)}
# What `cermin import` is told of the file.
OPTIONS = [
    "--instrument", SURVEY.id,
    "--office-column", OFFICE,
    "--service-column", SERVICE,
    "--time", TIME,
    "--columns", ",".join(f"{column}={code}" for column, code in ELEMENTS.items()),
]  # fmt: skip


def offices_of(sheets: int) -> int:
    """How many offices so many sheets are of, in the proportion of the nation."""
    return max(1, round(sheets * OFFICES / SHEETS))


def office_code(number: int) -> str:
    """The code of an office."""
    return f"kantor-{number:05}"


def furnish_nation(database: Database, offices: int) -> None:
    """Add the agency with its offices and services to a migrated database."""
    now = datetime(YEAR, 1, 1, tzinfo=UTC)
    with database.unhurried() as session:
        session.add(Agency(agency_id=AGENCY, name="Nasional", directory_version=new_id(), created_at=now))
        session.flush()
        add_shipped(session, AGENCY, now)
        of = {"agency_id": AGENCY}
        places = [
            {"code": office_code(each), "name": f"Kantor {each}", "timezone": "Asia/Jakarta"} for each in range(offices)
        ]
        session.execute(insert(Office), [of | place for place in places])
        session.execute(insert(Service), [of | {"code": code, "name": code, "family": "umum"} for code in SERVICES])


def write_sheets(file: Path, sheets: int, offices: int) -> None:
    """Write a file of so many sheets, in no order; the same for the same numbers."""
    draw = Random(sheets)
    days = [(date(YEAR, 1, 1) + timedelta(days=day)).isoformat() for day in range(365)]
    codes = [office_code(each) for each in range(offices)]
    with file.open("w", encoding="ascii", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([TIME, OFFICE, SERVICE, *ELEMENTS])
        for _ in range(sheets):
            moment = f"{draw.choice(days)} {8 + draw.randrange(7):02}:{draw.randrange(60):02}:{draw.randrange(60):02}"
            # Every office has a level of its own.
            office = draw.randrange(offices)
            answers = draw.choices("1234", (2, 6 + office % 7, 52, 40 - office % 7), k=len(ELEMENTS))
            writer.writerow([moment, codes[office], draw.choice(SERVICES), *answers])
